/** The HTTP capability: one request, one response, as raw lines. Redirects are not followed, certificates never reject. */
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { Readable } from 'node:stream';
import { FaultError, type FaultCode } from '../../model/fault.ts';
import type { ByteStream, Hop, HopRequest, TlsSession } from '../../model/io.ts';
import { createDeadline, reasonOf, untilAbort, withDeadline } from '../deadline.ts';
import { decodersOf } from './body.ts';
import { codeOf, netFault } from './errors.ts';
import { httpRequest } from './node-http.ts';
import type { Scope } from './scope.ts';
import type { Line, Lines } from './lines.ts';
import { takeSocket } from './stream.ts';
import { openTcp } from './tcp.ts';
import { type Repeated, startTls } from './tls.ts';
import type { World } from './world.ts';

/** facts/http §6: the default of 16 KiB is below what real sites send. */
const MAX_HEADER_BYTES = 64 * 1024;
/** Interim responses (RFC 9110 §15.2) before the final one. */
const MAX_INTERIM = 32;
/** How long a connection that was used before may be silent: servers that never look at a second request exist. */
const SECOND_ANSWER_MS = 1000;
/** What is read of an unwanted body to keep the connection. */
const MAX_DRAIN = 64 * 1024;

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

export async function fetchHop(world: World, scope: Scope, lines: Lines, request: HopRequest): Promise<Hop> {
  const url = parseUrl(request.url);
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  const origin = `${url.protocol}//${url.hostname}:${String(port)} ${request.address ?? ''}`;
  const open = async (): Promise<ByteStream> => await openTcp(world, scope, url.hostname, port, request.address);
  const distrust = (): void => lines.distrust(origin);
  const lent = (line: Line): Lent => ({
    line,
    repeated: lines.repeated(origin),
    distrust,
    giveBack: (reusable) => lines.release(origin, line, reusable),
  });
  const first = lent(await lines.take(origin, open, false));
  const { timeoutMs } = world.network;
  if (first.line.uses === 1) return await hopOver(world, scope, first, url, request, timeoutMs);
  try {
    return await hopOver(world, scope, first, url, request, Math.min(timeoutMs, SECOND_ANSWER_MS));
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    // RFC 9112 §9.3.1: what a used connection does not answer is asked again over a new one, and only that answer counts
    if (error.fault.code === 'http.timeout') distrust();
  }
  return await hopOver(world, scope, lent(await lines.take(origin, open, true)), url, request, timeoutMs);
}

/** A line, and the function that gives it back: called once. */
interface Lent {
  readonly line: Line;
  readonly repeated: Repeated;
  readonly distrust: () => void;
  readonly giveBack: (reusable: boolean) => void;
}

/** One request over one line. The time begins here: waiting for a slot of the host is not the server's. */
async function hopOver(
  world: World,
  scope: Scope,
  lent: Lent,
  url: URL,
  request: HopRequest,
  headMs: number,
): Promise<Hop> {
  const { line, giveBack, distrust } = lent;
  const started = performance.now();
  const silence = `${url.host} did not answer in time`;
  let head: Answered;
  try {
    head = await withDeadline(
      scope.signal,
      headMs,
      'http.timeout',
      silence,
      async (signal) => await headOf(world, { ...scope, signal }, lent, url, request),
    );
  } catch (error) {
    giveBack(false);
    throw error;
  }
  const { response, interim } = head;
  if (!persists(response)) distrust();
  const session = line.carrier?.session;
  const body = await readBody(
    head,
    request,
    scope.signal,
    started + world.network.timeoutMs - performance.now(),
    giveBack,
  );
  return {
    url: request.url,
    method: request.method,
    address: line.plain.address,
    ...(line.plain.otherAddresses !== undefined && { otherAddresses: line.plain.otherAddresses }),
    port: line.plain.port,
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
}

async function headOf(
  world: World,
  scope: Scope,
  { line, repeated }: Lent,
  url: URL,
  request: HopRequest,
): Promise<Answered> {
  if (line.carrier === undefined) {
    const session = url.protocol === 'https:' ? await handshake(world, scope, line.plain, url, repeated) : undefined;
    line.carrier = { socket: takeSocket(session?.stream ?? line.plain), session };
  }
  return await exchange(url, request, line.carrier.socket, scope.signal);
}

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new FaultError('http.malformed', `not an http or https URL: ${JSON.stringify(text.slice(0, 200))}`);
  }
  return url;
}

/** ALPN offers what we speak. TLS faults of a page are `http.*`: its reader asked for a page, not for a handshake. */
async function handshake(
  world: World,
  scope: Scope,
  plain: ByteStream,
  url: URL,
  repeated: Repeated,
): Promise<TlsSession> {
  try {
    const servername = url.hostname.replace(/^\[|\]$/g, '');
    return await startTls(world, scope, plain, { servername, alpn: ['http/1.1'] }, repeated);
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
  if (!has('connection')) headers.push('Connection', 'keep-alive');
  const request: ClientRequest = httpRequest({
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
  // Without an agent node closes after each answer, whatever the header says
  request.shouldKeepAlive = !has('connection');
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
  giveBack: (reusable: boolean) => void,
): Promise<Body> {
  if (response.statusCode === 101) giveBack(false);
  else giveBackWhenDone(response, giveBack);
  if (hop.method === 'HEAD' || response.statusCode === 101) {
    response.resume();
    return { bytes: new Uint8Array(0), truncated: false };
  }
  const known = decodersOf(linesNamed(response, 'content-encoding').join(','));
  const decoders = known ?? [];
  const chunks: Uint8Array[] = [];
  let size = 0;
  let wire = 0;
  let wireCap = 2 * hop.maxBody + MAX_HEADER_BYTES;
  return await new Promise<Body>((resolve, reject) => {
    const deadline = createDeadline(job, timeLeftMs, 'http.timeout');
    const giveUp = (): void => {
      if (!job.aborted) return finish(true, 'http.timeout');
      stop();
      response.destroy();
      reject(reasonOf(job));
    };
    function stop(): void {
      deadline.signal.removeEventListener('abort', giveUp);
      deadline.clear();
      for (const decoder of decoders) decoder.destroy();
    }
    function finish(truncated: boolean, fault?: FaultCode): void {
      stop();
      if (fault !== undefined && fault !== 'http.coding') response.destroy();
      resolve({ bytes: Buffer.concat(chunks), truncated, ...(fault !== undefined && { fault }) });
    }
    /** The rest of a body that nobody wants is read where it is short: a new connection costs more. */
    function finishAtCap(): void {
      wireCap = wire + MAX_DRAIN;
      const announced = Number(response.headers['content-length'] ?? 0);
      finish(true, known === undefined ? 'http.coding' : undefined);
      if (announced > wireCap) response.destroy();
      else response.resume();
    }
    deadline.signal.addEventListener('abort', giveUp, { once: true });
    response.on('error', (error) => finish(true, requestFault() ?? bodyFault(error)));
    // Codings that decode to nothing may not be read for ever either
    response.on('data', (chunk: Uint8Array) => {
      wire += chunk.length;
      if (wire <= wireCap) return;
      finish(true);
      response.destroy();
    });
    let last: Readable = response;
    for (const decoder of decoders) {
      decoder.on('error', () => finish(true, 'http.malformed'));
      last = last.pipe(decoder);
    }
    const keep = (chunk: Uint8Array): void => {
      const room = hop.maxBody - size;
      if (room > 0) chunks.push(chunk.subarray(0, room));
      size += Math.min(room, chunk.length);
      if (chunk.length <= room) return;
      last.off('data', keep);
      finishAtCap();
    };
    last.on('data', keep);
    last.on('end', () => finish(false, known === undefined ? 'http.coding' : undefined));
  });
}

/** A connection is free for the next request when node says so, and gone when it closes. */
function giveBackWhenDone(response: IncomingMessage, giveBack: (reusable: boolean) => void): void {
  const { socket } = response;
  const give = (reusable: boolean): void => {
    socket.off('free', whenFree);
    socket.off('close', whenClosed);
    giveBack(reusable);
  };
  const whenFree = (): void => give(true);
  const whenClosed = (): void => give(false);
  socket.once('free', whenFree);
  socket.once('close', whenClosed);
}

/** RFC 9112 §9.3: whether the connection may carry another request. */
function persists(response: IncomingMessage): boolean {
  const options = linesNamed(response, 'connection').join(',').toLowerCase();
  if (/(?:^|,)[ \t]*close[ \t]*(?:,|$)/.test(options)) return false;
  return response.httpVersion !== '1.0' || options.includes('keep-alive');
}

function linesNamed(response: IncomingMessage, name: string): string[] {
  return pairs(response.rawHeaders).flatMap(([key, value]) => (key.toLowerCase() === name ? [value] : []));
}

function bodyFault(error: Error): FaultCode {
  return error.message === 'aborted' ? 'net.closed' : netFault(error, '').fault.code;
}

function pairs(raw: readonly string[]): [string, string][] {
  const lines: [string, string][] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) lines.push([raw[index] ?? '', raw[index + 1] ?? '']);
  return lines;
}
