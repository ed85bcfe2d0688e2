/**
 * Domains a second of the dns collector and its checks on a local server, beside checkdmarc where Python has it:
 * `node test/bench/dns.ts [--many]`; PYTHON names the interpreter. Prints ratios; nothing here is a test.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { collector } from '../../src/collectors/dns/index.ts';
import { COLLECTORS } from '../../src/collectors/index.ts';
import { collect } from '../../src/engine/collect.ts';
import { createCollectors } from '../../src/engine/collectors.ts';
import { createData } from '../../src/engine/io/data.ts';
import { createDnsClient } from '../../src/engine/io/dns.ts';
import { liveSource } from '../../src/engine/live.ts';
import { createPlanner } from '../../src/engine/plan.ts';
import { evidenceStore } from '../../src/engine/store.ts';
import { createTaker } from '../../src/engine/take.ts';
import { startDns } from '../../src/lab/dns.ts';
import { judge } from '../../src/judge/judge.ts';
import type { IO } from '../../src/model/io.ts';
import type { Json } from '../../src/model/json.ts';
import { domainJob, labIo } from '../support/dns-io.ts';
import { dnsChecks } from '../support/dns-verdicts.ts';
import { pathsRead } from '../../src/packs/read-paths.ts';

const SHARED = [
  '$ORIGIN bench.test.',
  '@ SOA ns1 h 1 7200 3600 1209600 300',
  '_spf1 TXT "v=spf1 ip4:198.51.100.0/24 include:_spf3.bench.test -all"',
  '_spf2 TXT "v=spf1 ip4:203.0.113.0/24 -all"',
  '_spf3 TXT "v=spf1 ip6:2001:db8::/32 -all"',
];

/** A usual domain: two name servers, a mail host, SPF with three includes, DMARC, CAA, TLS-RPT. */
function zoneOf(index: number): string[] {
  const name = `d${String(index)}.test`;
  return [
    `$ORIGIN ${name}.`,
    '@ SOA ns1 h 1 7200 3600 1209600 300',
    '@ NS ns1',
    '@ NS ns2',
    'ns1 A 192.0.2.53',
    'ns2 A 198.51.100.53',
    '@ A 192.0.2.1',
    '@ MX 10 mail',
    'mail A 192.0.2.2',
    '@ TXT "v=spf1 mx include:_spf1.bench.test include:_spf2.bench.test ip4:192.0.2.0/28 -all"',
    `_dmarc TXT "v=DMARC1; p=reject; rua=mailto:d@${name}"`,
    '@ CAA 0 issue "ca.example"',
    `_smtp._tls TXT "v=TLSRPTv1; rua=mailto:t@${name}"`,
  ];
}

async function serve(count: number, delay: number): Promise<void> {
  const zones = Array.from({ length: count }, (_, index) => zoneOf(index)).flat();
  const server = await startDns({ lines: [...SHARED, ...zones], ...(delay > 0 ? { delayMs: delay } : {}) });
  process.stdout.write(`${server.address}\n`);
}

/** The server is a process of its own, as servers are. */
async function startServer(count: number, delay: number): Promise<{ child: ChildProcess; address: string }> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), '--serve', String(count), String(delay)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [address] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { child, address };
}

/** Milliseconds a domain. */
interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
}

interface Round {
  /** All questions asked, and the evidence written as JSON. */
  readonly asked: Cost;
  /** The evidence read back into facts: records parsed, trees walked, ranges summed. What checkdmarc answers is made of these two. */
  readonly read: Cost;
  /** The facts judged by every built-in check of domains, each verdict with reasons; checkdmarc has nothing like it. */
  readonly judged: Cost;
  readonly queries: number;
  readonly faults: number;
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function costOf<T>(count: number, work: () => Promise<T> | T): Promise<readonly [T, Cost]> {
  const [cpu, wall] = [cpuMs(), performance.now()];
  const done = await work();
  return [done, { wallMs: (performance.now() - wall) / count, cpuMs: (cpuMs() - cpu) / count }];
}

/** The DNS as a job asks it, but that the name servers of the zones are the one machine here. */
function dnsOf(resolver: string): { readonly io: IO; readonly asked: () => number; readonly close: () => void } {
  const network = { resolvers: [resolver], connectTo: [], allowPrivate: true, timeoutMs: 5000, concurrency: 16 };
  const client = createDnsClient({ ...network, rate: 0, maxConnections: 8 });
  const { signal } = new AbortController();
  let queries = 0;
  const dns: IO['dns'] = (request) => {
    queries += 1;
    return client.ask(request.server === undefined ? request : { ...request, server: resolver }, signal);
  };
  return { io: { ...labIo({}).io, dns }, asked: () => queries, close: () => client.close() };
}

/** Observes all domains, a number of them at once. */
async function observed(
  domains: readonly string[],
  atOnce: number,
  io: IO,
  take: (domain: string, raw: Json) => void,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let domain = domains[next++]; domain !== undefined; domain = domains[next++]) {
      take(domain, await collector.observe(domainJob(domain), io));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** What checkdmarc does: everything asked and read into facts, which are kept; nothing is written or judged. */
async function factsOnly(domains: readonly string[], resolver: string): Promise<Cost> {
  const { io, close } = dnsOf(resolver);
  const facts = new Map<string, Json>();
  const take = (domain: string, raw: Json) => facts.set(domain, collector.interpret(raw).facts);
  const [, cost] = await costOf(domains.length, () => observed(domains, 16, io, take));
  close();
  if (facts.size < domains.length) throw new Error('a domain is missing');
  return cost;
}

/** The stages of a run one after the other: observes all domains; then interprets; then judges. */
async function ours(domains: readonly string[], resolver: string, atOnce: number): Promise<Round> {
  const { io, asked: questions, close } = dnsOf(resolver);
  const count = domains.length;
  const checks = dnsChecks();
  const written = new Map<string, string>();
  const take = (domain: string, raw: Json) => written.set(domain, JSON.stringify(raw));
  const [, asked] = await costOf(count, () => observed(domains, atOnce, io, take));
  const [observations, read] = await costOf(count, () =>
    [...written].map(([domain, text]) => {
      const { facts, at } = collector.interpret(JSON.parse(text) as Json);
      return { target: domainJob(domain).target, collectors: { dns: { is: 'facts', id: domain, facts, at } as const } };
    }),
  );
  const [, judged] = await costOf(count, () => judge(checks, observations, '2026-11-22T10:00:00Z'));
  close();
  const faults = [...written.values()].filter((text) => text.includes('$fault')).length;
  return { asked, read, judged, queries: questions() / count, faults };
}

interface AuditRound {
  /** Asked, sealed, written, read back and read into facts. */
  readonly collected: Cost;
  readonly judged: Cost;
}

/** What `probity audit` does between its plan and its reports, by its own functions: evidence on the disk and verdicts over all targets. */
async function audited(domains: readonly string[], resolver: string): Promise<AuditRound> {
  const toPort = Number(resolver.split(':')[1]);
  const connectTo = ['192.0.2.53', '198.51.100.53'].map((host) => ({ host, port: 53, toHost: '127.0.0.1', toPort }));
  const limits = { timeoutMs: 5000, concurrency: 16, rate: 0, maxConnections: 8 };
  const network = { resolvers: [resolver], connectTo, allowPrivate: true, ...limits };
  const checks = dnsChecks();
  const collectors = createCollectors(COLLECTORS);
  const listener = () => undefined;
  const folder = mkdtempSync(join(tmpdir(), 'probity-bench-'));
  const source = liveSource({ network, collectors, data: createData([]), listener });
  const request = {
    targets: domains.map((domain) => ({ target: domainJob(domain).target, options: {} })),
    checks: checks.map((check) => ({ needs: check.needs, target: check.target, paths: pathsRead(check) })),
    options: {},
    connectTo: [],
    switches: {},
    dataDigest: () => undefined,
  };
  const planner = createPlanner(request, collectors, (error) => {
    throw error;
  });
  const taker = createTaker({ source, collectors, store: evidenceStore(folder), listener });
  const { signal } = new AbortController();
  try {
    const [found, collected] = await costOf(domains.length, () => collect({ planner, taker, signal, listener }));
    const faulted = found.targets.filter(({ jobs }) => jobs.faulted > 0).length;
    if (faulted > 0 || !found.complete) throw new Error(`${String(faulted)} domains with a fault`);
    const [, judged] = await costOf(domains.length, () => judge(checks, found.observations, '2026-11-22T10:00:00Z'));
    return { collected, judged };
  } finally {
    source.close();
    rmSync(folder, { recursive: true });
  }
}

const perSecond = (...costs: readonly Cost[]) => 1000 / costs.reduce((sum, { wallMs }) => sum + wallMs, 0);

interface Peer {
  readonly perSecond: number;
  readonly cpuMs: number;
}

/** checkdmarc on the same domains and server: it asks, parses, and names what is wrong with a record; undefined where it is not installed. */
async function checkdmarc(domains: readonly string[], resolver: string): Promise<Peer | undefined> {
  const [host = '', port = ''] = resolver.split(':');
  const script = [
    'import json, sys, time, dns.resolver, checkdmarc',
    'r = dns.resolver.Resolver(configure=False)',
    `r.nameservers = ["${host}"]; r.port = ${port}`,
    'd = json.loads(sys.argv[1]); checkdmarc.check_domains(d[:5], resolver=r)',
    't = time.time(); c = time.process_time()',
    'checkdmarc.check_domains(d, resolver=r)',
    'print(json.dumps({"perSecond": len(d) / (time.time() - t), "cpuMs": (time.process_time() - c) * 1000 / len(d)}))',
  ].join('\n');
  const child = spawn(process.env['PYTHON'] ?? 'python3', ['-c', script, JSON.stringify(domains)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  child.on('error', () => child.kill());
  let text = '';
  for await (const chunk of child.stdout) text += String(chunk);
  const line = text.trim().split('\n').at(-1) ?? '';
  return line.startsWith('{') ? (JSON.parse(line) as Peer) : undefined;
}

const say = (text: string) => process.stdout.write(`${text}\n`);
const names = (count: number) => Array.from({ length: count }, (_, index) => `d${String(index)}.test`);

function sayRound(what: string, { asked, read, judged, queries, faults }: Round): void {
  const cost = ({ wallMs, cpuMs: cpu }: Cost) => `${wallMs.toFixed(2)} ms (${cpu.toFixed(2)} CPU)`;
  say(
    `${what}: ${perSecond(asked, read, judged).toFixed(0)} domains/s, ${queries.toFixed(1)} questions a domain, ${String(faults)} with a fault`,
  );
  say(`  a domain: ${cost(asked)} asked, ${cost(read)} read into facts, ${cost(judged)} judged by all checks`);
}

/** The fastest of what was measured: a machine has other things to do. */
function fastest<T>(rounds: readonly T[], speed: (round: T) => number): T | undefined {
  return [...rounds].sort((a, b) => speed(b) - speed(a))[0];
}

const whole = ({ asked, read, judged }: Round) => perSecond(asked, read, judged);
const run = ({ collected, judged }: AuditRound) => perSecond(collected, judged);

/** What is measured, each in processes of its own, as the peer is: the rounds before the engine has compiled what runs often count too. */
const MEASURES = {
  alike: { rounds: 25, take: (resolver: string) => factsOnly(names(200), resolver) },
  verdicts: { rounds: 8, take: (resolver: string) => ours(names(200), resolver, 16) },
  audit: { rounds: 8, take: (resolver: string) => audited(names(200), resolver) },
} as const;

/** Measures in this process, and prints the rounds in their order. */
async function measure(what: keyof typeof MEASURES, resolver: string): Promise<void> {
  const { rounds, take } = MEASURES[what];
  const taken: unknown[] = [];
  for (let round = 0; round < rounds; round += 1) taken.push(await take(resolver));
  say(JSON.stringify(taken));
}

async function measured<T>(what: keyof typeof MEASURES, resolver: string): Promise<readonly T[]> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), '--measure', what, resolver], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const chunk of child.stdout) text += String(chunk);
  return JSON.parse(text) as readonly T[];
}

/** Rounds that the peer's sample is as long as: about a second. */
const WINDOW = 5;

/** The mean of each so many rounds in a row. */
function windows(rounds: readonly Cost[]): Cost[] {
  return rounds.slice(WINDOW - 1).map((_, index) => {
    const some = rounds.slice(index, index + WINDOW);
    return {
      wallMs: some.reduce((sum, { wallMs }) => sum + wallMs, 0) / WINDOW,
      cpuMs: some.reduce((sum, { cpuMs: one }) => sum + one, 0) / WINDOW,
    };
  });
}

/** Ours and the peer in turn, so that a slow minute of the machine meets both; the best of each counts. */
async function compare(resolver: string): Promise<void> {
  const rounds: Round[] = [];
  const alike: Cost[] = [];
  const first: Cost[] = [];
  const audits: AuditRound[] = [];
  const peers: Peer[] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    const warm = await measured<Cost>('alike', resolver);
    first.push(...warm.slice(0, 1));
    alike.push(...windows(warm));
    rounds.push(...(await measured<Round>('verdicts', resolver)));
    audits.push(...(await measured<AuditRound>('audit', resolver)));
    const peer = await checkdmarc(names(60), resolver);
    if (peer !== undefined) peers.push(peer);
  }
  const best = fastest(rounds, whole);
  const like = fastest(alike, perSecond);
  const cold = fastest(first, perSecond);
  const audit = fastest(audits, run);
  const peer = fastest(peers, (one) => one.perSecond);
  if (best === undefined || like === undefined || cold === undefined || audit === undefined) return;
  sayRound('200 domains at 0 ms', best);
  say(
    `asked and read into facts, which is what checkdmarc does: ${perSecond(like).toFixed(0)} domains/s (mean of ${String(WINDOW)} times 200), ${like.cpuMs.toFixed(2)} ms CPU a domain; the first 200 of a new process ${perSecond(cold).toFixed(0)}`,
  );
  const { collected, judged } = audit;
  say(
    `as a run does it, in one thread: ${perSecond(collected).toFixed(0)} domains/s with evidence kept (${collected.cpuMs.toFixed(2)} ms CPU), ${run(audit).toFixed(0)} with all verdicts (${(collected.cpuMs + judged.cpuMs).toFixed(2)})`,
  );
  if (peer === undefined) {
    say('checkdmarc is not installed: no ratio');
    return;
  }
  say(`checkdmarc: ${peer.perSecond.toFixed(1)} domains/s, ${peer.cpuMs.toFixed(1)} ms CPU a domain`);
  const ratio = (value: number) => (value / peer.perSecond).toFixed(1);
  say(
    `ratio: ${ratio(perSecond(like))} like for like (${(peer.cpuMs / like.cpuMs).toFixed(1)} by CPU; the first 200 of a new process ${ratio(perSecond(cold))}), ${ratio(whole(best))} with all verdicts; as a run does it ${ratio(perSecond(collected))} with evidence kept, ${ratio(run(audit))} with all verdicts`,
  );
}

async function main(): Promise<void> {
  say(`${String(availableParallelism())} processors`);
  const near = await startServer(200, 0);
  await compare(near.address);
  near.child.kill();
  const far = await startServer(200, 20);
  await ours(names(3), far.address, 1);
  say(`one domain at 20 ms: ${(1000 / whole(await ours(['d50.test'], far.address, 1))).toFixed(0)} ms`);
  say(`100 domains at 20 ms, 8 at once: ${whole(await ours(names(100), far.address, 8)).toFixed(0)} domains/s`);
  far.child.kill();
}

/** In portions, as a run would be cut by `--shard`; memory holds one of them. */
async function many(): Promise<void> {
  const all = names(10_000);
  const server = await startServer(all.length, 0);
  await ours(all.slice(0, 20), server.address, 8);
  const started = performance.now();
  let faults = 0;
  let queries = 0;
  for (let from = 0; from < all.length; from += 200) {
    const round = await ours(all.slice(from, from + 200), server.address, 16);
    faults += round.faults;
    queries += round.queries / 50;
  }
  const seconds = (performance.now() - started) / 1000;
  say(
    `${String(all.length)} domains at 0 ms: ${(all.length / seconds).toFixed(0)} domains/s, ${queries.toFixed(1)} questions a domain, ${String(faults)} with a fault`,
  );
  say(`  largest heap and buffers: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
  server.child.kill();
}

const serving = process.argv.indexOf('--serve');
const measuring = process.argv.indexOf('--measure');
const what = process.argv[measuring + 1];
if (measuring > 0 && (what === 'alike' || what === 'verdicts' || what === 'audit'))
  await measure(what, process.argv[measuring + 2] ?? '');
else if (serving > 0) await serve(Number(process.argv[serving + 1]), Number(process.argv[serving + 2]));
else await (process.argv.includes('--many') ? many() : main());
