import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Json } from '../../../src/model/json.ts';
import { islandOf, unpackRun } from '../../../src/report/island.ts';
import { jsonText } from '../../../src/report/json.ts';
import { sha256Hex, sha256Source } from '../../../src/report/sha256.ts';
import { hostileRun } from '../../support/hostile-run.ts';
import { companyRun } from '../../support/run-builder.ts';

/** Any text: fast-check's own of all code points takes seconds to set up. */
const anyText = fc
  .array(fc.integer({ min: 0, max: 0x10ffff }), { maxLength: 200 })
  .map((points) => String.fromCodePoint(...points));

test('run.json is the run, one result a line, ending in a line feed', () => {
  const { run } = companyRun();

  const text = jsonText(run);

  assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(run)));
  assert.ok(text.endsWith('\n}\n'));
  assert.equal(text.split('\n').filter((line) => line.startsWith('    {"check":')).length, run.results.length);
});

test('run.json holds hostile texts without loss and without a raw control character', () => {
  const { run } = hostileRun();

  const text = jsonText(run);

  assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(run)));
  // oxlint-disable-next-line no-control-regex
  assert.doesNotMatch(text, /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u2028-\u202E\u2066-\u2069]/);
});

test('the text is stable: read and written again it is the same', () => {
  const text = jsonText(companyRun().run);

  assert.equal(jsonText(JSON.parse(text) as ReturnType<typeof companyRun>['run']), text);
});

test('SHA-256 is the one of the platform for any text', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      assert.equal(sha256Hex(text), hash('sha256', text, 'hex'));
      assert.equal(sha256Source(text), `sha256-${hash('sha256', text, 'base64')}`);
    }),
    { numRuns: 50 },
  );
  for (let length = 50; length < 70; length += 1) {
    assert.equal(sha256Hex('a'.repeat(length)), hash('sha256', 'a'.repeat(length), 'hex'));
  }
});

test('data of another making is refused, never half read', () => {
  const { run } = companyRun();
  const island = islandOf();
  const added = run.results.map((result) => island.add(result));
  const element = [island.head(run), ...added, island.tail()].join('');
  const good = JSON.parse(element.replace(/^<[^>]*>|<[^>]*>$/g, '')) as { [key: string]: Json };

  assert.deepEqual(jsonText(unpackRun(good)), jsonText(companyRun().run));
  for (const bad of [
    null,
    [],
    {},
    { ...good, schema: 'x' },
    { ...good, rules: [] },
    { ...good, results: [1] },
    { ...good, leaves: null },
  ]) {
    assert.throws(() => unpackRun(bad), TypeError);
  }
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      assert.throws(() => unpackRun(value as Json), TypeError);
    }),
  );
});
