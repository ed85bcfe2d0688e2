/** The Public Suffix List: its own published checks, the boundary that mail needs, and lists that a user brings. */
import assert from 'node:assert/strict';
import { domainToASCII } from 'node:url';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { compactSuffixList, parseSuffixList, suffixLists } from '../../../src/wire/psl/source.ts';
import { builtInLists, publicSuffix, registrableUnder } from '../../../src/wire/psl/suffixes.ts';
import { conformanceFile, needsConformance } from '../../support/conformance.ts';

test('the published checks of the list hold', needsConformance(), () => {
  const { whole } = builtInLists();
  const text = conformanceFile('email/test_psl.txt').toString('utf8');
  let checked = 0;
  for (const [, name, expected] of text.matchAll(/^checkPublicSuffix\('([^']+)', (?:'([^']+)'|null)\);/gm)) {
    if (name === undefined || name.startsWith('.')) continue;
    const ascii = domainToASCII(name);

    const registrable = registrableUnder(publicSuffix(whole, ascii), ascii);

    assert.equal(registrable, expected === undefined ? undefined : domainToASCII(expected), name);
    checked += 1;
  }
  assert.ok(checked > 60, `only ${String(checked)} checks`);
});

test('private sections are no boundary for mail, but one for cookies', () => {
  const { icann, whole } = builtInLists();

  assert.equal(publicSuffix(icann, 'shop.blogspot.com'), 'com');
  assert.equal(publicSuffix(whole, 'shop.blogspot.com'), 'blogspot.com');
  assert.equal(publicSuffix(icann, 'example.co.uk'), 'co.uk');
  assert.equal(publicSuffix(icann, 'gov.uk'), 'gov.uk');
  assert.equal(publicSuffix(icann, 'a.b.kawasaki.jp'), 'b.kawasaki.jp');
  assert.equal(publicSuffix(icann, 'city.kawasaki.jp'), 'kawasaki.jp');
  assert.equal(publicSuffix(icann, 'host.unlisted-tld'), 'unlisted-tld');
});

const LIST = `// VERSION: 2026-11-01_07-12-33_UTC
// ===BEGIN ICANN DOMAINS===
test
*.city.test  trailing words are no part of a rule
!free.city.test
食狮.test
// ===END ICANN DOMAINS===
// ===BEGIN PRIVATE DOMAINS===
pages.test
// ===END PRIVATE DOMAINS===
`;

test('a list as it is published is read: sections, wildcards, exceptions, A-labels, its day', () => {
  const list = parseSuffixList(LIST);

  assert.equal(list.date, '2026-11-01');
  assert.deepEqual(list.icann, ['test', '*.city.test', '!free.city.test', 'xn--85x722f.test']);
  assert.deepEqual(list.private, ['pages.test']);
  assert.deepEqual(list.bad, []);
});

test('what a job is handed decides, section by section', () => {
  const bytes = new TextEncoder().encode(compactSuffixList(parseSuffixList(LIST), '2026-11-01'));

  const { icann, whole } = suffixLists(bytes);

  assert.equal(icann.date, '2026-11-01');
  assert.equal(publicSuffix(icann, 'a.pages.test'), 'test');
  assert.equal(publicSuffix(whole, 'a.pages.test'), 'pages.test');
  assert.equal(publicSuffix(whole, 'x.any.city.test'), 'any.city.test');
  assert.equal(publicSuffix(whole, 'x.free.city.test'), 'city.test');
  // not on this list: the last label
  assert.equal(publicSuffix(whole, 'a.co.uk'), 'uk');
});

test('a list without sections is one of registries; what is no rule is named', () => {
  assert.deepEqual(parseSuffixList('alpha\nbeta.alpha\n').icann, ['alpha', 'beta.alpha']);
  assert.deepEqual(parseSuffixList('a/b\nsome: text\nhttp://x\n*.*.test\n').bad, [
    'a/b',
    'some:',
    'http://x',
    '*.*.test',
  ]);
  assert.throws(() => suffixLists(new TextEncoder().encode('{"date":1}')), { name: 'FaultError' });
});

test('any text and any name: no throw, and the suffix is the end of the name', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.domain(), (text, name) => {
      const list = parseSuffixList(`${text}\n${name}`);
      const { whole } = suffixLists(new TextEncoder().encode(compactSuffixList(list, '2026-01-01')));

      assert.ok(`.${name}`.endsWith(`.${publicSuffix(whole, name)}`));
    }),
    { numRuns: 50 },
  );
});
