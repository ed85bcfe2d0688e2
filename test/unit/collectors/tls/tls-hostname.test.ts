import assert from 'node:assert/strict';
import { test } from 'node:test';
import { selfSigned } from '../../../../src/lab/ca.ts';
import { ipBytes, matchesHost } from '../../../../src/collectors/tls/hostname.ts';
import { parseCertificate } from '../../../../src/wire/x509/certificate.ts';

function matches(names: readonly string[], host: string): boolean {
  const parsed = parseCertificate(selfSigned({ names }).der);
  const found = parsed.ok ? parsed.value.subjectAltName : undefined;
  assert.ok(found !== undefined && 'value' in found);
  return matchesHost(found.value, host);
}

test('a name matches by RFC 9525, a wildcard only as the whole left-most label', () => {
  const table: readonly (readonly [name: string, host: string, matches: boolean])[] = [
    ['a.test', 'a.test', true],
    ['A.Test', 'a.tesT', true],
    ['a.test', 'a.test.', true],
    ['a.test', 'b.a.test', false],
    ['*.a.test', 'b.a.test', true],
    ['*.a.test', 'a.test', false],
    ['*.a.test', 'c.b.a.test', false],
    ['*.a.test', '.a.test', false],
    ['b*.a.test', 'bc.a.test', false],
    ['*.*.test', 'b.a.test', false],
    ['*.test', 'a.test', false],
    ['*', 'test', false],
    ['192.0.2.1', '192.0.2.1', true],
    ['192.0.2.1', '192.0.2.2', false],
    ['2001:db8::1', '2001:DB8:0:0::1', true],
    ['a\0.test', 'a', false],
  ];

  for (const [name, host, expected] of table) assert.equal(matches([name], host), expected, `${name} for ${host}`);
});

test('a DNS name that looks like an address does not speak for the address', () => {
  assert.equal(matches(['*.0.2.1', 'x.test'], '192.0.2.1'), false);
});

test('addresses are read strictly', () => {
  assert.deepEqual(ipBytes('::ffff:192.0.2.1')?.subarray(12), Uint8Array.of(192, 0, 2, 1));
  for (const text of ['256.0.0.1', '1.2.3', '::1::', '1:2:3:4:5:6:7:8:9', 'a.test', '', ':', '12345::'])
    assert.equal(ipBytes(text), undefined, text);
});
