/** The pattern dialect against an engine that is RE2 itself, and the judgement of patterns that may run away. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { RE2JS } from 're2js';
import { emit } from '../../../src/pattern/emit.ts';
import { anchorsOf, lengthsOf, prefixesOf, riskOf } from '../../../src/pattern/measure.ts';
import { parsePattern, PatternError } from '../../../src/pattern/parse.ts';

const compile = (pattern: string): RegExp => new RegExp(emit(parsePattern(pattern).root), 'd');

/** Where the first match lies, with its groups. */
function ours(pattern: string, text: string): (readonly [number, number] | undefined)[] | undefined {
  return compile(pattern)
    .exec(text)
    ?.indices?.map((span) => span);
}

function theirs(pattern: string, text: string): (readonly [number, number] | undefined)[] | undefined {
  const matcher = RE2JS.compile(pattern).matcher(text);
  if (!matcher.find()) return undefined;
  return Array.from({ length: matcher.groupCount() + 1 }, (_, i) =>
    matcher.start(i) < 0 ? undefined : ([matcher.start(i), matcher.end(i)] as const),
  );
}

const CASES: readonly (readonly [pattern: string, text: string])[] = [
  ['abc', 'xxabc'],
  ['(?i)abc', 'xxABc'],
  ['(?i:(b|[a-z]+)z)', 'QRZ'],
  ['a(?i)b|c', 'aB'],
  ['a(?i)b|c', 'C'],
  ['(?i)a(?-i:b)c', 'ABC'],
  ['(?i)a(?-i:b)c', 'AbC'],
  ['[^a]', '\n'],
  ['a.c', 'a\nc'],
  ['(?s)a.c', 'a\nc'],
  ['(?s:a.)c', 'a\nc'],
  ['a.c', 'a\rc'],
  ['^b', 'a\nb'],
  ['(?m)^b$', 'a\nb\nc'],
  ['b$', 'b\n'],
  ['b\\z', 'b'],
  ['\\Ab', 'ab'],
  ['\\bfoo\\b', 'a foo b'],
  ['\\Boo', 'foo'],
  ['[[:alnum:]]+', '--aZ9_'],
  ['[[:^digit:]]+', '12ab'],
  ['[\\w.-]+', 'a.b-c d'],
  ['[\\]a-]+', ']a-b'],
  ['[a\\-z]+', '-a'],
  ['[-a]+', 'a-'],
  ['[]a]+', ']a'],
  ['[^]a]+', ']b'],
  ['\\x41\\x{42}\\103', 'ABC'],
  ['\\Qa.b*\\E+', 'a.b**'],
  ['(?P<n>a)(?<m>b)?', 'a'],
  ['(a)|(b)', 'b'],
  ['a{2,3}', 'aaaa'],
  ['a{2,3}?', 'aaaa'],
  ['a{,2}', 'a{,2}'],
  ['x{', 'x{'],
  ['a*?b', 'aab'],
  ['(?U)a+', 'aaa'],
  ['(?U)a+?', 'aaa'],
  ['\\s+', 'a \t\f\r\n\v'],
  ['\\S+', '\u00a0x'],
  ['\\d\\D\\W\\w', '1a-b'],
  ['(|a)b', 'ab'],
  ['(a|ab)(c|bcd)(d*)', 'abcd'],
  ['\\pL+', '12ab'],
  ['\\/\\.\\"', '/."'],
];

test('matches and groups are those of RE2', () => {
  for (const [pattern, text] of CASES)
    assert.deepEqual(ours(pattern, text), theirs(pattern, text), `${pattern} on ${JSON.stringify(text)}`);
});

test('what RE2 refuses is refused with its offset, and so is what this dialect does not hold', () => {
  const refused: readonly (readonly [string, number])[] = [
    ['a**', 2],
    ['(a', 0],
    ['a)', 1],
    ['[a', 0],
    ['[z-a]', 1],
    ['*a', 0],
    ['a{2,1}', 1],
    ['a{1001}', 1],
    ['(?=a)', 0],
    ['(?<!a)b', 0],
    ['(a)\\1', 3],
    ['\\Z', 0],
    ['a\\', 1],
    ['\\p{Greek}', 0],
    ['[[:nope:]]', 1],
    ['('.repeat(300), 200],
  ];
  for (const [pattern, offset] of refused) {
    assert.throws(
      () => parsePattern(pattern),
      (error) => error instanceof PatternError && error.offset === offset,
      pattern,
    );
  }
});

/** Patterns of the dialect, made by its own grammar. */
const piece = fc.constantFrom(
  'a',
  'b',
  '.',
  '[ab]',
  '[^a]',
  '\\d',
  '\\w',
  '(?:a|b)',
  '(a)',
  '(b|ab)',
  '(?i:A)',
  '\\b',
  'a{1,2}',
  '[a-c]*',
  'b+?',
  '(?:ab)?',
  '^',
  '$',
);
const generated = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(''));
const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'A', 'c', '1', ' ', '\n'), maxLength: 12 });

test('generated patterns match as RE2 does', () => {
  fc.assert(
    fc.property(generated, texts, (pattern, text) => {
      assert.deepEqual(ours(pattern, text), theirs(pattern, text));
    }),
    { numRuns: 3000 },
  );
});

test('any text is a pattern or is refused, in short time', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (text) => {
      try {
        const root = parsePattern(text).root;
        compile(text);
        riskOf(root);
        assert.ok(lengthsOf(root).min >= 0);
      } catch (error) {
        assert.ok(error instanceof PatternError, String(error));
      }
    }),
    { numRuns: 2000 },
  );
});

test('loops that can be read in two ways are called risky, others are not', () => {
  for (const bad of [
    '(a+)+$',
    '(a*)*',
    '(a|a)*b',
    '(?:a|ab)+c',
    '(\\w+\\s?)+x',
    '(?:[a-z]+-?)+x',
    '\\w+\\w+\\w+x',
    '(?:a{1,40}){1,40}',
  ]) {
    assert.notEqual(riskOf(parsePattern(bad).root), undefined, bad);
  }
  for (const fine of [
    '[a-z]{20,}',
    '(?:-[a-z]+)+',
    '(?:[a-z]+\\.)+com',
    'ey\\w+\\.ey\\w+\\.\\w+',
    '(?:a|b)*',
    '(?:\\d{1,13}-){1,3}x',
    '(?:ab|cd)+',
  ]) {
    assert.equal(riskOf(parsePattern(fine).root), undefined, fine);
  }
});

test('lengths, beginnings and anchors are measured', () => {
  const root = (pattern: string) => parsePattern(pattern).root;
  assert.deepEqual(lengthsOf(root('a{2,3}(?:b|cde)?')), { min: 2, max: 6 });
  assert.deepEqual(lengthsOf(root('a+')), { min: 1, max: Infinity });
  assert.deepEqual(prefixesOf(root('(?:AKIA|ASIA)[A-Z]{16}')), ['AKIA', 'ASIA']);
  assert.deepEqual(prefixesOf(root('gh[us]_x')), ['ghs_x', 'ghu_x']);
  assert.deepEqual(prefixesOf(root('hv[sbr]\\.\\w+')), ['hvb.', 'hvr.', 'hvs.']);
  assert.deepEqual(prefixesOf(root('[a-z]+x')), []);
  // one of several ways to begin has no text of its own
  assert.deepEqual(prefixesOf(root('(?:cifs|\\b\\w+x|[^a]b)y')), []);
  assert.deepEqual(anchorsOf(root('(?m)^a$')), { line: true, text: false });
  assert.deepEqual(anchorsOf(root('a|b$')), { line: false, text: true });
});
