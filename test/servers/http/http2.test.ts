/** Hosts that speak HTTP/2 only: real node:http2 servers, and hostile ones that write frames by hand. */
import assert from 'node:assert/strict';
import {
  createSecureServer,
  type Http2SecureServer,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { connect, createServer as createTcpServer } from 'node:net';
import { test, type TestContext } from 'node:test';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { createIO } from '../../../src/engine/io/create.ts';
import { createData } from '../../../src/engine/io/data.ts';
import { GOOD_HEADERS, toHttps, response } from '../../../src/lab/http.ts';
import type { Hop, HopRequest } from '../../../src/model/io.ts';
import type { NetworkOptions } from '../../../src/model/options.ts';
import { ca, certificate, observeSite, startLab } from '../../support/http-lab.ts';
import { endWith, faultOf, listening, tcpServer } from '../../unit/engine/support.ts';

const HOST = 'two.test';
const { chainPem: cert, keyPem: key } = certificate(HOST);

function networkTo(port: number, overrides: Partial<NetworkOptions> = {}): NetworkOptions {
  return {
    resolvers: ['127.0.0.1:1'],
    connectTo: [{ host: HOST, port: 443, toHost: '127.0.0.1', toPort: port }],
    ca: { pem: ca.certPem, digest: 'sha256:test' },
    allowPrivate: false,
    timeoutMs: 1000,
    concurrency: 4,
    rate: 0,
    maxConnections: 8,
    ...overrides,
  };
}

/** One job; each call is a request of it. */
function client(t: TestContext, port: number): (request?: Partial<HopRequest>) => Promise<Hop> {
  const job = createIO(networkTo(port), { signal: new AbortController().signal, data: createData([]) });
  t.after(() => job.end());
  return async (request = {}) =>
    await job.io.fetch({ method: 'GET', url: `https://${HOST}/`, maxBody: 4096, ...request });
}

interface Asked {
  readonly headers: OutgoingHttpHeaders;
  readonly method: string;
}

async function h2Server(
  t: TestContext,
  answer: (stream: ServerHttp2Stream, path: string, method: string) => void,
): Promise<{ readonly port: number; readonly asked: Asked[]; readonly connections: () => number }> {
  const server: Http2SecureServer = createSecureServer({ cert, key });
  const asked: Asked[] = [];
  let connections = 0;
  server.on('connection', () => {
    connections++;
  });
  server.on('session', (session) => session.on('error', () => session.destroy()));
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined);
    asked.push({ headers, method: headers[':method'] ?? '' });
    answer(stream, headers[':path'] ?? '', headers[':method'] ?? '');
  });
  endWith(t, server);
  return { port: await listening(server), asked, connections: () => connections };
}

/** A frame of RFC 9113 §4.1. */
function frame(type: number, flags: number, stream: number, payload: Uint8Array = new Uint8Array(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

const DATA = 0;
const HEADERS = 1;
const RST_STREAM = 3;
const SETTINGS = 4;
const PING = 6;
const GOAWAY = 7;
const CONTINUATION = 9;
const END_STREAM = 1;
const END_HEADERS = 4;

/** A header line as a literal without indexing (RFC 7541 §6.2.2); both texts shorter than 127 octets. */
function literal(name: string, value: string): Buffer {
  return Buffer.from(
    `\0${String.fromCharCode(name.length)}${name}${String.fromCharCode(value.length)}${value}`,
    'latin1',
  );
}

/** `:status: 200` of the static table. */
const OK = Buffer.from([0x88]);

/** Speaks frames by hand: settings first, then what the test says once a request is there. */
async function rawServer(t: TestContext, answer: (socket: TLSSocket) => void): Promise<number> {
  const server = createTlsServer({ cert, key, ALPNProtocols: ['h2'] }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.write(frame(SETTINGS, 0, 0));
    let read = Buffer.alloc(0);
    const hear = (chunk: Buffer): void => {
      read = Buffer.concat([read, chunk]);
      // The preface is 24 octets long (RFC 9113 §3.4); then frames
      for (let at = 24; at + 9 <= read.length; at += 9 + read.readUIntBE(at, 3)) {
        if (read[at + 3] !== HEADERS) continue;
        socket.off('data', hear);
        socket.resume();
        answer(socket);
        return;
      }
    };
    socket.on('data', hear);
  });
  endWith(t, server);
  return await listening(server);
}

/** Writes as long as the other side reads. */
function endlessly(socket: TLSSocket, piece: Buffer): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on('drain', more);
  more();
}

test('a server that refuses HTTP/1.1 by alert is asked over HTTP/2, its lines kept in order with doubles', async (t) => {
  const lines = [
    literal('strict-transport-security', 'max-age=31536000'),
    literal('x-first', '1'),
    literal('strict-transport-security', 'max-age=0'),
    literal('set-cookie', 'a=1'),
    literal('set-cookie', 'b=\xe4'),
  ];
  const port = await rawServer(t, (socket) => {
    socket.write(
      frame(
        HEADERS,
        END_HEADERS,
        1,
        Buffer.concat([Buffer.from([0x08, 0x03]), Buffer.from('103'), literal('link', '</a>')]),
      ),
    );
    socket.write(frame(HEADERS, END_HEADERS, 1, Buffer.concat([OK, ...lines])));
    socket.write(frame(DATA, END_STREAM, 1, Buffer.from('<p>two')));
  });

  const hop = await client(t, port)();

  assert.deepEqual([hop.httpVersion, hop.status, hop.address, hop.truncated], ['2', 200, '127.0.0.1', false]);
  assert.deepEqual(hop.headers, [
    ['strict-transport-security', 'max-age=31536000'],
    ['x-first', '1'],
    ['strict-transport-security', 'max-age=0'],
    ['set-cookie', 'a=1'],
    ['set-cookie', 'b=\xe4'],
  ]);
  assert.deepEqual(hop.interim, [{ status: 103, headers: [['link', '</a>']] }]);
  assert.equal(Buffer.from(hop.body).toString(), '<p>two');
  assert.deepEqual([hop.tls?.protocol, hop.tls?.authorized], ['TLSv1.3', true]);
});

test('requests in a row go over one connection, with the header lines of a request of HTTP/2', async (t) => {
  const { port, asked, connections } = await h2Server(t, (stream, path) => {
    stream.respond({ ':status': path === '/' ? 200 : 404 });
    stream.end('text');
  });
  const ask = client(t, port);

  const first = await ask({
    headers: [
      ['X-Probe', '1'],
      ['x-probe', '2'],
      ['Connection', 'close'],
      ['Host', 'evil.test'],
    ],
  });
  const second = await ask({ method: 'HEAD', url: `https://${HOST}/p%20q?x=1#frag` });
  const third = await ask();

  assert.deepEqual([first.status, second.status, third.status], [200, 404, 200]);
  assert.equal(second.body.length, 0);
  // one that HTTP/1.1 was refused on, one for all three
  assert.equal(connections(), 2);
  const [one, two] = asked;
  assert.deepEqual(
    [one?.headers[':authority'], one?.headers['x-probe'], one?.headers['accept-encoding']],
    [HOST, '1, 2', 'identity'],
  );
  assert.deepEqual([one?.headers['connection'], one?.headers['host']], [undefined, undefined]);
  assert.deepEqual([two?.method, two?.headers[':path']], ['HEAD', '/p%20q?x=1']);
});

test('requests at once are all answered', async (t) => {
  const { port } = await h2Server(t, (stream, path) => {
    stream.respond({ ':status': 200 });
    stream.end(path);
  });
  const ask = client(t, port);
  const paths = Array.from({ length: 12 }, (_, index) => `/${String(index)}`);

  const hops = await Promise.all(paths.map((path) => ask({ url: `https://${HOST}${path}` })));

  assert.deepEqual(
    hops.map(({ body }) => Buffer.from(body).toString()),
    paths,
  );
});

/** A front that leads those who offer h2 to one server, and all others to one that knows no ALPN. */
async function front(t: TestContext, h2: number, plain: (socket: TLSSocket) => void): Promise<number> {
  const old = createTlsServer({ cert, key }, (socket) => {
    socket.on('error', () => socket.destroy());
    plain(socket);
  });
  endWith(t, old);
  const oldPort = await listening(old);
  const server = createTcpServer((socket) => {
    socket.once('data', (hello) => {
      const inner = connect({
        port: hello.includes(Buffer.from('\0\x03\x02h2', 'latin1')) ? h2 : oldPort,
        host: '127.0.0.1',
      });
      for (const end of [socket, inner]) end.on('error', () => [socket, inner].forEach((one) => one.destroy()));
      inner.write(hello);
      socket.pipe(inner).pipe(socket);
    });
  });
  endWith(t, server);
  return await listening(server);
}

for (const [how, answer] of [
  ['frames', (socket) => socket.end(frame(SETTINGS, 0, 0))],
  ['a close', (socket) => socket.once('data', () => socket.end())],
  ['403', (socket) => socket.once('data', () => socket.end('HTTP/1.0 403 Forbidden\r\n\r\nMissing ALPN'))],
  ['426', (socket) => socket.once('data', () => socket.end(response('426 Upgrade Required', [])))],
] as readonly (readonly [string, (socket: TLSSocket) => void])[]) {
  test(`a server that selects no protocol and ends HTTP/1.1 by ${how} is asked over HTTP/2`, async (t) => {
    const { port } = await h2Server(t, (stream) => {
      stream.respond({ ':status': 200, 'x-by': 'two' });
      stream.end();
    });
    const ask = client(t, await front(t, port, answer));

    for (const hop of [await ask(), await ask()]) {
      assert.deepEqual([hop.httpVersion, hop.status, hop.headers[0]], ['2', 200, ['x-by', 'two']]);
    }
  });
}

test('a server without ALPN that says 403 over HTTP/1.1, and does not know HTTP/2, has said 403; it is asked about HTTP/2 once', async (t) => {
  let connections = 0;
  const server = createTlsServer({ cert, key }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => socket.end(response('403 Forbidden', ['x-by: one'])));
  });
  server.on('connection', () => {
    connections++;
  });
  endWith(t, server);
  const ask = client(t, await listening(server));

  for (const hop of [await ask(), await ask()]) assert.deepEqual([hop.httpVersion, hop.status], ['1.1', 403]);
  assert.equal(connections, 3);
});

test('a server that refuses both is a fault of the handshake', async (t) => {
  const server = createTlsServer({ cert, key, ALPNProtocols: ['smtp'] });
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  endWith(t, server);
  const ask = client(t, await listening(server));

  assert.equal(await faultOf(ask()), 'http.tls');
  assert.equal(await faultOf(ask()), 'http.tls');
});

const HOSTILE: readonly (readonly [string, (socket: TLSSocket) => void, RegExp])[] = [
  [
    'header lines over our bound',
    (socket) => {
      const line = literal('x-long', 'v'.repeat(120));
      socket.write(frame(HEADERS, 0, 1, OK));
      for (let count = 0; count < 7; count++)
        socket.write(
          frame(CONTINUATION, count === 6 ? END_HEADERS : 0, 1, Buffer.concat(Array.from({ length: 100 }, () => line))),
        );
    },
    /^http\.limit$/,
  ],
  [
    'headers that never end',
    (socket) => {
      socket.write(frame(HEADERS, 0, 1, OK));
      endlessly(socket, frame(CONTINUATION, 0, 1, literal('x', 'y')));
    },
    /^http\.(?:limit|malformed)$/,
  ],
  [
    'empty continuations that never end',
    (socket) => {
      socket.write(frame(HEADERS, 0, 1, OK));
      endlessly(socket, frame(CONTINUATION, 0, 1));
    },
    /^http\.(?:limit|malformed)$/,
  ],
  [
    'interim responses that never end',
    (socket) =>
      endlessly(socket, frame(HEADERS, END_HEADERS, 1, Buffer.concat([Buffer.from([0x08, 0x03]), Buffer.from('103')]))),
    /^http\.(?:limit|malformed)$/,
  ],
  [
    'pings without an answer',
    (socket) => endlessly(socket, frame(PING, 0, 0, Buffer.alloc(8))),
    /^http\.(?:limit|timeout)$/,
  ],
  ['settings without an answer', (socket) => endlessly(socket, frame(SETTINGS, 0, 0)), /^http\.(?:limit|timeout)$/],
  ['silence', () => undefined, /^http\.timeout$/],
  ['a reset', (socket) => socket.write(frame(RST_STREAM, 0, 1, Buffer.from([0, 0, 0, 2]))), /^net\.reset$/],
  [
    'a refusal of the stream',
    (socket) => socket.write(frame(RST_STREAM, 0, 1, Buffer.from([0, 0, 0, 7]))),
    /^net\.reset$/,
  ],
  ['a cancel', (socket) => socket.write(frame(RST_STREAM, 0, 1, Buffer.from([0, 0, 0, 8]))), /^net\.(?:reset|closed)$/],
  ['a farewell', (socket) => socket.write(frame(GOAWAY, 0, 0, Buffer.alloc(8))), /^net\.(?:reset|closed)$/],
  [
    'a farewell in anger',
    (socket) => socket.write(frame(GOAWAY, 0, 0, Buffer.from([0, 0, 0, 0, 0, 0, 0, 11]))),
    /^(?:net\.reset|http\.limit)$/,
  ],
  ['a close', (socket) => socket.end(), /^net\.(?:closed|reset)$/],
  [
    'capital letters in a name',
    (socket) => socket.write(frame(HEADERS, END_HEADERS | END_STREAM, 1, Buffer.concat([OK, literal('X-Upper', '1')]))),
    /^http\.malformed$/,
  ],
  [
    'no status',
    (socket) => socket.write(frame(HEADERS, END_HEADERS | END_STREAM, 1, literal('x', '1'))),
    /^http\.malformed$/,
  ],
  [
    'broken compression',
    (socket) => socket.write(frame(HEADERS, END_HEADERS, 1, Buffer.alloc(40, 0xff))),
    /^http\.malformed$/,
  ],
  [
    'text instead of frames',
    (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'),
    /^(?:http\.malformed|net\.closed|http\.limit)$/,
  ],
];

for (const [what, answer, fault] of HOSTILE) {
  test(
    `${what} over HTTP/2: a typed fault, in time, and the next question is asked anew`,
    { timeout: 10_000 },
    async (t) => {
      const ask = client(t, await rawServer(t, answer));

      for (let count = 0; count < 2; count++) {
        const started = performance.now();
        assert.match(await faultOf(ask()), fault);
        assert.ok(performance.now() - started < 4000);
      }
    },
  );
}

test(
  'bodies are cut at the cap, at the time and where they break, as over HTTP/1.1',
  { timeout: 20_000 },
  async (t) => {
    const bomb = gzipSync(Buffer.alloc(4_000_000));
    const drips = new Set<NodeJS.Timeout>();
    t.after(() => {
      for (const drip of drips) clearInterval(drip);
    });
    const { port } = await h2Server(t, (stream, path) => {
      const headers: OutgoingHttpHeaders = { ':status': 200 };
      if (path === '/bomb') {
        stream.respond({ ...headers, 'content-encoding': 'gzip' });
        stream.end(bomb);
      } else if (path === '/huge') {
        stream.respond(headers);
        const more = (): void => {
          while (!stream.destroyed && stream.write(Buffer.alloc(65_536)));
        };
        stream.on('drain', more);
        more();
      } else if (path === '/drip') {
        stream.respond(headers);
        drips.add(setInterval(() => void (stream.destroyed || stream.write('x')), 100));
      } else {
        stream.respond({ ...headers, 'content-encoding': 'unheard-of' });
        stream.end('text');
      }
    });
    const ask = client(t, port);
    const seen = async (path: string): Promise<readonly [number, boolean, string | undefined]> => {
      const { body, truncated, bodyFault } = await ask({ url: `https://${HOST}${path}` });
      return [body.length, truncated, bodyFault];
    };

    assert.deepEqual(await seen('/bomb'), [4096, true, undefined]);
    assert.deepEqual(await seen('/huge'), [4096, true, undefined]);
    const [dripped, , why] = await seen('/drip');
    assert.ok(dripped > 2 && dripped < 20);
    assert.equal(why, 'http.timeout');
    assert.deepEqual(await seen('/coding'), [4, false, 'http.coding']);
  },
);

for (const [how, length, code, fault] of [
  ['cancelled', '', 8, 'net.reset'],
  ['reset', '', 2, 'net.reset'],
  ['ended without a word before its size', '100', 0, 'net.closed'],
] as const) {
  test(`a body over HTTP/2 that is ${how} is cut and says so; its head is kept`, async (t) => {
    const port = await rawServer(t, (socket) => {
      const size = length === '' ? [] : [literal('content-length', length)];
      socket.write(frame(HEADERS, END_HEADERS, 1, Buffer.concat([OK, ...size])));
      socket.write(frame(DATA, 0, 1, Buffer.from('begun')));
      socket.write(frame(RST_STREAM, 0, 1, Buffer.from([0, 0, 0, code])));
    });

    const hop = await client(t, port)();

    assert.deepEqual([hop.status, hop.truncated, hop.bodyFault], [200, true, fault]);
  });
}

test('a redirect into a private range is refused after HTTP/2 too', async (t) => {
  const { port } = await h2Server(t, (stream) => {
    stream.respond({ ':status': 302, location: 'https://169.254.169.254/' });
    stream.end();
  });
  const seen = await observeSite(`https://${HOST}/`, {}, networkTo(port));

  const loop = seen.verdicts.find(({ check }) => check === 'http.redirect.loop');
  assert.deepEqual([loop?.status, loop?.fault?.code], ['error', 'net.private-address']);
});

test('a connection that does not answer in time is given up with its job', async (t) => {
  const port = await tcpServer(t, () => undefined);
  assert.equal(await faultOf(client(t, port)()), 'http.timeout');
});

test('a good host that speaks HTTP/2 only is judged like one that speaks HTTP/1.1', async (t) => {
  const head = Object.fromEntries(
    GOOD_HEADERS.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const pageText = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Lab</title><p>Hello</html>';
  const { port } = await h2Server(t, (stream, path, method) => {
    stream.respond({ ':status': path === '/' ? 200 : 404, ...head });
    stream.end(method === 'HEAD' ? undefined : pageText);
  });
  const lab = await startLab([
    {
      name: HOST,
      certificate: { chainPem: cert, keyPem: key },
      https: () => response('200 OK', GOOD_HEADERS, pageText),
      http: toHttps,
    },
  ]);
  t.after(async () => await lab.close());
  const network = networkTo(port, {
    connectTo: [
      { host: HOST, port: 443, toHost: '127.0.0.1', toPort: port },
      { host: HOST, port: 80, toHost: '127.0.0.1', toPort: lab.web.httpPort },
    ],
  });

  const seen = await observeSite(`https://${HOST}/`, { parts: ['again', 'head'] }, network);

  assert.equal(seen.fault, undefined);
  for (const check of [
    'http.hsts.missing',
    'http.hsts.invalid',
    'http.csp.missing',
    'http.redirect.missing',
    'http.header.head-differs',
    'http.header.xcto-missing',
  ])
    assert.equal(seen.status(check), 'pass', check);
});
