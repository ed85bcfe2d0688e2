/** Large JSON in pieces: the same text as in one, and no piece of the size of the whole. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { canonicalJson } from '../../../src/model/canonical.ts';
import { canonicalPieces, indentedPieces } from '../../../src/model/json-pieces.ts';
import type { Json } from '../../../src/model/json.ts';

const MANY = 3000;
const record = (nth: number): Json => ({ id: nth, b: 'x'.repeat(20), a: [null, true, { z: '', y: {} }, []] });
const RECORDS: Json = Array.from({ length: MANY }, (_, nth) => record(nth));
const NAMED: Json = Object.fromEntries(Array.from({ length: MANY }, (_, nth) => [`k${String(MANY - nth)}`, nth]));

const LARGE: readonly Json[] = [
  RECORDS,
  NAMED,
  { deep: [[{ list: RECORDS, named: NAMED }]], 10: 1, 9: [], z: 'ü', ü: 'z' },
  Object.fromEntries([...Object.entries(NAMED as object), ['__proto__', { a: 1 }], ['toJSON', 'x'], ['7', 8]]),
];

test('the pieces of large values, joined, are their text', () => {
  for (const value of LARGE) {
    assert.equal([...indentedPieces(value)].join(''), JSON.stringify(value, null, 1));
    assert.equal([...canonicalPieces(value)].join(''), canonicalJson(value));
  }
});

test('small values are one piece, large ones many, none of them long', () => {
  for (const pieces of [indentedPieces, canonicalPieces]) {
    assert.equal([...pieces(record(1))].length, 1);
    const made = [...pieces({ list: RECORDS })];
    assert.ok(made.length > MANY && made.every((piece) => piece.length < 500));
  }
});

test('whatever the JSON: the same text', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(RECORDS, 1), (value, beside) => {
      const mixed = JSON.parse(JSON.stringify([{ value, beside }, [[value], beside], value])) as Json;
      assert.equal([...indentedPieces(mixed)].join(''), JSON.stringify(mixed, null, 1));
      assert.equal([...canonicalPieces(mixed)].join(''), canonicalJson(mixed));
    }),
    { numRuns: 30 },
  );
});

test('what has no canonical form has none in pieces', () => {
  const bad = [undefined, Number.NaN, '\uD800', { '\uD800': 1 }] as Json[];
  for (const value of bad) {
    assert.throws(() => [...canonicalPieces([...(RECORDS as Json[]), value])], TypeError);
    assert.throws(() => [...canonicalPieces({ ...(NAMED as object), x: value })], TypeError);
  }
});
