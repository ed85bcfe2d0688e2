/** One request over HTTP/1.1 (RFC 9112): its head as raw lines, with the connection kept where the server keeps it. */
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { FaultError, type FaultCode } from '../../model/fault.ts';
import type { HopRequest } from '../../model/io.ts';
import { untilAbort } from '../deadline.ts';
import { codeOf, netFault } from './errors.ts';
import { type Head, type HeaderLines, type Interim, listNamed, MAX_HEADER_BYTES, MAX_INTERIM, pairs } from './head.ts';
import { httpRequest } from './node-http.ts';

/** Sends the request over the open socket; resolves with the head of the final response. */
export async function askOverHttp1(socket: Socket, url: URL, hop: HopRequest, signal: AbortSignal): Promise<Head> {
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
    const lines = pairs(response.rawHeaders);
    return {
      version: response.httpVersion,
      status: response.statusCode ?? 0,
      statusText: response.statusMessage ?? '',
      headers: lines,
      interim,
      body: response,
      // node reports broken framing of a body on the request, and on the response only that it was cut
      faultOf: (error) => failure?.fault.code ?? bodyFault(error),
      cutBy: () => undefined,
      persists: persists(response.httpVersion, lines),
      whenDone: (giveBack) => {
        if (response.statusCode === 101) giveBack(false);
        else giveBackWhenDone(response, giveBack);
      },
    };
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

function bodyFault(error: Error): FaultCode {
  return error.message === 'aborted' ? 'net.closed' : netFault(error, '').fault.code;
}

/** A connection is free for the next request when node says so, and gone when it closes. */
function giveBackWhenDone({ socket }: IncomingMessage, giveBack: (reusable: boolean) => void): void {
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
function persists(version: string, headers: HeaderLines): boolean {
  const options = listNamed(headers, 'connection').toLowerCase();
  if (/(?:^|,)[ \t]*close[ \t]*(?:,|$)/.test(options)) return false;
  return version !== '1.0' || options.includes('keep-alive');
}
