/** The HSTS grammar beyond the outside cases: quoting, duplicates, hostile input. */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { test } from 'node:test';
import { parseHsts } from '../../../../src/wire/http/hsts.ts';

const VALID: readonly (readonly [string, number, boolean, boolean])[] = [
  ['max-age=31536000; includeSubDomains; preload', 31_536_000, true, true],
  ['max-age = "31536000" ; includeSubDomains', 31_536_000, true, false],
  [';;max-age=1; ;', 1, false, false],
  ['MAX-AGE=1;INCLUDESUBDOMAINS;PreLoad', 1, true, true],
  ['max-age="\\1\\2"', 12, false, false],
  ['max-age=1; report="a;b,c"', 1, false, false],
  ['max-age=1; x="a\\"b;c"', 1, false, false],
  ['\tmax-age\t=\t1\t', 1, false, false],
  ['max-age=00000000000000000000000000000001', 1, false, false],
  ["max-age=1; 'x'='y'", 1, false, false],
  ['max-age=1; preload=yes', 1, false, true],
];

for (const [value, maxAge, includeSubDomains, preload] of VALID) {
  test(`a browser accepts ${JSON.stringify(value)}`, () => {
    const parsed = parseHsts(value);

    assert.deepEqual(parsed.errors, []);
    assert.deepEqual([parsed.valid, parsed.maxAge], [true, maxAge]);
    assert.deepEqual([parsed.includeSubDomains, parsed.preload], [includeSubDomains, preload]);
  });
}

const INVALID: readonly (readonly [string, RegExp])[] = [
  ['', /max-age is missing/],
  ['max-age=abc; includeSubDomains; preload', /max-age is "abc"/],
  ['max-age="0" x', /behind the closing quote/],
  ['max-age=31536000, max-age=0', /neither a token/],
  ['max-age=1; MAX-age=1', /more than once/],
  ['max-age=1; includeSubDomains; includesubdomains', /more than once/],
  ['max-age=1; x; X=2', /more than once/],
  ['max-age=1; includeSubDomains=""', /takes no value/],
  ['"max-age"=1', /not a token/],
  ['max-age=1; non@token', /not a token/],
  ['max-age=1; x=', /no value/],
  ['max-age=1; x="', /not closed/],
  ['max-age=1; x="a\u0000"', /control/],
  ['max-age=1.5', /"1.5"/],
  ['max-age=\u00a01', /neither a token/],
  ['max-age=١', /neither a token/],
  ['max-age=1\r', /neither a token/],
];

for (const [value, why] of INVALID) {
  test(`no browser accepts ${JSON.stringify(value)}, and the reason is named`, () => {
    const parsed = parseHsts(value);

    assert.deepEqual(
      [parsed.valid, parsed.maxAge, parsed.includeSubDomains, parsed.preload],
      [false, null, null, null],
    );
    assert.match(parsed.errors.join('; '), why);
  });
}

test('digits of any length are valid and capped at the largest safe integer', () => {
  assert.equal(parseHsts(`max-age=${'9'.repeat(5000)}`).maxAge, Number.MAX_SAFE_INTEGER);
});

test('unknown directives are named and never make the header invalid', () => {
  assert.deepEqual(parseHsts('max-age=1; Foo=bar; preload').unknown, ['Foo']);
});

test('any text has an answer: valid with a number, or invalid with a reason', () => {
  const piece = fc.constantFrom(
    'max-age',
    '=',
    ';',
    '"',
    '\\',
    '1',
    ' ',
    'includeSubDomains',
    ',',
    'preload',
    '\t',
    'x',
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 30 }).map((parts) => parts.join('')),
  );

  fc.assert(
    fc.property(text, (value) => {
      const parsed = parseHsts(value);
      assert.equal(parsed.valid, parsed.errors.length === 0);
      assert.equal(parsed.valid, Number.isSafeInteger(parsed.maxAge));
    }),
  );
});

test('64 KiB of hostile text is read in time linear to its length', () => {
  for (const unit of ['"', '\\', ';', '=', 'a="', 'max-age=1;', ' \t']) {
    const value = unit.repeat(Math.floor(65_536 / unit.length));
    const started = performance.now();
    parseHsts(value);
    assert.ok(performance.now() - started < 5000, unit);
  }
});
