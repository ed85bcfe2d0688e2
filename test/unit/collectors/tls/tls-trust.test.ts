import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { chainFacts } from '../../../../src/collectors/tls/facts-chain.ts';
import type { Served } from '../../../../src/collectors/tls/facts-served.ts';
import { factsSchema } from '../../../../src/collectors/tls/schema.ts';
import { createCa, type Issued } from '../../../../src/lab/ca.ts';
import type { Json, JsonObject } from '../../../../src/model/json.ts';
import { resolvePointer } from '../../../../src/model/pointer.ts';
import { validateFacts } from '../../../../src/packs/facts-schema.ts';
import * as der from '../../../../src/wire/x509/der-writer.ts';
import { makeCrl, makeLog, makeOcsp, parsed, sctList } from '../../../support/revocation.ts';

const root = createCa({ name: 'Root' });
const mid = root.issueAuthority({ name: 'Mid' });
const leaf = mid.issue({ names: ['a.test'] });
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

interface Seen {
  readonly sent: readonly Issued[];
  readonly given?: readonly Issued[];
  readonly known?: readonly Issued[];
  readonly staple?: Uint8Array;
  readonly scts?: Uint8Array;
  readonly raw?: JsonObject;
}

/** The facts of one flight with these certificates, under these roots. */
function factsOf({ sent, given = [], known = [], staple, scts, raw = {} }: Seen): (path: string) => Json | undefined {
  const flight = { index: 0, certificates: sent.map((one) => one.der), staple, scts } as unknown as Served;
  const anchors = [
    ...given.map((one) => ({ certificate: base64(one.der), given: true })),
    ...known.map((one) => ({ certificate: base64(one.der), given: false })),
  ];
  const facts = chainFacts({
    raw: { anchors, rootsGiven: given.length > 0, ...raw },
    served: { flights: [flight], rest: undefined },
    endpoint: { name: { host: 'a.test' }, text: 'a.test:443' },
  });
  assert.deepEqual(validateFacts(factsSchema, facts), []);
  return (path) => resolvePointer(facts, `/${path.replaceAll('.', '/')}`);
}

const MISSING = { $unknown: 'cert.issuer-missing' };

test('one missing authority in between: the chain is incomplete, and the root cannot be seen', () => {
  const fact = factsOf({ sent: [leaf], given: [root] });

  assert.equal(fact('path.incomplete'), true);
  assert.equal(fact('path.gap'), 'O=Probity Lab, CN=Mid');
  assert.deepEqual(fact('trust.trusted'), MISSING);
});

test('a certificate that says where its issuer is to be had is incomplete without any root named', () => {
  const hinting = mid.issue({ names: ['a.test'], issuersUrl: 'http://ca.test/mid.der' });

  const fact = factsOf({ sent: [hinting] });

  assert.equal(fact('path.incomplete'), true);
  assert.equal(fact('path.gap'), 'O=Probity Lab, CN=Mid, to be fetched from http://ca.test/mid.der');
  assert.deepEqual(fact('trust.trusted'), MISSING);
});

test('an issuer that nobody sent and nobody names may be a root: it is not known, and the chain is open', () => {
  const fact = factsOf({ sent: [leaf, mid] });

  assert.equal(fact('trust.trusted'), false);
  assert.deepEqual(fact('path.incomplete'), MISSING);
});

test('a chain that ends in a root which nobody knows is whole and not trusted', () => {
  const fact = factsOf({ sent: [leaf, mid, root], given: [createCa({ name: 'Other' })] });

  assert.equal(fact('path.incomplete'), false);
  assert.equal(fact('trust.trusted'), false);
  assert.equal(fact('path.violations'), undefined);
});

test('what an authority may not certify breaks the path, and not the trust in its root', () => {
  const value = der.sequence(der.context(0, true, der.sequence(der.context(2, false, Buffer.from('b.test')))));
  const bound = root.issueAuthority({ name: 'Bound', extensions: [{ oid: '2.5.29.30', critical: true, value }] });

  const fact = factsOf({ sent: [bound.issue({ names: ['a.test'] }), bound], given: [root] });

  assert.equal(fact('trust.trusted'), true);
  assert.deepEqual(fact('path.violations'), ['CN=a.test dns a.test is not permitted by the name constraints']);
});

test('of two paths one that holds is enough', () => {
  const narrow = createCa({ name: 'Narrow', pathLength: 0 });
  const key = { keyPem: mid.keyPem, name: 'Mid' };
  const twice = narrow.issueAuthority({ name: 'Between' }).issueAuthority(key);
  const between = narrow.issueAuthority({ name: 'Between' });

  const fact = factsOf({ sent: [leaf, mid, twice, between], given: [root, narrow] });

  assert.deepEqual(fact('path.violations'), []);
});

test('a root that a programme distrusts counts from the day on, and not where the user named it', () => {
  const entrust = createCa({ name: 'Entrust Root Certification Authority - G2' });
  const of = (notBefore: string): Issued => entrust.issue({ names: ['a.test'], notBefore: new Date(notBefore) });

  assert.match(
    JSON.stringify(factsOf({ sent: [of('2025-01-01')], known: [entrust] })('trust.distrusted')),
    /^"Entrust/,
  );
  assert.equal(factsOf({ sent: [of('2024-11-11')], known: [entrust] })('trust.distrusted'), undefined);
  assert.equal(factsOf({ sent: [of('2025-01-01')], given: [entrust] })('trust.distrusted'), undefined);
  assert.match(JSON.stringify(factsOf({ sent: [of('2025-01-01')] })('trust.distrusted')), /^"Entrust/);
});

test('a staple is valid, about another certificate, or cannot be verified without the issuer', () => {
  const chain = { sent: [leaf, mid], given: [root] };
  const good = factsOf({ ...chain, staple: makeOcsp(mid, leaf.der) });
  const revoked = factsOf({ ...chain, staple: makeOcsp(mid, leaf.der, { status: 'revoked' }) });
  const other = factsOf({ ...chain, staple: makeOcsp(root, leaf.der) });
  const unseen = factsOf({ sent: [leaf], given: [root], staple: makeOcsp(mid, leaf.der) });
  const junk = factsOf({ ...chain, staple: Uint8Array.of(1, 2, 3) });

  assert.equal(good('staple.valid'), true);
  assert.equal(good('staple.status'), 'good');
  assert.equal(revoked('staple.status'), 'revoked');
  assert.equal(other('staple.valid'), false);
  assert.deepEqual(unseen('staple.valid'), MISSING);
  assert.equal(junk('staple.valid'), false);
  assert.equal(factsOf(chain)('staple.sent'), false);
});

const at = new Date().toISOString();
const named = mid.issue({ names: ['a.test'], ocspUrl: 'http://ocsp.test', crlUrl: 'http://crl.test/a.crl' });

/** The facts of what was asked of the CA of `named`. */
function asked(revocation: JsonObject): (path: string) => Json | undefined {
  return factsOf({ sent: [named, mid], given: [root], raw: { revocation: { at, ...revocation } } });
}

test('what responder and list say is known only where they are entitled and current', () => {
  const serial = parsed(named.der).serial.value;
  const old = { thisUpdate: new Date('2020-01-01'), nextUpdate: new Date('2020-01-08') };
  const body = (bytes: Uint8Array): JsonObject => ({ body: base64(bytes) });
  const clean = asked({ ocsp: body(makeOcsp(mid, named.der)), crls: [body(makeCrl(mid))] });
  const bad = asked({
    ocsp: body(makeOcsp(mid, named.der, { status: 'revoked' })),
    crls: [{ $fault: 'net.timeout', message: '' }, body(makeCrl(mid, { revoked: [serial] }))],
  });
  const stale = asked({ ocsp: body(makeOcsp(mid, named.der, old)), crls: [body(makeCrl(mid, old))] });
  const strange = asked({ ocsp: body(makeOcsp(root, named.der)), crls: [body(makeCrl(root))] });
  const lost = asked({ ocsp: { $fault: 'net.refused', message: '' }, crls: [{ $fault: 'net.timeout', message: '' }] });
  const unclear = { $unknown: 'cert.revocation-unclear' };

  assert.equal(clean('revocation.ocsp.status'), 'good');
  assert.equal(clean('revocation.crl.revoked'), false);
  assert.equal(bad('revocation.ocsp.status'), 'revoked');
  assert.equal(bad('revocation.crl.revoked'), true);
  for (const fact of [stale, strange]) {
    assert.deepEqual(fact('revocation.ocsp'), unclear);
    assert.deepEqual(fact('revocation.crl'), unclear);
  }
  assert.deepEqual(lost('revocation.ocsp'), { $unknown: 'net.refused' });
  assert.deepEqual(lost('revocation.crl'), { $unknown: 'net.timeout' });
  assert.deepEqual(asked({})('revocation'), {
    ocsp: { $unknown: 'evidence.missing' },
    crl: { $unknown: 'evidence.missing' },
  });
  assert.equal(factsOf({ sent: [named, mid], given: [root] })('revocation'), undefined);
});

test('timestamps count wherever they came from, and by operator where a list is given', () => {
  const [one, two] = [makeLog(), makeLog()];
  const hash = createHash('sha256').update(parsed(mid.der).key.raw).digest();
  const beside = sctList([one.stamp(leaf.der), two.stamp(leaf.der)]);
  const forged = sctList([one.stamp(leaf.der, hash)]);
  const logs = (operators: readonly string[], stale = false): JsonObject => ({
    ctLogs: {
      date: at,
      stale,
      logs: Object.fromEntries(
        [one, two].flatMap(({ id, spki }, index) =>
          operators[index] === undefined ? [] : [[id, { operator: operators[index], key: base64(spki) }]],
        ),
      ),
    },
  });
  const chain = { sent: [leaf, mid], given: [root] };
  const of = (scts: Uint8Array, raw: JsonObject): ((path: string) => Json | undefined) =>
    factsOf({ ...chain, scts, raw });

  assert.equal(of(beside, {})('scts.count'), 2);
  assert.equal(of(beside, {})('scts.operators'), undefined);
  assert.equal(of(beside, {})('scts.logsMissing'), 0);
  assert.deepEqual(of(beside, logs(['A', 'B']))('scts.operators'), ['A', 'B']);
  assert.deepEqual(of(beside, logs(['A', 'B']))('scts.invalid'), []);
  assert.deepEqual(of(beside, logs(['A', 'A']))('scts.operators'), ['A']);
  assert.deepEqual(of(beside, logs(['A', 'A'], true))('scts.operators'), { $unknown: 'data.stale' });
  assert.deepEqual(of(beside, logs(['A']))('scts.operators'), { $unknown: 'data.stale' });
  assert.deepEqual(of(forged, logs(['A', 'B']))('scts.invalid'), [one.id]);
  assert.equal(factsOf(chain)('scts.count'), 0);
  assert.equal(factsOf(chain)('scts.logsMissing'), 2);
});

test('a wildcard under a public suffix and names without a public top-level domain are found', () => {
  const wide = root.issue({ names: ['*.co.uk', '*.example.com', 'db.corp', 'localhost', '192.0.2.1'] });

  const fact = factsOf({ sent: [wide], given: [root] });

  assert.deepEqual(fact('leaf.names.onSuffix'), ['*.co.uk']);
  assert.deepEqual(fact('leaf.names.internal'), ['db.corp', 'localhost']);
});

test('keys are marked by the list that was given', () => {
  const key = parsed(leaf.der).keyFingerprint;
  const list = { keyList: { leaked: { [key]: true }, debianWeak: {} } };

  assert.equal(factsOf({ sent: [leaf, mid], given: [root], raw: list })('leaf.key.leaked'), true);
  assert.equal(factsOf({ sent: [leaf, mid], given: [root], raw: list })('chain.1.key.leaked'), false);
  assert.equal(factsOf({ sent: [leaf, mid], given: [root] })('leaf.key.leaked'), undefined);
});

test('a second certificate of the server is a leaf of its own, and judged as one', () => {
  const old = mid.issue({ names: ['b.test'], notAfter: new Date('2025-01-01T00:00:00Z') });
  const flights = [
    [leaf, mid],
    [old, mid],
  ].map((sent, index) => ({ index, certificates: sent.map((one) => one.der) }) as unknown as Served);

  const facts = chainFacts({
    raw: { anchors: [{ certificate: base64(root.der), given: true }], rootsGiven: true },
    served: { flights, rest: undefined },
    endpoint: { name: { host: 'a.test' }, text: 'a.test:443' },
  });

  assert.deepEqual(validateFacts(factsSchema, facts), []);
  const at = (path: string): Json | undefined => resolvePointer(facts, path);
  assert.deepEqual([at('/leaves/0/id'), at('/leaves/0/speaksForHost')], ['a.test:443#leaf', true]);
  assert.deepEqual([at('/leaves/1/id'), at('/leaves/1/speaksForHost')], ['a.test:443#leaf/2', false]);
  assert.deepEqual([at('/chain/2/id'), at('/chain/2/role')], ['a.test:443#leaf/2', 'leaf']);
  assert.equal(at('/trust/trusted'), true);
});

test('whatever stands in the evidence beside the flight, the facts keep to the schema', () => {
  const members = ['revocation', 'ctLogs', 'keyList', 'suffixes', 'addresses', 'certificates', 'anchors', 'rootsGiven'];
  const scts = sctList([makeLog().stamp(named.der)]);
  const some = fc.oneof(
    fc.jsonValue(),
    fc.record({ at: fc.constant(at), ocsp: fc.jsonValue(), crls: fc.array(fc.record({ body: fc.base64String() })) }),
    fc.record({ sessions: fc.array(fc.record({ address: fc.string(), chain: fc.array(fc.base64String()) })) }),
    fc.record({ date: fc.string(), stale: fc.boolean(), logs: fc.jsonValue() }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...members), some, (member, value) => {
      factsOf({ sent: [named, mid], given: [root], scts, raw: { [member]: value as Json } });
    }),
    { numRuns: 60 },
  );
});
