/** Servers of other makers, and peers whose answers are compared with ours. All on loopback, ended by their own handle. */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createCa, type Issued } from '../../../src/lab/ca.ts';

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
  return { folder, ca: root.certPem, clear: () => rmSync(folder, { recursive: true, force: true }) };
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
