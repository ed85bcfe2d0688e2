/** The HTTP capability: one request, one response, as raw lines. Redirects are not followed, certificates never reject. */
import { performance } from 'node:perf_hooks';
import { FaultError } from '../../model/fault.ts';
import type { ByteStream, Hop, HopRequest, TlsSession } from '../../model/io.ts';
import { createDeadline } from '../deadline.ts';
import { readBody } from './body.ts';
import { codeOf } from './errors.ts';
import type { Head } from './head.ts';
import { askOverHttp1 } from './http1.ts';
import type { Heard, Line, Lines } from './lines.ts';
import type { Scope } from './scope.ts';
import { takeSocket } from './stream.ts';
import { openTcp } from './tcp.ts';
import { type Repeated, startTls } from './tls.ts';
import type { World } from './world.ts';

/** How long a connection that was used before may be silent: servers that never look at a second request exist. */
const SECOND_ANSWER_MS = 1000;

/** How HTTP/1.1 ends at a server that selected no protocol and wants HTTP/2: by frames, by a close, or by a status. */
const WANTS_HTTP2: readonly string[] = ['http.malformed', 'net.closed', 'net.reset'];
const WANTS_HTTP2_STATUS: readonly number[] = [403, 426, 505];

/** One request to one origin in one version of HTTP. */
interface Question {
  readonly world: World;
  readonly scope: Scope;
  readonly lines: Lines;
  readonly url: URL;
  readonly request: HopRequest;
  /** Connections of the two versions are kept apart. */
  readonly origin: string;
  readonly version: 'http/1.1' | 'h2';
}

/** HTTP/1.1 shows header lines as they were written, so it is asked first; HTTP/2 only where the server refuses that. */
export async function fetchHop(world: World, scope: Scope, lines: Lines, request: HopRequest): Promise<Hop> {
  const url = parseUrl(request.url);
  const origin = `${url.protocol}//${url.hostname}:${String(portOf(url))} ${request.address ?? ''}`;
  const one: Question = { world, scope, lines, url, request, origin, version: 'http/1.1' };
  const two: Question = { ...one, origin: `h2 ${origin}`, version: 'h2' };
  const heard = lines.heard(origin);
  if (heard.http2 === true) return await ask(two);
  const first = await answerOrError(ask(one));
  // Another request may have found it out meanwhile
  if (heard.http2 !== false && wantsHttp2(heard, first)) {
    const second = await answerOrError(ask(two));
    // One who does not select HTTP/2 either has said what it had to say
    heard.http2 = lines.heard(two.origin).alpn === 'selected';
    if (heard.http2) return orThrow(second);
  }
  return orThrow(first);
}

function wantsHttp2({ alpn }: Heard, first: Hop | FaultError): boolean {
  if (alpn === 'refused') return first instanceof FaultError && first.fault.code === 'http.tls';
  if (alpn !== 'ignored') return false;
  return first instanceof FaultError
    ? WANTS_HTTP2.includes(first.fault.code)
    : WANTS_HTTP2_STATUS.includes(first.status);
}

async function answerOrError(answer: Promise<Hop>): Promise<Hop | FaultError> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof FaultError) return error;
    throw error;
  }
}

function orThrow(answer: Hop | FaultError): Hop {
  if (answer instanceof FaultError) throw answer;
  return answer;
}

/** Over a connection that is open already, else over a new one. */
async function ask(question: Question): Promise<Hop> {
  const { world, scope, lines, url, request, origin } = question;
  const open = async (): Promise<ByteStream> => await openTcp(world, scope, url.hostname, portOf(url), request.address);
  const { timeoutMs } = world.network;
  const line = await lines.take(origin, open, false);
  if (line.uses === 1) return await hopOver(question, line, timeoutMs);
  try {
    return await hopOver(question, line, Math.min(timeoutMs, SECOND_ANSWER_MS));
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    // RFC 9112 §9.3.1: what a used connection does not answer is asked again over a new one, and only that answer counts
    if (error.fault.code === 'http.timeout') lines.distrust(origin);
  }
  return await hopOver(question, await lines.take(origin, open, true), timeoutMs);
}

/** One request over one line. The time begins here: waiting for a slot of the host is not the server's. */
async function hopOver(question: Question, line: Line, headMs: number): Promise<Hop> {
  const { world, scope, lines, url, request, origin } = question;
  const giveBack = (reusable: boolean): void => lines.release(origin, line, reusable);
  const started = performance.now();
  const deadline = createDeadline(scope.signal, headMs, 'http.timeout', `${url.host} did not answer in time`);
  let head: Head;
  try {
    head = await headOf(question, line, deadline.signal);
  } catch (error) {
    deadline.clear();
    giveBack(false);
    throw error;
  }
  if (!head.persists) lines.distrust(origin);
  const session = line.carrier?.session;
  head.whenDone(giveBack);
  deadline.renew(started + world.network.timeoutMs - performance.now());
  const body = await readBody(head, request, scope.signal, deadline);
  return {
    url: request.url,
    method: request.method,
    address: line.plain.address,
    ...(line.plain.otherAddresses !== undefined && { otherAddresses: line.plain.otherAddresses }),
    port: line.plain.port,
    httpVersion: head.version,
    status: head.status,
    statusText: head.statusText,
    headers: head.headers,
    ...(head.interim.length > 0 && { interim: head.interim }),
    body: body.bytes,
    truncated: body.truncated,
    ...(body.fault !== undefined && { bodyFault: body.fault }),
    ...(session !== undefined && {
      tls: { protocol: session.protocol, authorized: session.authorized, trustError: session.trustError },
    }),
    elapsedMs: Math.round(performance.now() - started),
  };
}

async function headOf(question: Question, line: Line, signal: AbortSignal): Promise<Head> {
  const { url, request, version } = question;
  if (line.carrier === undefined) {
    const session = url.protocol === 'https:' ? await handshake(question, line.plain, signal) : undefined;
    const socket = takeSocket(session?.stream ?? line.plain);
    line.carrier =
      version === 'h2'
        ? { socket, session, http2: (await import('./http2.ts')).openHttp2(socket, url) }
        : { socket, session };
  }
  const { socket, http2 } = line.carrier;
  if (http2 === undefined) return await askOverHttp1(socket, url, request, signal);
  return await (await import('./http2.ts')).askOverHttp2(http2, url, request, signal);
}

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new FaultError('http.malformed', `not an http or https URL: ${JSON.stringify(text.slice(0, 200))}`);
  }
  return url;
}

function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

/** ALPN offers what we speak. TLS faults of a page are `http.*`: its reader asked for a page, not for a handshake. */
async function handshake(question: Question, plain: ByteStream, signal: AbortSignal): Promise<TlsSession> {
  const { world, scope, lines, url, origin, version } = question;
  const heard = lines.heard(origin);
  const repeated: Repeated = lines.repeated(origin);
  let session: TlsSession;
  try {
    const servername = url.hostname.replace(/^\[|\]$/g, '');
    session = await startTls(world, { ...scope, signal }, plain, { servername, alpn: [version] }, repeated);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    const { code, message } = error.fault;
    // RFC 7301 §3.2
    if (codeOf(error.cause) === 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL') heard.alpn = 'refused';
    if (code === 'tls.timeout') throw new FaultError('http.timeout', message, { cause: error });
    throw code.startsWith('tls.') ? new FaultError('http.tls', message, { cause: error }) : error;
  }
  heard.alpn = session.alpn === version ? 'selected' : 'ignored';
  if (version === 'h2' && heard.alpn === 'ignored')
    throw new FaultError('http.tls', `${url.host} does not select HTTP/2`);
  return session;
}
