/**
 * Connections and time of `probity tls scan` beside sslscan and nmap (and sslyze, testssl where installed), on three nginx
 * configurations at 0 and 50 ms round trip. Prints ratios; run with: node test/bench/tls.ts
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { lowerBound } from '../servers/tls/bound.ts';
import { delayed } from '../servers/tls/delay.ts';
import { has, makeMaterial, startNginx } from '../servers/tls/peers.ts';

const BUILT = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const CLI =
  process.env['PROBITY_CLI'] ??
  (existsSync(BUILT) ? BUILT : fileURLToPath(new URL('../../src/cli.ts', import.meta.url)));
const RSA = 'ssl_certificate rsa.pem; ssl_certificate_key rsa.key;';
const EC = 'ssl_certificate ec.pem; ssl_certificate_key ec.key;';
const CONFIGURATIONS = {
  modern: `${RSA} ssl_protocols TLSv1.3;`,
  intermediate: `${RSA} ${EC} ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;`,
  legacy: `${RSA} ${EC} ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_ciphers ALL:COMPLEMENTOFALL:@SECLEVEL=0; ssl_prefer_server_ciphers on;`,
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
const chosen = new Set(process.argv.slice(2));

const material = makeMaterial();
for (const [name, lines] of Object.entries(CONFIGURATIONS)) {
  const server = await startNginx(material, lines);
  for (const roundMs of [0, 50]) {
    const own = await delayed(server.port, roundMs);
    const args = [
      'tls',
      'scan',
      `a.test:${String(own.port)}`,
      '--connect-to',
      '::127.0.0.1:',
      '--allow-private',
      '--json',
    ];
    const runs = [];
    for (let run = 0; run < 3; run++) runs.push(await timed(process.execPath, [CLI, ...args]));
    const best = runs.reduce((a, b) => (a.ms < b.ms ? a : b));
    const scan = JSON.parse(best.stdout);
    const over = scan.connections - lowerBound(scan);
    const goal = GOALS[`${name} ${String(roundMs)}`];
    console.log(
      `${name} ${String(roundMs)} ms: probity ${best.ms.toFixed(0)} ms, ${String(scan.connections)} connections (bound + ${String(over)}, goal 8)${goal?.ms === undefined ? '' : `, goal ${String(goal.ms)} ms`}`,
    );
    own.close();
    for (const [peer, peerArgs] of PEERS) {
      if (!has(peer) || (chosen.size > 0 && !chosen.has(peer))) continue;
      const proxy = await delayed(server.port, roundMs);
      const { ms } = await timed(peer, peerArgs(String(proxy.port)));
      console.log(
        `  ${peer}: ${ms.toFixed(0)} ms, ${String(proxy.count())} connections, ${(ms / best.ms).toFixed(1)} times as long${peer === 'sslyze' && goal?.sslyze !== undefined ? `, goal ${String(goal.sslyze)}` : ''}`,
      );
      proxy.close();
    }
  }
  await server.stop();
}
material.clear();
