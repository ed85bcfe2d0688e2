/** The queue of a scan: whatever is left of batches, each item is handed out once more, and all end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { array, assert as holds, asyncProperty, integer } from 'fast-check';
import type { Batch } from '../../../../src/collectors/secrets/protocol.ts';
import { newQueue } from '../../../../src/collectors/secrets/queue.ts';

async function* batchesOf(sizes: readonly number[]): AsyncGenerator<Batch> {
  let name = 0;
  for (const size of sizes) yield { items: Array.from({ length: size }, () => ({ path: String(name++) })) };
}

const busy = (): boolean => false;
const idle = (): boolean => true;

test('each item is scanned once, however many of a batch are left by whom', async () => {
  await holds(
    asyncProperty(
      array(integer({ min: 1, max: 40 }), { maxLength: 8 }),
      array(integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 }),
      integer({ min: 0, max: 2 }),
      async (sizes, appetites, first) => {
        const source = batchesOf(sizes);
        const ready: Batch[] = [];
        for (let taken = 0; taken < first; taken++) {
          const step = await source.next();
          if (step.done !== true) ready.push(step.value);
        }
        const queue = newQueue(ready, source);
        const scanned: string[] = [];
        const scan = async (appetite: number): Promise<void> => {
          for (let batch = await queue.next(busy); batch !== undefined; batch = await queue.next(busy)) {
            const part = batch.items.slice(0, appetite);
            for (let turn = 0; turn < appetite; turn++) await Promise.resolve();
            scanned.push(...part.map(({ path }) => path));
            queue.done(batch, batch.items.length - part.length);
          }
        };
        await Promise.all(appetites.map(scan));
        const count = sizes.reduce((sum, size) => sum + size, 0);
        assert.deepEqual(
          scanned.map(Number).sort((a, b) => a - b),
          Array.from({ length: count }, (_, name) => name),
        );
      },
    ),
  );
});

test('who waits for what others leave gets it, and ends when nothing is open', async () => {
  const queue = newQueue([], batchesOf([9]));
  const first = await queue.next(busy);
  assert.ok(first);
  const waiting = [queue.next(busy), queue.next(busy), queue.next(busy)];
  queue.done(first, 8);
  const parts = await Promise.all(waiting);
  assert.deepEqual(
    parts.map((part) => part?.items.map(({ path }) => path)),
    [
      ['1', '2'],
      ['3', '4'],
      ['5', '6'],
    ],
  );
  const last = await queue.next(busy);
  assert.ok(last);
  const end = queue.next(busy);
  for (const part of [...parts, last]) if (part !== undefined) queue.done(part, 0);
  assert.equal(await end, undefined);
});

test('closed, it lets go whoever waits, though batches are open', async () => {
  const queue = newQueue([], batchesOf([2]));
  await queue.next(busy);
  const waiting = queue.next(busy);
  queue.close();
  assert.equal(await waiting, undefined);
  assert.equal(await queue.next(busy), undefined);
});

test('a source that fails says so to who asks', async () => {
  async function* failing(): AsyncGenerator<Batch> {
    yield { items: [{ path: 'a' }] };
    throw new Error('the walk failed');
  }
  const queue = newQueue([], failing());
  assert.equal((await queue.next(busy))?.items.length, 1);
  await assert.rejects(queue.next(busy), /the walk failed/);
});

test('who is idle gets what another has not begun, the last one first, and nobody else does', async () => {
  const queue = newQueue([], batchesOf([1, 1, 1]));
  const given = [await queue.next(busy), await queue.next(busy), await queue.next(busy)];
  const [begun] = given;
  assert.ok(begun);
  queue.lendFrom(() => (given.length > 1 ? given.pop() : undefined));
  const other = queue.next(busy);
  assert.deepEqual((await queue.next(idle))?.items, [{ path: '2' }]);
  const second = await queue.next(idle);
  assert.deepEqual(second?.items, [{ path: '1' }]);
  const rest = queue.next(idle);
  // what was left of the first one is for those who wait
  queue.done(begun, 1);
  assert.deepEqual((await other)?.items, [{ path: '0' }]);
  for (const batch of [second, begun, begun]) queue.done(batch, 0);
  assert.equal(await rest, undefined);
});

test('who has become idle while waiting gets it too', async () => {
  const queue = newQueue([], batchesOf([1, 1]));
  const mine = await queue.next(busy);
  const given = [await queue.next(busy)];
  assert.ok(mine);
  queue.lendFrom(() => given.pop());
  let working = true;
  const next = queue.next(() => !working);
  working = false;
  queue.done(mine, 0);
  assert.deepEqual((await next)?.items, [{ path: '1' }]);
});
