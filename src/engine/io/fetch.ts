/** The HTTP capability: one request, one response, as raw lines. Redirects are not followed, certificates never reject. */
import { request as send, type ClientRequest, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { Readable } from 'node:stream';
import { FaultError, type FaultCode } from '../../model/fault.ts';
import type { ByteStream, Hop, HopRequest, TlsSession } from '../../model/io.ts';
import { reasonOf, untilAbort, withDeadline } from '../deadline.ts';
import { decodersOf } from './body.ts';
import { codeOf, netFault } from './errors.ts';
import type { Scope } from './scope.ts';
import { takeSocket } from './stream.ts';
import { openTcp } from './tcp.ts';
import { startTls } from './tls.ts';
import type { World } from './world.ts';

/** facts/http §6: the default of 16 KiB is below what real sites send. */
const MAX_HEADER_BYTES = 64 * 1024;
/** Interim responses (RFC 9110 §15.2) before the final one. */
const MAX_INTERIM = 32;

interface Body {
  readonly bytes: Uint8Array;
  readonly truncated: boolean;
  readonly fault?: FaultCode;
}

type Interim = NonNullable<Hop['interim']>[number];

interface Answered {
  readonly response: IncomingMessage;
  readonly interim: readonly Interim[];
  /** node reports broken framing of a body on the request, and on the response only that it was cut. */
  readonly requestFault: () => FaultCode | undefined;
}

/** The head of the final response, and the session it came over. */
interface Head extends Answered {
  readonly session: TlsSession | undefined;
}

export async function fetchHop(world: World, scope: Scope, request: HopRequest): Promise<Hop> {
  const url = parseUrl(request.url);
  const { timeoutMs } = world.network;
  const silence = `${url.host} did not answer in time`;
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  // Under a deadline of its own: waiting for a slot of the host is not the server's time
  const plain = await openTcp(world, scope, url.hostname, port);
  const started = performance.now();
  try {
    const head = await withDeadline(
      scope.signal,
      timeoutMs,
      'http.timeout',
      silence,
      async (signal) => await headOf(world, { ...scope, signal }, plain, url, request),
    );
    const { session, response, interim } = head;
    const body = await readBody(head, request, scope.signal, started + timeoutMs - performance.now());
    return {
      url: request.url,
      method: request.method,
      address: plain.address,
      port: plain.port,
      httpVersion: response.httpVersion,
      status: response.statusCode ?? 0,
      statusText: response.statusMessage ?? '',
      headers: pairs(response.rawHeaders),
      ...(interim.length > 0 && { interim }),
      body: body.bytes,
      truncated: body.truncated,
      ...(body.fault !== undefined && { bodyFault: body.fault }),
      ...(session !== undefined && {
        tls: { protocol: session.protocol, authorized: session.authorized, trustError: session.trustError },
      }),
      elapsedMs: Math.round(performance.now() - started),
    };
  } finally {
    // With the session that may lie over it
    plain.close();
  }
}

async function headOf(world: World, scope: Scope, plain: ByteStream, url: URL, request: HopRequest): Promise<Head> {
  const session = url.protocol === 'https:' ? await handshake(world, scope, plain, url) : undefined;
  return { session, ...(await exchange(url, request, takeSocket(session?.stream ?? plain), scope.signal)) };
}

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new FaultError('http.malformed', `not an http or https URL: ${JSON.stringify(text.slice(0, 200))}`);
  }
  return url;
}

/** ALPN offers what we speak. TLS faults of a page are `http.*`: its reader asked for a page, not for a handshake. */
async function handshake(world: World, scope: Scope, plain: ByteStream, url: URL): Promise<TlsSession> {
  try {
    const servername = url.hostname.replace(/^\[|\]$/g, '');
    return await startTls(world, scope, plain, { servername, alpn: ['http/1.1'] });
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    const { code, message } = error.fault;
    if (code === 'tls.timeout') throw new FaultError('http.timeout', message, { cause: error });
    throw code.startsWith('tls.') ? new FaultError('http.tls', message, { cause: error }) : error;
  }
}

/** Sends the request over the open socket; resolves with the head of the final response. */
async function exchange(url: URL, hop: HopRequest, socket: Socket, signal: AbortSignal): Promise<Answered> {
  const headers: string[] = ['Host', url.host];
  for (const [name, value] of hop.headers ?? []) headers.push(name, value);
  const has = (wanted: string): boolean => (hop.headers ?? []).some(([name]) => name.toLowerCase() === wanted);
  if (!has('accept-encoding')) headers.push('Accept-Encoding', 'identity');
  if (!has('connection')) headers.push('Connection', 'close');
  const request: ClientRequest = send({
    createConnection: () => socket,
    method: hop.method,
    path: `${url.pathname}${url.search}`,
    headers,
    setHost: false,
    maxHeaderSize: MAX_HEADER_BYTES,
    insecureHTTPParser: false,
  });
  // All header lines or a fault: node would drop those above 2,000 in silence
  request.maxHeadersCount = 0;
  let failure: FaultError | undefined;
  const interim: Interim[] = [];
  const head = new Promise<IncomingMessage>((resolve, reject) => {
    request.on('error', (error) => {
      failure ??= httpFault(error, url);
      reject(failure);
    });
    request.on('information', ({ statusCode, rawHeaders }) => {
      if (interim.push({ status: statusCode, headers: pairs(rawHeaders) }) > MAX_INTERIM)
        reject(new FaultError('http.limit', `${url.host} sends interim responses without end`));
    });
    request.once('response', resolve);
    // 101 to a plain request: the head is the answer, what follows is another protocol
    request.once('upgrade', resolve);
  });
  request.end();
  try {
    const response = await untilAbort(head, signal);
    return { response, interim, requestFault: () => failure?.fault.code };
  } catch (error) {
    request.destroy();
    throw error;
  }
}

function httpFault(error: unknown, url: URL): FaultError {
  const code = codeOf(error);
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new FaultError('http.limit', `${url.host} sent more than ${String(MAX_HEADER_BYTES)} bytes of header`, {
      cause: error,
    });
  }
  if (code.startsWith('HPE_')) {
    return new FaultError('http.malformed', `${url.host} sent a malformed response (${code})`, { cause: error });
  }
  // node's word for an end of stream before any response
  if (error instanceof Error && error.message === 'socket hang up') {
    return new FaultError('net.closed', `${url.host} closed the connection without a response`, { cause: error });
  }
  return netFault(error, url.host);
}

/** The head is already an answer: whatever goes wrong in the body cuts it, and says why. Only the end of the job rejects. */
async function readBody(
  { response, requestFault }: Answered,
  hop: HopRequest,
  job: AbortSignal,
  timeLeftMs: number,
): Promise<Body> {
  const coding = pairs(response.rawHeaders)
    .filter(([name]) => name.toLowerCase() === 'content-encoding')
    .map(([, value]) => value)
    .join(',');
  if (hop.method === 'HEAD' || response.statusCode === 101) return { bytes: new Uint8Array(0), truncated: false };
  const decoders = decodersOf(coding) ?? [];
  const chunks: Uint8Array[] = [];
  let size = 0;
  let wire = 0;
  return await new Promise<Body>((resolve, reject) => {
    const timer = setTimeout(() => finish(true, 'http.timeout'), Math.max(0, timeLeftMs));
    const giveUp = (): void => {
      stop();
      reject(reasonOf(job));
    };
    function stop(): void {
      clearTimeout(timer);
      job.removeEventListener('abort', giveUp);
      response.destroy();
      for (const decoder of decoders) decoder.destroy();
    }
    function finish(truncated: boolean, fault?: FaultCode): void {
      stop();
      resolve({ bytes: Buffer.concat(chunks), truncated, ...(fault !== undefined && { fault }) });
    }
    job.addEventListener('abort', giveUp, { once: true });
    response.on('error', (error) => finish(true, requestFault() ?? bodyFault(error)));
    // Codings that decode to nothing may not be read for ever either
    response.on('data', (chunk: Uint8Array) => {
      wire += chunk.length;
      if (wire > 2 * hop.maxBody + MAX_HEADER_BYTES) finish(true);
    });
    let last: Readable = response;
    for (const decoder of decoders) {
      decoder.on('error', () => finish(true, 'http.malformed'));
      last = last.pipe(decoder);
    }
    last.on('data', (chunk: Uint8Array) => {
      const room = hop.maxBody - size;
      chunks.push(chunk.subarray(0, room));
      size += Math.min(room, chunk.length);
      if (chunk.length > room) finish(true);
    });
    last.on('end', () => finish(false));
  });
}

function bodyFault(error: Error): FaultCode {
  return error.message === 'aborted' ? 'net.closed' : netFault(error, '').fault.code;
}

function pairs(raw: readonly string[]): [string, string][] {
  const lines: [string, string][] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) lines.push([raw[index] ?? '', raw[index + 1] ?? '']);
  return lines;
}
