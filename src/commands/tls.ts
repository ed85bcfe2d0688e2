/** `probity tls scan`: enumerates one TLS endpoint and judges nothing. */
import type { Arguments } from '../config/arguments.ts';
import { findConfig, optionsFrom } from '../config/config.ts';
import { parseTarget } from '../config/targets.ts';
import { FaultError, UsageError } from '../model/fault.ts';
import type { NetworkOptions } from '../model/options.ts';
import type { Target } from '../model/target.ts';
import type { CommandContext } from './context.ts';
import type { Scan } from '../collectors/tls/scan.ts';

/** A server that answers every question at the last moment must end too. */
const DEADLINE_MS = 5 * 60_000;

/** The endpoint as written: HOST:PORT, or a scheme that says how TLS starts. */
function endpointFrom(text: string): Target {
  const [parsed, extra] = parseTarget(text.includes('://') ? text : `tls://${text}`);
  if (parsed === undefined || extra !== undefined || parsed.target.kind !== 'endpoint')
    throw new UsageError(`"${text}" is no endpoint: expected HOST:PORT or a form such as smtp://HOST:25`);
  return parsed.target;
}

export async function tls(args: Arguments, context: CommandContext): Promise<number> {
  const [what, written, extra] = args.positionals;
  if (what !== 'scan' || written === undefined || extra !== undefined)
    throw new UsageError('tls takes a word and an endpoint: probity tls scan HOST:PORT');
  const target = endpointFrom(written);
  const options = await networkFrom(args, context);
  const scan = await scanned(target, written, options);
  if (args.flags['json'] === true) context.stdout(`${JSON.stringify(scan, null, 2)}\n`);
  else context.stdout(textOf(scan));
  return scan.unknown.length > 0 ? 3 : 0;
}

/** What reads a configuration is loaded where there is one. */
async function networkFrom(args: Arguments, context: CommandContext): Promise<NetworkOptions> {
  const home = context.env['HOME'];
  const around = { cwd: context.cwd, ...(home !== undefined && { home }) };
  const own = { positionals: [], flags: args.flags };
  if (args.flags['config'] === undefined && findConfig(around) === undefined)
    return optionsFrom({ values: {}, folder: around.cwd }, own, around);
  const { effectiveOptions } = await import('../config/file.ts');
  return effectiveOptions(own, around);
}

async function scanned(target: Target, written: string, options: NetworkOptions): Promise<Scan> {
  const { createIO } = await import('../engine/io/create.ts');
  const { createData } = await import('../engine/io/data.ts');
  const { rootSources } = await import('../engine/io/roots.ts');
  const { observe } = await import('../collectors/tls/observe.ts');
  const controller = new AbortController();
  const stop = (): void => controller.abort(new FaultError('engine.interrupted'));
  process.once('SIGINT', stop);
  const job = createIO(options, {
    signal: controller.signal,
    data: createData(rootSources(options.ca)),
    deadlineMs: DEADLINE_MS,
  });
  const started = performance.now();
  try {
    const observed = observe({ collector: 'tls', target, options: { parts: ['suites', 'flights'] } }, job.io);
    // loaded while the server thinks
    const [raw, { scanOf }] = await Promise.all([observed, import('../collectors/tls/scan.ts')]);
    return scanOf(raw, written, performance.now() - started);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    const { failedScan } = await import('../collectors/tls/scan.ts');
    return failedScan(written, error.fault, performance.now() - started);
  } finally {
    process.removeListener('SIGINT', stop);
    job.end();
  }
}

function textOf(scan: Scan): string {
  const lines = [scan.target];
  for (const [version, { offered, suites }] of Object.entries(scan.versions)) {
    lines.push(`  ${version.padEnd(8)} ${offered === null ? 'could not tell' : offered ? 'offered' : 'not offered'}`);
    for (const { id, name } of suites) lines.push(`    ${id}  ${name}`);
  }
  if (scan.groups.length > 0) lines.push('  groups');
  for (const { id, name, version } of scan.groups) lines.push(`    ${id}  ${name} (${version})`);
  lines.push(`  certificate chains: ${String(scan.chains.length)}`);
  const { requested } = scan.clientCertificate;
  lines.push(
    `  client certificate: ${requested === null ? 'could not tell' : requested ? 'requested' : 'not requested'}`,
  );
  for (const fault of scan.unknown) lines.push(`  could not tell: ${fault.code} (${fault.message})`);
  lines.push(`  ${String(scan.connections)} connections, ${String(scan.elapsedMs)} ms`, '');
  return lines.join('\n');
}
