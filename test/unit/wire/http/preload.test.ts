/** The preload list and hstspreload's codes: every one of its 49 issues has a rule of ours or a stated reason. */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import {
  EIGHTEEN_WEEKS,
  parsePreloadHeader,
  preloadableIssues,
  removableIssues,
} from '../../../../src/wire/http/preload-header.ts';
import { compactList, fromChromium, openList } from '../../../../src/wire/http/preload-list.ts';

const ENTRIES = [
  { name: 'dev', includeSubDomains: true },
  { name: 'example.com', includeSubDomains: true },
  { name: 'only.example.org', includeSubDomains: false },
  { name: 'a-b.test', includeSubDomains: true },
  { name: 'a.test', includeSubDomains: false },
];

test('the list finds a host by its own entry or by a parent that includes subdomains', () => {
  const list = openList(gzipSync(compactList(ENTRIES, { source: 'test', date: '2026-11-01' })));

  assert.deepEqual([list?.source, list?.date, list?.count], ['test', '2026-11-01', 5]);
  assert.equal(list?.find('example.com')?.name, 'example.com');
  assert.equal(list?.find('x.y.example.com')?.name, 'example.com');
  assert.equal(list?.find('anything.dev')?.name, 'dev');
  assert.equal(list?.find('only.example.org')?.name, 'only.example.org');
  for (const host of ['x.only.example.org', 'notexample.com', 'com', '', 'x.a.test', 'example.comx', '.']) {
    assert.equal(list?.find(host), undefined, host);
  }
});

test('every name of a list is found, and only those', () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z0-9-]{1,6}(?:\.[a-z]{1,4}){0,2}$/), { maxLength: 40 });
  fc.assert(
    fc.property(names, names, (inside, others) => {
      const list = openList(
        Buffer.from(
          compactList(
            inside.map((name) => ({ name, includeSubDomains: false })),
            { source: 's', date: '2026-01-01' },
          ),
        ),
      );
      for (const name of inside) assert.equal(list?.find(name)?.name, name);
      for (const name of others) assert.equal(list?.find(name) !== undefined, inside.includes(name));
    }),
  );
});

test("Chromium's file is read with its comments, and only force-https counts", () => {
  const text =
    '// head\n{ "pinsets": [],\n // note\n "entries": [ {"name":"a.test","mode":"force-https","include_subdomains":true}, {"name":"b.test"}, {"name":"c.test","mode":"force-https","policy":"bulk-1-year"} ] }';

  assert.deepEqual(fromChromium(text), [
    { name: 'a.test', includeSubDomains: true },
    { name: 'c.test', includeSubDomains: false },
  ]);
  assert.equal(fromChromium('[]'), undefined);
  assert.equal(fromChromium('not json'), undefined);
  assert.equal(openList(Buffer.from('hello')), undefined);
});

test('the shipped list knows the controls of the specification', () => {
  const list = openList(readFileSync(new URL('../../../../data/hsts-preload.gz', import.meta.url)));

  assert.deepEqual([list?.date, (list?.count ?? 0) > 161_000], ['2025-01-01', true]);
  assert.deepEqual(list?.find('stripe.com'), { name: 'stripe.com', includeSubDomains: true });
  assert.equal(list?.find('pipedream.com'), undefined);
  assert.equal(list?.find('stitchdata.com'), undefined);
});

/** Header to the codes that it must give; the browser's own verdict is another matter. */
const HEADERS: readonly (readonly [string, readonly string[]])[] = [
  ['max-age=31536000; includeSubDomains; preload', []],
  ['', ['header.parse.empty']],
  ['max-age=31536000; includeSubDomains; preload;', ['header.parse.empty_directive']],
  ['max-age=31536000; includeSubDomains; preload; foo', ['header.parse.unknown_directive']],
  ['max-age=031536000; includeSubDomains; preload', ['header.parse.max_age.leading_zero']],
  [
    'max-age; includeSubDomains; preload',
    ['header.parse.invalid.max_age.no_value', 'header.preloadable.max_age.missing'],
  ],
  [
    'max-age=; includeSubDomains; preload',
    ['header.parse.invalid.max_age.no_value', 'header.preloadable.max_age.missing'],
  ],
  [
    'max-age="31536000"; includeSubDomains; preload',
    ['header.parse.max_age.non_digit_characters', 'header.preloadable.max_age.missing'],
  ],
  [
    'max-age=99999999999999999999; includeSubDomains; preload',
    ['header.parse.max_age.parse_int_error', 'header.preloadable.max_age.missing'],
  ],
  ['max-age=31536000; max-age=1; includeSubDomains; preload', ['header.parse.repeated.max_age']],
  ['max-age=31536000; includeSubDomains; includesubdomains; preload', ['header.parse.repeated.include_sub_domains']],
  ['max-age=31536000; includeSubDomains; preload; PRELOAD', ['header.parse.repeated.preload']],
  ['max-age=31536000; includeSubDomains; preload; includeSubDomains=1', ['header.parse.invalid.include_sub_domains']],
  ['max-age=31536000; includeSubDomains; preload; preload=1', ['header.parse.invalid.preload']],
  ['max-age=0; includeSubDomains; preload', ['header.preloadable.max_age.zero']],
  ['max-age=300; includeSubDomains; preload', ['header.preloadable.max_age.below_1_year']],
  ['max-age=999999999; includeSubDomains; preload', ['header.preloadable.max_age.over_10_years']],
  ['max-age=31536000; preload', ['header.preloadable.include_sub_domains.missing']],
  ['max-age=31536000; includeSubDomains', ['header.preloadable.preload.missing']],
];

for (const [value, codes] of HEADERS) {
  test(`hstspreload says ${codes.join(', ') || 'nothing'} of ${JSON.stringify(value)}`, () => {
    const header = parsePreloadHeader(value);
    const all = value === '' ? header.issues : [...header.issues, ...preloadableIssues(header)];

    assert.deepEqual(all.map(({ code }) => code).sort(), [...codes].sort());
  });
}

test('the bulk programme and the removal have codes of their own', () => {
  const short = parsePreloadHeader('max-age=300; includeSubDomains; preload');
  const eighteen = parsePreloadHeader(`max-age=${String(EIGHTEEN_WEEKS)}; includeSubDomains; preload`);

  assert.deepEqual(
    preloadableIssues(short, true).map(({ code }) => code),
    ['header.preloadable.max_age.below_18_weeks'],
  );
  assert.deepEqual(preloadableIssues(eighteen, true), []);
  assert.deepEqual(
    removableIssues(short).map(({ code }) => code),
    ['header.removable.contains.preload'],
  );
  assert.deepEqual(
    removableIssues(parsePreloadHeader('x')).map(({ code }) => code),
    ['header.removable.missing.max_age'],
  );
});

test('any header has a verdict', () => {
  fc.assert(
    fc.property(fc.string(), (value) => assert.ok(Array.isArray(preloadableIssues(parsePreloadHeader(value))))),
  );
});
