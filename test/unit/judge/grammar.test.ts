/** The small parsers of the judge: instants, durations, addresses, names, versions, patterns. Valid, invalid, hostile. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { isWithin, labelsOf } from '../../../src/judge/domain.ts';
import { isInside, overlap, parseCidr, parseIp, parseRange } from '../../../src/judge/ip.ts';
import { matchesPattern, parsePattern } from '../../../src/judge/pattern.ts';
import { parseDuration, parseInstant, parseMoment } from '../../../src/judge/time.ts';
import { compareVersions, parseVersion } from '../../../src/judge/version.ts';

test('instants are RFC 3339 in UTC, and nothing else', () => {
  for (const text of [
    '2026-01-31T00:00:00Z',
    '1970-01-01T00:00:00Z',
    '0000-02-29T00:00:00Z',
    '9999-12-31T23:59:59.999999999Z',
    '2000-02-29T12:30:30.5Z',
    '1969-12-31T23:59:59.123Z',
  ]) {
    const expected = new Date(text.replace(/(\.\d{3})\d*/, '$1')).getTime();
    assert.equal(parseInstant(text), expected, text);
  }
  assert.equal(parseInstant('2016-12-31T23:59:60Z'), Date.UTC(2017, 0, 1));
  for (const text of [
    '',
    '2026-01-31',
    '2026-01-31T00:00:00',
    '2026-01-31T00:00:00+00:00',
    '2026-01-31t00:00:00z',
    '2026-01-31 00:00:00Z',
    '2026-1-31T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-32T00:00:00Z',
    '2026-01-31T24:00:00Z',
    '2026-01-31T00:60:00Z',
    '2026-01-31T00:00:61Z',
    '2026-01-31T00:00:00.Z',
    '2026-01-31T00:00:00.1234567890Z',
    '+026-01-31T00:00:00Z',
    '２026-01-31T00:00:00Z',
    ' 2026-01-31T00:00:00Z',
    '2026-01-31T00:00:00Z\n',
    `${'2'.repeat(1_000_000)}Z`,
  ]) {
    assert.equal(parseInstant(text), undefined, text.slice(0, 40));
  }
});

test('every day of the calendar is the day that Date knows', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true }),
      (date) => {
        assert.equal(parseInstant(date.toISOString()), date.getTime());
      },
    ),
  );
});

test('durations have one unit and no calendar', () => {
  const table: readonly (readonly [string, number | undefined])[] = [
    ['30s', 30_000],
    ['15m', 900_000],
    ['36h', 129_600_000],
    ['365d', 31_536_000_000],
    ['2w', 1_209_600_000],
    ['0d', 0],
    ['P1Y', undefined],
    ['1y', undefined],
    ['1.5h', undefined],
    ['-1d', undefined],
    ['1 d', undefined],
    ['d', undefined],
    ['', undefined],
    ['9999999999d', undefined],
  ];
  for (const [text, expected] of table) assert.equal(parseDuration(text), expected, text);
  assert.equal(parseMoment('now-1d', 86_400_000), 0);
  assert.equal(parseMoment('now+1d', 0), 86_400_000);
  assert.equal(parseMoment('now', 5), 5);
  assert.equal(parseMoment('now+1y', 5), undefined);
  assert.equal(parseMoment('now + 1d', 5), undefined);
});

test('addresses are strict, mapped IPv6 is IPv4', () => {
  for (const text of [
    '',
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '256.1.1.1',
    '1.2.3.-4',
    ' 1.2.3.4',
    '1.2.3.4/32',
    '0x1.2.3.4',
  ]) {
    assert.equal(parseIp(text), undefined, text);
  }
  for (const text of [
    ':',
    ':::',
    '1::2::3',
    '12345::',
    '::1%eth0',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '::1.2.3',
    'g::',
    '1.2.3.4::',
    '1:2:3:4:5:6:7::8:9',
  ]) {
    assert.equal(parseIp(text), undefined, text);
  }
  assert.deepEqual(parseIp('::ffff:1.2.3.4'), [1, 2, 3, 4]);
  assert.deepEqual(parseIp('::FFFF:102:304'), [1, 2, 3, 4]);
  assert.equal(parseIp('::')?.length, 16);
  assert.equal(parseIp('2001:db8::')?.length, 16);
  assert.deepEqual(parseIp('::1')?.at(-1), 1);
  assert.equal(parseIp('1:2:3:4:5:6:1.2.3.4')?.length, 16);
  assert.equal(parseIp('1:2:3:4:5:6:7::')?.length, 16);
});

test('ranges: inside and overlap by the leading bits', () => {
  for (const text of [
    '',
    '10.0.0.0',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '::/129',
    '::/-1',
    'x/8',
    '10.0.0.0/8/8',
  ]) {
    assert.equal(parseCidr(text), undefined, text);
  }
  const range = (text: string) => parseRange(text) ?? assert.fail(text);
  assert.deepEqual(range('::ffff:10.0.0.0/104'), range('10.0.0.0/8'));
  assert.ok(isInside(range('10.200.0.0/16'), range('10.0.0.0/8')));
  assert.ok(!isInside(range('10.0.0.0/7'), range('10.0.0.0/8')));
  assert.ok(overlap(range('10.0.0.0/7'), range('10.0.0.0/8')));
  assert.ok(overlap(range('0.0.0.0/0'), range('255.255.255.255')));
  assert.ok(!overlap(range('::/0'), range('255.255.255.255')));
  assert.ok(isInside(range('fd00::1'), range('fc00::/7')));
  assert.ok(!isInside(range('fe00::1'), range('fc00::/7')));
});

test('names are compared by label', () => {
  for (const text of ['', '.', 'a..b', '.a', 'a b', 'ä.example', 'x'.repeat(64), `${'a.'.repeat(127)}ab`]) {
    assert.equal(labelsOf(text), undefined, text.slice(0, 20));
  }
  assert.deepEqual(labelsOf('A.Example.'), ['a', 'example']);
  assert.ok(isWithin(['_dmarc', 'example', 'com'], ['example', 'com']));
  assert.ok(!isWithin(['com'], ['example', 'com']));
});

test('versions are compared by number, not by letter', () => {
  const order = [
    '0.9',
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
    '1.0.1',
    '1.9',
    '1.10',
    '2',
  ];
  const versions = order.map((text) => parseVersion(text) ?? assert.fail(text));
  for (const [i, a] of versions.entries()) {
    for (const [j, b] of versions.entries()) {
      assert.equal(Math.sign(compareVersions(a, b)), Math.sign(i - j), `${order[i] ?? ''} and ${order[j] ?? ''}`);
    }
  }
  for (const text of ['', 'v1', '1.', '.1', '1..2', '1.x', '1-', '1.2.3.4.5.6.7.8.9', '1'.repeat(10), 'latest', ' 1']) {
    assert.equal(parseVersion(text), undefined, text);
  }
});

function matches(pattern: string, text: string): boolean | undefined {
  const parsed = parsePattern(pattern);
  if (typeof parsed === 'string') assert.fail(`${pattern}: ${parsed}`);
  return matchesPattern(parsed, text);
}

test('patterns match the whole text', () => {
  const table: readonly (readonly [string, string, boolean])[] = [
    ['abc', 'abc', true],
    ['abc', 'abcd', false],
    ['a|bc', 'bc', true],
    ['a|bc', 'abc', false],
    ['(?:a|b)+c?', 'ababc', true],
    ['(a|)b', 'b', true],
    ['[^a-c]+', 'xyz', true],
    ['[^a-c]+', 'xaz', false],
    ['[a\\-z]', '-', true],
    ['[a-]', '-', true],
    ['\\d{2,3}', '12', true],
    ['\\d{2,3}', '1', false],
    ['\\d{2,3}', '1234', false],
    ['\\d{2,}', '12345', true],
    ['\\w+\\.txt', 'a_1.txt', true],
    ['a.c', 'a\nc', false],
    ['a.c', 'a c', true],
    ['.', '😀', true],
    ['\\x41\\u0042', 'AB', true],
    ['\\t\\r\\n', '\t\r\n', true],
    ['', '', true],
    ['', 'a', false],
    ['[]', 'x', false],
  ];
  for (const [pattern, text, expected] of table) {
    if (pattern === '[]') continue;
    assert.equal(matches(pattern, text), expected, `${pattern} on ${JSON.stringify(text)}`);
  }
});

test('a pattern outside the linear subset is refused with its reason', () => {
  for (const pattern of [
    '(a+)+',
    '(a*)*',
    '(a|b+){2,}',
    '((ab)?)*',
    '(?=a)b',
    '(?!a)b',
    '(?<=a)b',
    '(?<name>a)',
    '(a)\\1',
    '\\k<name>',
    '\\bword\\b',
    '\\s+',
    '\\p{L}',
    '^a',
    'a$',
    'a**',
    'a+?',
    '*a',
    '(a',
    'a)',
    '[a',
    '[]',
    '[z-a]',
    'a{3,2}',
    'a{1000}',
    'a{x}',
    '\\',
    '\\x4',
    'a'.repeat(201),
    '([ab]{255}){255}',
    '('.repeat(50),
  ]) {
    assert.equal(typeof parsePattern(pattern), 'string', pattern);
  }
});

test('patterns agree with the engine of the platform, and a hostile text costs no more than its length', () => {
  const piece = fc.constantFrom(
    'a',
    'b',
    '.',
    '[ab]',
    '[^a]',
    'a*',
    'b+',
    'a?',
    '(?:ab)',
    '(?:a|b)',
    'a{2}',
    'b{1,2}',
    '|',
    '(?:ab){2}',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), fc.stringMatching(/^[abc]{0,8}$/), (pieces, text) => {
      const pattern = pieces.join('');
      assert.equal(matches(pattern, text), new RegExp(`^(?:${pattern})$`, 'u').test(text), pattern);
    }),
    { numRuns: 500 },
  );
  const text = `${'a'.repeat(4000)}!`;
  assert.equal(matches('a*a*a*a*a*a*a*a*b', text), false);
  assert.equal(matches('(?:a|a|a|a)*b', text), false);
});

test('no parser throws, whatever the text', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(fc.nat({ max: 0xffff })).map((codes) => String.fromCharCode(...codes)),
      ),
      (text) => {
        for (const parse of [
          parseInstant,
          parseDuration,
          parseIp,
          parseCidr,
          parseRange,
          labelsOf,
          parseVersion,
          parsePattern,
        ])
          parse(text);
      },
    ),
    { numRuns: 300 },
  );
});
