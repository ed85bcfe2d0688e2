/** YAML as we allow it: one document, no anchors, no surprises, every problem with its place. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { UsageError } from '../../../src/model/fault.ts';
import { readYaml, tryYaml } from '../../../src/packs/yaml.ts';

function problem(text: string): string {
  const reading = tryYaml(text, 'f.yaml');
  if (reading.is === 'read') assert.fail(`it was read: ${text.slice(0, 40)}`);
  const [first] = reading.problems;
  return `${String(first?.line)}:${String(first?.column)} ${first?.message ?? ''}`;
}

test('the core schema: no, on and yes stay text, numbers are exact', () => {
  const { value } = readYaml('a: no\nb: on\nc: 2026-01-31\nd: 0x1F\ne: 6.10\nf: ~\ng: -0\nh: 1_000\n', 'f.yaml');

  assert.deepEqual(value, { a: 'no', b: 'on', c: '2026-01-31', d: 31, e: 6.1, f: null, g: 0, h: '1_000' });
});

test('places of values and keys are those of the text', () => {
  const file = readYaml('a: 1\nb:\n  - x\n  - { c: "d", e: [1, 2] }\n', 'f.yaml');

  assert.deepEqual(file.at(['a']), { line: 1, column: 4 });
  assert.deepEqual(file.keyAt(['a']), { line: 1, column: 1 });
  assert.deepEqual(file.at(['b', 1, 'c']), { line: 4, column: 10 });
  assert.deepEqual(file.at(['b', 1, 'e', 1]), { line: 4, column: 22 });
  assert.deepEqual(file.keyAt(['b', 1, 'e']), { line: 4, column: 15 });
  assert.deepEqual(file.at(['b', 1, 'nothing', 'here']), { line: 4, column: 5 });
});

test('what is refused, and where', () => {
  assert.match(problem('a: 1\na: 2\n'), /^2:1 .*twice/);
  assert.match(problem('a: &x 1\nb: *x\n'), /^2:4 .*alias/);
  assert.match(problem('a: 1\n---\nb: 2\n'), /^2:1 .*document/);
  assert.match(problem('a: !secret 1\n'), /^1:4 .*tag/i);
  assert.match(problem('a: [1, 2\nb: 3\n'), /^2:1/);
  assert.match(problem('a:\n\t- 1\n'), /^2:1/);
  assert.match(problem('__proto__: 1\n'), /^1:1 .*not allowed/);
  assert.match(problem('x: { constructor: 1 }\n'), /^1:6 .*not allowed/);
  assert.match(problem('a: 12345678901234567890\n'), /^1:4 .*exactly/);
  assert.match(problem('a: .nan\n'), /^1:4/);
  assert.match(problem('a: .inf\n'), /^1:4/);
  assert.match(problem('? [a]\n: 1\n'), /^1:/);
  assert.match(problem(`${'- '.repeat(40)}x\n`), /deep/);
  assert.match(problem('['.repeat(200_000)), /deep/);
  assert.match(problem('{a: '.repeat(60)), /deep|1:/);
  assert.match(problem(`a: "${'x'.repeat(300 * 1024)}"`), /256 KiB/);
  assert.throws(
    () => readYaml('a: 1\na: 2\n', 'x.yaml'),
    (error) => error instanceof UsageError && error.message.startsWith('x.yaml:2:1: '),
  );
});

test('the merge key is only a key', () => {
  assert.deepEqual(readYaml('<<: { a: 1 }\n', 'f.yaml').value, { '<<': { a: 1 } });
});

test('any text is read or refused, and what is read survives JSON', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string({ unit: fc.constantFrom('a', ':', ' ', '\n', '-', '[', ']', '{', '}', '"', '&', '*', '#', '|') }),
      ),
      (text) => {
        const reading = tryYaml(text, 'f.yaml');
        if (reading.is === 'read') {
          assert.deepEqual(JSON.parse(JSON.stringify(reading.file.value)), reading.file.value);
          reading.file.at(['a', 0, 'b']);
        } else {
          assert.ok(reading.problems.length > 0);
        }
      },
    ),
    { numRuns: 500 },
  );
});
