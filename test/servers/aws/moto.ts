/** Starts the AWS emulator moto (Apache-2.0) in Python, and a proxy before it that refuses what moto cannot refuse. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSocketServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { callOf, sendError, type Call } from '../../../src/lab/aws/wire.ts';

const VERSION = '5.2.5';
const VENV = fileURLToPath(new URL('../../../.venv', import.meta.url));
const SERVER = `${VENV}/bin/moto_server`;

/** Installs moto into the git-ignored `.venv` where it is missing; the reason why it cannot be used, or undefined. */
function install(): string | undefined {
  const has = (): boolean => {
    if (!existsSync(SERVER)) return false;
    const found = spawnSync(`${VENV}/bin/python`, ['-c', 'import moto; print(moto.__version__)'], { encoding: 'utf8' });
    return found.stdout.trim() === VERSION;
  };
  if (has()) return undefined;
  const made = spawnSync('python3', ['-m', 'venv', VENV], { encoding: 'utf8' });
  if (made.status !== 0) return `python3 with venv is missing (${made.error?.message ?? made.stderr.trim()})`;
  spawnSync(`${VENV}/bin/pip`, ['install', '--quiet', `moto[server]==${VERSION}`], {
    encoding: 'utf8',
    timeout: 300_000,
  });
  return has() ? undefined : `moto ${VERSION} could not be installed from PyPI`;
}

/** `{ skip }` for tests that need moto: said aloud; in CI a failure. */
export function needsMoto(): { skip?: string } {
  const missing = install();
  if (missing === undefined) return {};
  assert.ok(process.env['CI'] === undefined, `the AWS emulator is needed in CI: ${missing}`);
  return { skip: missing };
}

async function freePort(): Promise<number> {
  const probe = createSocketServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

export interface Moto {
  readonly url: string;
  /** Forgets every resource. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export async function startMoto(): Promise<Moto> {
  const port = await freePort();
  const child = spawn(SERVER, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${String(port)}`;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  for (let attempt = 0; ; attempt += 1) {
    try {
      await fetch(`${url}/moto-api/`);
      break;
    } catch (error) {
      if (attempt > 300 || child.exitCode !== null) throw new Error('moto did not start', { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  return {
    url,
    async reset() {
      await fetch(`${url}/moto-api/reset`, { method: 'POST' });
    },
    async close() {
      child.kill();
      await ended;
    },
  };
}

export interface Proxy {
  readonly url: string;
  /** Actions in the order in which they came. */
  readonly calls: string[];
  /** Decides which calls are refused from now on, and how. */
  refuse(decide: (call: Call) => { readonly code: string; readonly status?: number } | undefined): void;
  close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function forward(to: string, request: IncomingMessage, body: Buffer, response: ServerResponse): void {
  const target = new URL(request.url ?? '/', to);
  const onward = send(target, { method: request.method, headers: request.headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  onward.end(body);
}

/** Passes calls on to moto and answers those that it is told to refuse as the service would. */
export async function startRefusingProxy(to: string): Promise<Proxy> {
  const calls: string[] = [];
  let decide: Parameters<Proxy['refuse']>[0] = () => undefined;
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const call = callOf(request, body.toString('utf8'));
    calls.push(call.action);
    const refusal = decide(call);
    if (refusal === undefined) forward(to, request, body, response);
    else
      sendError(call, response, refusal.code, 'the proxy refuses', refusal.status ?? (call.isXml ? 403 : 400), 'proxy');
  }
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    calls,
    refuse(how) {
      decide = how;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
