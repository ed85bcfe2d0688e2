/** Claims: each batch is scanned by one thread, whoever asks for it, in whatever order. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { array, assert as holds, constantFrom, property } from 'fast-check';
import { claim, newClaims, offer } from '../../../../src/collectors/secrets/claims.ts';

test('what was offered is had once', () => {
  const claims = newClaims();
  const slot = offer(claims, 7);
  assert.equal(claim(claims, slot, 8), false);
  assert.equal(claim(claims, slot, 7), true);
  assert.equal(claim(claims, slot, 7), false);
});

test('a slot that another number has taken since is no longer that of the first', () => {
  const claims = newClaims();
  const slot = offer(claims, 1);
  assert.equal(claim(claims, slot, 1), true);
  assert.equal(offer(claims, 2), slot);
  assert.equal(claim(claims, slot, 1), false);
  assert.equal(claim(claims, slot, 2), true);
});

test('more than there are slots are refused, and none of them is lost', () => {
  const claims = newClaims();
  const slots = Array.from({ length: claims.length }, (_, at) => offer(claims, at + 1));
  assert.equal(new Set(slots).size, claims.length);
  assert.throws(() => offer(claims, 99), RangeError);
  for (const [at, slot] of slots.entries()) assert.equal(claim(claims, slot, at + 1), true);
});

test('a worker that reads its messages late and one that takes back from their end have each batch once, between them', () => {
  holds(
    property(array(constantFrom('offer', 'work', 'take back'), { maxLength: 200 }), (steps) => {
      const claims = newClaims();
      const sent: { readonly slot: number; readonly number: number }[] = [];
      const given: (typeof sent)[number][] = [];
      const had: number[] = [];
      let numbers = 0;
      let read = 0;
      const work = (): void => {
        const next = sent[read++];
        if (next !== undefined && claim(claims, next.slot, next.number)) had.push(next.number);
      };
      for (const step of steps) {
        const open = given.filter(({ number }) => !had.includes(number));
        if (step === 'offer' && open.length < claims.length) {
          const number = ++numbers;
          const one = { slot: offer(claims, number), number };
          sent.push(one);
          given.push(one);
        } else if (step === 'work' && read < sent.length) work();
        else if (step === 'take back') {
          const last = open.at(-1);
          if (last !== undefined) assert.equal(claim(claims, last.slot, last.number), true);
          if (last !== undefined) had.push(last.number);
        }
      }
      while (read < sent.length) work();
      assert.deepEqual(
        had.sort((a, b) => a - b),
        Array.from({ length: numbers }, (_, at) => at + 1),
      );
    }),
  );
});
