/** The HTTP capability against servers that write literal bytes: frameworks would repair what these tests want broken. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { createServer } from 'node:tls';
import * as zlib from 'node:zlib';
import { createCa } from '../../../src/lab/ca.ts';
import type { HopRequest } from '../../../src/model/io.ts';
import type { NetworkOptions } from '../../../src/model/options.ts';
import { endWith, faultOf, ioFor, listening, resolverOf, tcpServer } from '../../unit/engine/support.ts';

/** A server that answers every request with these bytes, then does what the test says. */
async function serving(t: TestContext, response: string | Buffer, close = true, seen: string[] = []): Promise<number> {
  return await tcpServer(t, (socket) => {
    socket.once('data', (request) => {
      seen.push(request.toString('latin1'));
      if (close) socket.end(response, 'latin1');
      else socket.write(response, 'latin1');
    });
  });
}

async function get(
  t: TestContext,
  port: number,
  request: Partial<HopRequest> = {},
  options: Partial<NetworkOptions> = {},
) {
  return await ioFor(t, options).fetch({
    method: 'GET',
    url: `http://127.0.0.1:${String(port)}/`,
    maxBody: 1024,
    ...request,
  });
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

test('a hop keeps header lines as they came: order, spelling, doubles and bytes', async (t) => {
  const seen: string[] = [];
  const port = await serving(
    t,
    'HTTP/1.1 404 N\xf6t here\r\nX-B: 1\r\nset-cookie: a=1\r\nSET-Cookie: b=2\r\nX-b: \xe4\xf6\r\nContent-Length: 4\r\n\r\nbody',
    true,
    seen,
  );

  const hop = await get(t, port, {
    url: `http://127.0.0.1:${String(port)}/p%20q?x=1#frag`,
    headers: [['User-Agent', 'probity']],
  });

  assert.equal(hop.status, 404);
  assert.equal(hop.statusText, 'N\xf6t here');
  assert.equal(hop.httpVersion, '1.1');
  assert.equal(hop.address, '127.0.0.1');
  assert.equal(hop.port, port);
  assert.equal(hop.truncated, false);
  assert.equal(hop.bodyFault, undefined);
  assert.equal(hop.tls, undefined);
  assert.equal(text(hop.body), 'body');
  assert.deepEqual(hop.headers, [
    ['X-B', '1'],
    ['set-cookie', 'a=1'],
    ['SET-Cookie', 'b=2'],
    ['X-b', '\xe4\xf6'],
    ['Content-Length', '4'],
  ]);
  assert.equal(
    seen[0],
    `GET /p%20q?x=1 HTTP/1.1\r\nHost: 127.0.0.1:${String(port)}\r\nUser-Agent: probity\r\nAccept-Encoding: identity\r\nConnection: keep-alive\r\n\r\n`,
  );
});

test('credentials in a URL are not sent', async (t) => {
  const seen: string[] = [];
  const port = await serving(t, 'HTTP/1.1 204 No Content\r\n\r\n', true, seen);

  await get(t, port, { url: ['http://user', `word@127.0.0.1:${String(port)}/`].join(':') });

  assert.doesNotMatch(seen[0] ?? '', /authorization|word/i);
});

test('a redirect is an answer, and its target obeys the address rule when it is asked', async (t) => {
  const port = await serving(t, 'HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest/\r\n\r\n');
  const resolver = await resolverOf(t, { 'inner.example': ['10.0.0.1'], 'mapped.example': ['::ffff:169.254.169.254'] });
  const io = ioFor(t, {
    resolvers: [resolver],
    allowPrivate: false,
    connectTo: [{ host: 'site.example', port: 80, toHost: '127.0.0.1', toPort: port }],
  });

  const hop = await io.fetch({ method: 'GET', url: 'http://site.example/', maxBody: 10 });
  assert.equal(hop.status, 302);

  for (const url of [
    'http://169.254.169.254/latest/',
    'http://[::1]/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0177.0.0.1/',
    'http://127.1/',
    'http://[::ffff:7f00:1]/',
    'http://localhost/',
    'http://inner.example/',
    'https://mapped.example/',
    'http://0/',
    'http://１２７.0.0.1/',
  ]) {
    assert.equal(await faultOf(io.fetch({ method: 'GET', url, maxBody: 10 })), 'net.private-address', url);
  }
  for (const url of ['ftp://site.example/', 'file:///etc/passwd', 'javascript:1', '//x', '']) {
    assert.equal(await faultOf(io.fetch({ method: 'GET', url, maxBody: 10 })), 'http.malformed', url);
  }
});

test('a body is cut at the cap', async (t) => {
  const endless = await tcpServer(t, (socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      const more = (): void => {
        while (!socket.destroyed && socket.write(Buffer.alloc(65536, 'x')));
      };
      socket.on('drain', more);
      more();
    });
  });

  const hop = await get(t, endless, { maxBody: 100_000 });

  assert.equal(hop.body.length, 100_000);
  assert.equal(hop.truncated, true);
  assert.equal(hop.bodyFault, undefined);
});

const CODINGS: readonly [string, (bytes: Buffer) => Buffer][] = [
  ['gzip', (bytes) => zlib.gzipSync(bytes)],
  ['X-GZIP', (bytes) => zlib.gzipSync(bytes)],
  ['deflate', (bytes) => zlib.deflateSync(bytes)],
  ['br', (bytes) => zlib.brotliCompressSync(bytes)],
  ['zstd', (bytes) => zlib.zstdCompressSync(bytes)],
  ['gzip, br', (bytes) => zlib.brotliCompressSync(zlib.gzipSync(bytes))],
  ['identity', (bytes) => bytes],
  ['unheard-of', (bytes) => bytes],
];

for (const [coding, encode] of CODINGS) {
  test(`content coding ${coding} is undone, and a bomb of it stays small`, async (t) => {
    const small = encode(Buffer.from('hello'));
    const bomb = encode(Buffer.alloc(8 * 1024 * 1024));
    const head = (length: number): Buffer =>
      Buffer.from(`HTTP/1.1 200 OK\r\nContent-Encoding: ${coding}\r\nContent-Length: ${String(length)}\r\n\r\n`);
    const honest = await serving(t, Buffer.concat([head(small.length), small]));
    const hostile = await serving(t, Buffer.concat([head(bomb.length), bomb]));

    const first = await get(t, honest);
    const second = await get(t, hostile);

    assert.equal(text(first.body), 'hello');
    assert.equal(first.truncated, false);
    assert.equal(second.body.length, 1024);
    assert.equal(second.truncated, true);
  });
}

test('a body that breaks is cut and says why; its head is kept', async (t) => {
  const head = 'HTTP/1.1 200 OK\r\nStrict-Transport-Security: max-age=1\r\n';
  const cases: readonly [string, boolean, string][] = [
    [`${head}Content-Length: 100\r\n\r\nhalf`, true, 'net.closed'],
    [`${head}Content-Length: 100\r\n\r\nhalf`, false, 'http.timeout'],
    [`${head}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n`, true, 'http.malformed'],
    [`${head}Content-Encoding: gzip\r\nContent-Length: 8\r\n\r\nnot gzip`, true, 'http.malformed'],
  ];
  for (const [response, close, code] of cases) {
    const hop = await get(
      t,
      await serving(t, response, close),
      {},
      { timeoutMs: code === 'http.timeout' ? 600 : 5000 },
    );

    assert.equal(hop.status, 200);
    assert.equal(hop.headers[0]?.[1], 'max-age=1');
    assert.equal(hop.truncated, true, code);
    assert.equal(hop.bodyFault, code);
  }
});

test('HEAD has no body, whatever length it announces', async (t) => {
  const hop = await get(t, await serving(t, 'HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n'), { method: 'HEAD' });

  assert.equal(hop.body.length, 0);
  assert.equal(hop.truncated, false);
});

test('interim responses are passed over, an endless row of them is not', async (t) => {
  const early = 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n';
  const some = await serving(t, `${early.repeat(20)}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`);
  const endless = await serving(t, early.repeat(100), false);

  const hop = await get(t, some);

  assert.equal(hop.status, 200);
  assert.equal(text(hop.body), 'ok');
  assert.equal(await faultOf(get(t, endless)), 'http.limit');
});

test('101 to a plain request is an answer without a body', async (t) => {
  const hop = await get(
    t,
    await serving(t, 'HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nother', false),
  );

  assert.equal(hop.status, 101);
  assert.equal(hop.body.length, 0);
});

test('any three digits are a status, and every header line counts', async (t) => {
  const lines = Array.from({ length: 2500 }, (_, index) => `h${String(index)}: v\r\n`).join('');

  const hop = await get(t, await serving(t, `HTTP/1.1 999 Odd\r\n${lines}\r\n`));

  assert.equal(hop.status, 999);
  assert.equal(hop.headers.length, 2500);
});

const BROKEN: readonly [string, string, string][] = [
  ['an endless header line', `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(70_000)}`, 'http.limit'],
  ['ten thousand header lines', `HTTP/1.1 200 OK\r\n${'a: bbbbbb\r\n'.repeat(10_000)}\r\n`, 'http.limit'],
  ['HTTP/0.9', '<html>hello</html>', 'http.malformed'],
  ['a NUL in a header', 'HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n', 'http.malformed'],
  ['a space before the colon', 'HTTP/1.1 200 OK\r\nx : a\r\n\r\n', 'http.malformed'],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', 'http.malformed'],
  [
    'length and chunks',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'http.malformed',
  ],
  ['nothing at all', '', 'net.closed'],
  ['half a head', 'HTTP/1.1 200 OK\r\nx: 1\r\n', 'net.closed'],
];

for (const [title, response, code] of BROKEN) {
  test(`${title} is ${code}`, async (t) => {
    assert.equal(await faultOf(get(t, await serving(t, response))), code);
  });
}

test('a server that drips, is silent, resets or is not there is a typed fault', async (t) => {
  const dripping = await tcpServer(t, (socket) => {
    const timer = setInterval(() => socket.write('H'), 20);
    socket.on('close', () => clearInterval(timer));
  });
  const silent = await tcpServer(t, () => undefined);
  const resetting = await tcpServer(t, (socket) => socket.once('data', () => socket.resetAndDestroy()));
  const { closedPort } = await import('../../unit/engine/support.ts');

  assert.equal(await faultOf(get(t, silent, {}, { timeoutMs: 400 })), 'http.timeout');
  assert.ok(['http.timeout', 'http.malformed'].includes(await faultOf(get(t, dripping, {}, { timeoutMs: 400 }))));
  assert.equal(await faultOf(get(t, resetting)), 'net.reset');
  assert.equal(await faultOf(get(t, await closedPort())), 'net.refused');
});

test('waiting for a slot of the host is not the time of the server', async (t) => {
  const port = await serving(t, 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  const io = ioFor(t, { maxConnections: 1, timeoutMs: 300 });
  const first = await io.tcp('127.0.0.1', port);
  const waiting = io.fetch({ method: 'GET', url: `http://127.0.0.1:${String(port)}/`, maxBody: 10 });

  // A read that times out takes as long as a request may
  assert.equal(await faultOf(first.read()), 'net.timeout');
  assert.equal(await faultOf(first.read()), 'net.timeout');
  first.close();

  assert.equal((await waiting).status, 200);
});

test('a bad certificate is data beside the answer; no TLS at all is http.tls', async (t) => {
  const issued = createCa({ name: 'Nobody' }).issue({ names: ['site.example'] });
  const names: (string | false | null | undefined)[] = [];
  const server = createServer({ key: issued.keyPem, cert: issued.certPem }, (socket) => {
    socket.on('error', () => socket.destroy());
    names.push(socket.servername);
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
  });
  endWith(t, server);
  const port = await listening(server);
  const plain = await serving(t, 'HTTP/1.1 400 Bad Request\r\n\r\n');
  const rule = { host: 'site.example', port: 443, toHost: '127.0.0.1', toPort: port };
  const io = ioFor(t, { allowPrivate: false, connectTo: [rule] });

  const hop = await io.fetch({ method: 'GET', url: 'https://site.example/', maxBody: 100 });

  assert.equal(hop.status, 200);
  assert.equal(text(hop.body), 'ok');
  assert.equal(hop.tls?.protocol, 'TLSv1.3');
  assert.equal(hop.tls.authorized, false);
  assert.equal(hop.tls.trustError, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  assert.deepEqual(names, ['site.example']);
  assert.equal(await faultOf(get(t, plain, { url: `https://127.0.0.1:${String(plain)}/` })), 'http.tls');
});
