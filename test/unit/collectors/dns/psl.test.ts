/** The Public Suffix List: its own published checks, and the boundary that mail needs. */
import assert from 'node:assert/strict';
import { domainToASCII } from 'node:url';
import { test } from 'node:test';
import { icannList, publicSuffix, wholeList } from '../../../../src/collectors/dns/psl/lookup.ts';
import { conformanceFile, needsConformance } from '../../../support/conformance.ts';

test('the published checks of the list hold', needsConformance(), () => {
  const list = wholeList();
  const text = conformanceFile('email/test_psl.txt').toString('utf8');
  let checked = 0;
  for (const [, name, expected] of text.matchAll(/^checkPublicSuffix\('([^']+)', (?:'([^']+)'|null)\);/gm)) {
    if (name === undefined || name.startsWith('.')) continue;
    const ascii = domainToASCII(name);
    const suffix = publicSuffix(list, ascii);
    const registrable =
      ascii === suffix
        ? undefined
        : ascii
            .split('.')
            .slice(-(suffix.split('.').length + 1))
            .join('.');

    assert.equal(registrable, expected === undefined ? undefined : domainToASCII(expected), name);
    checked += 1;
  }
  assert.ok(checked > 60, `only ${String(checked)} checks`);
});

test('private sections are no boundary for mail', () => {
  const list = icannList();

  assert.equal(publicSuffix(list, 'shop.blogspot.com'), 'com');
  assert.equal(publicSuffix(list, 'example.co.uk'), 'co.uk');
  assert.equal(publicSuffix(list, 'gov.uk'), 'gov.uk');
  assert.equal(publicSuffix(list, 'a.b.kawasaki.jp'), 'b.kawasaki.jp');
  assert.equal(publicSuffix(list, 'city.kawasaki.jp'), 'kawasaki.jp');
  assert.equal(publicSuffix(list, 'host.unlisted-tld'), 'unlisted-tld');
});
