/** CSP, structured fields and Alt-Svc: tables of valid, invalid and hostile inputs, and properties over any text. */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { test } from 'node:test';
import { parseAltSvc } from '../../../../src/wire/http/alt-svc.ts';
import * as csp from '../../../../src/wire/http/csp.ts';
import { parseDictionary, parseItem, parseList } from '../../../../src/wire/http/structured.ts';

test('policies are parted by lines and commas, directives by semicolons, and the first of a name counts', () => {
  const [one, two, ...rest] = csp.parsePolicies([
    "default-src 'self'; SCRIPT-src a.test; script-src b.test, img-src *",
    ' ; ',
  ]);

  assert.deepEqual(
    [...(one?.directives ?? [])],
    [
      ['default-src', ["'self'"]],
      ['script-src', ['a.test']],
    ],
  );
  assert.deepEqual(one?.repeated, ['script-src']);
  assert.deepEqual([...(two?.directives ?? [])], [['img-src', ['*']]]);
  assert.deepEqual(rest, []);
});

test('every source expression has its kind', () => {
  const kinds: readonly (readonly [string, csp.SourceKind])[] = [
    ["'none'", 'none'],
    ["'SELF'", 'keyword'],
    ["'nonce-YWJjZGVmZ2hpamtsbW5vcA=='", 'nonce'],
    ["'nonce-a b'", 'invalid'],
    ["'nonce-ä'", 'invalid'],
    ["'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='", 'hash'],
    ["'sha1-abc'", 'invalid'],
    ["'slef'", 'invalid'],
    ['data:', 'scheme'],
    ['https:', 'scheme'],
    ['*', 'host'],
    ['*.example.com:*', 'host'],
    ['https://example.com:443/a/b', 'host'],
    ['192.0.2.1', 'host'],
    ['[2001:db8::1]', 'host'],
    ['exa*mple.com', 'invalid'],
    ['https://', 'invalid'],
    ['self', 'host'],
  ];
  for (const [text, kind] of kinds) assert.equal(csp.parseSource(text).kind, kind, text);
});

test("'unsafe-inline' counts only without nonce, hash and 'strict-dynamic'", () => {
  const sources = (text: string) => text.split(' ').map(csp.parseSource);

  assert.ok(csp.allowsInline(sources("'self' 'unsafe-inline'")));
  assert.ok(!csp.allowsInline(sources("'unsafe-inline' 'nonce-YWJjZGVmZ2hpamtsbW5vcA=='")));
  assert.ok(!csp.allowsInline(sources("'unsafe-inline' 'strict-dynamic'")));
  // CSP3 §6.7.3.2 asks for the keyword where scripts are meant
  assert.ok(csp.allowsInline(sources("'unsafe-inline' 'strict-dynamic'"), 'style'));
  assert.ok(csp.ignoresHosts(sources("https: 'strict-dynamic' 'nonce-YWJjZGVmZ2hpamtsbW5vcA=='")));
  assert.ok(!csp.ignoresHosts(sources("https: 'strict-dynamic'")));
});

test('a directive with other characters than ASCII is passed over, and the others hold', () => {
  const [policy] = csp.parsePolicies(["default-src 'none' \u00e4; script-src 'self'; SCRIPT-SRC *"]);

  assert.deepEqual([...(policy?.directives ?? [])], [['script-src', ["'self'"]]]);
  assert.deepEqual([policy?.nonAscii, policy?.repeated], [true, ['script-src']]);
  assert.deepEqual(csp.parsePolicies(["default-src 'self' \u00e4"]), []);
});

test('nonces are measured by what they decode to', () => {
  assert.equal(csp.nonceBytes('YWJjZGVmZ2hpamtsbW5vcA=='), 16);
  assert.equal(csp.nonceBytes('YWJj'), 3);
});

test('any text is a policy, and ends', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      for (const { directives } of csp.parsePolicies([text]))
        for (const values of directives.values()) values.map(csp.parseSource);
    }),
  );
  assert.ok(csp.parsePolicies([';,'.repeat(32_768)]).length === 0);
  assert.ok(csp.parsePolicies([`script-src ${'a '.repeat(30_000)}`]).length === 1);
});

test('structured dictionaries, lists and items are read by the letter', () => {
  const members = parseDictionary('camera=(), geolocation=(self "https://a.test"), flag, n=1;p=?0, d=1.5');

  assert.deepEqual([...(members ?? new Map()).keys()], ['camera', 'geolocation', 'flag', 'n', 'd']);
  assert.deepEqual(parseItem('same-origin; report-to="x"')?.bare, { is: 'token', value: 'same-origin' });
  assert.deepEqual(parseItem('"a\\"b"')?.bare, { is: 'string', value: 'a"b' });
  assert.deepEqual(parseItem('@1659578233')?.bare, { is: 'date', value: 1_659_578_233 });
  assert.deepEqual(parseItem(':aGVsbG8=:')?.bare, { is: 'bytes', value: 'aGVsbG8=' });
  assert.deepEqual(parseItem('%"f%c3%bc"')?.bare, { is: 'display', value: '%"f%c3%bc"' });
  assert.equal(parseList('a, (b c);q=1, "d"')?.length, 3);
  assert.equal(parseDictionary('')?.size, 0);
});

test('what does not parse is ignored as a whole', () => {
  for (const text of [
    "camera 'none'",
    'a=1,',
    'A=1',
    'a==1',
    'a=(b',
    'a=(b"c")',
    'a="ü"',
    'a="x',
    'a=1 b=2',
    'a=1;;',
    '=1',
    'a=1.2345',
    'a=1234567890123456',
    'a=-',
  ]) {
    assert.equal(parseDictionary(text), undefined, text);
  }
  for (const text of ['', 'a, b', '"a', '1.', '?2', "'x'"]) assert.equal(parseItem(text), undefined, text);
});

test('any text is a structured field or is not', () => {
  const text = fc.oneof(
    fc.string(),
    fc
      .array(fc.constantFrom('a', '=', '(', ')', '"', ';', ',', ' ', '1', '.', '?', ':', '@', '%'))
      .map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(text, (input) => {
      parseDictionary(input);
      parseList(input);
      parseItem(input);
    }),
  );
  assert.equal(parseList('('.repeat(65_536)), undefined);
});

test('Alt-Svc names ports of the own host, or others', () => {
  assert.deepEqual(parseAltSvc('h3=":443"; ma=86400, h2="a.test:8443"', 'a.test'), { valid: true, hosts: [] });
  assert.deepEqual(parseAltSvc('h3="b.test:443"', 'a.test'), { valid: true, hosts: ['b.test'] });
  assert.deepEqual(parseAltSvc('clear', 'a.test'), { valid: true, hosts: [] });
  for (const text of ['', 'h3=:443', 'h3=":443"x', 'h3', 'h3=":x"', 'h3=":443"; ma', 'h 3=":443"'])
    assert.equal(parseAltSvc(text, 'a.test').valid, false, text);
});
