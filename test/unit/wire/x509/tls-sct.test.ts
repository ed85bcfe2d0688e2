import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createCa, type CertificateOptions } from '../../../../src/lab/ca.ts';
import { parseCtLogs } from '../../../../src/wire/x509/ct-logs.ts';
import * as der from '../../../../src/wire/x509/der-writer.ts';
import { type Sct, sctListOf } from '../../../../src/wire/x509/extensions.ts';
import { keyMarks, parseKeyList } from '../../../../src/wire/x509/key-list.ts';
import { isTimestamp, logKey } from '../../../../src/wire/x509/sct.ts';
import { makeLog, parsed, sctList } from '../../../support/revocation.ts';

const ca = createCa({ name: 'Lab Root' });
const issuer = parsed(ca.der);
const log = makeLog();
const key = logKey(log.spki);
assert.ok(key !== undefined);

function only(bytes: Uint8Array): Sct {
  const [sct] = sctListOf(sctList([bytes]));
  assert.ok(sct !== undefined);
  return sct;
}

test('a timestamp in a certificate was made over what the certificate was without it', () => {
  const plain: CertificateOptions = {
    names: ['a.test'],
    keyPem: ca.issue({ names: ['k'] }).keyPem,
    serial: 77n,
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2026-03-01T00:00:00Z'),
  };
  const before = parsed(ca.issue(plain).der);
  const stamp = log.stamp(before.tbs, createHash('sha256').update(issuer.key.raw).digest());
  const oid = '1.3.6.1.4.1.11129.2.4.2';
  const leaf = parsed(ca.issue({ ...plain, extensions: [{ oid, value: der.octetString(sctList([stamp])) }] }).der);
  const other = parsed(ca.issue({ ...plain, serial: 78n }).der);

  assert.ok(leaf.scts !== undefined && 'value' in leaf.scts);
  assert.equal(leaf.scts.value[0]?.log, log.id);
  assert.equal(isTimestamp(only(stamp), { certificate: leaf, issuer }, key), true);
  assert.equal(isTimestamp(only(stamp), { certificate: other, issuer }, key), false);
  assert.equal(
    isTimestamp(only(stamp), { certificate: leaf, issuer: parsed(createCa({ name: 'X' }).der) }, key),
    false,
  );
});

test('a timestamp beside a certificate was made over the certificate', () => {
  const leaf = parsed(ca.issue({ names: ['a.test'] }).der);
  const stranger = logKey(makeLog().spki);
  assert.ok(stranger !== undefined);
  const stamp = only(log.stamp(leaf.raw));

  assert.equal(isTimestamp(stamp, { certificate: leaf, issuer: undefined }, key), true);
  assert.equal(isTimestamp(stamp, { certificate: leaf, issuer: undefined }, stranger), false);
  assert.equal(
    isTimestamp({ ...stamp, algorithm: '0403', version: 1 }, { certificate: leaf, issuer: undefined }, key),
    false,
  );
});

test("Chrome's list of logs is read by log; another file is refused", () => {
  const entry = {
    log_id: Buffer.from(log.id, 'hex').toString('base64'),
    key: Buffer.from(log.spki).toString('base64'),
  };
  const file = {
    log_list_timestamp: '2026-11-01T00:00:00Z',
    operators: [
      { name: 'A', logs: [entry], tiled_logs: [] },
      { name: 'B', logs: [], tiled_logs: [{ ...entry, log_id: 'AAAA' }] },
    ],
  };

  const list = parseCtLogs(JSON.stringify(file));

  assert.equal(list?.logs.get(log.id)?.operator, 'A');
  assert.equal(list?.logs.get('000000')?.operator, 'B');
  for (const text of [
    '',
    '{}',
    'null',
    '[]',
    '{"log_list_timestamp":"yesterday","operators":[]}',
    JSON.stringify({ ...file, operators: [] }),
  ])
    assert.equal(parseCtLogs(text), undefined, text);
  fc.assert(fc.property(fc.json(), (text) => void parseCtLogs(text)));
});

test('a list of keys knows leaked ones by their whole hash, and those of Debian by theirs', () => {
  const rsa = parsed(createCa({ name: 'R', keyType: 'rsa', bits: 1024 }).der);
  const { modulus } = rsa.key;
  assert.ok(modulus !== undefined);
  const digits = createHash('sha1')
    .update(`Modulus=${modulus.toString(16).toUpperCase()}\n`)
    .digest('hex')
    .slice(20);
  const both = parseKeyList(`# comment\n\n${rsa.keyFingerprint.toUpperCase()}  where it was found\r\n${digits}\n`);
  const none = parseKeyList('');

  assert.ok(!('badLine' in both) && !('badLine' in none));
  assert.deepEqual(keyMarks(both, rsa.key, rsa.keyFingerprint), { leaked: true, debianWeak: true });
  assert.deepEqual(keyMarks(both, issuer.key, issuer.keyFingerprint), { leaked: false, debianWeak: undefined });
  assert.deepEqual(keyMarks(none, rsa.key, rsa.keyFingerprint), { leaked: false, debianWeak: undefined });
  assert.deepEqual(parseKeyList('00\n'), { badLine: 1 });
  assert.deepEqual(parseKeyList(`${digits}\nnot a hash\n`), { badLine: 2 });
});

test('no list of timestamps makes the reader throw anything but its own error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
      try {
        const whole = Buffer.concat([Uint8Array.of(0, bytes.length + 2, 0, bytes.length), bytes]);
        for (const sct of sctListOf(whole)) void isTimestamp(sct, { certificate: issuer, issuer }, key);
      } catch (error) {
        assert.equal((error as Error).name, 'DerError');
      }
    }),
    { numRuns: 200 },
  );
});
