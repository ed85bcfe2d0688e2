/** Gates, paces and deadlines: order, bounds, and that nobody waits for what has ended. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDeadline, pause, untilAbort, withDeadline } from '../../../src/engine/deadline.ts';
import { createGate, createGates, createPace, createPaces } from '../../../src/engine/limits.ts';
import { FaultError } from '../../../src/model/fault.ts';
import { faultOf } from './support.ts';

const never = new AbortController().signal;

test('a gate lets in as many as it has slots, then one for each that leaves, in the order of asking', async () => {
  const gate = createGate(2);
  const order: number[] = [];
  const [first, second] = [await gate.enter(never), await gate.enter(never)];
  const waiting = [3, 4, 5].map(async (number) => {
    const leave = await gate.enter(never);
    order.push(number);
    return leave;
  });
  assert.equal(gate.busy, 5);

  first();
  first();
  await Promise.resolve();
  await waiting[0];
  assert.deepEqual(order, [3]);
  second();
  (await waiting[1])?.();
  (await waiting[2])?.();
  (await waiting[0])?.();

  assert.deepEqual(order, [3, 4, 5]);
  assert.equal(gate.busy, 0);
});

test('who gives up waiting takes no slot', async () => {
  const gate = createGate(1);
  const leave = await gate.enter(never);
  const stop = new AbortController();
  const gone = faultOf(gate.enter(stop.signal));
  const stays = gate.enter(never);

  stop.abort(new FaultError('engine.deadline'));
  leave();

  assert.equal(await gone, 'engine.deadline');
  (await stays)();
  assert.equal(gate.busy, 0);
  assert.equal(await faultOf(gate.enter(stop.signal)), 'engine.deadline');
});

test('gates by key do not hinder each other', async () => {
  const enter = createGates(1);
  const leave = await enter('a', never);
  let second = false;
  const waiting = enter('a', never).then((free) => {
    second = true;
    return free;
  });

  (await enter('b', never))();
  assert.equal(second, false);
  leave();

  (await waiting)();
  assert.equal(second, true);
});

test('a pace spaces its turns and lets a burst through after a rest', async () => {
  const pace = createPace(20, 3);
  const started = performance.now();
  let turns = 0;
  const asked = Array.from({ length: 4 }, async () => {
    await pace.take(never);
    turns++;
  });

  for (let step = 0; step < 5; step++) await Promise.resolve();
  assert.equal(turns, 3);
  await Promise.all(asked);

  assert.ok(performance.now() - started >= 48, 'the fourth waits for its turn');
});

test('a new pace is rested: its whole burst passes, however young the process is', async () => {
  const stop = new AbortController();
  const pace = createPace(0.001, 5);
  let turns = 0;
  const asked = Array.from({ length: 6 }, async () => {
    await pace.take(stop.signal);
    turns++;
  });

  for (let step = 0; step < 10; step++) await Promise.resolve();
  stop.abort();
  await Promise.allSettled(asked);

  assert.equal(turns, 5);
});

test('a pace of 0 is none, and an ended job does not wait for its turn', async () => {
  const stop = new AbortController();
  const slow = createPaces(0.01);
  await slow('host', stop.signal);
  const waiting = faultOf(slow('host', stop.signal));

  stop.abort();

  assert.equal(await waiting, 'engine.interrupted');
  await createPaces(0)('host', never);
  await createPace(0).take(never);
});

test('a deadline says whose it was; the parent comes first', async () => {
  const parent = new AbortController();
  const own = createDeadline(parent.signal, 5, 'net.timeout', 'too slow');
  const other = createDeadline(parent.signal, 60_000, 'net.timeout');

  assert.equal(await faultOf(untilAbort(new Promise(() => undefined), own.signal)), 'net.timeout');
  parent.abort(new FaultError('engine.interrupted'));
  assert.equal(await faultOf(untilAbort(new Promise(() => undefined), other.signal)), 'engine.interrupted');
  assert.equal(await faultOf(pause(60_000, other.signal)), 'engine.interrupted');
  assert.equal(
    await faultOf(withDeadline(other.signal, 1, 'dns.timeout', '', async () => await Promise.resolve(1))),
    'engine.interrupted',
  );
  other.clear();
});

test('an operation that ends in time is not disturbed by its deadline, and one that fails says why', async () => {
  assert.equal(await withDeadline(never, 60_000, 'net.timeout', '', async () => await Promise.resolve(7)), 7);
  assert.equal(
    await faultOf(
      withDeadline(never, 60_000, 'net.timeout', '', async () => await Promise.reject(new FaultError('net.reset'))),
    ),
    'net.reset',
  );
});
