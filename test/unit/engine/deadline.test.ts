/** Deadlines: whose time they count. */
import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import { createDeadline, withDeadline } from '../../../src/engine/deadline.ts';
import { FaultError } from '../../../src/model/fault.ts';

const FOREVER = new AbortController().signal;

function work(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

test('time in which our own loop was at work is given back: an answer that waited to be read counts', async () => {
  // node counts from the first turn of its loop
  await new Promise((resolve) => setImmediate(resolve));
  const answered = await withDeadline(FOREVER, 60, 'http.timeout', 'silent', async () => {
    const answer = new Promise<string>((resolve) => setTimeout(resolve, 80, 'here I am'));
    await Promise.resolve();
    work(75);
    return await answer;
  });
  assert.equal(answered, 'here I am');
});

test('it is given back once: work without end does not put off the fault for ever', async () => {
  const started = performance.now();
  const deadline = createDeadline(FOREVER, 50, 'http.timeout', 'silent');
  let turns = 0;
  while (!deadline.signal.aborted && turns < 1000) {
    turns++;
    work(10);
    await new Promise((resolve) => setImmediate(resolve));
  }
  deadline.clear();
  const took = performance.now() - started;
  assert.ok(deadline.signal.aborted && took >= 80, `aborted after ${String(took)} ms`);
  assert.ok(turns < 1000);
});

test('an idle wait ends at its time with its own fault', async () => {
  const silent = withDeadline(
    FOREVER,
    20,
    'dns.timeout',
    'nobody answers',
    async () => await new Promise(() => undefined),
  );
  await assert.rejects(silent, (error) => error instanceof FaultError && error.fault.code === 'dns.timeout');
});

test('a renewed deadline has its whole time again, and a cleared one never rings', async () => {
  const deadline = createDeadline(FOREVER, 40, 'net.timeout');
  const cleared = createDeadline(FOREVER, 1, 'net.timeout');
  cleared.clear();
  await new Promise((resolve) => setTimeout(resolve, 25));
  deadline.renew();
  await new Promise((resolve) => setTimeout(resolve, 25));
  assert.equal(deadline.signal.aborted, false);
  assert.equal(cleared.signal.aborted, false);
  deadline.clear();
});
