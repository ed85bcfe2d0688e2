/** The linear engine finds what RE2 finds, and takes no longer where other engines run away. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { RE2JS } from 're2js';
import { findLinear, programOf } from '../../../src/pattern/linear.ts';
import { parsePattern, PatternError } from '../../../src/pattern/parse.ts';

function ours(pattern: string, text: string): readonly number[] | undefined {
  const { root, groups } = parsePattern(pattern);
  const found = findLinear(programOf(root), text, 0);
  return found && Array.from({ length: (groups + 1) * 2 }, (_, i) => found[i] ?? -1);
}

function theirs(pattern: string, text: string): readonly number[] | undefined {
  const matcher = RE2JS.compile(pattern).matcher(text);
  if (!matcher.find()) return undefined;
  return Array.from({ length: matcher.groupCount() + 1 }, (_, i) => [matcher.start(i), matcher.end(i)]).flat();
}

const CASES: readonly (readonly [string, string])[] = [
  ['a+', 'baa'],
  ['a+?', 'baa'],
  ['(a|ab)(c|bcd)(d*)', 'abcd'],
  ['(a+)+$', 'aaaa!'],
  ['(a+)+$', 'aaaa'],
  ['(?:a|a)*b', 'aaab'],
  ['x{2,4}?y', 'xxxxy'],
  ['^a|b$', 'cb'],
  ['(?m)^b$', 'a\nb\nc'],
  ['\\bfoo\\b', 'a foo b'],
  ['(a)|(b)', 'b'],
  ['', 'abc'],
  ['(|a)b', 'ab'],
  ['[^a]+', 'aabb'],
];

test('matches and groups are those of RE2', () => {
  for (const [pattern, text] of CASES)
    assert.deepEqual(ours(pattern, text), theirs(pattern, text), `${pattern} on ${text}`);
});

const piece = fc.constantFrom(
  'a',
  'b',
  '.',
  '[ab]',
  '\\d',
  '(?:a|b)',
  '(a)',
  '(b|ab)',
  '(?i:A)',
  '\\b',
  'a{1,2}',
  '[a-c]*',
  'b+?',
  '(?:ab)?',
  '(?:a|bb)+',
  '^',
  '$',
);

test('generated patterns match as RE2 does', () => {
  fc.assert(
    fc.property(
      fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join('')),
      fc.string({ unit: fc.constantFrom('a', 'b', 'A', 'c', '1', '\n'), maxLength: 10 }),
      (pattern, text) => assert.deepEqual(ours(pattern, text), theirs(pattern, text)),
    ),
    { numRuns: 2000 },
  );
});

test('a pattern that ruins other engines ends in time that grows with the text', () => {
  const program = programOf(parsePattern('(a+)+$').root);

  const found = findLinear(program, `${'a'.repeat(20_000)}!`, 0);

  assert.equal(found, undefined);
});

test('counts that write out to too much are refused', () => {
  assert.throws(() => programOf(parsePattern('(?:(?:a{1000}){1000}){1000}').root), PatternError);
});
