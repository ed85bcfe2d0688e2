import assert from 'node:assert/strict';
import { createServer, type Server, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { collector } from '../../../../src/collectors/tls/collector.ts';
import { alertRecord, type RawServerHello, serverHelloRecord } from '../../../../src/lab/tls-raw.ts';
import { type LabServer, listenOnLoopback } from '../../../../src/lab/tls.ts';
import { isObject, type Json } from '../../../../src/model/json.ts';
import { validateFacts } from '../../../../src/packs/facts-schema.ts';
import { concat, uint, vector } from '../../../../src/wire/tls/bytes.ts';
import { decodeClientHello } from '../../../../src/wire/tls/client-hello.ts';
import { cutRecords, encodeRecord } from '../../../../src/wire/tls/record.ts';
import { jobFor, labIo } from '../../../unit/collectors/tls/lab-io.ts';

const open: LabServer[] = [];
after(async () => {
  await Promise.all(open.map((server) => server.close()));
});

const EVERYTHING = [
  'session',
  'served',
  'plain',
  'questions',
  'sessions',
  'suites',
  'injection',
  'direct',
  'intrusive',
];

/** An audit with every question there is: it ends, keeps to its schema, and stores little. */
async function audited(server: Server): Promise<{ readonly [fact: string]: Json }> {
  const made = await listenOnLoopback(server);
  open.push(made);
  const job = labIo({ timeoutMs: 120 });
  try {
    const raw = await collector.observe(jobFor(`a.test:${String(made.port)}`, { parts: EVERYTHING }), job.io);
    const { facts } = collector.interpret(raw);
    assert.deepEqual(validateFacts(collector.factsSchema, facts), []);
    assert.ok(JSON.stringify(raw).length < 4_000_000);
    assert.ok(isObject(facts));
    return facts;
  } finally {
    job.end();
  }
}

type Play = (socket: Socket, hello: Buffer) => void;

function playing(play: Play): Server {
  return createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (hello: Buffer) => play(socket, hello));
  });
}

const message = (type: number, body: Uint8Array): Uint8Array => concat(Uint8Array.of(type), vector(3, body));

/** The answer of a TLS 1.2 server to hellos of that version, and more behind it. */
const twelve =
  (behind: (socket: Socket) => void, options: Partial<RawServerHello> = {}): Play =>
  (socket, bytes) => {
    const first = cutRecords(bytes).records[0];
    const hello = first?.fragment[0] === 1 ? decodeClientHello(first.fragment.subarray(4)) : undefined;
    if (hello === undefined || hello.version !== 0x0303 || hello.versions.length > 0 || !hello.suites.includes(0x002f))
      return void socket.end(alertRecord(70));
    socket.write(serverHelloRecord({ version: 0x0303, suite: 0x002f, done: false, ...options }));
    behind(socket);
    return undefined;
  };

const certificate = (chain: readonly Uint8Array[]): Uint8Array =>
  message(11, vector(3, ...chain.map((one) => vector(3, one))));

function inRecords(bytes: Uint8Array): Uint8Array {
  const records: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += 16_000)
    records.push(encodeRecord(22, 0x0303, bytes.subarray(at, at + 16_000)));
  return concat(...records);
}

const DONE = message(14, new Uint8Array());

const HOSTILE: readonly (readonly [name: string, play: Play])[] = [
  ['random bytes', (socket) => void socket.end(Buffer.from('8f3ac1d277e04b9915', 'hex'))],
  ['an HTTP answer', (socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
  [
    'a record of 65,535 octets',
    (socket) => void socket.write(Buffer.concat([Buffer.from([22, 3, 3, 0xff, 0xff]), Buffer.alloc(70_000)])),
  ],
  [
    'lengths that overrun',
    (socket) => void socket.end(encodeRecord(22, 0x0303, Buffer.from([2, 0, 0, 40, 3, 3, 1, 2, 3]))),
  ],
  ['a close behind the ServerHello', twelve((socket) => void socket.end())],
  ['a reset behind the ServerHello', twelve((socket) => void socket.resetAndDestroy())],
  ['silence behind the ServerHello', twelve(() => undefined)],
  [
    'extensions that come twice',
    twelve((socket) => void socket.end(inRecords(DONE)), {
      extensions: [5, 5, 23, 23].map((type) => ({ type, data: new Uint8Array() })),
    }),
  ],
  [
    'a chain of 1,000 certificates',
    twelve(
      (socket) =>
        void socket.end(
          inRecords(concat(certificate(Array.from({ length: 1000 }, () => Buffer.alloc(60, 0x30))), DONE)),
        ),
    ),
  ],
  [
    'a certificate nested 10,000 deep',
    twelve((socket) => void socket.end(inRecords(concat(certificate([Buffer.alloc(20_000, 0x30)]), DONE)))),
  ],
  [
    'an endless message',
    twelve(
      (socket) =>
        void socket.write(encodeRecord(22, 0x0303, concat(Uint8Array.of(11), uint(0xffffff, 3), Buffer.alloc(9000)))),
    ),
  ],
  [
    'alerts without end',
    (socket) => {
      const again = (): void => {
        if (!socket.destroyed) socket.write(encodeRecord(21, 0x0303, Uint8Array.of(1, 90)), () => setImmediate(again));
      };
      again();
    },
  ],
];

for (const [name, play] of HOSTILE) {
  test(`${name}: every question ends, and nothing is made of it`, async () => {
    const facts = await audited(playing(play));

    const { intrusive } = facts;
    assert.ok(isObject(intrusive));
    const defects = Object.entries(intrusive).filter(([name, value]) => name !== 'asked' && value === true);
    assert.deepEqual(defects, []);
    assert.notEqual(facts['offered'], undefined);
  });
}

test('a server that answers every third connection loses no question for good', async () => {
  let count = 0;
  const facts = await audited(
    playing((socket, hello) => {
      if (count++ % 3 !== 0) return void socket.resetAndDestroy();
      twelve((one) => void one.end(inRecords(DONE)))(socket, hello);
      return undefined;
    }),
  );

  assert.equal(facts['offered'], true);
});
