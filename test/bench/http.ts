/**
 * The built program audits 500 local hosts by all checks of sites: `node test/bench/http.ts [hosts] [cli.js]`. Prints seconds, CPU time,
 * requests and memory, and the ratio to a bare node:https client that sends as many requests, each over a connection of its own.
 *
 * `--observatory DIR`: a folder into which `@mdn/mdn-http-observatory` was installed, with the lists that its own scripts fetch. Both then
 * scan the first 20 hosts in one process each, and the ratio is printed with the verdicts of both.
 */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { createCa } from '../../src/lab/ca.ts';
import { goodHandlers, startWeb } from '../../src/lab/http.ts';

interface Ready {
  readonly httpsPort: number;
  readonly httpPort: number;
  readonly caPem: string;
}

interface Spent {
  readonly userCPUTime: number;
  readonly systemCPUTime: number;
  /** KiB. */
  readonly maxRSS: number;
}

const AT_ONCE = 16;
/** Hosts that MDN's scanner is measured on. */
const FEW = 20;
const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `h${String(index)}.test`);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { observatory: { type: 'string' }, ports: { type: 'string' } },
});
const [hostCount = '500', program] = positionals;

if (values.ports !== undefined) await observatory(values.observatory ?? '', values.ports.split(',').map(Number));
else if (process.send !== undefined) await serve(Number(hostCount));
else await measure(Number(hostCount), program, values.observatory);

/** The child: every host with a certificate of its own, and connections kept open, as most of the web does. */
async function serve(count: number): Promise<void> {
  const ca = createCa({ name: 'bench root' });
  const { keyPem } = ca.issue({ names: ['key.test'] });
  const web = await startWeb(
    names(count).map((name) => {
      const { chainPem } = ca.issue({ names: [name], keyPem });
      return { name, certificate: { chainPem, keyPem }, persistent: true, ...goodHandlers(name) };
    }),
  );
  process.send?.({ httpsPort: web.httpsPort, httpPort: web.httpPort, caPem: ca.certPem } satisfies Ready);
  process.on('message', () => process.send?.([web.requests.length, web.connections()]));
  await once(process, 'disconnect');
  await web.close();
}

async function measure(count: number, program?: string, observatoryFolder?: string): Promise<void> {
  const child = fork(fileURLToPath(import.meta.url), [String(count)]);
  const [ready] = (await once(child, 'message')) as [Ready];
  const folder = mkdtempSync(join(tmpdir(), 'probity-bench-'));
  try {
    const { seconds, spent } = await audit(folder, names(count), ready, program);
    child.send('count');
    const [[requests, connections]] = (await once(child, 'message')) as [[number, number]];
    const floor = await bareClient(requests, names(count), ready);
    const line = (name: string, value: string): string => `${name.padEnd(34)}${value}\n`;
    const memory = (kib: number): string => `${(kib * 1.024e-3).toFixed(0)} MB (${(kib / 1024).toFixed(0)} MiB)`;
    const run = JSON.parse(readFileSync(join(folder, 'run', 'run.json'), 'utf8')) as { readonly summary: unknown };
    process.stdout.write(
      line('hosts', String(count)) +
        line('requests', `${String(requests)} (${(requests / count).toFixed(1)} a host)`) +
        line('connections', `${String(connections)} (${(connections / count).toFixed(1)} a host)`) +
        line('seconds', seconds.toFixed(2)) +
        line('CPU time', `${((spent.userCPUTime + spent.systemCPUTime) / 1e6).toFixed(2)} s`) +
        line('memory (max RSS)', memory(spent.maxRSS)) +
        line('bare client, as many requests', `${floor.toFixed(2)} s, ratio ${(seconds / floor).toFixed(2)}`) +
        line('verdicts', JSON.stringify(run.summary)),
    );
    if (observatoryFolder === undefined) return;
    const few = names(Math.min(count, FEW));
    const ours = await audit(join(folder, 'few'), few, ready, program);
    const theirs = await scanned(observatoryFolder, join(folder, 'ca.pem'), ready);
    process.stdout.write(
      line(`${String(few.length)} hosts, Probity`, `${ours.seconds.toFixed(2)} s, ${memory(ours.spent.maxRSS)}`) +
        line(`${String(few.length)} hosts, MDN's scanner`, `${theirs.seconds.toFixed(2)} s, ${memory(theirs.maxRSS)}`) +
        line('ratio', `${(theirs.seconds / ours.seconds).toFixed(1)} times as fast`) +
        line('verdicts of both', `${JSON.stringify(ours.byStatus)} and ${JSON.stringify(theirs.tests)}`),
    );
  } finally {
    child.disconnect();
    rmSync(folder, { recursive: true });
  }
}

/** The whole program, from reading the configuration to run.json. */
async function audit(
  folder: string,
  hosts: readonly string[],
  { httpsPort, httpPort, caPem }: Ready,
  program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url)),
): Promise<{ readonly seconds: number; readonly spent: Spent; readonly byStatus: unknown }> {
  mkdirSync(folder, { recursive: true });
  const file = (name: string): string => join(folder, name);
  writeFileSync(file('ca.pem'), caPem);
  writeFileSync(file('probity.yaml'), `targets:\n${hosts.map((host) => `  - https://${host}/\n`).join('')}`);
  const tell = `process.on('exit',()=>require('node:fs').writeFileSync('${file('spent.json')}',JSON.stringify(process.resourceUsage())))`;
  writeFileSync(file('tell.cjs'), tell);
  const started = performance.now();
  const running = spawn(
    process.execPath,
    [
      ...['--require', file('tell.cjs'), ...(process.env['NODE_FLAGS']?.split(' ') ?? []), program, 'audit'],
      ...['--config', file('probity.yaml'), '--output', file('run'), '--ca-file', file('ca.pem'), '--format', 'json'],
      ...['--connect-to', `:443:127.0.0.1:${String(httpsPort)}`, '--connect-to', `:80:127.0.0.1:${String(httpPort)}`],
      ...['--checks', 'http.*,sectxt.*,wellknown.*', '--resolver', '127.0.0.1:1', '--timeout', '5s', '--quiet'],
    ],
    { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  await once(running, 'exit');
  const seconds = (performance.now() - started) / 1000;
  const read = (name: string): unknown => JSON.parse(readFileSync(file(name), 'utf8'));
  const { summary } = read(join('run', 'run.json')) as { readonly summary: { readonly byStatus: unknown } };
  return { seconds, spent: read('spent.json') as Spent, byStatus: summary.byStatus };
}

interface Scanned {
  readonly tests: { [outcome: string]: number };
  /** KiB. */
  readonly maxRSS: number;
}

/** MDN's scanner in a process of its own, from its start to its end. */
async function scanned(
  folder: string,
  caFile: string,
  { httpsPort, httpPort }: Ready,
): Promise<Scanned & { readonly seconds: number }> {
  const started = performance.now();
  const args = ['--observatory', folder, '--ports', `${String(httpsPort)},${String(httpPort)}`];
  const child = fork(fileURLToPath(import.meta.url), args, { env: { ...process.env, NODE_EXTRA_CA_CERTS: caFile } });
  const [[result]] = (await Promise.all([once(child, 'message'), once(child, 'exit')])) as [[Scanned], unknown];
  return { ...result, seconds: (performance.now() - started) / 1000 };
}

/** The child that scans: every name leads to the lab, as `--connect-to` does for us. */
async function observatory(folder: string, [httpsPort = 0, httpPort = 0]: readonly number[]): Promise<void> {
  // oxlint-disable-next-line typescript/unbound-method -- called with its own `this` below
  const { connect } = Socket.prototype;
  const lead = function lead(this: Socket, ...args: unknown[]): Socket {
    const [first] = args.flat() as { host?: string; port?: number | string; lookup?: unknown }[];
    if (typeof first === 'object' && first.host !== undefined) {
      first.port = Number(first.port) === 443 ? httpsPort : httpPort;
      first.host = '127.0.0.1';
    }
    return Reflect.apply(connect, this, args) as Socket;
  };
  Object.assign(Socket.prototype, { connect: lead });
  const path = join(folder, 'node_modules', '@mdn', 'mdn-http-observatory', 'src', 'scanner', 'index.js');
  const { scan } = (await import(pathToFileURL(path).href)) as {
    readonly scan: (
      host: string,
    ) => Promise<{ readonly tests: { readonly [name: string]: { readonly pass: boolean | null } } }>;
  };
  const tests: { [outcome: string]: number } = {};
  const hosts = names(FEW);
  const run = async (): Promise<void> => {
    for (let host = hosts.shift(); host !== undefined; host = hosts.shift()) {
      const found = Object.values((await scan(host)).tests);
      for (const { pass } of found) tests[String(pass)] = (tests[String(pass)] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, run));
  process.send?.({ tests, maxRSS: process.resourceUsage().maxRSS } satisfies Scanned);
  process.disconnect();
}

/** What a client without a pool must do: one TLS connection for each request. */
async function bareClient(count: number, hosts: readonly string[], { httpsPort, caPem }: Ready): Promise<number> {
  const asked = Array.from({ length: count }, (_, index) => hosts[index % hosts.length] ?? '');
  const started = performance.now();
  const run = async (): Promise<void> => {
    for (let servername = asked.shift(); servername !== undefined; servername = asked.shift()) {
      const sent = request({
        host: '127.0.0.1',
        port: httpsPort,
        servername,
        ca: caPem,
        agent: false,
        headers: { host: servername, connection: 'close' },
      });
      sent.end();
      const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream];
      response.resume();
      await once(response, 'end');
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, run));
  return (performance.now() - started) / 1000;
}
