/** What several sources of batches yield as one: everything, as it comes, and an end for all where one fails or nobody reads on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { merged } from '../../../../src/collectors/secrets/batches.ts';

function source(values: readonly number[], ended: number[], failsAfter = Infinity) {
  return (async function* numbers() {
    try {
      for (const [at, value] of values.entries()) {
        await Promise.resolve();
        if (at >= failsAfter) throw new Error('git ended');
        yield value;
      }
    } finally {
      ended.push(values[0] ?? 0);
    }
  })();
}

test('all that the sources yield comes, each source in its order', async () => {
  const ended: number[] = [];
  const got: number[] = [];
  for await (const value of merged([source([1, 2, 3, 4], ended), source([11, 12], ended), source([], ended)])) {
    got.push(value);
  }
  assert.deepEqual(
    got.filter((value) => value < 10),
    [1, 2, 3, 4],
  );
  assert.deepEqual(
    got.filter((value) => value > 10),
    [11, 12],
  );
  assert.deepEqual(new Set(ended), new Set([0, 1, 11]));
  for await (const value of merged<number>([])) assert.fail(String(value));
});

test('where one source fails its error is told and the others are ended', async () => {
  const ended: number[] = [];
  const all = merged([source([1, 2, 3, 4, 5, 6], ended), source([11, 12, 13], ended, 1), source([21, 22], ended, 0)]);
  await assert.rejects(async () => {
    for await (const value of all) assert.ok(value < 20);
  }, /git ended/);
  assert.deepEqual(new Set(ended), new Set([1, 11, 21]));
});

test('where nobody reads on every source is ended', async () => {
  const ended: number[] = [];
  for await (const value of merged([source([1, 2, 3], ended), source([11, 12, 13], ended)])) {
    assert.ok(value > 0);
    break;
  }
  assert.deepEqual(new Set(ended), new Set([1, 11]));
});
