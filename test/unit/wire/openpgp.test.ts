/** The OpenPGP reader over hostile bytes: it never throws and always ends. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import * as fc from 'fast-check';
import { test } from 'node:test';
import {
  dearmor,
  packetsOf,
  readCertificates,
  readKey,
  readSignature,
  verifySignature,
  weakness,
} from '../../../src/wire/openpgp.ts';

test('any bytes are read as packets, keys and signatures, or as none', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.uint8Array({ maxLength: 300 }).map((rest) => Uint8Array.from([0x99, 0, 200, 4, 0, 0, 0, 1, 1, ...rest])),
  );
  fc.assert(
    fc.property(bytes, (input) => {
      readCertificates(dearmor(input) ?? input);
      const key = readKey(input);
      const signature = readSignature(input);
      if (key !== undefined && signature !== undefined) verifySignature(signature, key, input);
      for (const { body } of packetsOf(input)) {
        readKey(body);
        readSignature(body);
      }
    }),
  );
});

test('armour without a body, or of other characters, is none', () => {
  const text = (lines: readonly string[]) => dearmor(Buffer.from(lines.join('\n')));

  assert.equal(text(['-----BEGIN PGP PUBLIC KEY BLOCK-----', 'abcd', '-----END PGP PUBLIC KEY BLOCK-----']), undefined);
  assert.equal(
    text(['-----BEGIN PGP PUBLIC KEY BLOCK-----', '', '<html>', '-----END PGP PUBLIC KEY BLOCK-----']),
    undefined,
  );
  assert.equal(text(['<html>not found</html>']), undefined);
  assert.equal(
    text([
      '-----BEGIN PGP PUBLIC KEY BLOCK-----',
      'Version: x',
      '',
      'YWJj',
      '=AAAA',
      '-----END PGP PUBLIC KEY BLOCK-----',
    ])?.length,
    3,
  );
});

test('a version 4 key has the fingerprint and the strength that its material gives', () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
  const mpi = (value: string) => {
    const bytes = Buffer.from(value, 'base64url');
    const bits = bytes.length * 8 - Math.clz32(bytes[0] ?? 0) + 24;
    return Buffer.concat([Buffer.from([bits >> 8, bits & 255]), bytes]);
  };
  const key = readKey(Buffer.concat([Buffer.from([4, 0, 0, 0, 1, 1]), mpi(n), mpi(e)]));

  assert.deepEqual([key?.bits, key?.fingerprint.length], [1024, 40]);
  assert.ok(key !== undefined && key.verifier !== undefined);
  assert.equal(weakness(key), 'RSA of 1024 bit');
});
