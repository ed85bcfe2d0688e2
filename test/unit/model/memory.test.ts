/** The memory of a pure function: what it answers is what the function answers, and it is bounded. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { remembering } from '../../../src/model/memory.ts';

test('a text is worked on once, and forgotten when there are too many', () => {
  const made: string[] = [];
  const upper = remembering((text) => {
    made.push(text);
    return { upper: text.toUpperCase() };
  }, 2);

  assert.equal(upper('a'), upper('a'));
  assert.deepEqual(upper('b'), { upper: 'B' });
  upper('c');
  upper('a');

  assert.deepEqual(made, ['a', 'b', 'c', 'a']);
});

test('a long text is not kept', () => {
  let made = 0;
  const length = remembering((text) => {
    made += 1;
    return { length: text.length };
  }, 10);
  const long = 'x'.repeat(5000);

  length(long);
  length(long);

  assert.equal(made, 2);
});

test('that there is nothing to say of a text is remembered too', () => {
  let made = 0;
  const nothing = remembering(() => {
    made += 1;
    return undefined;
  }, 10);

  assert.equal(nothing('a'), undefined);
  assert.equal(nothing('a'), undefined);

  assert.equal(made, 1);
});
