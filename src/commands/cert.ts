/** `probity cert`: judges certificate files by the `cert.*` rules, offline. */
import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Arguments } from '../config/arguments.ts';
import { parseInstant } from '../config/values.ts';
import type { FileSetting } from '../collectors/tls/files.ts';
import type { Check } from '../model/check.ts';
import { UsageError } from '../model/fault.ts';
import type { Verdict } from '../model/result.ts';
import { visible } from '../report/visible.ts';
import type { Certificate } from '../wire/x509/certificate.ts';
import type { CtLogs } from '../wire/x509/ct-logs.ts';
import type { KeyList } from '../wire/x509/key-list.ts';
import type { CommandContext } from './context.ts';

interface FileResults {
  readonly file: string;
  readonly results: readonly {
    readonly check: string;
    readonly status: string;
    readonly subject: string;
    readonly message: string;
  }[];
}

/** Larger files are no certificates. */
const MAX_FILE = 16 * 1024 * 1024;

function readFile(path: string, cwd: string): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(isAbsolute(path) ? path : join(cwd, path));
  } catch (cause) {
    throw new UsageError(`${path}: cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'error'})`, { cause });
  }
  if (bytes.length > MAX_FILE) throw new UsageError(`${path}: larger than 16 MiB`);
  return bytes;
}

/** The rules that a file can answer: those about certificates alone. */
async function certificateChecks(context: CommandContext): Promise<readonly Check[]> {
  const { builtInPack } = await import('./packs.ts');
  const pack = await builtInPack(context);
  return pack.checks.filter(
    ({ id, target, needs }) =>
      (id.startsWith('cert.') || id === 'tls.vuln.roca' || id === 'tls.vuln.debian-weak-key') &&
      target === 'endpoint' &&
      needs.join() === 'tls',
  );
}

/** Roots, host and lists are optional: without them a file is judged as what it is, not as what it is used for. */
async function settingOf({ flags }: Arguments, cwd: string): Promise<FileSetting> {
  const { caFile, host, ctLogs, leakedKeys } = flags;
  return {
    isPublic: flags['public'] === true,
    ...(typeof host === 'string' && { host }),
    ...(typeof caFile === 'string' && { roots: await rootsIn(caFile, cwd) }),
    ...(typeof ctLogs === 'string' && { logs: await logsIn(ctLogs, cwd) }),
    ...(typeof leakedKeys === 'string' && { keys: await keysIn(leakedKeys, cwd) }),
  };
}

async function rootsIn(path: string, cwd: string): Promise<readonly Certificate[]> {
  const { certificatesInFile } = await import('../collectors/tls/files.ts');
  const { parseCertificate } = await import('../wire/x509/certificate.ts');
  const roots = certificatesInFile(readFile(path, cwd)).map((der) => {
    const parsed = parseCertificate(der);
    if (!parsed.ok) throw new UsageError(`--ca-file ${path}: ${parsed.error}`);
    return parsed.value;
  });
  if (roots.length === 0) throw new UsageError(`--ca-file ${path}: holds no certificate (expected PEM or DER)`);
  return roots;
}

async function logsIn(path: string, cwd: string): Promise<CtLogs> {
  const { parseCtLogs } = await import('../wire/x509/ct-logs.ts');
  const list = parseCtLogs(Buffer.from(readFile(path, cwd)).toString('utf8'));
  if (list === undefined)
    throw new UsageError(`--ct-logs ${path}: not of the form of Chrome's log_list.json, version 3`);
  return list;
}

async function keysIn(path: string, cwd: string): Promise<KeyList> {
  const { parseKeyList } = await import('../wire/x509/key-list.ts');
  const list = parseKeyList(Buffer.from(readFile(path, cwd)).toString('latin1'));
  if ('badLine' in list)
    throw new UsageError(`--leaked-keys ${path}:${String(list.badLine)}: expected 64 or 20 hex digits`);
  return list;
}

export async function cert(args: Arguments, context: CommandContext): Promise<number> {
  const files = args.positionals;
  if (files.length === 0) throw new UsageError('cert needs at least one file: probity cert FILE…');
  const asOf = args.flags['asOf'];
  const instant = typeof asOf === 'string' ? parseInstant(asOf) : new Date().toISOString();
  const read = files.map((file) => ({ file, bytes: readFile(file, context.cwd) }));
  const { judge } = await import('../judge/judge.ts');
  const { certificatesInFile, fileFacts } = await import('../collectors/tls/files.ts');
  const checks = await certificateChecks(context);
  const setting = await settingOf(args, context.cwd);
  const verdicts = read.map(({ file, bytes }): { readonly file: string; readonly verdicts: readonly Verdict[] } => {
    const certificates = certificatesInFile(bytes);
    if (certificates.length === 0) throw new UsageError(`${file}: holds no certificate (expected PEM or DER)`);
    const facts = fileFacts(file, certificates, setting);
    const target = { kind: 'endpoint', id: `endpoint:${file}`, labels: {} } as const;
    const collectors = { tls: { is: 'facts', id: 'file', facts, at: {} } } as const;
    return { file, verdicts: judge(checks, [{ target, collectors }], instant) };
  });
  const results: readonly FileResults[] = verdicts.map(({ file, verdicts: found }) => ({
    file,
    results: found.map(({ check, status, subject, message }) => ({ check, status, subject, message })),
  }));
  if (args.flags['json'] === true) context.stdout(`${JSON.stringify({ schema: 'cert/1', files: results }, null, 2)}\n`);
  else context.stdout(verdicts.map(({ file, verdicts: found }) => textOf(file, found)).join('\n'));
  const all = verdicts.flatMap(({ verdicts: found }) => found);
  if (all.some(({ status }) => status === 'fail')) return 1;
  return all.some(({ status }) => status === 'error') ? 3 : 0;
}

function textOf(file: string, verdicts: readonly Verdict[]): string {
  const shown = verdicts.filter(({ status }) => status === 'fail' || status === 'error');
  const passed = verdicts.filter(({ status }) => status === 'pass').length;
  const lines = shown.map(
    ({ check, status, severity, message }) =>
      `  ${status.padEnd(5)} ${severity.padEnd(8)} ${check}  ${visible(message)}`,
  );
  return [visible(file), ...lines, `  ${String(passed)} passed, ${String(shown.length)} to look at`, ''].join('\n');
}
