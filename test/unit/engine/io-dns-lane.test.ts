/** Many questions to one resolver: together over TCP where that serves, over UDP where it does not, and answered in any case. */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { createLane } from '../../../src/engine/io/dns-lane.ts';
import type { IO } from '../../../src/model/io.ts';
import { decodeMessage, encodeQuery } from '../../../src/wire/dns/message.ts';
import { TYPES } from '../../../src/wire/dns/types.ts';
import { answer, besideUdp, ioFor, type Respond } from './support.ts';

const ADDRESS = { is: 'A', address: '192.0.2.1' } as const;

function framed(message: Uint8Array): Buffer {
  const bytes = Buffer.alloc(message.length + 2);
  bytes.writeUInt16BE(message.length, 0);
  bytes.set(message, 2);
  return bytes;
}

interface Seen {
  udp: number;
  tcp: number;
  connections: number;
  /** The most questions that lay in one read. */
  together: number;
}

/** A resolver that answers over UDP at once, and does over TCP what the test says. */
async function resolver(t: TestContext, overTcp: (query: Buffer, socket: Socket) => void): Promise<[string, Seen]> {
  const seen: Seen = { udp: 0, tcp: 0, connections: 0, together: 0 };
  const udp: Respond = (query, peer, socket) => {
    seen.udp += 1;
    socket.send(answer(query, [ADDRESS]), peer.port, peer.address);
  };
  const port = await besideUdp(t, udp, (socket) => {
    seen.connections += 1;
    let pending = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      let together = 0;
      while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
        const query = pending.subarray(2, 2 + pending.readUInt16BE(0));
        pending = pending.subarray(2 + query.length);
        seen.tcp += 1;
        together += 1;
        overTcp(query, socket);
      }
      seen.together = Math.max(seen.together, together);
    });
  });
  return [`127.0.0.1:${String(port)}`, seen];
}

/** Asks so many questions, a number of them at once; every answer must be there and belong to its question. */
async function askMany(io: IO, count: number, prefix: string): Promise<{ udp: number; tcp: number }> {
  const by = { udp: 0, tcp: 0 };
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < count; index = next++) {
      const name = `${prefix}${String(index)}.example`;
      const reply = await io.dns({ query: encodeQuery(name, TYPES.A) });
      const message = decodeMessage(reply.message);
      assert.equal(message.questions[0]?.name, name);
      assert.equal(message.answers.length, 1);
      if (reply.transport !== 'system') by[reply.transport] += 1;
    }
  };
  await Promise.all(Array.from({ length: 32 }, worker));
  return by;
}

test('few questions go over UDP, many over one TCP connection, several in one write', async (t) => {
  const [address, seen] = await resolver(t, (query, socket) => socket.write(framed(answer(query, [ADDRESS]))));
  const io = ioFor(t, { resolvers: [address] });

  assert.deepEqual(await askMany(io, 100, 'few'), { udp: 100, tcp: 0 });
  const { tcp } = await askMany(io, 800, 'many');

  assert.ok(tcp > 500, `${String(tcp)} over TCP`);
  assert.equal(seen.connections, 1);
  assert.ok(seen.together >= 8, `${String(seen.together)} questions in one read`);
});

test('a resolver that answers out of order, or closes now and then, loses no question', async (t) => {
  const held: (() => void)[] = [];
  let answered = 0;
  const [address, seen] = await resolver(t, (query, socket) => {
    const message = framed(answer(query, [ADDRESS]));
    held.push(() => {
      socket.write(message);
      answered += 1;
      if (answered % 50 === 0) socket.end();
    });
    setImmediate(() => held.pop()?.());
  });
  const io = ioFor(t, { resolvers: [address] });

  const { tcp } = await askMany(io, 1200, 'shuffled');

  assert.ok(tcp > 500, `${String(tcp)} over TCP`);
  assert.ok(seen.connections > 5, `${String(seen.connections)} connections`);
});

for (const [title, overTcp] of [
  ['closes TCP connections', (_: Buffer, socket: Socket) => socket.destroy()],
  ['is silent over TCP', () => undefined],
  [
    'answers another question over TCP',
    (query: Buffer, socket: Socket) => {
      const wrong = Buffer.from(query);
      wrong.set([wrong.readUInt8(0) ^ 1]);
      socket.write(framed(answer(wrong, [ADDRESS])));
    },
  ],
] as const) {
  test(`a resolver that ${title} is tried with one question, and then asked over UDP`, async (t) => {
    const [address, seen] = await resolver(t, overTcp);
    const io = ioFor(t, { resolvers: [address], timeoutMs: 600 });

    assert.deepEqual(await askMany(io, 600, 'q'), { udp: 600, tcp: 0 });

    assert.equal(seen.tcp, 1);
  });
}

test('a resolver that is silent to some of the questions over TCP is asked over UDP from then on', async (t) => {
  const [address, seen] = await resolver(t, (query, socket) => {
    if (seen.tcp < 40) socket.write(framed(answer(query, [ADDRESS])));
  });
  const io = ioFor(t, { resolvers: [address], timeoutMs: 600 });

  await askMany(io, 600, 'before');
  const after = await askMany(io, 100, 'after');

  assert.deepEqual(after, { udp: 100, tcp: 0 });
});

test('a forwarder that answers one question after the other over TCP is asked over UDP again', async (t) => {
  const queue: (() => void)[] = [];
  const serve = (): void => {
    queue[0]?.();
    queue.shift();
    if (queue.length > 0) setTimeout(serve, 7);
  };
  const [address] = await resolver(t, (query, socket) => {
    queue.push(() => socket.write(framed(answer(query, [ADDRESS]))));
    if (queue.length === 1) setTimeout(serve, 7);
  });
  const io = ioFor(t, { resolvers: [address], timeoutMs: 6000 });

  await askMany(io, 1000, 'before');
  const after = await askMany(io, 400, 'after');

  assert.deepEqual(after, { udp: 400, tcp: 0 });
});

test('a lane tries TCP with one question, keeps it while answers come as fast as over UDP, and gives it up when it was slow three times', () => {
  const lane = createLane();
  for (let trial = 0; trial < 3; trial += 1) {
    for (let index = 0; index < 128; index += 1) {
      assert.equal(lane.choose(), 'udp');
      lane.answered('udp', 20);
    }
    assert.equal(lane.choose(), 'tcp');
    assert.equal(lane.choose(), 'udp', 'one question tries it');
    lane.answered('tcp', 25);
    for (let index = 0; index < 500; index += 1) {
      assert.equal(lane.choose(), 'tcp');
      lane.answered('tcp', 60);
    }
    // the later ones were asked before it was given up, and say nothing of the next trial
    for (let index = 0; index < 200; index += 1) lane.answered('tcp', 200);
    assert.equal(lane.streams(), false);
  }
  for (let index = 0; index < 500; index += 1) lane.answered('udp', 20);
  assert.equal(lane.choose(), 'udp');
});
