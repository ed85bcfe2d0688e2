/** RFC 8785 canonical JSON, JSON Pointer and nearest names: the small algorithms of the model. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { canonicalJson } from '../../../src/model/canonical.ts';
import { isArray, isObject, type Json } from '../../../src/model/json.ts';
import { didYouMean, editDistance } from '../../../src/model/nearest.ts';
import { pointer, resolvePointer, tokensOf } from '../../../src/model/pointer.ts';

test('keys are sorted by UTF-16 code unit as in RFC 8785 §3.2.3', () => {
  const value = {
    '\u20ac': 'Euro Sign',
    '\r': 'Carriage Return',
    '\ufb33': 'Hebrew Letter Dalet With Dagesh',
    '1': 'One',
    '\ud83d\ude00': 'Emoji: Grinning Face',
    '\u0080': 'Control',
    '\u00f6': 'Latin Small Letter O With Diaeresis',
  };

  const keys = Object.keys(JSON.parse(canonicalJson(value)) as object);

  // integer-like keys come first in any JavaScript object; the text itself has the order of the RFC
  assert.equal(canonicalJson(value).indexOf('\\r') < canonicalJson(value).indexOf('"1"'), true);
  assert.deepEqual(
    keys.filter((key) => key !== '1'),
    ['\r', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33'],
  );
});

test('numbers and strings are written as in RFC 8785 §3.2.2', () => {
  const value = {
    numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, Number('0.000000000000000000000000001'), -0],
    string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
    literals: [null, true, false],
  };

  assert.equal(
    canonicalJson(value),
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27,0],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
});

test('what has no canonical form is refused', () => {
  for (const value of [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '\ud800',
    'a\udc00b',
    ['\udfff'],
    { '\ud800': 1 },
  ] as Json[]) {
    assert.throws(() => canonicalJson(value), TypeError);
  }
});

/** Any JSON; fast-check's own values with all code points take most of a second to set up. */
const key = fc.oneof(
  fc.string(),
  fc.constantFrom('10', '9', '0', 'a', 'b', '__proto__', 'toJSON', '\\ud800', 'é', '\ud83d\ude00'),
);
const anyText = fc
  .array(fc.integer({ min: 0, max: 0x10ffff }), { maxLength: 12 })
  .map((points) => String.fromCodePoint(...points).toWellFormed());
const leaf = fc.oneof(
  anyText,
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom<Json>(null, true, 0, -0, 1e21, '\\ud800 spelt out', '\u2028'),
  fc.string(),
);
const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(key, tie('tree'), { maxKeys: 5 }),
  ),
}));

test('the engine never decides the order of keys: index-like keys, escapes and odd names are as the RFC says', () => {
  /** RFC 8785 member by member, for values that are known to be JSON. */
  const slow = (value: Json): string => {
    if (isArray(value)) return `[${value.map(slow).join(',')}]`;
    if (!isObject(value)) return JSON.stringify(value);
    const keys = Object.keys(value).sort();
    return `{${keys.map((key) => `${JSON.stringify(key)}:${slow(value[key] ?? null)}`).join(',')}}`;
  };
  fc.assert(
    fc.property(tree, (value) => {
      const before = JSON.stringify(value);
      assert.equal(canonicalJson(value), slow(value));
      assert.equal(JSON.stringify(value), before, 'the value was changed');
    }),
    { numRuns: 500 },
  );
});

test('canonical JSON reads back as the same value and does not depend on the order of keys', () => {
  fc.assert(
    fc.property(tree, (value) => {
      const json = JSON.parse(JSON.stringify(value)) as Json;
      const text = canonicalJson(json);
      assert.deepEqual(JSON.parse(text), json);
      const turned = JSON.parse(text, (_, member: unknown) =>
        typeof member === 'object' && member !== null && !Array.isArray(member)
          ? Object.fromEntries(Object.entries(member).reverse())
          : member,
      ) as Json;
      assert.equal(canonicalJson(turned), text);
    }),
  );
});

test('pointers are written and resolved as in RFC 6901 §5', () => {
  const document = { foo: ['bar', 'baz'], '': 0, 'a/b': 1, 'm~n': 8, ' ': 7 };

  assert.equal(pointer('a/b'), '/a~1b');
  assert.equal(pointer('m~n'), '/m~0n');
  assert.deepEqual(
    ['', '/foo', '/foo/0', '/', '/a~1b', '/m~0n', '/ '].map((text) => resolvePointer(document, text)),
    [document, ['bar', 'baz'], 'bar', 0, 1, 8, 7],
  );
  assert.deepEqual(
    ['/foo/01', '/foo/2', '/foo/-', '/x', '/foo/0/1', 'foo', '/__proto__', '/foo/length'].map((text) =>
      resolvePointer(document, text),
    ),
    Array(8).fill(undefined),
  );
});

test('any tokens survive the way through a pointer', () => {
  fc.assert(fc.property(fc.array(fc.string()), (tokens) => assert.deepEqual(tokensOf(pointer(...tokens)), tokens)));
});

test('a transposition counts once and a far name is not offered', () => {
  assert.equal(editDistance('formta', 'format', 3), 1);
  assert.equal(didYouMean('dmarc.p.nnoe', ['dmarc.p.none', 'spf.missing']), ' (did you mean "dmarc.p.none"?)');
  assert.equal(didYouMean('zzzzzz', ['dmarc.p.none']), '');
});
