/** One HTTP/1.1 answer from its bytes: the plain kind is read however it is cut, everything else is a fault. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { answerReader, type PlainAnswer } from '../../../src/engine/io/plain-answer.ts';
import { FaultError } from '../../../src/model/fault.ts';

const MAX = 1000;

function read(bytes: Buffer, cuts: readonly number[] = []): PlainAnswer | undefined {
  const take = answerReader(MAX);
  const places = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
  let answer: PlainAnswer | undefined;
  for (const [index, place] of places.entries()) {
    if (index > 0) answer = take(bytes.subarray(places[index - 1], place)) ?? answer;
  }
  return answer;
}

const lines = (...all: string[]): Buffer => Buffer.from(all.join('\r\n'));

const TOLD = lines('HTTP/1.1 200 OK', 'Content-Length: 3', 'X-Amzn-RequestId: id-1', '', 'aü');
const CHUNKED = lines('HTTP/1.1 400', 'transfer-encoding: Chunked', '', '2', 'ab', '1;x=y', 'c', '0', 'x: y', '', '');

test('a body of a told length and one in chunks are read, with status and headers', () => {
  const told = read(TOLD);
  assert.deepEqual([told?.status, told?.body, told?.stays], [200, 'aü', true]);
  assert.equal(told?.headers.get('x-amzn-requestid'), 'id-1');
  const chunked = read(CHUNKED);
  assert.deepEqual([chunked?.status, chunked?.body, chunked?.stays], [400, 'abc', true]);
  assert.equal(read(lines('HTTP/1.1 200 OK', 'content-length: 0', 'connection: Close', '', ''))?.stays, false);
});

test('a connection stays open as its version has it, or as the answer says', () => {
  for (const [version, option, stays] of [
    ['1.1', undefined, true],
    ['1.1', 'keep-alive', true],
    ['1.1', 'Close', false],
    ['1.0', undefined, false],
    ['1.0', 'Keep-Alive', true],
  ] as const) {
    const more = option === undefined ? [] : [`Connection: ${option}`];
    const answer = read(lines(`HTTP/${version} 200 OK`, 'content-length: 1', ...more, '', 'a'));
    assert.deepEqual([answer?.body, answer?.stays], ['a', stays], `${version} ${String(option)}`);
  }
});

test('an answer that is not whole yet is awaited, at every byte', () => {
  for (const bytes of [TOLD, CHUNKED]) {
    for (let end = 0; end < bytes.length; end += 1) assert.equal(read(bytes.subarray(0, end)), undefined);
  }
});

test('it does not matter where the bytes are cut', () => {
  fc.assert(
    fc.property(fc.constantFrom(TOLD, CHUNKED), fc.array(fc.nat(100), { maxLength: 8 }), (bytes, cuts) => {
      assert.deepEqual(
        read(
          bytes,
          cuts.map((cut) => Math.min(cut, bytes.length)),
        ),
        read(bytes),
      );
    }),
  );
});

for (const [what, bytes] of [
  ['another version', lines('HTTP/2.0 200 OK', 'content-length: 1', '', 'a')],
  ['an interim answer', lines('HTTP/1.1 100 Continue', 'content-length: 0', '', '')],
  ['no body to speak of', lines('HTTP/1.1 204 No Content', 'content-length: 0', '', '')],
  ['no length', lines('HTTP/1.1 200 OK', '', 'abc')],
  ['a length and chunks', lines('HTTP/1.1 200 OK', 'content-length: 1', 'transfer-encoding: chunked', '', 'a')],
  ['two lengths', lines('HTTP/1.1 200 OK', 'content-length: 1', 'content-length: 1', '', 'a')],
  ['a length that is no number', lines('HTTP/1.1 200 OK', 'content-length: +1', '', 'a')],
  ['another transfer coding', lines('HTTP/1.1 200 OK', 'transfer-encoding: gzip, chunked', '', '0', '', '')],
  ['a content coding', lines('HTTP/1.1 200 OK', 'content-length: 1', 'content-encoding: gzip', '', 'a')],
  ['a folded header', lines('HTTP/1.1 200 OK', 'content-length: 1', ' more', '', 'a')],
  ['a header without a name', lines('HTTP/1.1 200 OK', 'content-length: 1', ': x', '', 'a')],
  ['a chunk without size', lines('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', 'x', 'a')],
  ['a chunk longer than its size', lines('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '1', 'ab', '0', '', '')],
  ['more than an answer', Buffer.concat([TOLD, Buffer.from('x')])],
  ['a head without end', Buffer.alloc(40_000, 'x')],
  [
    'a size without end',
    Buffer.concat([lines('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', ''), Buffer.alloc(2000, '0')]),
  ],
] as const) {
  test(`not a plain answer: ${what}`, () => {
    assert.throws(
      () => read(bytes),
      (error) => error instanceof FaultError && error.fault.code === 'aws.bad-response',
    );
  });
}

test('a body above the limit is a fault as soon as its length is known', () => {
  const limit = (error: unknown): boolean => error instanceof FaultError && error.fault.code === 'net.limit';
  assert.throws(() => read(lines('HTTP/1.1 200 OK', `content-length: ${String(MAX + 1)}`, '', '')), limit);
  const chunks = Array.from({ length: 11 }, () => ['64', 'x'.repeat(100)]).flat();
  assert.throws(() => read(lines('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', ...chunks, '')), limit);
});

test('whatever bytes come: an answer, patience, or a fault', () => {
  const parts = fc.constantFrom(
    'HTTP/1.1 200 OK',
    'content-length: 2',
    'transfer-encoding: chunked',
    '\r\n',
    '\r\n\r\n',
    '2',
    'ab',
    '0',
    ':',
    '\n',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(parts, fc.string({ maxLength: 5 }))), (texts) => {
      try {
        read(Buffer.from(texts.join('')));
      } catch (error) {
        assert.ok(error instanceof FaultError);
      }
    }),
  );
});
