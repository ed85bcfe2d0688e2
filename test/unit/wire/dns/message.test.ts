/** The DNS codec: our messages as another codec reads them, the other's as we read them, and what must be refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import * as packet from 'dns-packet';
import { FaultError } from '../../../../src/model/fault.ts';
import { decodeMessage, encodeMessage, encodeQuery } from '../../../../src/wire/dns/message.ts';
import { latin1, latin1Bytes } from '../../../../src/wire/dns/rdata.ts';
import { TYPES, type Message, type Rdata, type ResourceRecord } from '../../../../src/wire/dns/types.ts';

const EMPTY: Message = {
  id: 7,
  response: true,
  opcode: 0,
  authoritative: true,
  truncated: false,
  recursionDesired: true,
  recursionAvailable: false,
  authenticData: true,
  checkingDisabled: false,
  rcode: 0,
  questions: [],
  answers: [],
  authorities: [],
  additionals: [],
  edns: undefined,
};

function record(type: number, rdata: Rdata, name = 'a.example'): ResourceRecord {
  return { name, type, class: 1, ttl: 300, rdata };
}

const octets = (...values: readonly number[]) => Uint8Array.from(values);

const RECORDS: readonly ResourceRecord[] = [
  record(TYPES.A, { is: 'A', address: '192.0.2.1' }),
  record(TYPES.AAAA, { is: 'AAAA', address: '2001:db8::1' }),
  record(TYPES.NS, { is: 'NS', name: 'ns.a.example' }),
  record(TYPES.CNAME, { is: 'CNAME', name: 'other.example' }),
  record(TYPES.PTR, { is: 'PTR', name: '.' }),
  record(TYPES.DNAME, { is: 'DNAME', name: 'x.example' }),
  record(TYPES.SOA, {
    is: 'SOA',
    primary: 'ns.a.example',
    mailbox: 'h\\.m.a.example',
    serial: 4294967295,
    refresh: 1,
    retry: 2,
    expire: 3,
    minimum: 4,
  }),
  record(TYPES.MX, { is: 'MX', preference: 10, exchange: 'mx.a.example' }),
  record(TYPES.TXT, { is: 'TXT', strings: [latin1Bytes('v=spf1 '), octets(0, 255, 13, 10), octets()] }),
  record(TYPES.SPF, { is: 'TXT', strings: [latin1Bytes('v=spf1 -all')] }),
  record(TYPES.SRV, { is: 'SRV', priority: 1, weight: 2, port: 443, target: 's.example' }),
  record(TYPES.CAA, { is: 'CAA', flags: 128, tag: 'issue', value: latin1Bytes('ca.example; a=b') }),
  record(TYPES.TLSA, { is: 'TLSA', usage: 3, selector: 1, matching: 1, data: octets(1, 2, 3) }),
  record(TYPES.DS, { is: 'DS', keyTag: 60485, algorithm: 13, digestType: 2, digest: octets(9, 8) }),
  record(TYPES.DNSKEY, { is: 'DNSKEY', flags: 257, protocol: 3, algorithm: 13, key: octets(5) }),
  record(TYPES.RRSIG, {
    is: 'RRSIG',
    covered: TYPES.SOA,
    algorithm: 13,
    labels: 2,
    originalTtl: 300,
    expiration: 1764547200,
    inception: 1763337600,
    keyTag: 1,
    signer: 'a.example',
    signature: octets(1),
  }),
  record(TYPES.NSEC, { is: 'NSEC', next: 'b.example', types: [1, 2, 46, 257] }),
  record(TYPES.NSEC3, {
    is: 'NSEC3',
    algorithm: 1,
    flags: 1,
    iterations: 10,
    salt: octets(170),
    next: octets(1, 2),
    types: [6],
  }),
  record(TYPES.NSEC3PARAM, { is: 'NSEC3PARAM', algorithm: 1, flags: 0, iterations: 0, salt: octets() }),
  record(TYPES.HTTPS, { is: 'SVCB', priority: 1, target: '.', parameters: [{ key: 1, value: octets(2, 104, 50) }] }),
  record(4711, { is: 'raw', bytes: octets(1, 2, 3, 4) }),
];

const FULL: Message = {
  ...EMPTY,
  rcode: 23,
  questions: [{ name: 'a.example', type: 255, class: 1 }],
  answers: RECORDS,
  authorities: [record(TYPES.NS, { is: 'NS', name: 'ns.a.example' }, 'example')],
  additionals: [record(TYPES.A, { is: 'A', address: '192.0.2.53' }, 'ns.a.example')],
  edns: { udpSize: 1232, version: 0, dnssecOk: true, options: [{ code: 10, value: octets(1, 2) }] },
};

test('a message with every record type survives encoding and decoding', () => {
  assert.deepEqual(decodeMessage(encodeMessage(FULL)), FULL);
});

test('an answer is read by dns-packet as it was meant', () => {
  const read = packet.decode(Buffer.from(encodeMessage({ ...FULL, answers: RECORDS.slice(0, 16) })));

  const data = (index: number): unknown => (read.answers?.[index] as { data?: unknown } | undefined)?.data;
  assert.equal(data(0), '192.0.2.1');
  assert.equal(data(1), '2001:db8::1');
  assert.equal(data(2), 'ns.a.example');
  assert.deepEqual(data(7), { preference: 10, exchange: 'mx.a.example' });
  assert.deepEqual(data(8), [Buffer.from('v=spf1 '), Buffer.from([0, 255, 13, 10]), Buffer.alloc(0)]);
  assert.partialDeepStrictEqual(data(11), { issuerCritical: true, tag: 'issue', value: 'ca.example; a=b' });
  assert.partialDeepStrictEqual(data(12), { usage: 3, selector: 1, matchingType: 1 });
  assert.partialDeepStrictEqual(data(13), { keyTag: 60485, algorithm: 13, digestType: 2 });
  assert.partialDeepStrictEqual(data(15), { typeCovered: 'SOA', signersName: 'a.example', keyTag: 1 });
});

test('what dns-packet writes is read, compression or not', () => {
  const bytes = packet.encode({
    type: 'response',
    id: 99,
    flags: packet.AUTHORITATIVE_ANSWER,
    questions: [{ type: 'MX', name: 'example.com' }],
    answers: [
      { type: 'MX', name: 'example.com', ttl: 5, data: { preference: 5, exchange: 'mail.example.com' } },
      { type: 'TXT', name: 'example.com', ttl: 5, data: ['a', Buffer.from([200])] },
      { type: 'NSEC', name: 'example.com', ttl: 5, data: { nextDomain: 'b.example.com', rrtypes: ['A', 'RRSIG'] } },
    ],
  });

  const read = decodeMessage(bytes);

  assert.equal(read.authoritative, true);
  assert.deepEqual(
    read.answers.map((answer) => answer.rdata),
    [
      { is: 'MX', preference: 5, exchange: 'mail.example.com' },
      { is: 'TXT', strings: [octets(97), octets(200)] },
      { is: 'NSEC', next: 'b.example.com', types: [1, 46] },
    ],
  );
});

test('a query asks one question with EDNS 1232, DO and AD', () => {
  const read = packet.decode(Buffer.from(encodeQuery('_dmarc.Example.com', TYPES.TXT, { id: 513 })));

  assert.equal(read.id, 513);
  assert.equal(read.flag_rd, true);
  assert.equal(read.flag_ad, true);
  assert.deepEqual(read.questions, [{ name: '_dmarc.Example.com', type: 'TXT', class: 'IN' }]);
  assert.partialDeepStrictEqual(read.additionals?.[0], { type: 'OPT', udpPayloadSize: 1232, flag_do: true });
});

test('a query can leave out EDNS and recursion, and can disable checking', () => {
  const read = decodeMessage(
    encodeQuery('x', TYPES.A, { edns: false, recursionDesired: false, checkingDisabled: true }),
  );

  assert.equal(read.edns, undefined);
  assert.equal(read.recursionDesired, false);
  assert.equal(read.checkingDisabled, true);
});

test('names keep every octet through escapes', () => {
  const name = 'a\\.b.\\000\\255.c\\032d.x:y%z!';

  const read = decodeMessage(encodeQuery(name, TYPES.TXT));

  assert.equal(read.questions[0]?.name, name);
});

test('names that cannot be asked are refused before any packet', () => {
  const bad = [
    'a..b',
    '.a',
    'x'.repeat(64),
    `${'x.'.repeat(128)}x`,
    'a\\',
    'a\\256',
    'ü\u0161',
    `${'y'.repeat(63)}.`.repeat(4),
  ];
  for (const name of bad) {
    assert.throws(
      () => encodeQuery(name, TYPES.A),
      (error) => error instanceof FaultError && error.fault.code === 'dns.bad-name',
      name,
    );
  }
});

/** A header with the given counts, then the octets. */
function message(counts: readonly [number, number, number, number], ...body: readonly number[]): Uint8Array {
  return octets(0, 1, 0x81, 0x80, ...counts.flatMap((count) => [count >>> 8, count & 0xff]), ...body);
}

const HOSTILE: readonly (readonly [string, Uint8Array])[] = [
  ['nothing', octets()],
  ['half a header', octets(1, 2, 3)],
  ['counts without contents', message([1, 0, 0, 0])],
  ['65535 records announced', message([0, 65535, 65535, 65535])],
  ['a pointer to itself', message([1, 0, 0, 0], 0xc0, 12, 0, 1, 0, 1)],
  ['a pointer forwards', message([1, 0, 0, 0], 0xc0, 14, 1, 97, 0, 0, 1, 0, 1)],
  ['two pointers in a circle', message([2, 0, 0, 0], 1, 97, 0xc0, 12, 0, 1, 0, 1, 0xc0, 12)],
  ['a pointer into the header that is no name', message([1, 0, 0, 0], 0xc0, 2, 0, 1, 0, 1)],
  ['half a pointer', message([1, 0, 0, 0], 0xc0)],
  ['a label of the reserved kind 0x40', message([1, 0, 0, 0], 0x41, 97, 0, 0, 1, 0, 1)],
  ['a label past the end', message([1, 0, 0, 0], 63, 97)],
  ['RDLENGTH past the end', message([0, 1, 0, 0], 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 200, 1)],
  ['an A record of three octets', message([0, 1, 0, 0], 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 3, 1, 2, 3)],
  ['an A record of five octets', message([0, 1, 0, 0], 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 5, 1, 2, 3, 4, 5)],
  ['a TXT string longer than its record', message([0, 1, 0, 0], 0, 0, 16, 0, 1, 0, 0, 0, 0, 0, 2, 5, 97)],
  ['an MX without exchange', message([0, 1, 0, 0], 0, 0, 15, 0, 1, 0, 0, 0, 0, 0, 2, 0, 10)],
  ['a CAA tag longer than its record', message([0, 1, 0, 0], 0, 1, 1, 0, 1, 0, 0, 0, 0, 0, 2, 0, 9)],
  ['an empty NSEC window', message([0, 1, 0, 0], 0, 0, 47, 0, 1, 0, 0, 0, 0, 0, 3, 0, 0, 0)],
  ['two OPT records', message([0, 0, 0, 2], 0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0, 0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0)],
];

for (const [title, bytes] of HOSTILE) {
  test(`${title} is dns.malformed`, () => {
    assert.throws(
      () => decodeMessage(bytes),
      (error) => error instanceof FaultError && error.fault.code === 'dns.malformed',
    );
  });
}

test('a name of more than 255 octets through pointers is refused', () => {
  const label = [63, ...Array.from({ length: 63 }, () => 97)];
  const body = [...label, ...label, ...label, ...label, 0, 0, 1, 0, 1];

  assert.throws(() => decodeMessage(message([1, 0, 0, 0], ...body)), /longer than 255/);
});

test('a chain of thousands of pointers ends quickly', () => {
  const body: number[] = [0];
  for (let at = 13; at < 16_000; at += 2)
    body.push(0xc0 | ((at === 13 ? 12 : at - 2) >>> 8), (at === 13 ? 12 : at - 2) & 0xff);

  assert.throws(
    () => decodeMessage(message([1, 1, 0, 0], 0, 0, 1, 0, 1, ...body)),
    (error) => error instanceof FaultError,
  );
});

test('an empty TXT list is no string at all, not an empty string', () => {
  const read = decodeMessage(message([0, 1, 0, 0], 0, 0, 16, 0, 1, 0, 0, 0, 0, 0, 0));

  assert.deepEqual(read.answers[0]?.rdata, { is: 'TXT', strings: [] });
});

test('any octets decode or are dns.malformed, and end', () => {
  const good = encodeMessage(FULL);
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 600 }),
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 8 }).map((changes) => {
          const bytes = Uint8Array.from(good);
          for (const [at, value] of changes) bytes[at] = value;
          return bytes;
        }),
        fc.nat(good.length).map((length) => good.slice(0, length)),
      ),
      (bytes) => {
        try {
          decodeMessage(bytes);
        } catch (error) {
          assert.ok(error instanceof FaultError && error.fault.code === 'dns.malformed');
        }
      },
    ),
    { numRuns: 600 },
  );
});

test('any labels survive as a name', () => {
  const label = fc.uint8Array({ minLength: 1, maxLength: 63 });
  fc.assert(
    fc.property(fc.array(label, { maxLength: 3 }), (labels) => {
      const sent = { ...EMPTY, questions: [{ name: '.', type: 1, class: 1 }] };
      const wire = [...labels.flatMap((one) => [one.length, ...one]), 0];
      const bytes = message([1, 0, 0, 0], ...wire, 0, 1, 0, 1);

      const { questions } = decodeMessage(bytes);
      const again = decodeMessage(encodeMessage({ ...sent, questions }));

      assert.deepEqual(again.questions, questions);
    }),
  );
});

test('a question bears the octets of its name as a message does, and refuses the same names', () => {
  const label = fc.oneof(
    fc.stringMatching(/^[A-Za-z0-9_-]{0,64}$/),
    fc.constantFrom('', 'a'.repeat(63), 'a'.repeat(64), '\\046', '\\.', 'ä', '☃'),
  );
  const octetsOr = (make: () => Uint8Array): string => {
    try {
      return Buffer.from(make().subarray(12)).toString('hex');
    } catch (error) {
      assert.ok(error instanceof FaultError && error.fault.code === 'dns.bad-name');
      return 'refused';
    }
  };
  fc.assert(
    fc.property(fc.array(label, { maxLength: 6 }), fc.boolean(), (labels, full) => {
      const name = labels.join('.') + (full ? '.' : '');
      const questions = [{ name, type: TYPES.A, class: 1 }];

      const asked = octetsOr(() => encodeQuery(name, TYPES.A, { edns: false }));

      assert.equal(
        asked,
        octetsOr(() => encodeMessage({ ...EMPTY, questions })),
      );
    }),
    { numRuns: 500 },
  );
});

test('latin1 text keeps every octet', () => {
  const all = Uint8Array.from({ length: 256 }, (_, index) => index);

  assert.deepEqual(latin1Bytes(latin1(all)), all);
});
