/** Scripted web hosts on loopback: one TLS and one plain port serve many names with literal bytes, able to misbehave. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { GOOD_CIPHERS, GOOD_SIGNATURES } from './tls.ts';
import { createSecureContext, createServer as createTlsServer, type SecureContext } from 'node:tls';

export interface LabRequest {
  readonly scheme: 'http' | 'https';
  readonly method: string;
  /** Path and query as asked. */
  readonly path: string;
  /** Of the Host line, without port. */
  readonly host: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** What a host does with the connection: literal bytes and then the end, or whatever it likes. */
export type Reply = string | Uint8Array | ((socket: Socket) => void);
export type Handler = (request: LabRequest) => Reply;

export interface LabSite {
  readonly name: string;
  /** PEM chain and key; a host without one gets the first host's certificate. */
  readonly certificate?: { readonly chainPem: string; readonly keyPem: string };
  readonly https: Handler;
  readonly http: Handler;
  /** Text replies leave the connection open for the next request. */
  readonly persistent?: boolean;
}

export interface LabWeb {
  readonly httpsPort: number;
  readonly httpPort: number;
  readonly requests: readonly LabRequest[];
  /** Connections accepted so far. */
  readonly connections: () => number;
  close(): Promise<void>;
}

const MAX_REQUEST = 64 * 1024;

export async function startWeb(sites: readonly LabSite[]): Promise<LabWeb> {
  const byName = new Map(sites.map((site) => [site.name, site]));
  const contexts = new Map<string, SecureContext>();
  for (const { name, certificate } of sites) {
    if (certificate !== undefined) {
      contexts.set(
        name,
        createSecureContext({
          cert: certificate.chainPem,
          key: certificate.keyPem,
          ciphers: GOOD_CIPHERS,
          sigalgs: GOOD_SIGNATURES,
        }),
      );
    }
  }
  const first = sites.find(({ certificate }) => certificate !== undefined)?.certificate;
  const requests: LabRequest[] = [];
  const open = new Set<Socket>();
  let accepted = 0;

  function serve(socket: Socket, scheme: 'http' | 'https'): void {
    // clients that go away are no fault of the lab's
    socket.on('error', () => socket.destroy());
    let text = '';
    const read = (chunk: Buffer): void => {
      text += chunk.toString('latin1');
      if (text.length > MAX_REQUEST) socket.destroy();
      if (!text.includes('\r\n\r\n')) return;
      const request = parseRequest(text, scheme);
      text = '';
      requests.push(request);
      const site = byName.get(request.host);
      const reply = site === undefined ? response('421 Misdirected Request', []) : site[scheme](request);
      if (site?.persistent === true && typeof reply === 'string') {
        // HEAD has the head of GET and no body (RFC 9110 §9.3.2)
        const open = reply.replace('\r\nConnection: close', '');
        socket.write(request.method === 'HEAD' ? open.slice(0, open.indexOf('\r\n\r\n') + 4) : open, 'latin1');
        return;
      }
      socket.off('data', read);
      send(socket, reply);
    };
    socket.on('data', read);
  }

  const plain = createServer((socket) => serve(socket, 'http'));
  const secure = createTlsServer(
    {
      ciphers: GOOD_CIPHERS,
      sigalgs: GOOD_SIGNATURES,
      // other protocols are refused (RFC 7301 §3.2)
      ALPNProtocols: ['http/1.1'],
      ...(first !== undefined && { cert: first.chainPem, key: first.keyPem }),
      SNICallback: (name, done) => done(null, contexts.get(name)),
    },
    (socket) => serve(socket, 'https'),
  );
  secure.on('tlsClientError', (_error, socket) => socket.destroy());
  for (const server of [plain, secure]) {
    server.on('connection', (socket: Socket) => {
      open.add(socket);
      accepted++;
      socket.on('error', () => socket.destroy());
      socket.on('close', () => open.delete(socket));
    });
  }
  const httpPort = await listen(plain);
  const httpsPort = await listen(secure);
  return {
    httpsPort,
    httpPort,
    requests,
    connections: () => accepted,
    async close() {
      for (const socket of open) socket.destroy();
      await Promise.all([plain, secure].map((server) => new Promise((done) => void server.close(done))));
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function send(socket: Socket, reply: Reply): void {
  if (typeof reply === 'function') reply(socket);
  else socket.end(typeof reply === 'string' ? Buffer.from(reply, 'latin1') : reply);
}

function parseRequest(text: string, scheme: 'http' | 'https'): LabRequest {
  const [start = '', ...lines] = (text.split('\r\n\r\n')[0] ?? '').split('\r\n');
  const [method = '', path = ''] = start.split(' ');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  const host = headers.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? '';
  return { scheme, method, path, host: host.replace(/:[0-9]+$/, ''), headers };
}

/** A whole response as text; Content-Length and Connection are added, `status` is code and reason. */
export function response(status: string, headers: readonly string[], body = ''): string {
  const size = Buffer.byteLength(body, 'latin1');
  return [`HTTP/1.1 ${status}`, ...headers, `Content-Length: ${String(size)}`, 'Connection: close', '', body].join(
    '\r\n',
  );
}

export function redirect(location: string, headers: readonly string[] = [], status = '301 Moved Permanently'): string {
  return response(status, [`Location: ${location}`, ...headers]);
}

/** One reply a path; any other path is `otherwise`. The query is not looked at. */
export function paths(
  replies: { readonly [path: string]: Reply },
  otherwise: Reply = response('404 Not Found', []),
): Handler {
  return ({ path }) => {
    const bare = path.split('?')[0] ?? '';
    return Object.hasOwn(replies, bare) ? (replies[bare] ?? otherwise) : otherwise;
  };
}

/** Port 80 as it should be: everything goes to the same host over https. */
export function toHttps(request: LabRequest): Reply {
  return redirect(`https://${request.host}${request.path}`);
}

/** The header lines of an exemplary page. */
export const GOOD_HEADERS: readonly string[] = [
  'Content-Type: text/html; charset=utf-8',
  'Strict-Transport-Security: max-age=31536000; includeSubDomains',
  "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  'X-Content-Type-Options: nosniff',
  'X-Frame-Options: DENY',
  'Referrer-Policy: strict-origin-when-cross-origin',
  'Permissions-Policy: camera=(), geolocation=(), microphone=()',
  'Cross-Origin-Opener-Policy: same-origin',
  'Cross-Origin-Resource-Policy: same-origin',
];

const SAFE = GOOD_HEADERS.filter((line) => !line.startsWith('Content-Type'));

export function page(headers: readonly string[] = GOOD_HEADERS, body = '<p>Hello'): string {
  return response(
    '200 OK',
    headers,
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>Lab</title>${body}</html>`,
  );
}

/** A security.txt that keeps to RFC 9116, valid until `expires`. */
export function goodSecurityTxt(name: string, expires: Date): string {
  const lines = [
    `Contact: mailto:security@${name}`,
    `Expires: ${expires.toISOString()}`,
    `Canonical: https://${name}/.well-known/security.txt`,
    'Preferred-Languages: en',
  ];
  return response('200 OK', ['Content-Type: text/plain; charset=utf-8', ...SAFE], `${lines.join('\n')}\n`);
}

export interface GoodOptions {
  /** Default: 200 days from now. */
  readonly expires?: Date;
  readonly headers?: readonly string[];
  readonly replies?: { readonly [path: string]: Reply };
}

/** A host that does everything right, as the base of those that do one thing wrong. */
export function goodHandlers(name: string, options: GoodOptions = {}): Pick<LabSite, 'https' | 'http'> {
  const expires = options.expires ?? new Date(Date.now() + 200 * 86_400_000);
  return {
    https: paths(
      {
        '/': page(options.headers),
        '/.well-known/security.txt': goodSecurityTxt(name, expires),
        ...options.replies,
      },
      response('404 Not Found', GOOD_HEADERS, '<!doctype html><title>Not found</title>'),
    ),
    http: toHttps,
  };
}
