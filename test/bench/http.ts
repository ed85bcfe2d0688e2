/**
 * Observes and judges 500 local hosts by all checks of sites: `node test/bench/http.ts [hosts]`. Prints seconds, requests and
 * memory, and the ratio to a bare node:https client that sends as many requests to the same server.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:https';
import { fileURLToPath } from 'node:url';
import { collector } from '../../src/collectors/http/collector.ts';
import { createData } from '../../src/engine/io/data.ts';
import { createJobIO } from '../../src/engine/io/create.ts';
import { createWorld } from '../../src/engine/io/world.ts';
import { judge } from '../../src/judge/judge.ts';
import { createCa } from '../../src/lab/ca.ts';
import { goodHandlers, startWeb } from '../../src/lab/http.ts';
import type { Job } from '../../src/model/evidence.ts';
import { pathsRead } from '../../src/packs/read-paths.ts';
import { readFileSync } from 'node:fs';
import { httpChecks } from '../support/http-lab.ts';

interface Ready {
  readonly httpsPort: number;
  readonly httpPort: number;
  readonly caPem: string;
}

const AT_ONCE = 16;
const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `h${String(index)}.test`);

if (process.send !== undefined) await serve(Number(process.argv[2]));
else await measure(Number(process.argv[2] ?? 500));

/** The child: all hosts behind one certificate. */
async function serve(count: number): Promise<void> {
  const ca = createCa({ name: 'bench root' });
  const { chainPem, keyPem } = ca.issue({ names: names(count) });
  const web = await startWeb(
    names(count).map((name) => ({ name, certificate: { chainPem, keyPem }, ...goodHandlers(name) })),
  );
  process.send?.({ httpsPort: web.httpsPort, httpPort: web.httpPort, caPem: ca.certPem } satisfies Ready);
  process.on('message', () => process.send?.(web.requests.length));
  await once(process, 'disconnect');
  await web.close();
}

async function measure(count: number): Promise<void> {
  const child = fork(fileURLToPath(import.meta.url), [String(count)]);
  const [ready] = (await once(child, 'message')) as [Ready];
  const checks = httpChecks();
  const world = createWorld({
    resolvers: ['127.0.0.1:1'],
    connectTo: [
      { host: '', port: 443, toHost: '127.0.0.1', toPort: ready.httpsPort },
      { host: '', port: 80, toHost: '127.0.0.1', toPort: ready.httpPort },
    ],
    ca: { pem: ready.caPem, digest: 'sha256:bench' },
    allowPrivate: false,
    timeoutMs: 10_000,
    concurrency: AT_ONCE,
    rate: 0,
    maxConnections: 8,
  });
  const data = createData([
    { name: 'hsts-preload', read: () => readFileSync(new URL('../../data/hsts-preload.gz', import.meta.url)) },
  ]);
  const paths = [...new Set(checks.flatMap((check) => pathsRead(check).get('http') ?? []))];
  const hosts = names(count);
  const statuses = new Map<string, number>();

  const started = performance.now();
  await pool(hosts, async (name) => {
    const target = { kind: 'site' as const, id: `site:https://${name}/`, labels: {} };
    const options =
      collector.plan?.(target, {
        options: {},
        paths,
        connectTo: [],
        switches: {},
        dataDigest: (name) => data.digest(name),
      }) ?? {};
    const job: Job = { collector: 'http', target, options };
    const running = createJobIO(world, { signal: AbortSignal.timeout(60_000), data });
    const raw = await collector.observe(job, running.io);
    running.end();
    const { facts, at } = collector.interpret(raw);
    for (const { status } of judge(
      checks,
      [{ target, collectors: { http: { is: 'facts', id: 'ev', facts, at } } }],
      new Date().toISOString(),
    )) {
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  });
  const seconds = (performance.now() - started) / 1000;
  const memory = process.resourceUsage().maxRSS / 1024;

  child.send('count');
  const [requests] = (await once(child, 'message')) as [number];
  const floor = await bareClient(requests, hosts, ready);
  child.disconnect();
  world.close();
  const line = (name: string, value: string): string => `${name.padEnd(34)}${value}\n`;
  process.stdout.write(
    line('hosts, checks', `${String(count)}, ${String(checks.length)}`) +
      line('requests', `${String(requests)} (${(requests / count).toFixed(1)} a host)`) +
      line('seconds', seconds.toFixed(2)) +
      line('memory (max RSS)', `${memory.toFixed(0)} MB`) +
      line('bare client, as many requests', `${floor.toFixed(2)} s, ratio ${(seconds / floor).toFixed(2)}`) +
      line('verdicts', JSON.stringify(Object.fromEntries(statuses))),
  );
}

async function pool(items: readonly string[], work: (item: string) => Promise<void>): Promise<void> {
  const queue = [...items];
  const run = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, run));
}

/** The least that any observer must do: one TLS connection for each request. */
async function bareClient(count: number, hosts: readonly string[], { httpsPort, caPem }: Ready): Promise<number> {
  const asked = Array.from({ length: count }, (_, index) => hosts[index % hosts.length] ?? '');
  const started = performance.now();
  await pool(asked, async (servername) => {
    const sent = request({
      host: '127.0.0.1',
      port: httpsPort,
      servername,
      ca: caPem,
      agent: false,
      headers: { host: servername },
    });
    sent.end();
    const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream];
    response.resume();
    await once(response, 'end');
  });
  return (performance.now() - started) / 1000;
}
