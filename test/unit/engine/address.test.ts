/** Which addresses the engine refuses to reach unasked. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLoopback, privateRange } from '../../../src/engine/io/address.ts';

const REFUSED: { readonly [range: string]: readonly string[] } = {
  'this network': ['0.0.0.0', '0.1.2.3', '::ffff:0.0.0.0'],
  private: [
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '::ffff:10.1.2.3',
    '::ffff:a00:1',
    '2002:0a00:1::',
    '64:ff9b::192.168.0.1',
  ],
  'shared address space': ['100.64.0.1', '100.127.255.255', '100.100.100.200'],
  loopback: [
    '127.0.0.1',
    '127.255.255.254',
    '::1',
    '0:0:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '2002:7f00:1::',
    '64:ff9b::7f00:1',
  ],
  'cloud metadata': ['168.63.129.16'],
  'link-local': ['169.254.169.254', 'fe80::1', 'febf::1', 'fe80::1%eth0', '::ffff:169.254.169.254'],
  'protocol assignments': ['192.0.0.8', '2001::1', '2001:1ff::1'],
  documentation: ['192.0.2.1', '198.51.100.7', '203.0.113.255', '2001:db8::1', '3fff::1'],
  '6to4 relay': ['192.88.99.1'],
  benchmarking: ['198.18.0.1', '198.19.255.255'],
  multicast: ['224.0.0.1', '239.255.255.255', 'ff02::1'],
  reserved: ['240.0.0.1', '255.255.255.255'],
  'unique local': ['fc00::1', 'fdff::1', 'fd00:ec2::254'],
  'not global unicast': ['::', '::7f00:1', '::127.0.0.1', '100::1', '64:ff9b:1::1', '5f00::1', 'fec0::1', '4000::1'],
  'not an address': [
    '',
    'localhost',
    '2130706433',
    '0x7f.1',
    '127.1',
    '0177.0.0.1',
    '127.0.0.01',
    '1.2.3.4.5',
    '1.2.3.256',
    ':::',
    '1::2::3',
    '::ffff:1.2.3',
    '[::1]',
  ],
};

for (const [range, addresses] of Object.entries(REFUSED)) {
  test(`${range}: ${addresses.length} addresses are refused`, () => {
    for (const address of addresses) assert.equal(privateRange(address), range, address);
  });
}

test('public addresses are let through, those beside a refused range too', () => {
  for (const address of [
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.1',
    '168.63.129.17',
    '169.253.255.255',
    '169.255.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.0.1.0',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '2606:4700::1111',
    '2001:200::1',
    '2001:4860:4860::8888',
    '2003::1',
    '3ffe::1',
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
    '2002:808:808::1',
  ]) {
    assert.equal(privateRange(address), undefined, address);
  }
});

test('only loopback is loopback', () => {
  assert.deepEqual(['127.0.0.1', '::1', '::ffff:127.1.2.3', '10.0.0.1', '8.8.8.8'].map(isLoopback), [
    true,
    true,
    true,
    false,
    false,
  ]);
});
