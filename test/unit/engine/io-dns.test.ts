/** The DNS capability against servers that answer well, badly, late, or not at all. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { createDnsClient } from '../../../src/engine/io/dns.ts';
import { decodeMessage, encodeQuery } from '../../../src/wire/dns/message.ts';
import { TYPES } from '../../../src/wire/dns/types.ts';
import { answer, besideUdp, closedPort, faultOf, ioFor, network, udpServer, type Respond } from './support.ts';

const QUERY = encodeQuery('example.com', TYPES.A, { id: 4711 });
const ADDRESS = { is: 'A', address: '192.0.2.1' } as const;

async function askOver(t: TestContext, respond: Respond, timeoutMs = 2000) {
  const port = await udpServer(t, respond);
  return ioFor(t, { resolvers: [`127.0.0.1:${String(port)}`], timeoutMs }).dns({ query: QUERY });
}

/** UDP and TCP on one port, as a name server has them. */
async function bothServers(
  t: TestContext,
  udp: Respond,
  tcp: (query: Buffer, write: (bytes: Uint8Array) => void, end: () => void) => void,
) {
  const serve = (socket: Socket): void => {
    socket.on('error', () => socket.destroy());
    let received = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < received.readUInt16BE(0) + 2) return;
      const query = received.subarray(2, received.readUInt16BE(0) + 2);
      received = received.subarray(query.length + 2);
      tcp(
        query,
        (bytes) => socket.write(bytes),
        () => socket.end(),
      );
    });
  };
  return `127.0.0.1:${String(await besideUdp(t, udp, serve))}`;
}

function framed(message: Uint8Array): Buffer {
  const bytes = Buffer.alloc(message.length + 2);
  bytes.writeUInt16BE(message.length, 0);
  bytes.set(message, 2);
  return bytes;
}

const truncated: Respond = (query, peer, socket) => {
  socket.send(answer(query, [], { truncated: true }), peer.port, peer.address);
};

test('a question gets its answer, with the id that was asked and a random one on the wire', async (t) => {
  const ids: number[] = [];

  const reply = await askOver(t, (query, peer, socket) => {
    ids.push(query.readUInt16BE(0));
    socket.send(answer(query, [ADDRESS]), peer.port, peer.address);
  });

  const message = decodeMessage(reply.message);
  assert.equal(message.id, 4711);
  assert.deepEqual(message.answers[0]?.rdata, ADDRESS);
  assert.equal(reply.transport, 'udp');
  assert.equal(reply.trusted, true);
  assert.equal(ids.length, 1);
});

test('answers with a wrong id, a wrong question or no answer bit are ignored until the true one comes', async (t) => {
  const reply = await askOver(t, (query, peer, socket) => {
    const good = answer(query, [ADDRESS]);
    const wrongId = Uint8Array.from(good);
    wrongId[0] = (wrongId[0] ?? 0) ^ 0xff;
    const forged = { is: 'A', address: '203.0.113.66' } as const;
    const wrongName = answer(encodeQuery('example.org', TYPES.A, { id: query.readUInt16BE(0) }), [forged]);
    const wrongType = answer(encodeQuery('example.com', TYPES.MX, { id: query.readUInt16BE(0) }), [forged]);
    for (const message of [wrongId, wrongName, wrongType, query, good]) socket.send(message, peer.port, peer.address);
  });

  assert.deepEqual(decodeMessage(reply.message).answers[0]?.rdata, ADDRESS);
});

test('an answer from another port than the asked one is not seen', async (t) => {
  const other = createSocket('udp4');
  t.after(() => other.close());

  const code = await faultOf(
    askOver(
      t,
      (query, peer) => other.send(answer(query, [{ is: 'A', address: '203.0.113.66' }]), peer.port, peer.address),
      150,
    ),
  );

  assert.equal(code, 'dns.timeout');
});

test('a lost first packet is sent again, and silence is a time-out', async (t) => {
  let seen = 0;
  const reply = await askOver(
    t,
    (query, peer, socket) => {
      seen++;
      if (seen > 1) socket.send(answer(query, [ADDRESS]), peer.port, peer.address);
    },
    900,
  );
  assert.equal(decodeMessage(reply.message).answers.length, 1);
  assert.ok(seen >= 2);

  assert.equal(await faultOf(askOver(t, () => undefined, 90)), 'dns.timeout');
});

test('a truncated answer is fetched over TCP, in whatever pieces it comes', async (t) => {
  const strings = Array.from({ length: 20 }, () => new Uint8Array(250).fill(0x61));
  const resolver = await bothServers(t, truncated, (query, write, end) => {
    const bytes = framed(answer(query, [{ is: 'TXT', strings }], {}));
    for (let at = 0; at < bytes.length; at += 700) write(bytes.subarray(at, at + 700));
    end();
  });

  const reply = await ioFor(t, { resolvers: [resolver] }).dns({ query: encodeQuery('example.com', TYPES.TXT) });

  const rdata = decodeMessage(reply.message).answers[0]?.rdata;
  assert.equal(reply.transport, 'tcp');
  assert.equal(rdata?.is === 'TXT' ? rdata.strings.length : 0, 20);
});

const BROKEN_TCP: readonly [
  string,
  string,
  (query: Buffer, write: (bytes: Uint8Array) => void, end: () => void) => void,
][] = [
  ['closes at once', 'dns.network', (_query, _write, end) => end()],
  [
    'breaks off inside the message',
    'dns.malformed',
    (query, write, end) => {
      write(framed(answer(query, [ADDRESS])).subarray(0, 9));
      end();
    },
  ],
  ['dribbles and never ends', 'dns.timeout', (_query, write) => write(Uint8Array.of(0xff, 0xff, 1, 2))],
  [
    'answers other questions without end',
    'dns.malformed',
    (query, write) => {
      const foreign = framed(answer(encodeQuery('example.org', TYPES.A, { id: query.readUInt16BE(0) }), []));
      for (let count = 0; count < 40; count++) write(foreign);
    },
  ],
];

for (const [title, code, serve] of BROKEN_TCP) {
  test(`a TCP server that ${title} is ${code}, and the truncated answer is not used`, async (t) => {
    const resolver = await bothServers(t, truncated, serve);

    assert.equal(
      await faultOf(
        ioFor(t, { resolvers: [resolver], timeoutMs: code === 'dns.timeout' ? 300 : 6000 }).dns({ query: QUERY }),
      ),
      code,
    );
  });
}

test('a question may be asked over TCP alone', async (t) => {
  let datagrams = 0;
  const resolver = await bothServers(
    t,
    () => datagrams++,
    (query, write) => write(framed(answer(query, [ADDRESS]))),
  );

  const reply = await ioFor(t, { resolvers: [resolver] }).dns({ query: QUERY, transport: 'tcp' });

  assert.equal(reply.transport, 'tcp');
  assert.equal(decodeMessage(reply.message).answers.length, 1);
  assert.equal(datagrams, 0);
});

test('a message that is no message is dns.malformed', async (t) => {
  const shorter = await faultOf(
    askOver(t, (query, peer, socket) => socket.send(query.subarray(0, 5), peer.port, peer.address), 3000),
  );
  const garbled = await faultOf(
    askOver(t, (query, peer, socket) => {
      const message = Buffer.from(answer(query, [ADDRESS]));
      // RDLENGTH past the end
      message.writeUInt16BE(0x7fff, message.length - 6);
      socket.send(message, peer.port, peer.address);
    }),
  );

  assert.deepEqual([shorter, garbled], ['dns.malformed', 'dns.malformed']);
});

test('a server that fails is passed over for the next; if all fail, its answer is what there is', async (t) => {
  const asked: string[] = [];
  const failing = await udpServer(t, (query, peer, socket) => {
    asked.push('failing');
    socket.send(answer(query, [], { rcode: 2 }), peer.port, peer.address);
  });
  const working = await udpServer(t, (query, peer, socket) => {
    asked.push('working');
    socket.send(answer(query, [ADDRESS]), peer.port, peer.address);
  });
  const both = ioFor(t, { resolvers: [failing, working].map((port) => `127.0.0.1:${String(port)}`) });
  const one = ioFor(t, { resolvers: [`127.0.0.1:${String(failing)}`] });

  const good = decodeMessage((await both.dns({ query: QUERY })).message);
  const bad = decodeMessage((await one.dns({ query: QUERY })).message);

  assert.equal(good.rcode, 0);
  assert.equal(bad.rcode, 2);
  assert.deepEqual(asked, ['failing', 'working', 'failing']);
});

test('equal questions are asked once, whatever their ids; failures are not remembered', async (t) => {
  let seen = 0;
  const port = await udpServer(t, (query, peer, socket) => {
    seen++;
    const name = decodeMessage(query).questions[0]?.name;
    socket.send(answer(query, [], { rcode: name === 'fails.example' ? 2 : 0 }), peer.port, peer.address);
  });
  const io = ioFor(t, { resolvers: [`127.0.0.1:${String(port)}`] });
  const ask = (name: string, id: number) => io.dns({ query: encodeQuery(name, TYPES.A, { id }) });

  const replies = await Promise.all([ask('same.example', 1), ask('same.example', 2)]);
  await ask('same.example', 3);
  assert.equal(seen, 1);
  assert.deepEqual(
    replies.map((reply) => decodeMessage(reply.message).id),
    [1, 2],
  );

  await ask('fails.example', 1);
  await ask('fails.example', 2);
  assert.equal(seen, 3);
});

test('no more than 64 questions are in flight', async (t) => {
  let open = 0;
  let most = 0;
  const port = await udpServer(t, (query, peer, socket) => {
    open++;
    most = Math.max(most, open);
    setImmediate(() => {
      setImmediate(() => {
        open--;
        socket.send(answer(query, []), peer.port, peer.address);
      });
    });
  });
  const io = ioFor(t, { resolvers: [`127.0.0.1:${String(port)}`] });

  await Promise.all(
    Array.from({ length: 200 }, (_, index) => io.dns({ query: encodeQuery(`n${String(index)}.example`, TYPES.A) })),
  );

  assert.ok(most <= 64, `${String(most)} at once`);
});

test('a server that data named obeys the address rule; one that the user named does not need to', async (t) => {
  const port = await udpServer(t, (query, peer, socket) =>
    socket.send(answer(query, [ADDRESS]), peer.port, peer.address),
  );
  const server = `127.0.0.1:${String(port)}`;
  const strict = ioFor(t, { resolvers: [server], allowPrivate: false });
  const rewritten = ioFor(t, {
    resolvers: [server],
    allowPrivate: false,
    connectTo: [{ host: '192.0.2.53', port: 53, toHost: '127.0.0.1', toPort: port }],
  });

  assert.equal(await faultOf(strict.dns({ query: QUERY, server: '127.0.0.2:53' })), 'net.private-address');
  assert.equal(await faultOf(strict.dns({ query: QUERY, server: '::ffff:10.0.0.1' })), 'net.private-address');
  assert.equal(await faultOf(strict.dns({ query: QUERY, server: 'not an address' })), 'dns.bad-name');
  assert.equal((await strict.dns({ query: QUERY, server })).server, server);
  assert.equal((await rewritten.dns({ query: QUERY, server: '192.0.2.53' })).server, server);
});

test('where no datagram gets out, node:dns asks and its answer becomes a message', async (t) => {
  const refused = await closedPort();
  const records = {
    A: { is: 'A', address: '192.0.2.7' },
    AAAA: { is: 'AAAA', address: '2001:db8::7' },
    NS: { is: 'NS', name: 'ns.example.com' },
    CNAME: { is: 'CNAME', name: 'alias.example.com' },
    PTR: { is: 'PTR', name: 'host.example.com' },
    MX: { is: 'MX', preference: 10, exchange: 'mx.example.com' },
    SRV: { is: 'SRV', priority: 1, weight: 2, port: 443, target: 'srv.example.com' },
    SOA: {
      is: 'SOA',
      primary: 'ns.example.com',
      mailbox: 'h.example.com',
      serial: 1,
      refresh: 2,
      retry: 3,
      expire: 4,
      minimum: 5,
    },
    TXT: { is: 'TXT', strings: [new Uint8Array(Buffer.from('v=spf1 -all')), new Uint8Array([0, 255, 10])] },
    CAA: { is: 'CAA', flags: 128, tag: 'issue', value: new Uint8Array(Buffer.from('ca.example')) },
    TLSA: { is: 'TLSA', usage: 3, selector: 1, matching: 1, data: new Uint8Array([1, 2, 3]) },
  } as const;
  const rcodes: { readonly [name: string]: number } = {
    'gone.example': 3,
    'failing.example': 2,
    'refusing.example': 5,
  };
  const working = await udpServer(t, (query, peer, socket) => {
    const { name, type } = decodeMessage(query).questions[0] ?? { name: '', type: 0 };
    const found = Object.entries(records).find(([key]) => TYPES[key as 'A'] === type)?.[1];
    const rcode = rcodes[name] ?? 0;
    const isEmpty = found === undefined || rcode !== 0 || name === 'empty.example';
    socket.send(answer(query, isEmpty ? [] : [found], { rcode }), peer.port, peer.address);
  });
  const client = createDnsClient(network(), [`127.0.0.1:${String(refused)}`], [`127.0.0.1:${String(working)}`]);
  const { signal } = new AbortController();
  const ask = async (name: string, type: number) =>
    await client.ask({ query: encodeQuery(name, type, { id: 9 }) }, signal);

  for (const [key, expected] of Object.entries(records)) {
    const reply = await ask('example.com', TYPES[key as 'A']);
    assert.equal(reply.transport, 'system');
    assert.equal(reply.trusted, false);
    assert.deepEqual(decodeMessage(reply.message).answers[0]?.rdata, expected);
    assert.equal(decodeMessage(reply.message).id, 9);
  }
  for (const [name, rcode] of Object.entries(rcodes)) {
    assert.equal(decodeMessage((await ask(name, TYPES.A)).message).rcode, rcode, name);
  }
  const empty = decodeMessage((await ask('empty.example', TYPES.MX)).message);
  assert.deepEqual([empty.rcode, empty.answers], [0, []]);
  assert.equal(await faultOf(ask('example.com', TYPES.DNSKEY)), 'dns.notimp');
});

test('a job that ends gives up its question at once, and another job keeps it', async (t) => {
  let arrived: (reply: () => void) => void = () => undefined;
  const question = new Promise<() => void>((resolve) => {
    arrived = resolve;
  });
  const port = await udpServer(t, (query, peer, socket) => {
    arrived(() => socket.send(answer(query, [ADDRESS]), peer.port, peer.address));
  });
  const client = createDnsClient(network({ resolvers: [`127.0.0.1:${String(port)}`] }));
  const first = new AbortController();
  const second = new AbortController();

  const given = faultOf(client.ask({ query: QUERY }, first.signal));
  const kept = client.ask({ query: QUERY }, second.signal);
  first.abort();

  assert.equal(await given, 'engine.interrupted');
  const reply = await question;
  reply();
  assert.equal(decodeMessage((await kept).message).answers.length, 1);
});

test('questions over TCP share a connection, and one that the server closed is opened anew', async (t) => {
  let answered = 0;
  const resolver = await bothServers(
    t,
    () => undefined,
    (query, write, end) => {
      write(framed(answer(query, [ADDRESS])));
      answered += 1;
      if (answered === 2) end();
    },
  );
  const io = ioFor(t, { resolvers: [resolver] });
  const ask = (name: string) => io.dns({ query: encodeQuery(name, TYPES.A), transport: 'tcp' });

  for (const name of ['a.example', 'b.example', 'c.example']) {
    assert.equal(decodeMessage((await ask(name)).message).answers.length, 1, name);
  }

  // a question that met the closing connection was asked twice
  assert.ok(answered === 3 || answered === 4, String(answered));
});

test('a server that answers one question a connection, and is silent to the next, is asked all the same', async (t) => {
  let silent = false;
  const resolver = await bothServers(
    t,
    () => undefined,
    (query, write) => {
      if (!silent) write(framed(answer(query, [ADDRESS])));
      silent = !silent;
    },
  );
  const io = ioFor(t, { resolvers: [resolver], timeoutMs: 900 });

  for (const name of ['a.example', 'b.example']) {
    const reply = await io.dns({ query: encodeQuery(name, TYPES.A), transport: 'tcp' });
    assert.equal(decodeMessage(reply.message).answers.length, 1, name);
  }
});

test('a resolver is asked from several ports, with ids that do not repeat in order', async (t) => {
  const ports = new Set<number>();
  const ids: number[] = [];
  const port = await udpServer(t, (query, peer, socket) => {
    ports.add(peer.port);
    ids.push(query.readUInt16BE(0));
    socket.send(answer(query, []), peer.port, peer.address);
  });
  const io = ioFor(t, { resolvers: [`127.0.0.1:${String(port)}`] });

  for (let index = 0; index < 60; index += 1) {
    await io.dns({ query: encodeQuery(`n${String(index)}.example`, TYPES.A) });
  }

  assert.ok(ports.size >= 4, `${String(ports.size)} ports`);
  assert.ok(new Set(ids).size >= 58, 'ids repeat');
  const steps = new Set(ids.slice(1).map((id, index) => id - (ids[index] ?? 0)));
  assert.ok(steps.size > 40, 'ids follow a pattern');
});

test('a server that cannot be reached fails all its questions at once, not at their deadlines', async (t) => {
  const port = await closedPort();
  const io = ioFor(t, { resolvers: [`127.0.0.1:${String(port)}`], timeoutMs: 30_000 });
  const started = performance.now();

  const codes = await Promise.all(
    Array.from({ length: 30 }, (_, index) => faultOf(io.dns({ query: encodeQuery(`n${String(index)}.test`, 1) }))),
  );

  assert.deepEqual(new Set(codes), new Set(['dns.network']));
  assert.ok(performance.now() - started < 5000);
});
