/** The search for keywords finds what a naive search finds, in any bytes, at any address, at any border. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { buildKeywords, findKeywords, Hits, type Keyword } from '../../../../src/collectors/secrets/keywords.ts';

function found(keywords: readonly Keyword[], bytes: Uint8Array, from = 0, to = bytes.length): string[] {
  const hits = new Hits();
  findKeywords(buildKeywords(keywords), bytes, from, to, hits);
  return Array.from({ length: hits.length / 2 }, (_, i) => {
    const number = hits.data[i * 2] ?? 0;
    return `${String((hits.data[i * 2 + 1] ?? 0) - (keywords[number]?.text.length ?? 0))} ${String(number)}`;
  });
}

function naive(keywords: readonly Keyword[], bytes: Uint8Array, from = 0, to = bytes.length): string[] {
  const text = Buffer.from(bytes).toString('latin1').slice(0, to);
  // only ASCII is folded
  const lower = text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  const all: string[] = [];
  for (let at = from; at < to; at++) {
    for (const [number, { text: word, exact }] of keywords.entries()) {
      if ((exact ? text : lower).startsWith(word, at)) all.push(`${String(at)} ${String(number)}`);
    }
  }
  return all;
}

const WORDS: readonly Keyword[] = [
  { text: 'key', exact: false },
  { text: 'keyed', exact: false },
  { text: '-us', exact: false },
  { text: 'AKIA', exact: true },
  { text: 'KEY', exact: true },
  { text: 'ghp_', exact: true },
  { text: 'aaa', exact: false },
  { text: 'yk\u00e9y', exact: false },
];

test('keywords are found folded or in their spelling, overlapping, at both ends', () => {
  assert.deepEqual(found(WORDS, Buffer.from('KEYed')), ['0 0', '0 1', '0 4']);
  assert.deepEqual(found(WORDS, Buffer.from('xkey')), ['1 0']);
  assert.deepEqual(found(WORDS, Buffer.from('akia AKIA Ghp_ ghp_')), ['5 3', '15 5']);
  assert.deepEqual(found(WORDS, Buffer.from('AaAa')), ['0 6', '1 6']);
  assert.deepEqual(found(WORDS, Buffer.from('ke')), []);
  assert.deepEqual(found([], Buffer.from('anything at all')), []);
});

const alphabet = fc.constantFrom(...Buffer.from('kKeEyYdD-uUsSaAIghp_ \u00e9\u0000', 'latin1'));
const bytesOf = fc.array(alphabet, { maxLength: 300 }).map((list) => Uint8Array.from(list));

test('any bytes: the same as a naive search, whatever the address and the borders', () => {
  fc.assert(
    fc.property(bytesOf, fc.nat(3), fc.nat(20), fc.nat(20), (bytes, shift, head, tail) => {
      const memory = new Uint8Array(bytes.length + shift);
      memory.set(bytes, shift);
      const view = memory.subarray(shift);
      const from = Math.min(head, view.length);
      const to = Math.max(from, view.length - tail);

      assert.deepEqual(found(WORDS, view, from, to).sort(), naive(WORDS, view, from, to).sort());
    }),
  );
});

test('keywords at the borders of the blocks of a long text are found', () => {
  const bytes = Buffer.alloc(70_001, '.');
  const places = [0, 8188, 8191, 8194, 16_383, 65_534, 69_998];
  for (const at of places) bytes.write('kEy', at);

  assert.deepEqual(
    found(WORDS, bytes).map((one) => Number(one.split(' ')[0])),
    places,
  );
});
