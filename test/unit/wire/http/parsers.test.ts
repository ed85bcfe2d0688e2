/** Cookies, redirects, dates and security.txt: tables of valid, invalid and hostile inputs, and properties over any text. */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { test } from 'node:test';
import { isSessionCookie, parseRedactedCookie, redactSetCookie } from '../../../../src/wire/http/cookie.ts';
import { isRedirect, resolveLocation } from '../../../../src/wire/http/location.ts';
import { parseSecurityTxt } from '../../../../src/wire/http/security-txt.ts';
import { contactDefect, isLanguageList, uriDefect } from '../../../../src/wire/http/security-txt-values.ts';
import { parseCookieDate, parseRfc3339 } from '../../../../src/wire/http/time.ts';

const cookieOf = (line: string) => parseRedactedCookie(redactSetCookie(line));

test('a cookie is its name, its size and its attributes', () => {
  const cookie = cookieOf(
    'sid=abcdef; Path=/; Domain=.Example.COM; Max-Age=60; secure; HttpOnly; SameSite=Lax; Partitioned',
  );

  assert.deepEqual(
    [cookie.name, cookie.size, cookie.path, cookie.domain, cookie.maxAge],
    ['sid', 9, '/', 'example.com', 60],
  );
  assert.deepEqual([cookie.secure, cookie.httpOnly, cookie.partitioned, cookie.sameSite], [true, true, true, 'Lax']);
});

test('the last attribute of a name counts, and one over 1024 octets is ignored', () => {
  assert.equal(cookieOf('a=b; Path=/x; Path=/y').path, '/y');
  assert.deepEqual(cookieOf(`a=b; Path=/${'x'.repeat(1024)}`).oversized, ['path']);
  assert.equal(cookieOf(`a=b; Path=/${'x'.repeat(1024)}`).path, undefined);
});

test('a line without an equals sign is a value without a name; its reserved prefix stays visible', () => {
  const cookie = cookieOf('__host-abc123');

  assert.deepEqual([cookie.name, cookie.valuePrefix, cookie.size], ['', '__host-', 13]);
});

test('no part of a value, and no value of an unknown attribute, survives redaction', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[A-Za-z0-9+/_-]{12,60}$/),
      fc.constantFrom('sid=V', 'V', '=V', 'a=1; x=V', 'a=1; V', '__Host-V'),
      (value, form) => {
        const line = redactSetCookie(form.replace('V', () => value));
        assert.ok(!line.includes(value), line);
        assert.ok(!line.includes(value.slice(8)), line);
      },
    ),
  );
});

test('what redaction leaves has the size of the whole and keeps control characters', () => {
  assert.equal(cookieOf(`a=${'x'.repeat(5000)}`).size, 5001);
  assert.equal(cookieOf('a=b\u0007c').controlCharacters, true);
  assert.equal(cookieOf('a=[9999 octets]').size, 14);
});

test('any Set-Cookie line has an answer', () => {
  fc.assert(fc.property(fc.string(), (line) => assert.ok(cookieOf(line).size >= 0)));
});

test('session cookies are those that would let somebody in', () => {
  const named = (name: string, httpOnly = false) => isSessionCookie({ name, httpOnly });

  for (const name of ['PHPSESSID', 'sid', 'connect.sid', 'auth', 'remember_me', 'id_token', 'sess'])
    assert.ok(named(name), name);
  for (const name of ['theme', 'csrf_token', 'XSRF-TOKEN', '__cf_bm', 'AWSALBCORS', 'lang', 'inside'])
    assert.ok(!named(name), name);
  assert.ok(named('x', true));
  assert.ok(!named('csrftoken', true));
});

test('cookie dates are read in all the forms that browsers read', () => {
  const expected = Date.UTC(2037, 11, 31, 23, 55, 55);
  for (const text of [
    'Thu, 31-Dec-37 23:55:55 GMT',
    'Thu, 31 Dec 2037 23:55:55 GMT',
    '23:55:55 31 DECEMBER 2037',
    '31 Dec 37 23:55:55',
  ]) {
    assert.equal(parseCookieDate(text), expected, text);
  }
  for (const text of [
    '',
    'soon',
    '31 Foo 2037 23:55:55',
    '32 Dec 2037 23:55:55',
    '31 Dec 1600 23:55:55',
    '31 Dec 2037 24:00:00',
    '2037-12-31T23:55:55Z',
  ]) {
    assert.equal(parseCookieDate(text), undefined, text);
  }
});

test('an instant is RFC 3339 by the letter', () => {
  assert.equal(parseRfc3339('2027-01-01T00:00:00Z'), Date.UTC(2027, 0, 1));
  assert.equal(parseRfc3339('2027-01-01t01:00:00.25+01:00'), Date.UTC(2027, 0, 1) + 250);
  assert.equal(parseRfc3339('1990-12-31T15:59:60-08:00'), Date.UTC(1991, 0, 1));
  for (const text of [
    '2027-01-01',
    '2027-01-01 00:00:00Z',
    '2027-02-29T00:00:00Z',
    '2027-01-01T24:00:00Z',
    '2027-01-01T00:00:00',
    '2027-01-01T12:30:60Z',
    '27-01-01T00:00:00Z',
    '2027-1-1T00:00:00Z',
    '2027-01-01T00:00:00+1:00',
    'Fri, 1 Jan 2027 00:00:00 +0000',
  ]) {
    assert.equal(parseRfc3339(text), undefined, text);
  }
});

test('a redirect leads where Location says, and what is wrong with it is kept', () => {
  const at = (...values: string[]) =>
    resolveLocation(
      'https://a.test/x/y?q',
      values.map((value) => ['Location', value]),
    );

  assert.deepEqual([at('../z#f').url, at('../z#f').problem], ['https://a.test/z', undefined]);
  assert.equal(at('//b.test').url, 'https://b.test/');
  assert.equal(at('/\\evil.test').problem, 'not-a-reference');
  assert.equal(at('https://b.test/ x').problem, 'not-a-reference');
  assert.equal(at('https://[::1').url, undefined);
  assert.equal(at('').problem, 'not-a-reference');
  assert.equal(at('/a', '/b').problem, 'conflict');
  assert.equal(at('/a', '/a').problem, undefined);
  assert.equal(at().problem, 'missing');
  assert.deepEqual([at('javascript:alert(1)').url, at('javascript:alert(1)').problem], [undefined, 'scheme']);
  assert.deepEqual([200, 300, 301, 302, 303, 304, 305, 307, 308, 999].filter(isRedirect), [301, 302, 303, 307, 308]);
});

test('fields of security.txt have their line, and every defect of a line has a name', () => {
  const file = parseSecurityTxt(
    [
      '# hello',
      'Contact: mailto:a@b.test',
      '',
      'Contact :x',
      'Expires:2027',
      ': x',
      'Policy:',
      'nothing',
      'Acknowledgements: y',
    ].join('\r\n'),
  );

  assert.deepEqual(
    file.fields.map(({ name, line }) => [name, line]),
    [
      ['contact', 2],
      ['contact', 4],
      ['expires', 5],
      ['acknowledgements', 9],
    ],
  );
  assert.deepEqual(
    file.lineDefects.map(({ kind, line }) => [kind, line]),
    [
      ['space-before-colon', 4],
      ['no-space', 5],
      ['empty-name', 6],
      ['empty-value', 7],
      ['no-field', 8],
    ],
  );
  assert.deepEqual(
    file.endingDefects.map(({ kind, line }) => [kind, line]),
    [['unterminated', 9]],
  );
  assert.deepEqual(file.unknownFields, [{ name: 'acknowledgements', line: 9, near: 'acknowledgments' }]);
});

const SIGNED = [
  '-----BEGIN PGP SIGNED MESSAGE-----',
  'Hash: SHA256',
  '',
  '- -dash',
  'Contact: mailto:a@b.test  ',
  '-----BEGIN PGP SIGNATURE-----',
  '',
  'abcd',
  '-----END PGP SIGNATURE-----',
  '',
];

test('a cleartext signature is taken apart: signed text canonical, dashes unescaped', () => {
  const file = parseSecurityTxt(SIGNED.join('\n'));

  assert.deepEqual([file.signed, file.signatureDefects], [true, []]);
  assert.equal(file.signature?.text, '-dash\r\nContact: mailto:a@b.test');
  assert.match(file.signature?.armour ?? '', /^-----BEGIN PGP SIGNATURE-----\n\nabcd\n-----END PGP SIGNATURE-----$/);
});

test('what is wrong with a signature has a name and a line', () => {
  const kinds = (lines: readonly string[]) =>
    parseSecurityTxt(lines.join('\n')).signatureDefects.map(({ kind, line }) => `${kind} ${String(line)}`);

  assert.deepEqual(kinds(['# first', ...SIGNED]), ['header-not-first 2']);
  assert.deepEqual(kinds(SIGNED.with(3, '-dash')), ['dash-escape 4']);
  assert.deepEqual(kinds([...SIGNED, 'Contact: x']), ['data-after-signature 11']);
  assert.deepEqual(kinds(SIGNED.slice(0, 8)), ['armour 1']);
  assert.deepEqual(kinds(SIGNED.slice(5)), ['armour 1']);
});

test('any text is a security.txt of some kind', () => {
  const text = fc.oneof(
    fc.string(),
    fc.array(fc.constantFrom(...SIGNED, 'Contact: x', ': ', '\r', 'a:b')).map((lines) => lines.join('\n')),
  );
  fc.assert(fc.property(text, (input) => assert.ok(parseSecurityTxt(input).fields.length >= 0)));
});

test('a contact is a whole mailto, tel or https URI', () => {
  for (const value of [
    'mailto:security@example.com',
    'mailto:a+b@example.com?subject=x%20y',
    'https://example.com/r',
    'tel:+1-201-555-0123',
    'http://example.com/',
  ]) {
    assert.equal(contactDefect(value), undefined, value);
  }
  const bad: readonly (readonly [string, string])[] = [
    ['security@example.com', 'not-a-uri'],
    ['javascript:alert(1)', 'scheme'],
    ['mailto:', 'not-a-uri'],
    ['mailto:?subject=x', 'no-address'],
    ['mailto: a@example.com', 'space'],
    ['mailto:nobody', 'no-address'],
    ['https://', 'not-a-uri'],
    ['https:// example.com', 'space'],
    ['tel:call me', 'space'],
    ['tel:abc', 'not-a-uri'],
  ];
  for (const [value, defect] of bad) assert.equal(contactDefect(value), defect, value);
});

test('links of security.txt are URIs, web links https, fingerprints whole', () => {
  assert.equal(uriDefect('https://example.com/key.asc'), undefined);
  assert.equal(uriDefect('dns:5d2d3ceb7abe552344276d47d36._openpgpkey.example.com?type=OPENPGPKEY'), undefined);
  assert.equal(uriDefect(`openpgp4fpr:${'5f'.repeat(20)}`), undefined);
  assert.equal(uriDefect(`openpgp4fpr:${'5f'.repeat(32)}`), undefined);
  assert.equal(uriDefect('openpgp4fpr:zzzz'), 'fingerprint');
  assert.equal(uriDefect('http://example.com/'), 'http');
  assert.equal(uriDefect('/policy'), 'not-a-uri');
  assert.equal(uriDefect('https://exa mple.com/'), 'not-a-uri');
});

test('language lists are BCP 47 tags with commas', () => {
  for (const value of ['en', 'en, de-CH', 'zh-Hant-TW', 'x-klingon']) assert.ok(isLanguageList(value), value);
  for (const value of ['en;de', '', 'en,', 'e', 'english language', '12']) assert.ok(!isLanguageList(value), value);
});
