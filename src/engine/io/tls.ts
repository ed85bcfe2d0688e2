/** The TLS capability: a node:tls handshake over an open stream. What is wrong with the certificate is data, never a rejection. */
import { isIP, type Socket } from 'node:net';
import { checkServerIdentity, connect, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import { FaultError } from '../../model/fault.ts';
import type { ByteStream, TlsOptions, TlsSession } from '../../model/io.ts';
import { untilAbort, withDeadline } from '../deadline.ts';
import { codeOf, netFault } from './errors.ts';
import type { Scope } from './scope.ts';
import { closeBy, createStream, MAX_STREAM_BYTES, takeSocket } from './stream.ts';
import type { World } from './world.ts';

const MAX_CHAIN = 10;

/** What the OpenSSL of this node cannot offer: no answer of the server (facts/tls §3). */
const OURS = /^ERR_(TLS_|SSL_NO_PROTOCOLS_AVAILABLE|SSL_NO_CIPHER_MATCH|SSL_NO_CIPHERS_AVAILABLE|SSL_INVALID_COMMAND)/;

/** A session that a server offered to resume, and what was found of the certificate when it began (RFC 8446 §2.2). */
export interface Resumption {
  readonly ticket: Buffer;
  readonly authorized: boolean;
  readonly trustError: string | undefined;
}

/** For one who asks the same server again and again, and does not read its certificates: both cost more than a request. */
export interface Repeated {
  readonly resume: Resumption | undefined;
  readonly keep: (resumption: Resumption) => void;
}

export async function startTls(
  world: World,
  scope: Scope,
  over: ByteStream,
  options: TlsOptions,
  repeated?: Repeated,
): Promise<TlsSession> {
  const where = `${over.address} port ${String(over.port)}`;
  const raw = takeSocket(over);
  const socket = handshakeOver(world, raw, options, where, repeated?.resume?.ticket);
  closeBy(over, socket);
  const { timeoutMs } = world.network;
  const silence = `${where} did not finish the TLS handshake in time`;
  try {
    await withDeadline(scope.signal, timeoutMs, 'tls.timeout', silence, async (signal) => {
      await untilAbort(secured(socket, where), signal);
    });
  } catch (error) {
    socket.destroy();
    throw error;
  }
  const trust = trustOf(socket, repeated?.resume);
  if (repeated !== undefined) {
    // RFC 5077: in TLS 1.2 the ticket came within the handshake; later versions send it with the first answer
    const early = socket.getProtocol() === 'TLSv1.3' ? undefined : socket.getSession();
    if (early !== undefined) repeated.keep({ ticket: early, ...trust });
    socket.on('session', (ticket) => repeated.keep({ ticket, ...trust }));
  }
  const stream = createStream(
    socket,
    { address: over.address, port: over.port },
    { signal: scope.signal, timeoutMs, maxBytes: MAX_STREAM_BYTES },
  );
  return {
    protocol: socket.getProtocol() ?? '',
    cipher: socket.getCipher().standardName,
    alpn: typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : undefined,
    chain: repeated === undefined ? chainOf(socket) : [],
    ...trust,
    rootsDigest: world.roots.digest,
    stream,
  };
}

function handshakeOver(
  world: World,
  raw: Socket,
  options: TlsOptions,
  where: string,
  ticket: Buffer | undefined,
): TLSSocket {
  const { servername, alpn, minVersion, maxVersion, ciphers } = options;
  const isName = servername !== undefined && isIP(servername) === 0;
  try {
    return connect({
      socket: raw,
      secureContext: world.roots.context({
        ...(minVersion !== undefined && { minVersion }),
        ...(maxVersion !== undefined && { maxVersion }),
        ...(ciphers !== undefined && { ciphers }),
      }),
      rejectUnauthorized: false,
      ...(ticket !== undefined && { session: ticket }),
      // RFC 6066 §3: no literal address in SNI
      ...(isName && { servername }),
      ...(alpn !== undefined && { ALPNProtocols: [...alpn] }),
      // Judged for the name we were given; node would compare with "localhost" where there is no SNI
      checkServerIdentity: (_, certificate) =>
        servername === undefined ? undefined : checkServerIdentity(servername, certificate),
    });
  } catch (error) {
    throw tlsFault(error, where);
  }
}

async function secured(socket: TLSSocket, where: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve);
    // Stays: an error after the handshake belongs to the stream, which listens too
    socket.on('error', (error) => reject(tlsFault(error, where)));
    socket.once('close', () =>
      reject(new FaultError('net.closed', `${where} closed the connection in the TLS handshake`)),
    );
  });
}

function tlsFault(error: unknown, where: string): FaultError {
  if (error instanceof FaultError) return error;
  const code = codeOf(error);
  const text = error instanceof Error ? error.message : String(error);
  if (OURS.test(code))
    return new FaultError('tls.unclear', `this node cannot ask ${where} so (${code})`, { cause: error });
  // node's word for an end of stream before the handshake was done
  if (code === 'ECONNRESET' && text.startsWith('Client network socket disconnected')) {
    return new FaultError('net.closed', `${where} closed the connection in the TLS handshake`, { cause: error });
  }
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') {
    const reason =
      error instanceof Error && 'reason' in error && typeof error.reason === 'string' ? error.reason : code;
    return new FaultError('tls.handshake', `${where}: ${reason}`, { cause: error });
  }
  return netFault(error, where);
}

/** node does not look at the name again where a session is resumed: what was found then holds. */
function trustOf(socket: TLSSocket, resume: Resumption | undefined): Pick<TlsSession, 'authorized' | 'trustError'> {
  const then = socket.isSessionReused() ? resume : undefined;
  return then === undefined
    ? { authorized: socket.authorized, trustError: trustErrorOf(socket) }
    : { authorized: then.authorized, trustError: then.trustError };
}

function trustErrorOf(socket: TLSSocket): string | undefined {
  if (socket.authorized) return undefined;
  const error: unknown = socket.authorizationError;
  if (typeof error === 'string') return error;
  return codeOf(error) === '' ? 'UNKNOWN' : codeOf(error);
}

/** As node built it, leaf first. Not getPeerX509Certificate: called first, it empties this answer (facts/tls §3). */
function chainOf(socket: TLSSocket): Uint8Array[] {
  const chain: Uint8Array[] = [];
  let certificate: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (certificate?.raw !== undefined && chain.length < MAX_CHAIN) {
    chain.push(Uint8Array.from(certificate.raw));
    const issuer: DetailedPeerCertificate | undefined = certificate.issuerCertificate;
    // A root is its own issuer
    certificate = issuer === certificate || issuer?.fingerprint256 === certificate.fingerprint256 ? undefined : issuer;
  }
  return chain;
}
