/** Runs `probity audit` as a user does, against an endpoint, and reads its run.json. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Run } from '../../../src/model/result.ts';

const CLI = process.env['PROBITY_CLI'] ?? fileURLToPath(new URL('../../../src/cli.ts', import.meta.url));

export interface Audit {
  readonly code: number | null;
  readonly run: Run;
  readonly stderr: string;
}

export async function audit(
  endpoint: string,
  args: readonly string[],
  environment: { readonly [name: string]: string } = {},
): Promise<Audit> {
  const output = mkdtempSync(join(tmpdir(), 'probity-aws-'));
  const { AWS_PROFILE: _profile, ...inherited } = process.env;
  const child = spawn(process.execPath, [CLI, 'audit', ...args, '--output', output, '--no-color', '--no-progress'], {
    env: {
      ...inherited,
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/nonexistent',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
      ...environment,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (chunk: string) => {
    stderr += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  try {
    return { code, run: JSON.parse(readFileSync(join(output, 'run.json'), 'utf8')) as Run, stderr };
  } catch (error) {
    throw new Error(`the audit left no run.json (exit ${String(code)}): ${stderr}`, { cause: error });
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}

/** `check subject-ending` to status, for the subjects of one account. */
export function statusOf(run: Run, check: string, ending: string): string | undefined {
  return run.results.find((result) => result.check === check && result.subject.endsWith(ending))?.status;
}
