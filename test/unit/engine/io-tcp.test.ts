/** The TCP capability: resolution, the address rule, overrides, limits and faults. */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { parseHosts } from '../../../src/engine/io/hosts.ts';
import { matchConnectTo } from '../../../src/engine/io/connect-to.ts';
import { createWorld } from '../../../src/engine/io/world.ts';
import { createIO, createJobIO } from '../../../src/engine/io/create.ts';
import { createData } from '../../../src/engine/io/data.ts';
import { FaultError } from '../../../src/model/fault.ts';
import { decodeMessage } from '../../../src/wire/dns/message.ts';
import { TYPES, type ResourceRecord } from '../../../src/wire/dns/types.ts';
import {
  answer,
  closedPort,
  endWith,
  faultOf,
  ioFor,
  listening,
  network,
  resolverOf,
  tcpServer,
  udpServer,
} from './support.ts';

const text = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString('latin1');

test('a stream writes, reads at most what is asked, and ends', async (t) => {
  const port = await tcpServer(t, (socket) => {
    socket.on('data', (chunk) => socket.end(`got ${chunk.toString('latin1')}`));
  });
  const stream = await ioFor(t).tcp('127.0.0.1', port);

  await stream.write(Buffer.from('hello'));

  assert.equal(stream.address, '127.0.0.1');
  assert.equal(stream.port, port);
  assert.equal(text(await stream.read(3)), 'got');
  assert.equal(text(await stream.read()), ' hello');
  assert.equal(await stream.read(), undefined);
  assert.equal(await stream.read(), undefined);
});

test('a refused port is net.refused', async (t) => {
  assert.equal(await faultOf(ioFor(t).tcp('127.0.0.1', await closedPort())), 'net.refused');
});

test('a reset is net.reset, a silent server net.timeout, our own close net.closed', async (t) => {
  const resetting = await tcpServer(t, (socket) => socket.once('data', () => socket.resetAndDestroy()));
  const silent = await tcpServer(t, () => undefined);
  const io = ioFor(t, { timeoutMs: 400 });

  const first = await io.tcp('127.0.0.1', resetting);
  await first.write(Buffer.from('x'));
  assert.equal(await faultOf(first.read()), 'net.reset');
  assert.equal(await faultOf(first.write(Buffer.from('y'))), 'net.reset');

  const second = await io.tcp('127.0.0.1', silent);
  assert.equal(await faultOf(second.read()), 'net.timeout');
  second.close();
  assert.equal(await faultOf(second.read()), 'net.closed');
  assert.equal(await faultOf(second.write(Buffer.from('z'))), 'net.closed');
});

test('a server that never stops sending is cut off', async (t) => {
  const chunk = Buffer.alloc(1024 * 1024);
  const port = await tcpServer(t, (socket) => {
    const more = (): void => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on('drain', more);
    more();
  });
  const stream = await ioFor(t).tcp('127.0.0.1', port);
  let total = 0;

  const code = await faultOf(
    (async () => {
      for (let bytes = await stream.read(); bytes !== undefined; bytes = await stream.read()) total += bytes.length;
    })(),
  );

  assert.equal(code, 'net.limit');
  assert.ok(total <= 16 * 1024 * 1024);
});

test('names are resolved by the named resolver, and private answers are refused unless asked for', async (t) => {
  const port = await tcpServer(t, (socket) => socket.end('here'));
  const resolver = await resolverOf(t, {
    'good.example': ['127.0.0.1'],
    'metadata.example': ['169.254.169.254'],
    'mapped.example': ['::ffff:127.0.0.1'],
    'mixed.example': ['10.0.0.1', 'fd00::1'],
    'empty.example': [],
  });
  const open = ioFor(t, { resolvers: [resolver] });
  const strict = ioFor(t, { resolvers: [resolver], allowPrivate: false });

  assert.equal(text(await (await open.tcp('GOOD.example.', port)).read()), 'here');
  for (const host of [
    'good.example',
    'metadata.example',
    'mapped.example',
    'mixed.example',
    '127.0.0.1',
    '[::1]',
    '::ffff:127.0.0.1',
    'localhost',
    'x.localhost',
    '0.0.0.0',
  ]) {
    assert.equal(await faultOf(strict.tcp(host, port)), 'net.private-address', host);
  }
  assert.equal(await faultOf(strict.tcp('empty.example', port)), 'net.no-address');
  assert.equal(await faultOf(strict.tcp('gone.example', port)), 'net.no-address');
  // No number is ever taken for an address: this is a name, and DNS does not have it
  assert.equal(await faultOf(strict.tcp('2130706433', port)), 'net.no-address');
  assert.equal(await faultOf(strict.tcp('a..b', port)), 'dns.bad-name');
});

test('aliases are followed to the address that is checked, and no further than they lead', async (t) => {
  const port = await tcpServer(t, (socket) => socket.end('here'));
  const alias = (owner: string, name: string): ResourceRecord => ({
    name: owner,
    type: TYPES.CNAME,
    class: 1,
    ttl: 60,
    rdata: { is: 'CNAME', name },
  });
  const address = (owner: string, text: string): ResourceRecord => ({
    name: owner,
    type: TYPES.A,
    class: 1,
    ttl: 60,
    rdata: { is: 'A', address: text },
  });
  const zones: { readonly [name: string]: readonly ResourceRecord[] } = {
    'chain.example': [
      alias('chain.example', 'B.example'),
      alias('b.example', 'c.example'),
      address('c.example', '127.0.0.1'),
    ],
    'inward.example': [alias('inward.example', 'meta.example'), address('meta.example', '169.254.169.254')],
    'loop.example': [alias('loop.example', 'pool.example'), alias('pool.example', 'loop.example')],
    'dangling.example': [alias('dangling.example', 'nowhere.example')],
    // Nobody asked for this name
    'foreign.example': [address('other.example', '127.0.0.1')],
  };
  const server = await udpServer(t, (query, peer, socket) => {
    const { name, type } = decodeMessage(query).questions[0] ?? { name: '', type: 0 };
    const answers = (zones[name] ?? []).filter((record) => record.type === TYPES.CNAME || record.type === type);
    socket.send(answer(query, [], { answers }), peer.port, peer.address);
  });
  const resolvers = [`127.0.0.1:${String(server)}`];
  const open = ioFor(t, { resolvers });
  const strict = ioFor(t, { resolvers, allowPrivate: false });

  assert.equal(text(await (await open.tcp('chain.example', port)).read()), 'here');
  assert.equal(await faultOf(strict.tcp('inward.example', port)), 'net.private-address');
  assert.equal(await faultOf(open.tcp('loop.example', port)), 'dns.loop');
  assert.equal(await faultOf(open.tcp('dangling.example', port)), 'net.no-address');
  assert.equal(await faultOf(open.tcp('foreign.example', port)), 'net.no-address');
});

test('a name that could not be resolved is not a name without an address', async (t) => {
  const port = await tcpServer(t, (socket) => socket.end('here'));
  const rcodes = [
    [1, 'dns.formerr'],
    [2, 'dns.servfail'],
    [4, 'dns.notimp'],
    [5, 'dns.refused'],
    [9, 'dns.servfail'],
  ] as const;
  for (const [rcode, code] of rcodes) {
    const server = await udpServer(t, (query, peer, socket) =>
      socket.send(answer(query, [], { rcode }), peer.port, peer.address),
    );

    assert.equal(await faultOf(ioFor(t, { resolvers: [`127.0.0.1:${String(server)}`] }).tcp('x.example', port)), code);
  }

  // One family fails: its addresses are unknown where the other has none, and not needed where it has some
  const halfDead = await udpServer(t, (query, peer, socket) => {
    const { name, type } = decodeMessage(query).questions[0] ?? { name: '', type: 0 };
    const found = name === 'half.example' ? [{ is: 'A', address: '127.0.0.1' } as const] : [];
    socket.send(type === TYPES.A ? answer(query, found) : answer(query, [], { rcode: 2 }), peer.port, peer.address);
  });
  const io = ioFor(t, { resolvers: [`127.0.0.1:${String(halfDead)}`] });
  assert.equal((await io.tcp('half.example', port)).address, '127.0.0.1');
  assert.equal(await faultOf(io.tcp('none.example', port)), 'dns.servfail');
});

test('a name is resolved once: a resolver that changes its mind gets no second question (DNS rebinding)', async (t) => {
  const port = await tcpServer(t, (socket) => socket.end('here'));
  const asked: number[] = [];
  const dnsPort = await udpServer(t, (query, peer, socket) => {
    const type = decodeMessage(query).questions[0]?.type ?? 0;
    asked.push(type);
    const address = asked.filter((one) => one === 1).length > 1 ? '169.254.169.254' : '127.0.0.1';
    socket.send(answer(query, type === 1 ? [{ is: 'A', address }] : []), peer.port, peer.address);
  });
  const io = ioFor(t, { resolvers: [`127.0.0.1:${String(dnsPort)}`] });

  for (let count = 0; count < 3; count++) {
    const stream = await io.tcp('rebind.example', port);
    assert.equal(stream.address, '127.0.0.1');
    stream.close();
  }

  assert.deepEqual(
    asked.toSorted((a, b) => a - b),
    [1, 28],
  );
});

test('the next address is tried when the first refuses', async (t) => {
  const port = await tcpServer(t, (socket) => socket.end('here'));
  const resolver = await resolverOf(t, { 'two.example': ['127.0.0.2', '127.0.0.1'] });

  const stream = await ioFor(t, { resolvers: [resolver] }).tcp('two.example', port);

  assert.equal(stream.address, '127.0.0.1');
});

test('IPv6 is reached by literal and by name, and is refused like IPv4', async (t) => {
  const server = createServer((socket) => socket.end('six'));
  const port = await listening(server, '::1').catch(() => 0);
  if (port === 0) return t.skip('this machine has no IPv6 loopback');
  endWith(t, server);
  const resolver = await resolverOf(t, { 'six.example': ['::1'], 'both.example': ['127.0.0.9', '::1'] });
  const io = ioFor(t, { resolvers: [resolver] });
  const strict = ioFor(t, { resolvers: [resolver], allowPrivate: false });

  for (const host of ['::1', '[::1]', 'six.example', 'both.example']) {
    const stream = await io.tcp(host, port);
    assert.equal(stream.address, '::1', host);
    assert.equal(text(await stream.read()), 'six');
  }
  assert.equal(await faultOf(strict.tcp('six.example', port)), 'net.private-address');
});

test('--connect-to leads elsewhere, permits what it names, and keeps the rule for all else', async (t) => {
  const port = await tcpServer(t, (socket) => socket.end('here'));
  const resolver = await resolverOf(t, { 'other.example': ['127.0.0.1'] });
  const io = ioFor(t, {
    resolvers: [resolver],
    allowPrivate: false,
    connectTo: [
      { host: 'app.example', port: 443, toHost: '127.0.0.1', toPort: port },
      { host: 'other.example', port: 443, toHost: '', toPort: port },
    ],
  });

  assert.equal(text(await (await io.tcp('app.example', 443)).read()), 'here');
  // Only the port was rewritten: nobody wrote that this address is wanted
  assert.equal(await faultOf(io.tcp('other.example', 443)), 'net.private-address');
  assert.equal(await faultOf(io.tcp('app.example', 444)), 'net.no-address');
});

test('the first --connect-to rule that matches wins; empty matches any and keeps what was asked', () => {
  const rules = [
    { host: 'a.example', port: 443, toHost: 'x', toPort: 1 },
    { host: 'a.example', port: 0, toHost: 'y', toPort: 0 },
    { host: '', port: 25, toHost: '', toPort: 2525 },
  ];

  assert.deepEqual(matchConnectTo(rules, 'A.example', 443), { host: 'x', port: 1 });
  assert.deepEqual(matchConnectTo(rules, 'a.example', 80), { host: 'y', port: 80 });
  assert.deepEqual(matchConnectTo(rules, 'mx.example', 25), { host: 'mx.example', port: 2525 });
  assert.equal(matchConnectTo(rules, 'b.example', 443), undefined);
});

test('a host gets no more connections at once than it may, and a closed one makes room', async (t) => {
  const port = await tcpServer(t, () => undefined);
  const io = ioFor(t, { maxConnections: 2 });
  const first = await io.tcp('127.0.0.1', port);
  await io.tcp('127.0.0.1', port);
  let third = false;

  const waiting = io.tcp('127.0.0.1', port).then((stream) => {
    third = true;
    return stream;
  });
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(third, false);
  first.close();

  await waiting;
  assert.equal(third, true);
});

test('--rate spaces the connections to one host', async (t) => {
  const port = await tcpServer(t, (socket) => socket.end());
  const io = ioFor(t, { rate: 50 });
  const started = performance.now();

  await Promise.all(Array.from({ length: 4 }, () => io.tcp('127.0.0.1', port)));

  assert.ok(performance.now() - started >= 55, 'three pauses of 20 ms');
});

test('the end of a job ends everything it holds, with the reason of the end', async (t) => {
  let tellClosed: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => {
    tellClosed = resolve;
  });
  const port = await tcpServer(t, (socket) => socket.on('close', tellClosed));
  const world = createWorld(network({ maxConnections: 1 }));
  const stop = new AbortController();
  const job = createJobIO(world, { signal: stop.signal, data: createData([]) });
  const stream = await job.io.tcp('127.0.0.1', port);
  const reading = faultOf(stream.read());
  const queued = faultOf(job.io.tcp('127.0.0.1', port));

  stop.abort(new FaultError('engine.deadline'));

  assert.deepEqual(await Promise.all([reading, queued]), ['engine.deadline', 'engine.deadline']);
  assert.equal(await faultOf(job.io.tcp('127.0.0.1', port)), 'engine.deadline');
  await closed;
  world.close();
});

test('an IO of its own may have a deadline', async (t) => {
  const port = await tcpServer(t, () => undefined);
  const job = createIO(network(), { signal: new AbortController().signal, data: createData([]), deadlineMs: 60 });

  const stream = await job.io.tcp('127.0.0.1', port);

  assert.equal(await faultOf(stream.read()), 'engine.deadline');
  job.end();
});

test('a hosts file is read by address and names, comments and nonsense left out', () => {
  const hosts = parseHosts(
    '127.0.0.1 localhost\n# 1.2.3.4 no\n192.0.2.9\tApp.Example www.app.example # two\nnonsense x\n::1 localhost\n',
  );

  assert.deepEqual(
    [...hosts],
    [
      ['localhost', ['127.0.0.1', '::1']],
      ['app.example', ['192.0.2.9']],
      ['www.app.example', ['192.0.2.9']],
    ],
  );
});
