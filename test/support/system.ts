/** Servers that nobody here wrote, started for a test on loopback and ended by their own process id. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';

/** `{ skip }` where a program is not installed; in CI that is a failure. */
export function needsProgram(...names: readonly string[]): { skip?: string } {
  const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin`;
  for (const name of names) {
    const found = spawnSync('sh', ['-c', `command -v ${name}`], { env: { PATH: path } }).status === 0;
    if (found) continue;
    if (process.env['CI'] !== undefined) throw new Error(`${name} is missing, and this is CI`);
    const skip = `${name} is not installed: what it serves was not audited`;
    console.error(skip);
    return { skip };
  }
  return {};
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export interface SystemServer {
  readonly port: number;
  stop(): Promise<void>;
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

const ATTEMPTS = 400;
const BETWEEN_MS = 25;

/** Waits until the port accepts, or the process ends; bounded. */
export async function whenListening(child: ChildProcess, port: number, said: () => string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${String(child.exitCode)}: ${said()}`);
    if (await accepts(port)) return;
    await new Promise((resolve) => void setTimeout(resolve, BETWEEN_MS));
  }
  throw new Error(`nothing listens on ${String(port)}: ${said()}`);
}

/** Starts a server in the foreground and waits for its port. */
export async function startServer(
  command: string,
  args: readonly string[],
  port: number,
  env: { readonly [name: string]: string } = {},
): Promise<SystemServer> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin`, ...env },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => (text = (text + chunk).slice(-4000)));
  const ended = once(child, 'exit');
  ended.catch(() => undefined);
  await whenListening(child, port, () => text);
  return {
    port,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await ended;
    },
  };
}

/** NSD, authoritative for these zones (name to zone-file text). */
export async function startNsd(folder: string, zones: { readonly [name: string]: string }): Promise<SystemServer> {
  const port = await freePort();
  mkdirSync(folder, { recursive: true });
  const entries = Object.entries(zones).map(([name, text], index) => {
    const file = join(folder, `zone-${String(index)}`);
    writeFileSync(file, text);
    return `zone:\n  name: "${name}"\n  zonefile: "${file}"\n`;
  });
  const config = join(folder, 'nsd.conf');
  writeFileSync(
    config,
    `server:
  ip-address: 127.0.0.1@${String(port)}
  username: ""
  zonesdir: "${folder}"
  database: ""
  pidfile: ""
  xfrdfile: "${join(folder, 'xfrd')}"
  xfrdir: "${folder}"
  zonelistfile: "${join(folder, 'zones')}"
  server-count: 1
remote-control:
  control-enable: no
${entries.join('')}`,
  );
  return await startServer('nsd', ['-d', '-c', config], port);
}

/** nginx with these server blocks; `PORT` in them becomes the port. */
export async function startNginx(folder: string, servers: string): Promise<SystemServer> {
  const port = await freePort();
  mkdirSync(folder, { recursive: true });
  const config = join(folder, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `  ${name}_temp_path ${join(folder, name)};`,
  );
  writeFileSync(
    config,
    `daemon off;
master_process off;
pid ${join(folder, 'nginx.pid')};
error_log stderr;
events {}
http {
  access_log off;
${temporary.join('\n')}
${servers.replaceAll('PORT', String(port))}
}
`,
  );
  return await startServer('nginx', ['-c', config, '-p', folder, '-e', 'stderr'], port);
}
