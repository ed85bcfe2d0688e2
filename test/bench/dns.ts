/**
 * Domains a second of the dns collector and its checks on a local server, beside checkdmarc where Python has it:
 * `node test/bench/dns.ts [--many]`; PYTHON names the interpreter. Prints ratios; nothing here is a test.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { collector } from '../../src/collectors/dns/index.ts';
import { createDnsClient } from '../../src/engine/io/dns.ts';
import { startDns } from '../../src/lab/dns.ts';
import { judge } from '../../src/judge/judge.ts';
import type { IO } from '../../src/model/io.ts';
import type { Json } from '../../src/model/json.ts';
import { domainJob, labIo } from '../support/dns-io.ts';
import { dnsChecks } from '../support/dns-verdicts.ts';

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

interface Round {
  readonly perSecond: number;
  /** Milliseconds of CPU a domain: asked, read into facts, judged. */
  readonly observeMs: number;
  readonly interpretMs: number;
  readonly judgeMs: number;
  readonly queries: number;
  readonly faults: number;
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Observes, interprets and judges all domains, a number of them at once; with `askOnly` it observes and keeps the evidence. */
async function ours(domains: readonly string[], resolver: string, atOnce: number, askOnly = false): Promise<Round> {
  const network = { resolvers: [resolver], connectTo: [], allowPrivate: true, timeoutMs: 5000, concurrency: 16 };
  const client = createDnsClient({ ...network, rate: 0, maxConnections: 8 });
  const { signal } = new AbortController();
  let queries = 0;
  // the name servers of the zones are the one machine here
  const dns: IO['dns'] = (request) => {
    queries += 1;
    return client.ask(request.server === undefined ? request : { ...request, server: resolver }, signal);
  };
  const io: IO = { ...labIo({}).io, dns };
  const checks = dnsChecks();
  let observations: Parameters<typeof judge>[1][number][] = [];
  const started = performance.now();
  const first = cpuMs();
  const spent = { interpret: 0, judge: 0 };
  let faults = 0;
  let next = 0;
  const judgeAll = () => {
    const before = cpuMs();
    judge(checks, observations, '2026-11-22T10:00:00Z');
    observations = [];
    spent.judge += cpuMs() - before;
  };
  const worker = async () => {
    for (let domain = domains[next++]; domain !== undefined; domain = domains[next++]) {
      const job = domainJob(domain);
      const raw = await collector.observe(job, io);
      const before = cpuMs();
      const written = JSON.stringify(raw);
      if (written.includes('$fault')) faults += 1;
      if (askOnly) continue;
      const { facts, at } = collector.interpret(JSON.parse(written) as Json);
      spent.interpret += cpuMs() - before;
      observations.push({ target: job.target, collectors: { dns: { is: 'facts', id: domain, facts, at } } });
      if (observations.length >= 200) judgeAll();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  judgeAll();
  const count = domains.length;
  const all = cpuMs() - first;
  client.close();
  return {
    perSecond: count / ((performance.now() - started) / 1000),
    observeMs: (all - spent.interpret - spent.judge) / count,
    interpretMs: spent.interpret / count,
    judgeMs: spent.judge / count,
    queries: queries / count,
    faults,
  };
}

/** checkdmarc on the same domains and server; undefined where it is not installed. */
async function checkdmarc(
  domains: readonly string[],
  resolver: string,
): Promise<{ readonly perSecond: number; readonly cpuMs: number } | undefined> {
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
  return line.startsWith('{') ? (JSON.parse(line) as { perSecond: number; cpuMs: number }) : undefined;
}

const say = (text: string) => process.stdout.write(`${text}\n`);
const names = (count: number) => Array.from({ length: count }, (_, index) => `d${String(index)}.test`);

/** The best of some rounds: the engine compiles what runs often, and a machine has other things to do. */
async function best(domains: readonly string[], resolver: string, rounds: number, askOnly = false): Promise<Round> {
  let found = await ours(domains, resolver, 16, askOnly);
  for (let round = 1; round < rounds; round += 1) {
    const again = await ours(domains, resolver, 16, askOnly);
    if (again.perSecond > found.perSecond) found = again;
  }
  return found;
}

function sayRound(what: string, round: Round): void {
  const { perSecond, observeMs, interpretMs, judgeMs, queries, faults } = round;
  const ms = (value: number) => value.toFixed(2);
  say(
    `${what}: ${perSecond.toFixed(0)} domains/s, ${queries.toFixed(1)} questions a domain, ${String(faults)} with a fault`,
  );
  say(`  CPU a domain: ${ms(observeMs)} ms asked, ${ms(interpretMs)} ms read, ${ms(judgeMs)} ms judged by all checks`);
}

async function main(): Promise<void> {
  say(`${String(availableParallelism())} processors`);
  const near = await startServer(200, 0);
  const round = await best(names(200), near.address, 6);
  sayRound('200 domains at 0 ms', round);
  const asking = await best(names(200), near.address, 4, true);
  say(`asking alone, evidence kept: ${asking.perSecond.toFixed(0)} domains/s`);
  const peer = await checkdmarc(names(60), near.address);
  if (peer === undefined) say('checkdmarc is not installed: no ratio');
  else {
    say(`checkdmarc: ${peer.perSecond.toFixed(1)} domains/s, ${peer.cpuMs.toFixed(1)} ms CPU a domain`);
    const cpu = peer.cpuMs / (round.observeMs + round.interpretMs + round.judgeMs);
    const alone = asking.perSecond / peer.perSecond;
    say(
      `ratio: ${(round.perSecond / peer.perSecond).toFixed(1)} by time, ${cpu.toFixed(1)} by CPU; ${alone.toFixed(1)} asking alone`,
    );
  }
  near.child.kill();
  const far = await startServer(200, 20);
  await ours(names(3), far.address, 1);
  say(`one domain at 20 ms: ${(1000 / (await ours(['d50.test'], far.address, 1)).perSecond).toFixed(0)} ms`);
  say(`100 domains at 20 ms, 8 at once: ${(await ours(names(100), far.address, 8)).perSecond.toFixed(0)} domains/s`);
  far.child.kill();
}

async function many(): Promise<void> {
  const server = await startServer(10_000, 0);
  await ours(names(20), server.address, 8);
  sayRound('10000 domains at 0 ms', await ours(names(10_000), server.address, 16));
  say(`  largest heap and buffers: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
  server.child.kill();
}

const serving = process.argv.indexOf('--serve');
if (serving > 0) await serve(Number(process.argv[serving + 1]), Number(process.argv[serving + 2]));
else await (process.argv.includes('--many') ? many() : main());
