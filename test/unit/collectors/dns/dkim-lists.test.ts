/** DKIM keys beside the list of keys that others hold: what is on it is weak, whatever form the record has. */
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { collector } from '../../../../src/collectors/dns/index.ts';
import { isArray, own, type Json } from '../../../../src/model/json.ts';
import { domainJob, labIo } from '../../../support/dns-io.ts';

const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const SPKI = publicKey.export({ format: 'der', type: 'spki' });
const BARE = publicKey.export({ format: 'der', type: 'pkcs1' });
const ED = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' });

function keyLines(selector: string, p: Uint8Array, type = 'rsa'): string {
  const parts = (
    Buffer.from(p)
      .toString('base64')
      .match(/.{1,200}/g) ?? []
  ).map((part) => `"${part}"`);
  return `${selector}._domainkey TXT "v=DKIM1; k=${type}; p=" ${parts.join(' ')}`;
}

const LINES = [
  '$ORIGIN d.test.',
  '@ SOA ns1 h 1 7200 3600 1209600 300',
  keyLines('s1', SPKI),
  keyLines('s2', BARE),
  keyLines('mail', ED.subarray(12), 'ed25519'),
];

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
/** Debian's hash: the end of the SHA-1 of what `openssl -modulus` prints. */
function debianDigest(): string {
  const { n = '' } = publicKey.export({ format: 'jwk' });
  const modulus = Buffer.from(n, 'base64url').toString('hex').toUpperCase().replace(/^0+/, '');
  return createHash('sha1').update(`Modulus=${modulus}\n`).digest('hex').slice(20);
}

async function observed(list: string | undefined): Promise<Json> {
  const { io } = labIo({ lines: LINES });
  const data = async () => await Promise.resolve(Buffer.from(list ?? ''));
  const options = list === undefined ? {} : { 'leaked-keys': 'sha256:00' };
  return JSON.parse(JSON.stringify(await collector.observe(domainJob('d.test', options), { ...io, data }))) as Json;
}

function weaknesses(raw: Json): { readonly [selector: string]: Json } {
  const keys = own(own(collector.interpret(raw).facts, 'dkim'), 'keys');
  assert.ok(isArray(keys));
  return Object.fromEntries(keys.map((key) => [own(key, 'selector') as string, own(key, 'weaknesses') ?? null]));
}

test('without a list keys are judged by themselves', async () => {
  assert.deepEqual(weaknesses(await observed(undefined)), { s1: [], s2: [], mail: [] });
});

test('a key on the list is weak in both forms, and no other is', async () => {
  const onList = 'it is on the list of keys that others hold';

  assert.deepEqual(weaknesses(await observed(`${digest(SPKI)} leaked\n`)), { s1: [onList], s2: [onList], mail: [] });
  assert.deepEqual(weaknesses(await observed(`${digest(ED)}\n`)), { s1: [], s2: [], mail: [onList] });
  assert.deepEqual(weaknesses(await observed('# nothing\n')), { s1: [], s2: [], mail: [] });
});

test("Debian's keys of 2008 are told by their own hash", async () => {
  const weak = 'made by the broken OpenSSL of Debian (CVE-2008-0166)';

  assert.deepEqual(weaknesses(await observed(`${debianDigest()}\n`)), { s1: [weak], s2: [weak], mail: [] });
});

test('where the marks are lost the list is known in part only', async () => {
  const raw = (await observed(`${digest(SPKI)}\n`)) as { readonly [key: string]: Json };

  const { s1 } = weaknesses({ ...raw, keyMarks: {} });

  assert.deepEqual(s1, { $items: [], $unknown: 'evidence.missing' });
});
