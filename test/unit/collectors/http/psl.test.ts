/** Public suffixes of a site: our list or the user's, and what of it stands in evidence. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interpret } from '../../../../src/collectors/http/interpret.ts';
import { parentsOf, registered, suffixesOf } from '../../../../src/collectors/http/psl.ts';
import { suffixesUsed } from '../../../../src/collectors/http/suffixes-used.ts';
import { own, type Json, type JsonObject } from '../../../../src/model/json.ts';
import { compactSuffixList, parseSuffixList } from '../../../../src/wire/psl/source.ts';

const THEIRS = new TextEncoder().encode(compactSuffixList(parseSuffixList('test\ncity.test\n'), '2026-11-01'));

test('addresses, suffixes, registered names and single labels are told apart', () => {
  const suffixOf = suffixesOf(undefined);

  assert.deepEqual(registered('192.0.2.1', suffixOf), { isIp: true, isSuffix: false, domain: undefined });
  assert.deepEqual(registered('[2001:db8::1]', suffixOf), { isIp: true, isSuffix: false, domain: undefined });
  assert.deepEqual(registered('co.uk', suffixOf), { isIp: false, isSuffix: true, domain: undefined });
  assert.deepEqual(registered('localhost', suffixOf), { isIp: false, isSuffix: true, domain: undefined });
  assert.equal(registered('a.b.example.co.uk', suffixOf).domain, 'example.co.uk');
  assert.equal(registered('me.github.io', suffixOf).domain, 'me.github.io');
});

test('the parents of a host end at the registered name', () => {
  const suffixOf = suffixesOf(undefined);

  assert.deepEqual(parentsOf('a.b.example.co.uk', suffixOf), ['b.example.co.uk', 'example.co.uk']);
  assert.deepEqual(parentsOf('example.co.uk', suffixOf), []);
  assert.deepEqual(parentsOf('co.uk', suffixOf), []);
});

const RAW: JsonObject = {
  url: 'https://shop.city.test/',
  https: {
    hops: [
      {
        url: 'https://shop.city.test/',
        status: 200,
        statusText: 'OK',
        headerCount: 1,
        headers: [['set-cookie', 'x=[5 octets]; Domain=city.test; Secure']],
        next: null,
        body: { bytes: 0, truncated: false, sha256: '', fault: null },
        tls: { authorized: true, protocol: 'TLSv1.3', trustError: null },
      },
    ],
    end: 'response',
  },
  http: { asked: false },
};

function scopeIn(raw: Json): Json | undefined {
  const cookies = own(interpret(raw).facts, 'cookies');
  return own(Array.isArray(cookies) ? (cookies[0] as Json) : undefined, 'domainScope');
}

test('a cookie for a suffix of the user is one for a suffix, and stays it in the evidence', () => {
  const suffixes = suffixesUsed(RAW, suffixesOf(THEIRS));

  assert.equal(scopeIn(RAW), 'ancestor');
  assert.deepEqual(suffixes, { names: { 'city.test': 'city.test', 'shop.city.test': 'city.test' } });
  assert.equal(scopeIn({ ...RAW, suffixes }), 'public-suffix');
});
