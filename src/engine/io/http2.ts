/** One request over HTTP/2 (RFC 9113), for servers that speak nothing else; the connection carries one request at a time. */
import { type ClientHttp2Session, connect, constants, type OutgoingHttpHeaders } from 'node:http2';
import type { Socket } from 'node:net';
import { FaultError, type FaultCode } from '../../model/fault.ts';
import type { HopRequest } from '../../model/io.ts';
import { untilAbort } from '../deadline.ts';
import { codeOf, netFault } from './errors.ts';
import { type Head, type HeaderLines, type Interim, MAX_HEADER_BYTES, MAX_INTERIM, pairs } from './head.ts';

const { NGHTTP2_CANCEL, NGHTTP2_NO_ERROR } = constants;

/** RFC 9113 §6.5.2 counts 32 octets for each line besides its text: more lines than this cannot come in our header bytes. */
const MAX_LINES = MAX_HEADER_BYTES / 32;

/** RFC 9113 §8.2.2: of a connection, not of a request; the host goes into `:authority`. */
const NOT_SENT = new Set(['connection', 'host', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);

export function openHttp2(socket: Socket, url: URL): ClientHttp2Session {
  const session = connect(url.origin, {
    createConnection: () => socket,
    settings: { enablePush: false, maxHeaderListSize: MAX_HEADER_BYTES },
    maxHeaderListPairs: MAX_LINES,
  });
  // What it means is said by the stream that was under way; without a listener it would end the program
  session.on('error', () => undefined);
  return session;
}

export async function askOverHttp2(
  session: ClientHttp2Session,
  url: URL,
  hop: HopRequest,
  signal: AbortSignal,
): Promise<Head> {
  if (session.closed || session.destroyed) throw closed(url);
  const stream = session.request(headersOf(url, hop), { endStream: true });
  const interim: Interim[] = [];
  const head = new Promise<{ readonly status: number; readonly lines: HeaderLines }>((resolve, reject) => {
    // Where the session fails it says so here too
    stream.on('error', (error) => reject(http2Fault(error, url)));
    stream.once('close', () => reject(closed(url)));
    stream.on('headers', (headers, _flags, raw) => {
      if (interim.push({ status: statusOf(headers), headers: fields(raw) }) > MAX_INTERIM)
        reject(new FaultError('http.limit', `${url.host} sends interim responses without end`));
    });
    stream.once('response', (headers, _flags, raw) => {
      const lines = fields(raw);
      // Our setting binds only those who have acknowledged it
      if (lines.reduce((sum, [name, value]) => sum + name.length + value.length, 0) > MAX_HEADER_BYTES)
        reject(new FaultError('http.limit', `${url.host} sent more than ${String(MAX_HEADER_BYTES)} bytes of header`));
      else resolve({ status: statusOf(headers), lines });
    });
  });
  try {
    const { status, lines } = await untilAbort(head, signal);
    return {
      version: '2',
      status,
      statusText: '',
      headers: lines,
      interim,
      body: stream,
      faultOf: (error) => http2Fault(error, url).fault.code,
      // A reset is an end without an error where its code is CANCEL
      cutBy: () => (stream.rstCode === NGHTTP2_NO_ERROR ? undefined : 'net.reset'),
      persists: true,
      whenDone: (giveBack) => {
        const give = (): void => giveBack(stream.rstCode === NGHTTP2_NO_ERROR && !session.closed && !session.destroyed);
        if (stream.destroyed) give();
        else stream.once('close', give);
      },
    };
  } catch (error) {
    stream.close(NGHTTP2_CANCEL);
    throw error;
  }
}

function headersOf(url: URL, { method, headers = [] }: HopRequest): OutgoingHttpHeaders {
  const sent: { [name: string]: string | string[] } = {
    ':method': method,
    ':scheme': 'https',
    ':authority': url.host,
    ':path': `${url.pathname}${url.search}`,
  };
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    const before = sent[key];
    if (!NOT_SENT.has(key)) sent[key] = before === undefined ? value : [before, value].flat();
  }
  sent['accept-encoding'] ??= 'identity';
  return sent;
}

/** The lines of the wire without the pseudo-header fields (RFC 9113 §8.3). */
function fields(raw: readonly string[]): [string, string][] {
  return pairs(raw).filter(([name]) => !name.startsWith(':'));
}

function statusOf(headers: { readonly ':status'?: number | undefined }): number {
  return headers[':status'] ?? 0;
}

function closed(url: URL): FaultError {
  return new FaultError('net.closed', `${url.host} closed the connection without a response`);
}

/** RFC 9113 §7: how a stream was reset. What our own side found wrong stands there like what the server sent. */
const RESETS: { readonly [name: string]: FaultCode } = {
  NGHTTP2_PROTOCOL_ERROR: 'http.malformed',
  NGHTTP2_FLOW_CONTROL_ERROR: 'http.malformed',
  NGHTTP2_FRAME_SIZE_ERROR: 'http.malformed',
  NGHTTP2_COMPRESSION_ERROR: 'http.malformed',
  // Ours where the header lines are too many
  NGHTTP2_ENHANCE_YOUR_CALM: 'http.limit',
};

function http2Fault(error: unknown, url: URL): FaultError {
  if (error instanceof FaultError) return error;
  const code = codeOf(error);
  const text = error instanceof Error ? error.message : '';
  const said = (fault: FaultCode, what: string): FaultError =>
    new FaultError(fault, `${url.host} ${what}`, { cause: error });
  if (code === 'ERR_HTTP2_STREAM_ERROR' || code === 'ERR_HTTP2_SESSION_ERROR') {
    const name = /NGHTTP2_[A-Z0-9_]+/.exec(text)?.[0] ?? '';
    return said(RESETS[name] ?? 'net.reset', `ended the HTTP/2 exchange (${name === '' ? text : name})`);
  }
  // What the library itself refuses: floods of frames are a limit, the rest is a breach of the protocol
  if (/flood|too many/i.test(text)) return said('http.limit', `floods the connection (${text})`);
  if (code.startsWith('ERR_HTTP2_')) return said('http.malformed', `breaks HTTP/2 (${text})`);
  return netFault(error, url.host);
}
