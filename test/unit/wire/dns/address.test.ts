/** Addresses between text and octets. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { formatAddress, parseAddress, parseIpv4, parseIpv6, reverseName } from '../../../../src/wire/dns/address.ts';

const VALID: readonly (readonly [string, string])[] = [
  ['192.0.2.1', '192.0.2.1'],
  ['0.0.0.0', '0.0.0.0'],
  ['::', '::'],
  ['::1', '::1'],
  ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['::ffff:192.0.2.1', '::ffff:c000:201'],
  ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
];

for (const [text, expected] of VALID) {
  test(`${text} is ${expected}`, () => {
    const octets = parseAddress(text);

    assert.ok(octets !== undefined);
    assert.equal(formatAddress(octets), expected);
  });
}

const INVALID = [
  '',
  '1.2.3',
  '1.2.3.4.5',
  '1.2.3.256',
  '01.2.3.4',
  '1.2.3.04',
  '1.2.3.4 ',
  '+1.2.3.4',
  '1..2.3',
  '0x1.2.3.4',
];
const INVALID_6 = [
  ':',
  ':::',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '12345::',
  'g::',
  '::1%eth0',
  '1:2:3:4:5:6:7:8::',
  '1.2.3.4::',
  '::1.2.3',
  '::1.2.3.4:1',
  'fe80::1/64',
];

test('what is no address is refused', () => {
  for (const text of INVALID) assert.equal(parseIpv4(text), undefined, text);
  for (const text of INVALID_6) assert.equal(parseIpv6(text), undefined, text);
});

test('any octets survive as text', () => {
  const octets = fc.oneof(
    fc.uint8Array({ minLength: 4, maxLength: 4 }),
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
  );
  fc.assert(
    fc.property(octets, (bytes) => {
      assert.deepEqual(parseAddress(formatAddress(bytes)), Uint8Array.from(bytes));
    }),
  );
});

test('the reverse name is that of the reverse tree', () => {
  assert.equal(reverseName('192.0.2.1'), '1.2.0.192.in-addr.arpa');
  assert.equal(
    reverseName('2001:db8::567:89ab'),
    'b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa',
  );
  assert.equal(reverseName('example.com'), undefined);
});
