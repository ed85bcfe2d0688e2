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
