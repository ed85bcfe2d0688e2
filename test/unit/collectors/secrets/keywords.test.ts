/** The search for keywords finds what a naive search finds, in any bytes, at any address, at any border. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { assignedValues, isWordStart, userInfoAt } from '../../../../src/collectors/secrets/assignment.ts';
import {
  findKeywords,
  Hits,
  Search,
  type Keyword,
  type Keywords,
} from '../../../../src/collectors/secrets/keywords.ts';
import { compile } from '../../../../src/collectors/secrets/compile.ts';
import { scan } from '../../../../src/collectors/secrets/scan.ts';
import { GATES } from '../../../../src/collectors/secrets/search.ts';

type Text = Pick<Keyword, 'text' | 'exact'>;

function built(words: readonly Text[], gates: number = GATES.none, shortest = 0, run = 0): Keywords {
  const [, plan] = new Search([[], words.map((word) => ({ ...word, gates, shortest, run }))]).plans;
  assert.ok(plan);
  return plan;
}

function foundWith(keywords: Keywords, bytes: Uint8Array, from = 0, to = bytes.length): string[] {
  const hits = new Hits();
  findKeywords(keywords, bytes, from, to, hits, bytes.length);
  return Array.from({ length: hits.length / 2 }, (_, i) => {
    const number = hits.data[i * 2] ?? 0;
    return `${String((hits.data[i * 2 + 1] ?? 0) - (keywords.lengths[number] ?? 0))} ${String(number)}`;
  });
}

function found(keywords: readonly Text[], bytes: Uint8Array): string[] {
  return foundWith(built(keywords), bytes);
}

function naive(keywords: readonly Text[], bytes: Uint8Array, from = 0, to = bytes.length): string[] {
  const text = Buffer.from(bytes).toString('latin1').slice(0, to);
  // only ASCII is folded
  const lower = text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  const all: string[] = [];
  for (let at = from; at < to; at++) {
    for (const [number, { text: word, exact }] of keywords.entries()) {
      if ((exact ? text : lower).startsWith(word, at)) all.push(`${String(at)} ${String(number)}`);
    }
  }
  return all;
}

const WORDS: readonly Text[] = [
  { text: 'key', exact: false },
  { text: 'keyed', exact: false },
  { text: '-us', exact: false },
  { text: 'AKIA', exact: true },
  { text: 'KEY', exact: true },
  { text: 'ghp_', exact: true },
  { text: 'aaa', exact: false },
  { text: 'yk\u00e9y', exact: false },
];

test('keywords are found folded or in their spelling, overlapping, at both ends', () => {
  assert.deepEqual(found(WORDS, Buffer.from('KEYed')), ['0 0', '0 1', '0 4']);
  assert.deepEqual(found(WORDS, Buffer.from('xkey')), ['1 0']);
  assert.deepEqual(found(WORDS, Buffer.from('akia AKIA Ghp_ ghp_')), ['5 3', '15 5']);
  assert.deepEqual(found(WORDS, Buffer.from('AaAa')), ['0 6', '1 6']);
  assert.deepEqual(found(WORDS, Buffer.from('ke')), []);
  assert.deepEqual(found([], Buffer.from('anything at all')), []);
});

const alphabet = fc.constantFrom(...Buffer.from('kKeEyYdD-uUsSaAIghp_ \u00e9\u0000', 'latin1'));
const bytesOf = fc.array(alphabet, { maxLength: 300 }).map((list) => Uint8Array.from(list));

test('any bytes: the same as a naive search, whatever the address and the borders', () => {
  const keywords = built(WORDS);
  fc.assert(
    fc.property(bytesOf, fc.nat(3), fc.nat(20), fc.nat(20), (bytes, shift, head, tail) => {
      const memory = new Uint8Array(bytes.length + shift);
      memory.set(bytes, shift);
      const view = memory.subarray(shift);
      const from = Math.min(head, view.length);
      const to = Math.max(from, view.length - tail);

      assert.deepEqual(foundWith(keywords, view, from, to).sort(), naive(WORDS, view, from, to).sort());
    }),
  );
});

test('keywords at the borders of the blocks of a long text are found', () => {
  const bytes = Buffer.alloc(70_001, '.');
  const places = [0, 8188, 8191, 8194, 16_383, 65_534, 69_998];
  for (const at of places) bytes.write('kEy', at);

  assert.deepEqual(
    found(WORDS, bytes).map((one) => Number(one.split(' ')[0])),
    places,
  );
});

test('in the memory of the search the same is found as elsewhere, also where it grew', () => {
  const keywords = built(WORDS);
  for (const length of [10, 300_000, 1_000_003]) {
    const room = keywords.search.room(length);
    room.fill('.').write('KEY', 0);
    room.write('key', length - 3);

    assert.deepEqual(foundWith(keywords, room), ['0 0', '0 4', `${String(length - 3)} 0`]);
  }
});

test('texts that hold a keyword at every place fill the list of hits more than once', () => {
  const length = 100_000;

  assert.equal(found([{ text: 'aaa', exact: false }], Buffer.alloc(length, 'a')).length, length - 2);
});

const around = fc
  .array(
    fc.constantFrom(
      'key',
      'KEY',
      'a',
      'B',
      '-',
      '_',
      ' ',
      '=',
      ':',
      '"',
      "'",
      '>',
      '(',
      ',',
      '\\n',
      '%20',
      '\n',
      '0123456789',
      '@',
      '://',
      '\u001b',
      '\u001b[0;31m',
      'm',
      '\\u0026',
    ),
    { maxLength: 40 },
  )
  .map((parts) => Buffer.from(parts.join(''), 'latin1'));

test('a gate never hides what a rule would accept', () => {
  const key = [{ text: 'key', exact: false }];
  const uri = [{ text: '://', exact: true }];
  const [name, value, token, long, sign] = [
    built(key, GATES.assigned),
    built(key, GATES.assigned, 8),
    built(key, GATES.notInWord),
    built(key, GATES.notInWord, 0, 8),
    built(uri, GATES.authority),
  ];
  fc.assert(
    fc.property(around, (bytes) => {
      const at = (keywords: Keywords): readonly number[] =>
        foundWith(keywords, bytes).map((hit) => Number.parseInt(hit, 10));
      for (const start of naive(key, bytes).map((hit) => Number.parseInt(hit, 10))) {
        const values = isWordStart(bytes, start, start + 3)
          ? assignedValues(bytes, start, start + 3, bytes.length)
          : [];
        assert.ok(values.length === 0 || at(name).includes(start), 'a name with a value');
        const longValue = values.some((one) => /^[\w-]{8}/.test(bytes.toString('latin1', one.start, one.end)));
        assert.ok(!longValue || at(value).includes(start), 'a name with a long value');
        const before = bytes.toString('latin1', Math.max(0, start - 13), start);
        const isAfterEscape = /(?:\\[nrtv]|%[0-9A-Fa-f]{2}|\\u00[0-9A-Fa-f]{2}|\u001b\[[0-9;]{0,8}m)$/.test(before);
        assert.ok(!isAfterEscape || at(token).includes(start), 'a token after an escape');
        const goesOn = /^[^\s"'`,;()<>[\]{}\\\u001b]{8}/.test(bytes.toString('latin1', start, start + 8));
        assert.equal(at(long).includes(start), goesOn && at(token).includes(start), 'a long token');
        const mayBeEscape = /(?:\\.|%..|\\.{5}|\u001b.{0,11}m)$/s;
        assert.equal(at(token).includes(start), !/[0-9A-Za-z]$/.test(before) || mayBeEscape.test(before));
      }
      for (const start of naive(uri, bytes).map((hit) => Number.parseInt(hit, 10))) {
        assert.ok(
          userInfoAt(bytes, start + 3, bytes.length) === undefined || at(sign).includes(start),
          'a URI with a user',
        );
      }
    }),
    { numRuns: 300 },
  );
});

/** A name, what may stand between it and its value, and a value that a rule would take. */
const assignment = fc
  .tuple(
    fc.constantFrom('', ' ', '_', 'a', 'A', 'api', 'api_', '-', '--', ' --', '$', '"', "'", '.'),
    fc.constantFrom('key', 'Key', 'KEY', 'token'),
    fc.constantFrom('', '', 's', 'S', 'S1', '_', '.', 'x', '-', 'Of'),
    fc
      .array(
        fc.constantFrom(
          ...[
            '=',
            ' = ',
            ':',
            ': ',
            ',',
            ', ',
            '(',
            '|',
            '?',
            '->',
            '=>',
            ':=',
            '.=',
            '>',
            ' ',
            '\t',
            '\n',
            '"',
            "'",
            '\\"',
          ],
          ...[']', ')', '[', ' string', ' string = ', ': string = ', " &'static str = ", ' *string ', '/', '+'],
        ),
        { maxLength: 4 },
      )
      .map((parts) => parts.join('')),
    fc.constantFrom(
      'qP1b2c3d4e5f6g7H',
      'abcdefghijklmnop',
      '/qP1bXc3d4e5f6g',
      '+zX9wVutsrqponm',
      'zyxwvutsrqponmlkjihgfed8',
    ),
    fc.constantFrom('"', "'", '\n', ' ', ';', ''),
  )
  .map((parts) => parts.join(''));

test('what must stand around the names of generic rules never hides what they would accept', () => {
  const context = { value: '[\\w.=+/~-]{10,150}', shortest: 10, segment: true, last: true, mixed: true };
  const detector = { id: 'x', title: 'x', severity: 'low' as const, keywords: ['key', 'token'], fixed: false, context };
  const gated = compile({ schema: 'detectors/1', detectors: [detector] });
  const keywords = built(detector.keywords.map((text) => ({ text, exact: false })));
  const open = { ...gated, all: { keywords, matchers: gated.all.matchers } };
  let accepted = 0;
  fc.assert(
    fc.property(fc.array(assignment, { minLength: 1, maxLength: 3 }), (texts) => {
      const bytes = Buffer.from(texts.join('\n'), 'latin1');
      const input = { bytes, from: 0, to: bytes.length, path: 'a', place: 'a', foreign: false, binary: false };
      const places = scan(open, input).leaks.map((leak) => leak.start);
      accepted += places.length;
      assert.deepEqual(
        scan(gated, input).leaks.map((leak) => leak.start),
        places,
      );
    }),
    { numRuns: 2000 },
  );
  assert.ok(accepted > 200, String(accepted));
});
