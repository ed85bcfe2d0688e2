import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createCa, selfSigned } from '../../../../src/lab/ca.ts';
import { type Certificate, parseCertificate } from '../../../../src/wire/x509/certificate.ts';
import * as der from '../../../../src/wire/x509/der-writer.ts';

function parsed(bytes: Uint8Array): Certificate {
  const result = parseCertificate(bytes);
  assert.ok(result.ok, result.ok ? '' : result.error);
  return result.value;
}

const ca = createCa({ name: 'Lab Root', country: 'NL' });
const full = ca.issue({
  names: ['a.test', '*.b.test', '192.0.2.7', '2001:db8::1'],
  organization: 'Ärger, Söhne',
  ocspUrl: 'http://ocsp.test/',
  issuersUrl: 'http://ca.test/root.der',
  crlUrl: 'http://crl.test/a.crl',
  policies: ['2.23.140.1.2.1'],
  mustStaple: true,
});

test('every field of a certificate is read as node reads it', () => {
  const node = new X509Certificate(full.certPem);

  const mine = parsed(full.der);

  assert.equal(mine.version, 3);
  assert.equal(mine.serial.value, BigInt(`0x${node.serialNumber}`));
  assert.equal(mine.issuer.text, 'C=NL, O=Probity Lab, CN=Lab Root');
  assert.equal(mine.subject.text, 'O=Ärger\\, Söhne, CN=a.test');
  assert.equal(mine.notAfter.instant, node.validToDate.toISOString().replace('.000Z', 'Z'));
  assert.equal(mine.fingerprint, node.fingerprint256.replaceAll(':', '').toLowerCase());
  assert.deepEqual([mine.key.kind, mine.key.curve, mine.key.bits], ['ec', 'P-256', 256]);
  assert.equal(mine.signatureAlgorithm.oid, '1.2.840.10045.4.3.2');
});

test('the extensions are read into values', () => {
  const { subjectAltName, access, distributionPoints, policies, tlsFeatures, keyUsage, basicConstraints, ...rest } =
    parsed(full.der);

  assert.ok(subjectAltName !== undefined && 'value' in subjectAltName);
  assert.deepEqual(
    subjectAltName.value.map(({ kind, value }) => `${kind} ${value}`),
    ['dns a.test', 'dns *.b.test', 'ip 192.0.2.7', 'ip 2001:db8::1'],
  );
  assert.ok(access !== undefined && 'value' in access);
  assert.deepEqual(
    access.value.map(({ method, location }) => `${method} ${location.value}`),
    ['ocsp http://ocsp.test/', 'caIssuers http://ca.test/root.der'],
  );
  assert.ok(distributionPoints !== undefined && 'value' in distributionPoints);
  assert.equal(distributionPoints.value[0]?.[0]?.value, 'http://crl.test/a.crl');
  assert.deepEqual(policies, { critical: false, value: ['2.23.140.1.2.1'] });
  assert.deepEqual(tlsFeatures, { critical: false, value: [5] });
  assert.deepEqual(keyUsage, { critical: true, value: ['digitalSignature'] });
  assert.deepEqual(basicConstraints, { critical: true, value: { ca: false, pathLength: undefined } });
  assert.ok(rest.subjectKeyId !== undefined && rest.authorityKeyId !== undefined);
});

test('an extension that cannot be read does not hide the certificate', () => {
  const broken = selfSigned({
    names: ['a.test'],
    extensions: [{ oid: '2.5.29.17', value: Uint8Array.of(0x30, 0x7f) }],
  });

  const { subjectAltName, subject } = parsed(broken.der);

  assert.equal(subject.text, 'CN=a.test');
  assert.ok(subjectAltName !== undefined && 'malformed' in subjectAltName);
  assert.match(subjectAltName.malformed, /overruns/);
});

test('a SAN with ten thousand names, and names with NUL, newline and markup, are read exactly', () => {
  const names = Array.from({ length: 10_000 }, (_, index) => `n${String(index)}.test`);
  const hostile = 'a\0b\n<script>alert(1)</script>.test';

  const big = parsed(selfSigned({ names: [hostile, ...names] }).der);

  assert.ok(big.subjectAltName !== undefined && 'value' in big.subjectAltName);
  assert.equal(big.subjectAltName.value.length, 10_001);
  assert.equal(big.subjectAltName.value[0]?.value, hostile);
});

const nested = (depth: number): Uint8Array => {
  let bytes = der.nullValue();
  for (let level = 0; level < depth; level++) bytes = der.sequence(bytes);
  return bytes;
};

test('hostile bytes end in an error that says what is wrong', () => {
  const good = full.der;
  const cases: readonly (readonly [Uint8Array, RegExp])[] = [
    [new Uint8Array(), /no element/],
    [Uint8Array.of(0x30), /length ends early/],
    [Uint8Array.of(0x30, 0x80, 0, 0), /indefinite/],
    [Uint8Array.of(0x30, 0x85, 1, 1, 1, 1, 1), /length is too large/],
    [Uint8Array.of(0x30, 0x84, 0xff, 0xff, 0xff, 0xff), /overruns/],
    [Uint8Array.of(0x1f, 0x80, 0x80, 0x80, 0x80, 0x80), /tag number/],
    [good.subarray(0, good.length - 1), /overruns/],
    [Buffer.concat([good, Uint8Array.of(0)]), /follow/],
    [nested(10_000), /where 0x2 is due|where 0x30 is due|missing/],
    [new Uint8Array(300_000), /larger than 256 KiB/],
    [der.sequence(der.sequence(), der.sequence(), der.bitString(new Uint8Array())), /missing|due/],
  ];

  for (const [bytes, expected] of cases) {
    const result = parseCertificate(bytes);

    assert.equal(result.ok, false);
    assert.match(result.error, expected);
  }
});

test('no bytes make the reader throw', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void parseCertificate(bytes)));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(full.der.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
      (changes) => {
        const bytes = Uint8Array.from(full.der);
        for (const [at, value] of changes) bytes[at] = value;
        const result = parseCertificate(bytes);
        assert.ok(result.ok || result.error !== '');
      },
    ),
    { numRuns: 2000 },
  );
});
