/**
 * The built program audits 500 local hosts by all checks of sites: `node test/bench/http.ts [hosts] [cli.js]`. Prints seconds, CPU time,
 * requests and memory, and the ratio to a bare node:https client that sends as many requests, each over a connection of its own.
 */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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
const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `h${String(index)}.test`);

if (process.send !== undefined) await serve(Number(process.argv[2]));
else await measure(Number(process.argv[2] ?? 500), process.argv[3]);

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

async function measure(count: number, program?: string): Promise<void> {
  const child = fork(fileURLToPath(import.meta.url), [String(count)]);
  const [ready] = (await once(child, 'message')) as [Ready];
  const folder = mkdtempSync(join(tmpdir(), 'probity-bench-'));
  try {
    const { seconds, spent } = await audit(folder, names(count), ready, program);
    child.send('count');
    const [[requests, connections]] = (await once(child, 'message')) as [[number, number]];
    const floor = await bareClient(requests, names(count), ready);
    const line = (name: string, value: string): string => `${name.padEnd(34)}${value}\n`;
    const run = JSON.parse(readFileSync(join(folder, 'run', 'run.json'), 'utf8')) as { readonly summary: unknown };
    process.stdout.write(
      line('hosts', String(count)) +
        line('requests', `${String(requests)} (${(requests / count).toFixed(1)} a host)`) +
        line('connections', `${String(connections)} (${(connections / count).toFixed(1)} a host)`) +
        line('seconds', seconds.toFixed(2)) +
        line('CPU time', `${((spent.userCPUTime + spent.systemCPUTime) / 1e6).toFixed(2)} s`) +
        line('memory (max RSS)', `${(spent.maxRSS / 1024).toFixed(0)} MB`) +
        line('bare client, as many requests', `${floor.toFixed(2)} s, ratio ${(seconds / floor).toFixed(2)}`) +
        line('verdicts', JSON.stringify(run.summary)),
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
): Promise<{ readonly seconds: number; readonly spent: Spent }> {
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
  return { seconds, spent: JSON.parse(readFileSync(file('spent.json'), 'utf8')) as Spent };
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
