/** One connection for many requests: what it saves, and every way in which a server may fail a used connection. */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { createServer } from 'node:tls';
import { createCa } from '../../../src/lab/ca.ts';
import type { Hop, IO } from '../../../src/model/io.ts';
import { endWith, faultOf, ioFor, listening, tcpServer } from '../../unit/engine/support.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

interface Served {
  readonly port: number;
  readonly connections: () => number;
}

/** A server that calls `answer` for every request: the number of its connection and of the request on it, both from 1. */
async function serving(
  t: TestContext,
  answer: (connection: number, request: number, socket: Socket, head: string) => void,
): Promise<Served> {
  let connections = 0;
  const port = await tcpServer(t, (socket) => {
    const connection = ++connections;
    let requests = 0;
    socket.on('data', (chunk) => answer(connection, ++requests, socket, chunk.toString('latin1')));
  });
  return { port, connections: () => connections };
}

async function get(io: IO, port: number, path = '/', maxBody = 100): Promise<Hop> {
  return await io.fetch({ method: 'GET', url: `http://127.0.0.1:${String(port)}${path}`, maxBody });
}

test('requests in a row go over one connection, and so do those at once to a server that is quick', async (t) => {
  const { port, connections } = await serving(t, (_connection, _request, socket) => socket.write(OK));
  const io = ioFor(t);

  for (let index = 0; index < 5; index++) assert.equal((await get(io, port)).status, 200);
  assert.equal(connections(), 1);
  await Promise.all(Array.from({ length: 5 }, async () => await get(io, port)));

  // a machine under load may be slow enough for a second one
  assert.ok(connections() < 5);
});

test('a short body that nobody wants is read to its end, a long one costs the connection', async (t) => {
  const body = (size: number): string =>
    `HTTP/1.1 200 OK\r\nContent-Length: ${String(size)}\r\n\r\n${'x'.repeat(size)}`;
  const { port, connections } = await serving(t, (_connection, _request, socket, head) =>
    socket.write(body(head.includes('/long') ? 300_000 : 3000)),
  );
  const io = ioFor(t);

  const short = await get(io, port, '/', 0);
  const again = await get(io, port, '/', 10);
  assert.equal(connections(), 1);
  const long = await get(io, port, '/long', 10);
  const last = await get(io, port);

  assert.deepEqual(
    [short, again, long, last].map((hop) => [hop.body.length, hop.truncated]),
    [
      [0, true],
      [10, true],
      [10, true],
      [100, true],
    ],
  );
  assert.equal(connections(), 2);
});

test('HEAD leaves the connection free, whatever length it announces', async (t) => {
  const { port, connections } = await serving(t, (_connection, _request, socket, head) =>
    socket.write(head.startsWith('HEAD') ? 'HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n' : OK),
  );
  const io = ioFor(t);

  const hop = await io.fetch({ method: 'HEAD', url: `http://127.0.0.1:${String(port)}/`, maxBody: 0 });
  await get(io, port);

  assert.equal(hop.status, 200);
  assert.equal(connections(), 1);
});

test('a server that closes after each answer is asked over as many connections', async (t) => {
  for (const head of ['HTTP/1.1 200 OK\r\nConnection: Close\r\n', 'HTTP/1.0 200 OK\r\n', 'HTTP/1.1 200 OK\r\n']) {
    const { port, connections } = await serving(t, (_connection, _request, socket) =>
      socket.end(`${head}Content-Length: 2\r\n\r\nok`),
    );
    const io = ioFor(t);

    for (let index = 0; index < 4; index++) assert.equal((await get(io, port)).body.length, 2);

    assert.equal(connections(), 4);
  }
});

test('a used connection that closes, resets or babbles is replaced, and only the new answer counts', async (t) => {
  const failures: readonly ((socket: Socket) => void)[] = [
    (socket) => socket.end(),
    (socket) => socket.resetAndDestroy(),
    (socket) => socket.end('not HTTP at all\r\n\r\n'),
    (socket) => socket.end('HTTP/1.1 200 OK\r\nx: 1'),
  ];
  for (const fail of failures) {
    const { port, connections } = await serving(t, (_connection, request, socket) =>
      request === 1 ? socket.write(OK) : fail(socket),
    );
    const io = ioFor(t);

    await get(io, port);
    const hop = await get(io, port);

    assert.equal(Buffer.from(hop.body).toString(), 'ok');
    assert.equal(connections(), 2);
  }
});

test('what fails on a new connection too is a fault', async (t) => {
  const { port } = await serving(t, (_connection, _request, socket, head) =>
    head.includes('/bad') ? socket.end('HTTP/1.1 200 OK\r\nx : 1\r\n\r\n') : socket.write(OK),
  );
  const io = ioFor(t);

  await get(io, port);

  assert.equal(await faultOf(get(io, port, '/bad')), 'http.malformed');
});

test('a server that never looks at a second request is found out once, then asked anew each time', async (t) => {
  const { port, connections } = await serving(t, (_connection, request, socket) => {
    if (request === 1) socket.write(OK);
  });
  const io = ioFor(t, { timeoutMs: 5000 });

  const hops = [await get(io, port), await get(io, port), await get(io, port), await get(io, port)];

  assert.deepEqual(
    hops.map(({ status }) => status),
    [200, 200, 200, 200],
  );
  assert.equal(connections(), 4);
});

test('what a server sends behind its answer is never taken for the next one', async (t) => {
  const forged = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged';
  const { port } = await serving(t, (_connection, request, socket) => {
    socket.write(OK);
    if (request === 1) socket.write(forged);
  });
  const io = ioFor(t);

  for (let index = 0; index < 4; index++) assert.equal(Buffer.from((await get(io, port)).body).toString(), 'ok');
});

test('a slow answer holds nobody up for long', async (t) => {
  const slow: Socket[] = [];
  const { port, connections } = await serving(t, (_connection, _request, socket, head) => {
    if (head.includes('/slow')) slow.push(socket);
    else socket.write(OK);
  });
  const io = ioFor(t);

  await get(io, port);
  const waiting = get(io, port, '/slow');
  const quick = await Promise.all([get(io, port), get(io, port)]);
  for (const socket of slow) socket.write(OK);

  assert.equal((await waiting).status, 200);
  assert.equal(quick.length, 2);
  assert.ok(connections() >= 2);
});

test('one connection a host is enough for questions to both of its ports', async (t) => {
  const first = await serving(t, (_connection, _request, socket) => socket.write(OK));
  const second = await serving(t, (_connection, _request, socket) => socket.write(OK));
  const io = ioFor(t, { maxConnections: 1 });

  const hops = await Promise.all(
    [first, second, first, second, first, second].map(async ({ port }) => await get(io, port)),
  );

  assert.ok(hops.every(({ status }) => status === 200));
});

test('a resumed session says of the certificate what the first one found', async (t) => {
  const ca = createCa({ name: 'Lines' });
  for (const [names, error] of [
    [['site.example'], undefined],
    [['other.example'], 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ] as const) {
    const issued = ca.issue({ names });
    const reused: boolean[] = [];
    const server = createServer({ key: issued.keyPem, cert: issued.certPem }, (socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', () => {
        reused.push(socket.isSessionReused());
        socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok');
      });
    });
    endWith(t, server);
    const port = await listening(server);
    const io = ioFor(t, {
      ca: { pem: ca.certPem, digest: 'sha256:test' },
      connectTo: [{ host: 'site.example', port: 443, toHost: '127.0.0.1', toPort: port }],
    });

    const hops: Hop[] = [];
    for (let index = 0; index < 3; index++)
      hops.push(await io.fetch({ method: 'GET', url: 'https://site.example/', maxBody: 10 }));

    assert.deepEqual(
      hops.map(({ tls }) => [tls?.authorized, tls?.trustError]),
      Array.from({ length: 3 }, () => [error === undefined, error]),
    );
    assert.deepEqual(reused, [false, true, true]);
  }
});
