/** TLS servers for the demo and the tests, on loopback: plain TLS, and TLS behind SMTP and PostgreSQL greetings. */
import { once } from 'node:events';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createSecureContext, createServer as createTlsServer, type SecureVersion, TLSSocket } from 'node:tls';

/** What a good server of today offers: no CBC, no key exchange without forward secrecy. */
export const GOOD_CIPHERS =
  'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:ECDHE+AESGCM:ECDHE+CHACHA20';

/** No SHA-1, no SHA-224, no PKCS#1 before PSS. */
export const GOOD_SIGNATURES =
  'ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384:rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:RSA+SHA256:RSA+SHA384';

export interface LabTlsOptions {
  /** Leaf and the certificates above it, as a server sends them. */
  readonly certPem: string;
  readonly keyPem: string;
  readonly minVersion?: SecureVersion;
  readonly maxVersion?: SecureVersion;
  /** OpenSSL cipher list; TLS 1.0 needs `DEFAULT:@SECLEVEL=0`. */
  readonly ciphers?: string;
  readonly groups?: string;
  /** Default HTTP/1.1 alone; an empty list takes whatever is asked for. */
  readonly alpn?: readonly string[];
  /** A PEM of the CAs whose client certificates are asked for, and whether one is a must. */
  readonly clientCa?: string;
  readonly clientCertificate?: 'optional' | 'required';
}

export interface LabServer {
  readonly host: string;
  readonly port: number;
  /** Connections accepted so far. */
  connections(): number;
  close(): Promise<void>;
}

/** Starts a server on a free port of 127.0.0.1; `close` ends its connections too. */
export async function listenOnLoopback(server: Server, port = 0): Promise<LabServer> {
  const open = new Set<Socket>();
  let accepted = 0;
  server.on('connection', (socket: Socket) => {
    accepted++;
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    // a client that goes away is no fault of a test server
    socket.on('error', () => socket.destroy());
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    host: '127.0.0.1',
    port: typeof address === 'object' && address !== null ? address.port : 0,
    connections: () => accepted,
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function settingsOf(options: LabTlsOptions): object {
  return {
    cert: options.certPem,
    key: options.keyPem,
    ...(options.minVersion !== undefined && { minVersion: options.minVersion }),
    ...(options.maxVersion !== undefined && { maxVersion: options.maxVersion }),
    // a good server unless it is asked to be another
    ciphers: options.ciphers ?? GOOD_CIPHERS,
    ...(options.groups !== undefined && { ecdhCurve: options.groups }),
    // TLS 1.0 and 1.1 sign with SHA-1, which a list without it forbids
    ...(options.minVersion === undefined && { sigalgs: GOOD_SIGNATURES }),
    ...(options.alpn?.length !== 0 && { ALPNProtocols: [...(options.alpn ?? ['http/1.1'])] }),
    ...(options.clientCa !== undefined && { ca: options.clientCa }),
    requestCert: options.clientCertificate !== undefined,
    rejectUnauthorized: options.clientCertificate === 'required',
  };
}

const MAX_REQUEST = 16_384;

/** Reads one request, says that there is nothing here, and ends. */
function answerHttp(socket: Socket): void {
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    if (text.length > MAX_REQUEST) socket.destroy();
    else if (text.includes('\r\n\r\n'))
      socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
  });
}

/** TLS from the first byte. Where http/1.1 is agreed on (the default) a request is answered by 404; else what comes is thrown away. */
export async function startTlsServer(options: LabTlsOptions, port = 0): Promise<LabServer> {
  const server = createTlsServer(settingsOf(options), (socket) => {
    if (socket.alpnProtocol === 'http/1.1') answerHttp(socket);
    else socket.resume();
  });
  // a refused hello is what these servers are for
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return await listenOnLoopback(server, port);
}

function upgrade(socket: Socket, options: LabTlsOptions): TLSSocket {
  const secure = new TLSSocket(socket, {
    isServer: true,
    secureContext: createSecureContext(settingsOf(options)),
    ...(options.alpn !== undefined && { ALPNProtocols: [...options.alpn] }),
  });
  secure.on('error', () => socket.destroy());
  return secure;
}

export interface LabSmtpOptions {
  /** Without it STARTTLS is not offered. */
  readonly tls?: LabTlsOptions;
  /** Lines of the EHLO answer beside the first and STARTTLS. */
  readonly features?: readonly string[];
  readonly greeting?: string;
  /** The answer to STARTTLS; default `220 go ahead`. */
  readonly answer?: string;
  /** What came behind STARTTLS in the clear is answered inside TLS (CVE-2011-0411). */
  readonly keepsInput?: boolean;
}

/** An SMTP greeter: EHLO, STARTTLS, NOOP, QUIT, and 502 for the rest, before TLS and inside it. */
export async function startSmtpServer(options: LabSmtpOptions = {}, port = 0): Promise<LabServer> {
  const features = ['mail.test', ...(options.features ?? ['PIPELINING', '8BITMIME'])];
  if (options.tls !== undefined || options.answer !== undefined) features.push('STARTTLS');
  const listed = (lines: readonly string[]): string =>
    lines.map((line, index) => `250${index === lines.length - 1 ? ' ' : '-'}${line}\r\n`).join('');
  function serve(stream: Socket, inside: boolean, before: string): void {
    let pending = before;
    function answer(): void {
      for (let end = pending.indexOf('\n'); end >= 0; end = pending.indexOf('\n')) {
        const line = pending.slice(0, end).trim().toUpperCase();
        pending = pending.slice(end + 1);
        if (line.startsWith('EHLO')) stream.write(listed(inside ? features.slice(0, -1) : features));
        else if (line === 'STARTTLS' && !inside && features.includes('STARTTLS')) {
          const words = options.answer ?? '220 go ahead';
          stream.write(`${words}\r\n`);
          if (!words.startsWith('220') || options.tls === undefined) continue;
          stream.off('data', receive);
          serve(upgrade(stream, options.tls), true, options.keepsInput === true ? pending : '');
          return;
        } else if (line === 'NOOP') stream.write('250 fine\r\n');
        else if (line === 'QUIT') stream.end('221 bye\r\n');
        else stream.write('502 not here\r\n');
      }
    }
    function receive(chunk: Buffer): void {
      pending += chunk.toString('latin1');
      answer();
    }
    stream.on('data', receive);
    answer();
  }
  const server = createTcpServer((socket) => {
    socket.write(`${options.greeting ?? '220 mail.test ESMTP'}\r\n`);
    serve(socket, false, '');
  });
  return await listenOnLoopback(server, port);
}

export interface LabPostgresOptions {
  /** Without it SSLRequest is answered with `N`. */
  readonly tls?: LabTlsOptions;
  /** What a start-up message without TLS gets: an authentication request of this type, or FATAL 28000. */
  readonly plain?: { readonly authentication: number } | 'refused';
}

function startupAnswer(plain: LabPostgresOptions['plain']): Buffer {
  if (plain === 'refused') {
    const fields = Buffer.from('SFATAL\0C28000\0Mno pg_hba.conf entry, no encryption\0\0', 'latin1');
    const error = Buffer.alloc(5);
    error.write('E', 0, 'latin1');
    error.writeUInt32BE(fields.length + 4, 1);
    return Buffer.concat([error, fields]);
  }
  const authentication = Buffer.alloc(9);
  authentication.write('R', 0, 'latin1');
  authentication.writeUInt32BE(8, 1);
  authentication.writeUInt32BE(plain?.authentication ?? 10, 5);
  return authentication;
}

/** A PostgreSQL greeter: SSLRequest, and a start-up message up to the demand for a password. */
export async function startPostgresServer(options: LabPostgresOptions = {}, port = 0): Promise<LabServer> {
  const server = createTcpServer((socket) => {
    let pending = Buffer.alloc(0);
    function receive(chunk: Buffer): void {
      pending = Buffer.concat([pending, chunk]);
      if (pending.length < 8 || pending.length < pending.readUInt32BE(0)) return;
      if (pending.readUInt32BE(4) === 80_877_103) {
        pending = pending.subarray(8);
        socket.write(options.tls === undefined ? 'N' : 'S');
        if (options.tls === undefined) return;
        socket.off('data', receive);
        upgrade(socket, options.tls).resume();
        return;
      }
      socket.end(startupAnswer(options.plain));
    }
    socket.on('data', receive);
  });
  return await listenOnLoopback(server, port);
}
