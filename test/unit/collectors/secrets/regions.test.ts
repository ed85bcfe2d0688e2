/** What is new in a version: whatever a text holds and its earlier version does not lies in a region. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { newRegions } from '../../../../src/collectors/secrets/regions.ts';

const regions = (before: string, now: string): number[] => newRegions(Buffer.from(before), Buffer.from(now));
const filler = Array.from({ length: 2000 }, (_, i) => `this is line ${String(i)} of the text\n`).join('');

test('equal texts have none, and a change has what stands around it', () => {
  assert.deepEqual(regions(filler, filler), []);
  assert.deepEqual(regions('', 'new'), [0, 3]);
  const at = filler.indexOf('line 1000 ');
  const now = `${filler.slice(0, at)}LINE 1000 ${filler.slice(at + 10)}`;
  const [from = 0, to = 0, ...rest] = regions(filler, now);
  assert.deepEqual(rest, []);
  assert.ok(from <= at - 1000 && from >= at - 1100 && to >= at + 500 && to <= at + 700);
});

test('changes far apart are regions of their own, and what was only taken out leaves one at the seam', () => {
  const change = (text: string, line: number): string => text.replace(`line ${String(line)} `, `row ${String(line)}, `);

  assert.equal(regions(filler, change(change(filler, 100), 1900)).length, 4);
  const at = filler.indexOf('line 1000 ');
  const [from = 0, to = 0] = regions(filler, filler.slice(0, at) + filler.slice(at + 400));
  assert.ok(from < at && to > at);
});

test('any two versions: regions are in order and inside, and lines that are new lie in one', () => {
  const line = fc.stringMatching(/^[a-z]{0,30}$/);
  const edit = fc.tuple(fc.nat(1999), fc.nat(3), fc.array(line, { maxLength: 5 }));
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 6 }), (edits) => {
      const lines = filler.split('\n');
      for (const [at, count, fresh] of edits) lines.splice(at, count, ...fresh.map((text) => `NEW${text}`));
      const now = lines.join('\n');
      const found = regions(filler, now);

      for (let i = 1; i < found.length; i++) assert.ok((found[i] ?? 0) >= (found[i - 1] ?? 0));
      assert.ok(found.length % 2 === 0 && (found.at(-1) ?? 0) <= now.length);
      for (let at = now.indexOf('NEW'); at >= 0; at = now.indexOf('NEW', at + 1)) {
        const end = now.indexOf('\n', at) < 0 ? now.length : now.indexOf('\n', at);
        assert.ok(
          found.some((from, i) => i % 2 === 0 && from <= at && (found[i + 1] ?? 0) >= end),
          `${String(at)} is in no region`,
        );
      }
    }),
    { numRuns: 60 },
  );
});

test('any bytes end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), fc.uint8Array({ maxLength: 3000 }), (before, now) => {
      const found = newRegions(Buffer.from(before), Buffer.from(now));
      assert.ok(found.every((at) => at >= 0 && at <= now.length));
    }),
  );
});
