import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createCa } from '../../../../src/lab/ca.ts';
import * as der from '../../../../src/wire/x509/der-writer.ts';
import { crlObjection, parseCrl, type RevocationList, revokedAt } from '../../../../src/wire/x509/crl.ts';
import { answerFor, type OcspAnswer, ocspRequest, parseOcsp, signerOf } from '../../../../src/wire/x509/ocsp.ts';
import { type CrlOptions, extension, makeCrl, makeOcsp, parsed } from '../../../support/revocation.ts';

const ca = createCa({ name: 'Lab Root' });
const other = createCa({ name: 'Other Root' });
const leaf = ca.issue({ names: ['a.test'] });
const certificate = parsed(leaf.der);
const issuer = parsed(ca.der);

function list(bytes: Uint8Array): RevocationList {
  const result = parseCrl(bytes);
  assert.ok(result.ok, result.ok ? '' : result.error);
  return result.value;
}

function answer(bytes: Uint8Array): OcspAnswer {
  const result = parseOcsp(bytes);
  assert.ok(result.ok, result.ok ? '' : result.error);
  return result.value;
}

test('a list says which serial numbers are revoked, and nothing of the others', () => {
  const serials = Array.from({ length: 500 }, (_, index) => certificate.serial.value + BigInt(index + 1));
  const clean = list(makeCrl(ca, { revoked: serials }));
  const full = list(makeCrl(ca, { revoked: [...serials, certificate.serial.value] }));

  assert.deepEqual(revokedAt(clean, certificate), { ok: true, value: undefined });
  const found = revokedAt(full, certificate);
  assert.ok(found.ok && found.value === full.thisUpdate.instant);
  assert.equal(crlObjection(full, certificate, issuer), undefined);
});

test('a list that cannot speak of a certificate is told apart from one that clears it', () => {
  const number = extension('2.5.29.20', false, der.integer(1));
  const scope = (...flags: readonly number[]): Uint8Array =>
    extension('2.5.29.28', true, der.sequence(...flags.map((flag) => der.context(flag, false, Uint8Array.of(0xff)))));
  const mute = createCa({ name: 'Mute', keyUsage: [5] });
  const rows: readonly (readonly [CrlOptions, RegExp | undefined])[] = [
    [{}, undefined],
    [{ extensions: [] }, /no number/],
    [{ extensions: [extension('2.5.29.20', true, der.integer(1))] }, /is critical/],
    [{ extensions: [number, extension('2.5.29.27', true, der.integer(1))] }, /critical extension 2\.5\.29\.27/],
    [{ extensions: [number, scope(1)] }, undefined],
    [{ extensions: [number, scope(2)] }, /does not cover/],
    [{ extensions: [number, scope(4)] }, /does not cover/],
    [{ extensions: [number, extension('2.5.29.28', true, Uint8Array.of(5, 0))] }, /due/],
  ];

  for (const [options, expected] of rows) {
    const objection = crlObjection(list(makeCrl(ca, options)), certificate, issuer);

    if (expected === undefined) assert.equal(objection, undefined);
    else assert.match(objection ?? '', expected);
  }
  assert.match(crlObjection(list(makeCrl(other)), certificate, issuer) ?? '', /another issuer/);
  const forged = makeCrl({ der: ca.der, keyPem: other.keyPem });
  assert.match(crlObjection(list(forged), certificate, issuer) ?? '', /signature/);
  const child = parsed(mute.issue({ names: ['b.test'] }).der);
  assert.match(crlObjection(list(makeCrl(mute)), child, parsed(mute.der)) ?? '', /may not sign lists/);
});

test('an OCSP answer is read, found for its certificate, and traced to its signer', () => {
  for (const hash of ['sha1', 'sha256'] as const) {
    const said = answer(makeOcsp(ca, leaf.der, { hash, status: 'revoked' }));

    assert.equal(answerFor(said, certificate, issuer)?.status, 'revoked');
    assert.deepEqual(signerOf(said, issuer), {});
  }
});

test('answers about other certificates and of other parties are no answers', () => {
  const stranger = answer(makeOcsp(ca, leaf.der, { serial: 7n }));
  const elsewhere = answer(makeOcsp(other, leaf.der));
  const forged = answer(makeOcsp(ca, leaf.der, { signer: { ...other, enclosed: true } }));

  assert.equal(answerFor(stranger, certificate, issuer), undefined);
  assert.equal(answerFor(elsewhere, certificate, issuer), undefined);
  assert.equal(signerOf(forged, issuer), undefined);
});

test('a responder signs for its CA only with the purpose for it', () => {
  const responder = ca.issue({ names: ['ocsp.test'], extendedKeyUsage: ['1.3.6.1.5.5.7.3.9'] });
  const server = ca.issue({ names: ['www.test'] });
  const self = other.issue({ names: ['ocsp.test'], extendedKeyUsage: ['1.3.6.1.5.5.7.3.9'] });
  const by = (signer: typeof responder): OcspAnswer =>
    answer(makeOcsp(ca, leaf.der, { signer: { ...signer, enclosed: true } }));

  assert.equal(signerOf(by(responder), issuer)?.delegate?.subject.text, 'CN=ocsp.test');
  assert.equal(signerOf(by(server), issuer), undefined);
  assert.equal(signerOf(by(self), issuer), undefined);
});

test('a refusal of the responder is said as what it is', () => {
  const refusal = parseOcsp(der.sequence(der.tlv(0x0a, Uint8Array.of(6))));

  assert.ok(!refusal.ok);
  assert.match(refusal.error, /unauthorized/);
});

test('the question names the certificate by hashes that openssl computes too', () => {
  const question = Buffer.from(ocspRequest(certificate, issuer)).toString('hex');

  assert.ok(question.includes(certificate.serial.value.toString(16)));
  assert.ok(question.startsWith('30'));
});

test('no bytes make the readers of lists and answers throw', () => {
  const crl = makeCrl(ca, { revoked: [1n, 2n] });
  const ocsp = makeOcsp(ca, leaf.der);
  const changed = fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), changed, (bytes, changes) => {
      const damage = (whole: Uint8Array): Uint8Array => {
        const copy = Uint8Array.from(whole);
        for (const [at, value] of changes) copy[at % copy.length] = value;
        return copy;
      };
      for (const input of [bytes, damage(crl)]) {
        const result = parseCrl(input);
        if (!result.ok) continue;
        const objection = crlObjection(result.value, certificate, issuer);
        assert.ok(objection === undefined || objection !== '');
        void revokedAt(result.value, certificate);
      }
      for (const input of [bytes, damage(ocsp)]) {
        const result = parseOcsp(input);
        if (result.ok) void signerOf(result.value, issuer);
      }
    }),
    { numRuns: 150 },
  );
});
