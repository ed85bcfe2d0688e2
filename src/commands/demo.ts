/** `probity demo`: audits a deliberately flawed company that the program serves on loopback, and checks that it found what was planted. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Arguments, Flags } from '../config/arguments.ts';
import { effectiveOptions } from '../config/file.ts';
import { type Company, startCompany } from '../lab/company.ts';
import type { Run } from '../model/result.ts';
import { palette } from '../report/paint.ts';
import { auditWith } from './audit.ts';
import type { CommandContext } from './context.ts';
import { shortPath } from './packs.ts';

interface Finding {
  readonly check: string;
  readonly target: string;
  readonly what: string;
  readonly found: boolean;
}

function findingsOf(run: Run, company: Company): Finding[] {
  const failed = new Set(
    run.results.filter((result) => result.status === 'fail').map((result) => `${result.check} ${result.target}`),
  );
  return company.planted.map((planted) => ({ ...planted, found: failed.has(`${planted.check} ${planted.target}`) }));
}

/** Fails where everything is right: a demo that finds them too would prove nothing. */
function falseAlarms(run: Run, company: Company): string[] {
  return run.results
    .filter((result) => result.status === 'fail' && result.severity !== 'info')
    .filter((result) =>
      company.sound.some(({ check, target }) => result.target === target && result.check.startsWith(`${check}.`)),
    )
    .map((result) => `${result.check} on ${result.target}: ${result.message}`);
}

function summary(findings: readonly Finding[], alarms: readonly string[], context: CommandContext): string {
  const paint = palette(context.color);
  const width = Math.max(...findings.map((finding) => finding.check.length));
  const lines = findings.map(
    ({ check, what, found }) =>
      `  ${found ? paint.green('✔ found ') : paint.red('✖ missed')}  ${check.padEnd(width)}  ${what}`,
  );
  const missed = findings.filter((finding) => !finding.found).length;
  return [
    '',
    paint.bold('What was planted'),
    ...lines,
    ...alarms.map((alarm) => `  ${paint.red('✖ false alarm')}  ${alarm}`),
    '',
    `${String(findings.length - missed)} of ${String(findings.length)} planted defects found, ${String(alarms.length)} false alarms`,
    '',
  ].join('\n');
}

/** The SDK reads these: the demo's account, and none of the user's. */
const AWS_ENVIRONMENT: { readonly [name: string]: string } = {
  AWS_ACCESS_KEY_ID: 'demo',
  AWS_SECRET_ACCESS_KEY: 'demo',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
};

function setAwsEnvironment(endpoint: string): void {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, AWS_ENVIRONMENT, { AWS_ENDPOINT_URL: endpoint });
}

export async function demo(args: Arguments, context: CommandContext): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'probity-demo-'));
  const repository = join(folder, 'brittle-shop');
  mkdirSync(repository);
  const caFile = join(folder, 'ca.pem');
  const company = await startCompany(repository);
  try {
    writeFileSync(caFile, company.caPem);
    setAwsEnvironment(company.aws.url);
    const output = resolve(
      context.cwd,
      typeof args.flags['output'] === 'string' ? args.flags['output'] : 'probity-demo',
    );
    const flags: Flags = {
      ...args.flags,
      output,
      resolver: [company.resolver],
      connectTo: company.connectTo,
      caFile,
      allowPrivate: true,
      timeout: 3000,
    };
    // no configuration file of the user's: the demo is the same everywhere
    const options = effectiveOptions({ positionals: company.targets, flags }, { cwd: folder, home: folder });
    const quiet = args.flags['json'] === true || args.flags['quiet'] === true;
    const { outcome } = await auditWith(
      options,
      { ...args, flags: { ...flags, quiet: args.flags['json'] !== true } },
      context,
    );
    const findings = findingsOf(outcome.run, company);
    const alarms = falseAlarms(outcome.run, company);
    const text = summary(findings, alarms, context);
    if (!quiet) context.stdout(text);
    const report = shortPath(join(output, 'report.html'), context.cwd);
    (quiet ? context.stderr : context.stdout)(`The report: ${report}\n`);
    return findings.every((finding) => finding.found) && alarms.length === 0 ? 0 : 1;
  } finally {
    await company.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
