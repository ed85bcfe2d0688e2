/** Runs the built program from outside, as a user's shell does. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import assert from 'node:assert/strict';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** PROBITY_CLI: another entry, for example src/cli.ts while developing. */
export const CLI = process.env['PROBITY_CLI'] ?? `${ROOT}dist/cli.js`;

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  /** Beside PATH and HOME; nothing else of this process's environment is handed on. */
  readonly env?: { readonly [name: string]: string };
  readonly input?: string;
  /** Runs as this user (needs root). */
  readonly uid?: number;
  /** Arguments of Node itself. */
  readonly nodeArgs?: readonly string[];
  /** Called with every chunk of standard error; may end the program. */
  readonly onStderr?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
}

export async function probity(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  assert.ok(existsSync(CLI), 'the program is not built: npm run build');
  const child = spawn(process.execPath, [...(options.nodeArgs ?? []), CLI, ...args], {
    cwd: options.cwd ?? ROOT,
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '/',
      AWS_EC2_METADATA_DISABLED: 'true',
      ...options.env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    options.onStderr?.(stderr, (signal) => child.kill(signal));
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}
