/** Encoded credentials are found where the encoding stands, in any nesting up to the bound. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { decodedRuns } from '../../../../src/collectors/secrets/decode.ts';
import { Search } from '../../../../src/collectors/secrets/keywords.ts';
import { sampler } from '../../../../src/collectors/secrets/sample.ts';
import { generate } from '../../../../src/packs/generate.ts';
import { ownDetectorSet } from '../../../support/detectors.ts';

const search = new Search([]);
const sample = sampler(ownDetectorSet());
const found = (text: string): readonly string[] =>
  sample('src/config.txt', text).found.map((one) => `${one.detector} ${String(one.line)} ${one.note ?? ''}`);

const token = generate('token gh@{}p_@{b62:36}', 'decode');
const WRONG = 'well-formed but its checksum is wrong: an example or a typing error';
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const percent = (text: string): string =>
  Array.from(Buffer.from(text), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');

test('base64, base64url, hex and percent encodings are looked into', () => {
  assert.deepEqual(found(`x\ndata = ${base64(token)}\n`), [`github-pat 2 ${WRONG}; in base64 encoding`]);
  assert.deepEqual(found(`data = ${Buffer.from(token).toString('base64url')}`), [
    `github-pat 1 ${WRONG}; in base64 encoding`,
  ]);
  assert.deepEqual(found(`data = ${Buffer.from(token).toString('hex')}`), [`github-pat 1 ${WRONG}; in hex encoding`]);
  assert.deepEqual(found(`u=${percent(token)}`), [`github-pat 1 ${WRONG}; in percent encoding`]);
});

test('encodings inside encodings are followed to the third', () => {
  const nested = (depth: number): string => (depth === 0 ? token : base64(nested(depth - 1)));

  assert.equal(found(nested(3)).length, 1);
  assert.equal(found(nested(4)).length, 0);
});

test('random data is not text: nothing is decoded', () => {
  const noise = Buffer.from(generate('@{b64:200} @{hex:200} @{b64u:88}', 'noise'));

  assert.deepEqual(decodedRuns(search, noise, 0, noise.length), []);
});

test('any bytes end, and every run lies inside', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      for (const run of decodedRuns(search, Buffer.from(bytes), 0, bytes.length))
        assert.ok(run.start >= 0 && run.end <= bytes.length);
    }),
  );
});

test('every run that is long enough and touches the part is found once, whatever its address and its borders', () => {
  const pieces = fc.array(fc.tuple(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 20 })), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(pieces, fc.nat(40), fc.nat(400), fc.nat(400), fc.boolean(), (parts, lead, one, other, here) => {
      // hexadecimal digits of letters
      const text = Buffer.from(
        ' '.repeat(lead) + parts.map(([run, gap]) => '6'.repeat(run) + ' '.repeat(gap)).join(''),
      );
      const bytes = here ? search.room(text.length) : text;
      bytes.set(text);
      const [from = 0, to = 0] = [one, other].map((at) => Math.min(at, text.length)).sort((a, b) => a - b);
      const runs = [...text.toString().matchAll(/6{24,}/g)].map(({ index, 0: run }) => [index, index + run.length]);
      const told: number[][] = [];

      search.runs(bytes, from, to, 0, text.length, (start, end) => told.push([start, end]));

      assert.deepEqual(told, from === to ? [] : runs.filter(([start = 0, end = 0]) => start < to && end > from));
    }),
  );
});
