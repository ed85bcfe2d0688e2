import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, test } from 'node:test';
import { collector } from '../../../../src/collectors/tls/collector.ts';
import { createCa } from '../../../../src/lab/ca.ts';
import { alertRecord, type Script, serverHelloRecord, startRawTlsServer } from '../../../../src/lab/tls-raw.ts';
import { type LabServer, type LabTlsOptions, listenOnLoopback, startTlsServer } from '../../../../src/lab/tls.ts';
import type { Json } from '../../../../src/model/json.ts';
import { resolvePointer } from '../../../../src/model/pointer.ts';
import { validateFacts } from '../../../../src/packs/facts-schema.ts';
import type { ClientHello } from '../../../../src/wire/tls/client-hello.ts';
import { jobFor, labIo } from '../../../unit/collectors/tls/lab-io.ts';

const ca = createCa({ name: 'Lab Root' });
const good = ca.issue({ names: ['a.test'] });
const identity = { certPem: good.chainPem, keyPem: good.keyPem };
const open: LabServer[] = [];
after(async () => {
  await Promise.all(open.map((server) => server.close()));
});

interface Seen {
  readonly fact: (path: string) => Json | undefined;
  readonly asides: number;
}

async function seen(server: LabServer, parts = ['questions', 'sessions', 'served', 'suites']): Promise<Seen> {
  open.push(server);
  const job = labIo({ ca: ca.certPem, timeoutMs: 1000 });
  try {
    const raw = await collector.observe(jobFor(`a.test:${String(server.port)}`, { parts }), job.io);
    const { facts, at } = collector.interpret(raw);
    assert.deepEqual(validateFacts(collector.factsSchema, facts), []);
    for (const [fact, place] of Object.entries(at)) assert.notEqual(resolvePointer(raw, place), undefined, fact);
    const asides = resolvePointer(raw, '/asides');
    return {
      fact: (path) => resolvePointer(facts, `/${path.replaceAll('.', '/')}`),
      asides: typeof asides === 'number' ? asides : Number.NaN,
    };
  } finally {
    job.end();
  }
}

const tls = async (options: Partial<LabTlsOptions> = {}): Promise<Seen> =>
  await seen(await startTlsServer({ ...identity, ...options }));

test('a good server tolerates what it does not know, and needs no more than 24 connections for all of it', async () => {
  const { fact, asides } = await tls();

  assert.deepEqual(fact('tolerance'), { higherVersion: true, grease: true, long: true, huge: true });
  assert.deepEqual(fact('weakSignatures'), { md5: false, sha1: false, sha224: false });
  assert.deepEqual(fact('alpn'), { unknownAccepted: false });
  assert.deepEqual(fact('sni'), { unknownServed: true, missingFails: false });
  assert.deepEqual(fact('retry'), { works: true });
  assert.deepEqual(fact('drafts'), []);
  assert.deepEqual(fact('plainPort'), {});
  assert.equal(fact('resumption.earlyData'), false);
  assert.equal(fact('resumption.pskOnly'), false);
  assert.equal(fact('resumption.lifetime'), 7200);
  assert.equal(fact('fallback'), undefined);
  assert.ok(asides > 12 && asides <= 24, String(asides));
});

test('a server of three versions is asked for a fallback, and may sign with SHA-1 alone', async () => {
  const { fact, asides } = await tls({ minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0', alpn: [] });

  assert.deepEqual(fact('fallback'), { refused: true });
  assert.equal(fact('weakSignatures.sha1'), true);
  assert.equal(fact('alpn.unknownAccepted'), true);
  assert.ok(asides <= 24, String(asides));
});

test('a client certificate that is a must: nothing is served without it', async () => {
  const must = await tls({ clientCa: ca.certPem, clientCertificate: 'required' });

  assert.equal(must.fact('clientCertificate.requested'), true);
  assert.equal(must.fact('withoutCertificate.served'), false);
});

const refused = alertRecord(40);

/** TLS 1.2 with one suite, and a rule by which hellos are dropped. */
const unless =
  (drops: (hello: ClientHello) => boolean): Script =>
  (hello) => {
    if (hello === undefined || hello.version < 0x0303) return alertRecord(70);
    // what offers TLS 1.3 alone is refused; drafts are passed over
    if (hello.versions.includes(0x0304) && !hello.versions.includes(0x0303)) return alertRecord(70);
    if (drops(hello)) return 'close';
    return hello.suites.includes(0x002f) ? serverHelloRecord({ version: 0x0303, suite: 0x002f }) : refused;
  };

const isGrease = (code: number): boolean => (code & 0x0f0f) === 0x0a0a && code >> 8 === (code & 0xff);

/** Octets of the hello, near enough. */
function sizeOf(hello: ClientHello): number {
  return 60 + 2 * hello.suites.length + hello.extensions.reduce((sum, { data }) => sum + 4 + data.length, 0);
}

const INTOLERANT: readonly (readonly [name: string, member: string, drops: (hello: ClientHello) => boolean])[] = [
  ['a higher version', 'higherVersion', (hello) => hello.version > 0x0303],
  ['TLS 1.3 beside 1.2', 'higherVersion', (hello) => hello.versions.includes(0x0303)],
  ['GREASE', 'grease', (hello) => hello.suites.some((code) => isGrease(code))],
  // the lists of the enumeration are long too: only a padded hello is meant
  ['256 to 511 octets', 'long', (hello) => sizeOf(hello) > 256 && sizeOf(hello) < 512],
  ['more than 1,500 octets', 'huge', (hello) => sizeOf(hello) > 1500],
];

for (const [name, member, drops] of INTOLERANT) {
  test(`a server that dies on ${name} is intolerant of that alone`, async () => {
    const { fact } = await seen(await startRawTlsServer(unless(drops)), ['questions']);

    const all = { higherVersion: true, grease: true, long: true, huge: true };
    assert.deepEqual(fact('tolerance'), { ...all, [member]: false });
  });
}

test('a server that dies on more than 256 octets is read with short hellos to the end', async () => {
  const short: Script = (hello) => {
    if (hello === undefined || hello.version !== 0x0303 || hello.versions.length > 0) return alertRecord(70);
    if (sizeOf(hello) > 256) return 'close';
    const suite = [0xc02f, 0x009c, 0x002f, 0x0035].find((code) => hello.suites.includes(code));
    return suite === undefined ? refused : serverHelloRecord({ version: 0x0303, suite });
  };
  const { fact } = await seen(await startRawTlsServer(short), ['questions', 'suites']);

  assert.equal(fact('tolerance.long'), false);
  assert.equal(fact('tolerance.huge'), false);
  assert.equal((fact('ciphers.names') as readonly Json[]).length, 4);
});

test('a server that answers no ordinary hello cannot be called intolerant', async () => {
  const script = unless((hello) => hello.suites.length < 64);
  const { fact } = await seen(await startRawTlsServer(script), ['questions']);

  assert.ok(Object.hasOwn(Object(fact('tolerance')), '$unknown'));
});

test('a draft of TLS 1.3 that is spoken has its number', async () => {
  const { fact } = await seen(
    await startRawTlsServer((hello, bytes) => {
      if (hello?.versions.includes(0x7f1c) === true) {
        const extensions = [{ type: 43, data: Uint8Array.of(0x7f, 0x1c) }];
        return serverHelloRecord({ version: 0x0303, suite: 0x1301, extensions, done: false });
      }
      return unless(() => false)(hello, bytes);
    }),
    ['questions'],
  );

  assert.deepEqual(fact('drafts'), ['draft 28']);
});

test('a server that asks for another hello and hangs up on it has a broken retry', async () => {
  const random = Buffer.from('cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c', 'hex');
  const { fact } = await seen(
    await startRawTlsServer((hello) => {
      if (hello === undefined || !hello.versions.includes(0x0304)) return alertRecord(70);
      if (!hello.suites.includes(0x1301) || !hello.groups.includes(0x0017)) return refused;
      if (hello.shares.some(({ group }) => group === 0x0017)) return 'close';
      const extensions = [
        { type: 43, data: Uint8Array.of(3, 4) },
        { type: 51, data: Uint8Array.of(0, 0x17) },
      ];
      return serverHelloRecord({ version: 0x0303, suite: 0x1301, random, extensions, done: false });
    }),
    ['questions'],
  );

  assert.deepEqual(fact('retry'), { works: false });
});

test('randoms that begin with the time tell the clock', async () => {
  const timed = (shift: number): Script => {
    return (hello, bytes) => {
      const answer = unless(() => false)(hello, bytes);
      if (!(answer instanceof Uint8Array) || answer[0] !== 22) return answer;
      const random = Buffer.alloc(32, 0x11);
      random.writeUInt32BE(Math.floor(Date.now() / 1000) - shift, 0);
      return serverHelloRecord({ version: 0x0303, suite: 0x002f, random });
    };
  };

  assert.equal((await seen(await startRawTlsServer(timed(3600)), ['questions'])).fact('clock.inRandom'), true);
  assert.equal((await seen(await startRawTlsServer(timed(900_000)), ['questions'])).fact('clock.inRandom'), false);
});

const WORDS: readonly (readonly [name: string, words: string, spoken: string | undefined])[] = [
  ['a web page', 'HTTP/1.1 200 OK\r\n\r\n', 'http'],
  ['SMTP', '220 mail.test ESMTP\r\n', 'smtp'],
  ['nothing that we know', '\u0000\u0001 words\r\n', undefined],
];

for (const [name, words, spoken] of WORDS) {
  test(`a port for TLS that answers with ${name} instead`, async () => {
    const server = createServer((socket) => void socket.once('data', () => socket.end(words)));
    const { fact } = await seen(await listenOnLoopback(server), ['questions']);

    assert.equal(fact('offered'), false);
    assert.equal(fact('plainPort.spoken'), spoken);
  });
}

test('a port that answers TLS and is silent twice on words in the clear speaks nothing else', async () => {
  const tls = await startTlsServer(identity);
  open.push(tls);
  const { connect } = await import('node:net');
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (first: Buffer) => {
      // 0x16 is a handshake record, 0x80 an SSLv2 hello
      if (first[0] !== 22 && first[0] !== 0x80) return;
      const behind = connect(tls.port, '127.0.0.1');
      behind.on('error', () => socket.destroy());
      behind.write(first);
      socket.pipe(behind).pipe(socket);
    });
  });
  const { fact } = await seen(await listenOnLoopback(server), ['questions']);

  assert.equal(fact('offered'), true);
  assert.deepEqual(fact('plainPort'), {});
});
