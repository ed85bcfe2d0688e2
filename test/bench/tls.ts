/**
 * Connections and time of `probity tls scan` beside sslscan and nmap (and sslyze, testssl where installed), on three nginx
 * configurations at 0 and 50 ms round trip, in turn, medians. Prints ratios; run with: node test/bench/tls.ts [name ...],
 * where a name is one of a configuration or a peer (default: all of either kind).
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { collector } from '../../src/collectors/tls/collector.ts';
import type { Scan } from '../../src/collectors/tls/scan.ts';
import { own } from '../../src/model/json.ts';
import { lowerBound } from '../servers/tls/bound.ts';
import { delayed } from '../servers/tls/delay.ts';
import { has, makeMaterial, startNginx } from '../servers/tls/peers.ts';
import { jobFor, labIo } from '../unit/collectors/tls/lab-io.ts';

const BUILT = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const CLI =
  process.env['PROBITY_CLI'] ??
  (existsSync(BUILT) ? BUILT : fileURLToPath(new URL('../../src/cli.ts', import.meta.url)));
const RSA = 'ssl_certificate rsa.pem; ssl_certificate_key rsa.key;';
const EC = 'ssl_certificate ec.pem; ssl_certificate_key ec.key;';
const CONFIGURATIONS = {
  modern: `${RSA} ssl_protocols TLSv1.3;`,
  intermediate: `${RSA} ${EC} ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;`,
  // with a DH group, as in the figures of the peers: 126 pairs of version and suite
  legacy: `${RSA} ${EC} ssl_dhparam dh.pem; ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_ciphers ALL:COMPLEMENTOFALL:@SECLEVEL=0; ssl_prefer_server_ciphers on;`,
};

async function timed(program: string, args: readonly string[]): Promise<{ ms: number; stdout: string }> {
  const started = performance.now();
  const stdout = await new Promise<string>((resolve) => {
    execFile(program, [...args], { maxBuffer: 1e8 }, (_error, out) => resolve(out));
  });
  return { ms: performance.now() - started, stdout };
}

const PEERS: readonly (readonly [name: string, args: (port: string) => readonly string[]])[] = [
  ['sslscan', (port) => ['--no-colour', '--sni-name=a.test', `127.0.0.1:${port}`]],
  [
    'nmap',
    (port) => [
      '-Pn',
      '-n',
      '--script',
      '+ssl-enum-ciphers',
      '--script-args',
      'tls.servername=a.test',
      '-p',
      port,
      '127.0.0.1',
    ],
  ],
  ['sslyze', (port) => [`127.0.0.1:${port}`]],
  ['testssl', (port) => ['--quiet', '--color', '0', '--warnings', 'batch', `127.0.0.1:${port}`]],
];
/** What issue 5 asks for: times as fast as sslyze, and at most so many milliseconds. */
const GOALS: { readonly [run: string]: { readonly sslyze?: number; readonly ms?: number } } = {
  'legacy 0': { sslyze: 6 },
  'legacy 50': { sslyze: 5 },
  'intermediate 50': { ms: 1500 },
};
const chosen = process.argv.slice(2);
/** Of these names those that were asked for; all of them where none was. */
const among = (names: readonly string[]): ReadonlySet<string> => {
  const some = names.filter((name) => chosen.includes(name));
  return new Set(some.length === 0 ? names : some);
};
const peersAsked = among(PEERS.map(([peer]) => peer));
const configurationsAsked = among(Object.keys(CONFIGURATIONS));
/** Odd: the middle one counts. */
const RUNS = 5;

const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[times.length >> 1] ?? 0;

async function asidesOf(port: number): Promise<number> {
  const job = labIo();
  try {
    const raw = await collector.observe(jobFor(`a.test:${String(port)}`), job.io);
    return Number(own(raw, 'asides'));
  } finally {
    job.end();
  }
}

const material = makeMaterial();
for (const [name, lines] of Object.entries(CONFIGURATIONS)) {
  if (!configurationsAsked.has(name)) continue;
  const server = await startNginx(material, lines);
  for (const roundMs of [0, 50]) {
    const near = await delayed(server.port, roundMs);
    const scanArgs = [
      'tls',
      'scan',
      `a.test:${String(near.port)}`,
      '--connect-to',
      '::127.0.0.1:',
      '--allow-private',
      '--json',
    ];
    const present = PEERS.filter(([peer]) => has(peer) && peersAsked.has(peer));
    const ours: number[] = [];
    const theirs = new Map<string, { readonly times: number[]; connections: number }>();
    let scan: Scan | undefined;
    // in turn, so that a slow minute of the machine is everybody's
    for (let run = 0; run < RUNS; run++) {
      const { ms, stdout } = await timed(process.execPath, [CLI, ...scanArgs]);
      ours.push(ms);
      scan = JSON.parse(stdout) as Scan;
      for (const [peer, peerArgs] of present) {
        if (run > 0 && peer === 'testssl') continue;
        const proxy = await delayed(server.port, roundMs);
        const seen = theirs.get(peer) ?? { times: [], connections: 0 };
        seen.times.push((await timed(peer, peerArgs(String(proxy.port)))).ms);
        theirs.set(peer, { ...seen, connections: proxy.count() });
        proxy.close();
      }
    }
    near.close();
    if (scan === undefined) continue;
    const over = scan.connections - lowerBound(scan);
    const goal = GOALS[`${name} ${String(roundMs)}`];
    const time = median(ours);
    console.log(
      `${name} ${String(roundMs)} ms: probity ${time.toFixed(0)} ms (fastest ${Math.min(...ours).toFixed(0)}), ${String(scan.connections)} connections (bound + ${String(over)}, goal 8)${goal?.ms === undefined ? '' : `, goal ${String(goal.ms)} ms`}`,
    );
    for (const [peer, { times, connections }] of theirs)
      console.log(
        `  ${peer}: ${median(times).toFixed(0)} ms, ${String(connections)} connections, ${(median(times) / time).toFixed(1)} times as long${peer === 'sslyze' && goal?.sslyze !== undefined ? `, goal ${String(goal.sslyze)}` : ''}`,
      );
  }
  // the questions of the full audit, which are counted apart
  const asides = await asidesOf(server.port);
  console.log(`${name}: ${String(asides)} connections for the one-question probes of the full audit, goal 24`);
  await server.stop();
}
material.clear();
