/** Mark certificates: chain, purpose, names, dates, and the logo in them beside that of the record. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { markFacts } from '../../../../src/collectors/dns/bimi/evidence.ts';
import { createCa, type CertificateOptions } from '../../../../src/lab/ca.ts';
import { DerError } from '../../../../src/wire/x509/der.ts';
import * as der from '../../../../src/wire/x509/der-writer.ts';
import { logotypeOf } from '../../../../src/wire/x509/logotype.ts';

const LOGO = Buffer.from('<svg version="1.2" baseProfile="tiny-ps" viewBox="0 0 9 9"><title>x</title></svg>');
const PURPOSE = '1.3.6.1.5.5.7.3.31';
const SHA256 = '2.16.840.1.101.3.4.2.1';
const ROOT = createCa({ name: 'Mark Root' });
const ISSUING = ROOT.issueAuthority({ name: 'Mark Issuing' });

/** RFC 9399 §4.1: LogotypeExtn with a subject logo. */
function logotype(image: Uint8Array, digest: Uint8Array): Uint8Array {
  const ia5 = (text: string) => der.tlv(0x16, Buffer.from(text, 'latin1'));
  const details = der.sequence(
    ia5('image/svg+xml'),
    der.sequence(der.sequence(der.sequence(der.oid(SHA256)), der.octetString(digest))),
    der.sequence(ia5(`data:image/svg+xml;base64,${Buffer.from(image).toString('base64')}`)),
  );
  const direct = der.context(0, true, der.sequence(der.sequence(details)));
  return der.sequence(der.context(2, true, direct));
}

const digestOf = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest());

function leafPem(value: Uint8Array | undefined, options: CertificateOptions = {}): string {
  return ISSUING.issue({
    names: ['default._bimi.brand.test', 'brand.test'],
    extendedKeyUsage: [PURPOSE],
    extensions: value === undefined ? [] : [{ oid: '1.3.6.1.5.5.7.1.12', value }],
    ...options,
  }).certPem;
}

const GOOD = logotype(gzipSync(LOGO), digestOf(LOGO));
const chain = (leaf: string) => `${leaf}\n${ISSUING.certPem}\n${ROOT.certPem}`;

test('a whole chain with the logo of the record has no problem, and its dates are those of the shortest part', () => {
  const facts = markFacts(chain(leafPem(GOOD)), 'brand.test', LOGO);

  assert.deepEqual(facts['vmcProblems'], []);
  assert.match(JSON.stringify(facts['vmcNotAfter']), /^"20/);
  assert.deepEqual(markFacts(chain(leafPem(GOOD)), 'mail.brand.test', LOGO)['vmcProblems'], []);
  assert.deepEqual(markFacts(chain(leafPem(GOOD)), 'brand.test', gzipSync(LOGO))['vmcProblems'], []);
});

const BAD: readonly (readonly [string, string, string, RegExp])[] = [
  [
    'another purpose',
    chain(leafPem(GOOD, { extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'] })),
    'brand.test',
    /key usage lacks/,
  ],
  ['another name', chain(leafPem(GOOD)), 'other.test', /no subject name covers other\.test/],
  ['no logotype', chain(leafPem(undefined)), 'brand.test', /holds no logotype/],
  ['a broken logotype', chain(leafPem(Uint8Array.of(0x30, 5, 1))), 'brand.test', /logotype cannot be read/],
  ['a logotype without an image', chain(leafPem(der.sequence())), 'brand.test', /holds no image/],
  ['no issuer', leafPem(GOOD), 'brand.test', /issuer is not in the file/],
  ['a chain with a gap', `${leafPem(GOOD)}\n${ROOT.certPem}`, 'brand.test', /not issued by the next/],
  [
    'another logo',
    chain(leafPem(logotype(gzipSync(Buffer.from('<svg/>')), digestOf(Buffer.from('<svg/>'))))),
    'brand.test',
    /logo in it is not the one/,
  ],
  ['nothing', 'hello', 'brand.test', /no certificate in it/],
];

for (const [title, pem, domain, expected] of BAD) {
  test(`a mark certificate with ${title} is told so, and only so`, () => {
    const problems = markFacts(pem, domain, LOGO)['vmcProblems'];

    assert.ok(Array.isArray(problems) && problems.length === 1, JSON.stringify(problems));
    assert.match(String(problems[0]), expected);
  });
}

test('an issuer that is no authority may not issue', () => {
  const plain = ROOT.issue({ names: ['x.test'], ca: false });
  const facts = markFacts(`${leafPem(GOOD)}\n${plain.certPem}`, 'brand.test', LOGO);

  assert.match(JSON.stringify(facts['vmcProblems']), /not issued by the next/);
});

test('a logo that could not be fetched leaves the comparison open', () => {
  assert.deepEqual(markFacts(chain(leafPem(GOOD)), 'brand.test', 'net.timeout')['vmcProblems'], {
    $items: [],
    $unknown: 'net.timeout',
  });
});

test('any octets are a logotype or a DerError; a bomb is not unpacked', () => {
  const bomb = logotype(gzipSync(Buffer.alloc(2_000_000)), digestOf(LOGO));

  assert.deepEqual(logotypeOf(bomb).images, []);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(GOOD.length - 1), (octets, at) => {
      const mutated = Uint8Array.from(GOOD);
      mutated.set(octets.subarray(0, mutated.length - at), at);
      for (const value of [octets, mutated]) {
        try {
          logotypeOf(value);
        } catch (error) {
          assert.ok(error instanceof DerError, String(error));
        }
      }
    }),
  );
});
