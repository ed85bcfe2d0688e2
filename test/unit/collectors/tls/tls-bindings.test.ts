/** TLSA and CAA beside what is served: every combination of RFC 6698, and the climb of RFC 8659. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { bindingFacts, bindingSchemas } from '../../../../src/collectors/tls/facts-bindings.ts';
import type { Seen } from '../../../../src/collectors/tls/facts-questions.ts';
import { partly } from '../../../../src/collectors/tls/partly.ts';
import { createCa } from '../../../../src/lab/ca.ts';
import { own, type Json } from '../../../../src/model/json.ts';
import { validateFacts } from '../../../../src/packs/facts-schema.ts';
import { encodeMessage } from '../../../../src/wire/dns/message.ts';
import { latin1Bytes } from '../../../../src/wire/dns/rdata.ts';
import { TYPES, type Rdata } from '../../../../src/wire/dns/types.ts';
import { parseCertificate } from '../../../../src/wire/x509/certificate.ts';

const CA = createCa({ name: 'Test Root', organization: "Let's Encrypt" });
const LEAF = CA.issue({ names: ['mx.example.test', 'www.example.test'] });
const OTHER = CA.issue({ names: ['mx.example.test'] });

function spkiOf(der: Uint8Array): Uint8Array {
  const parsed = parseCertificate(der);
  assert.ok(parsed.ok);
  return parsed.value.key.raw;
}

interface World {
  readonly protocol?: string;
  readonly host?: string;
  readonly chains?: readonly (readonly Uint8Array[])[];
  readonly offered?: boolean;
}

function seen(bindings: Json | undefined, world: World = {}): Seen {
  const { protocol = 'smtp', host = 'mx.example.test', chains = [[LEAF.der, CA.der]], offered = true } = world;
  const flights = chains.map((certificates) => ({ certificates }));
  return {
    raw: bindings === undefined ? {} : { bindings },
    endpoint: { name: { host, protocol } },
    served: { flights, rest: undefined },
    offered,
  } as unknown as Seen;
}

function replyWith(
  name: string,
  type: number,
  answers: readonly Rdata[],
  extra: { readonly rcode?: number; readonly signed?: boolean; readonly trusted?: boolean } = {},
): Json {
  const message = encodeMessage({
    id: 0,
    response: true,
    opcode: 0,
    authoritative: false,
    truncated: false,
    recursionDesired: true,
    recursionAvailable: true,
    authenticData: extra.signed ?? true,
    checkingDisabled: false,
    rcode: extra.rcode ?? 0,
    questions: [{ name, type, class: 1 }],
    answers: answers.map((rdata) => ({ name, type, class: 1, ttl: 60, rdata })),
    authorities: [],
    additionals: [],
    edns: undefined,
  });
  return { name, reply: { message: Buffer.from(message).toString('base64'), trusted: extra.trusted ?? true } };
}

const tlsa = (usage: number, selector: number, matching: number, data: Uint8Array): Rdata => ({
  is: 'TLSA',
  usage,
  selector,
  matching,
  data,
});
const hashed = (name: string, bytes: Uint8Array) => new Uint8Array(createHash(name).update(bytes).digest());

function daneOf(records: readonly Rdata[], world: World = {}, extra = {}): { usable: Json; unmatched: Json } {
  const item = replyWith('_25._tcp.mx.example.test', TYPES.TLSA, records, extra);
  const dane = own(bindingFacts(seen({ tlsa: item }, world)).facts, 'dane');
  return { usable: own(dane, 'usable') ?? null, unmatched: own(dane, 'unmatched') ?? null };
}

const fingerprint = (der: Uint8Array) => Buffer.from(hashed('sha256', der)).toString('hex');

test('each usage, selector and matching type finds its certificate', () => {
  const spki = spkiOf(LEAF.der);
  const good: readonly Rdata[] = [
    tlsa(3, 1, 1, hashed('sha256', spki)),
    tlsa(3, 1, 2, hashed('sha512', spki)),
    tlsa(3, 1, 0, spki),
    tlsa(3, 0, 1, hashed('sha256', LEAF.der)),
    tlsa(3, 0, 0, LEAF.der),
    tlsa(2, 0, 1, hashed('sha256', CA.der)),
    tlsa(2, 1, 2, hashed('sha512', spkiOf(CA.der))),
  ];

  for (const record of good) assert.deepEqual(daneOf([record]), { usable: 1, unmatched: [] }, JSON.stringify(record));
});

test('records of another key, of the wrong part, or of a leaf used as authority of nothing match nothing', () => {
  const wrong = [fingerprint(LEAF.der)];

  assert.deepEqual(daneOf([tlsa(3, 1, 1, hashed('sha256', spkiOf(OTHER.der)))]), { usable: 1, unmatched: wrong });
  assert.deepEqual(daneOf([tlsa(3, 0, 1, hashed('sha256', spkiOf(LEAF.der)))]), { usable: 1, unmatched: wrong });
  assert.deepEqual(daneOf([tlsa(3, 1, 1, hashed('sha256', spkiOf(CA.der)))]), { usable: 1, unmatched: wrong });
  // usage 2 names an authority that the server does not send
  assert.deepEqual(daneOf([tlsa(2, 0, 1, hashed('sha256', CA.der))], { chains: [[LEAF.der]] }), {
    usable: 1,
    unmatched: wrong,
  });
  // or the leaf itself, which is no authority
  assert.deepEqual(daneOf([tlsa(2, 0, 1, hashed('sha256', LEAF.der))]), { usable: 1, unmatched: wrong });
  // or one that did not issue the leaf
  const stranger = createCa({ name: 'Stranger' });
  assert.deepEqual(daneOf([tlsa(2, 0, 1, hashed('sha256', stranger.der))], { chains: [[LEAF.der, stranger.der]] }), {
    usable: 1,
    unmatched: wrong,
  });
});

test('one good record among others is enough; every served certificate needs one', () => {
  const roll = [tlsa(3, 1, 1, hashed('sha256', spkiOf(OTHER.der))), tlsa(3, 1, 1, hashed('sha256', spkiOf(LEAF.der)))];

  assert.deepEqual(daneOf(roll), { usable: 2, unmatched: [] });
  assert.deepEqual(daneOf(roll.slice(1), { chains: [[LEAF.der], [OTHER.der]] }), {
    usable: 1,
    unmatched: [fingerprint(OTHER.der)],
  });
});

test('what no mail server would use is not usable: PKIX usages, broken parameters, unsigned zones', () => {
  const good = tlsa(3, 1, 1, hashed('sha256', spkiOf(LEAF.der)));

  assert.equal(daneOf([tlsa(1, 1, 1, hashed('sha256', LEAF.der)), tlsa(0, 0, 0, LEAF.der)]).usable, 0);
  assert.equal(daneOf([tlsa(3, 2, 1, new Uint8Array(32)), tlsa(3, 1, 1, new Uint8Array(31))]).usable, 0);
  assert.equal(daneOf([good], {}, { signed: false }).usable, 0);
  assert.equal(daneOf([good], {}, { signed: false, trusted: false }).usable, 1);
  assert.equal(daneOf([]).usable, 0);
});

test('not knowing stays not knowing, and a host without TLS matches nothing', () => {
  const good = [tlsa(3, 1, 1, hashed('sha256', spkiOf(LEAF.der)))];

  assert.deepEqual(daneOf(good, {}, { rcode: 2 }), {
    usable: { $unknown: 'dns.servfail' },
    unmatched: { $unknown: 'dns.servfail' },
  });
  assert.deepEqual(daneOf(good, { chains: [] }).unmatched, { $unknown: 'evidence.missing' });
  assert.deepEqual(daneOf(good, { chains: [], offered: false }).unmatched, ['no TLS is offered']);
  assert.deepEqual(bindingFacts(seen(undefined)).facts, { dane: { $unknown: 'evidence.missing' } });
  assert.deepEqual(bindingFacts(seen({})).facts, {});
});

function caaOf(sets: { readonly [name: string]: readonly string[] | 'servfail' }, world: World = {}): Json {
  const host = world.host ?? 'www.example.test';
  const labels = host.split('.');
  const items = labels.map((_, index) => {
    const name = labels.slice(index).join('.');
    const set = sets[name] ?? [];
    if (set === 'servfail') return replyWith(name, TYPES.CAA, [], { rcode: 2 });
    const records = set.map((text): Rdata => {
      const [tag = '', value = ''] = text.split(' ', 2);
      return { is: 'CAA', flags: 0, tag, value: latin1Bytes(value) };
    });
    return replyWith(name, TYPES.CAA, records);
  });
  return own(bindingFacts(seen({ caa: items }, { protocol: 'tls', host, ...world })).facts, 'caa') ?? null;
}

const allowed = (value: Json) => own(value, 'allowed');

test('the first set on the way up decides', () => {
  assert.deepEqual(caaOf({ 'example.test': ['issue letsencrypt.org'] }), {
    found: true,
    domain: 'example.test',
    accepts: ['letsencrypt.org'],
    issuer: "Let's Encrypt",
    known: true,
    allowed: true,
  });
  const near = { 'www.example.test': ['issue other.example'], 'example.test': ['issue letsencrypt.org'] };
  assert.equal(allowed(caaOf(near)), false);
  assert.deepEqual(caaOf({}), { found: false });
  assert.deepEqual(caaOf({ 'www.example.test': 'servfail', 'example.test': ['issue letsencrypt.org'] }), {
    $unknown: 'dns.servfail',
  });
});

test('parameters and case do not matter; a lone semicolon allows nobody; iodef alone keeps nobody out', () => {
  assert.equal(allowed(caaOf({ 'example.test': ['ISSUE LetsEncrypt.org;accounturi=https://x.example/1'] })), true);
  assert.equal(allowed(caaOf({ 'example.test': ['issue ;'] })), false);
  assert.equal(allowed(caaOf({ 'example.test': ['iodef mailto:a@example.test'] })), true);
});

test('issuewild governs a certificate that covers the name by a wildcard only', () => {
  const wild = CA.issue({ names: ['*.example.test'] });
  const chains = [[wild.der, CA.der]];
  const set = ['issue letsencrypt.org', 'issuewild ;'];

  assert.equal(allowed(caaOf({ 'example.test': set }, { chains })), false);
  assert.equal(allowed(caaOf({ 'example.test': set })), true);
  assert.equal(allowed(caaOf({ 'example.test': ['issue letsencrypt.org'] }, { chains })), true);
});

test('an authority that the table does not know is a question for a person', () => {
  const small = createCa({ name: 'Small', organization: 'Small Authority Ltd' });
  const leaf = small.issue({ names: ['www.example.test'] });

  const caa = caaOf({ 'example.test': ['issue small.example'] }, { chains: [[leaf.der]] });

  assert.equal(own(caa, 'known'), false);
  assert.equal(own(caa, 'issuer'), 'Small Authority Ltd');
});

test('any evidence makes facts of the schema, and nothing throws', () => {
  const schema = partly(bindingSchemas);
  const good = replyWith('_25._tcp.mx.example.test', TYPES.TLSA, [tlsa(3, 1, 1, hashed('sha256', LEAF.der))]);
  const message = own(own(good, 'reply'), 'message') as string;
  const reply = fc.oneof(
    fc.json().map((text) => JSON.parse(text) as Json),
    fc.record({ $fault: fc.constantFrom('dns.timeout', 'dns.servfail', 'nonsense') }),
    fc.record({
      trusted: fc.boolean(),
      // the true answer with an octet changed
      message: fc.tuple(fc.nat(message.length - 1), fc.constantFrom('A', 'z', '/', '7')).map(([at, sign]) => {
        return `${message.slice(0, at)}${sign}${message.slice(at + 1)}`;
      }),
    }),
  );
  const item = fc.record({ name: fc.oneof(fc.string(), fc.constant('example.test'), fc.constant(7)), reply });
  const bindings = fc.oneof(
    fc.json().map((text) => JSON.parse(text) as Json),
    fc.record({ tlsa: item }),
    fc.record({ caa: fc.array(item, { maxLength: 4 }) }),
    fc.record({ tlsa: item, caa: item }),
  );
  fc.assert(
    fc.property(bindings, fc.constantFrom('smtp', 'tls', 'imap'), fc.boolean(), (raw, protocol, offered) => {
      const world = { protocol, host: 'www.example.test', offered, ...(offered ? {} : { chains: [] }) };

      const { facts } = bindingFacts(seen(raw, world));

      assert.deepEqual(validateFacts(schema, facts), []);
    }),
    { numRuns: 300 },
  );
});
