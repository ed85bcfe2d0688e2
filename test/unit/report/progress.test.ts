import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunEvent } from '../../../src/model/events.ts';
import { fault } from '../../../src/model/fault.ts';
import { columnsOf } from '../../../src/report/columns.ts';
import { advance, NO_PROGRESS, progressDriver, progressLine, progressText } from '../../../src/report/progress.ts';

const job = (target: string): { readonly collector: string; readonly target: string } => ({ collector: 'tls', target });

const EVENTS: readonly RunEvent[] = [
  { is: 'planned', wave: 1, jobs: 3, targets: 2 },
  { is: 'job-started', ...job('endpoint:a:443') },
  { is: 'job-started', ...job('endpoint:b:443') },
  { is: 'job-note', ...job('endpoint:a:443'), note: '12 of 40 hellos' },
  { is: 'job-retried', ...job('endpoint:b:443'), attempt: 2, fault: fault('tls.timeout') },
  { is: 'job-finished', ...job('endpoint:b:443'), elapsedMs: 5, fault: fault('tls.timeout') },
  { is: 'bug', ...job('endpoint:b:443'), stack: 'x' },
];

function screen(tty: boolean): { written: string[]; clock: { ms: number }; driver: ReturnType<typeof progressDriver> } {
  const written: string[] = [];
  const clock = { ms: 0 };
  const driver = progressDriver({ write: (text) => written.push(text), tty, columns: () => 80, now: () => clock.ms });
  return { written, clock, driver };
}

test('the state counts jobs and names the one that runs longest, with its note', () => {
  const state = EVENTS.reduce(advance, NO_PROGRESS);

  assert.equal(progressText(state), '1 of 3 observed, 1 faulted, 1 retried, tls endpoint:a:443: 12 of 40 hellos');
  assert.equal(progressText(advance(state, { is: 'judged', results: 7 })), '7 results judged');
});

test('a second wave of targets raises the number that is planned', () => {
  const state = advance(EVENTS.reduce(advance, NO_PROGRESS), { is: 'planned', wave: 2, jobs: 4, targets: 1 });

  assert.match(progressText(state), /^1 of 7 observed/);
});

test('the line fits the terminal and shows hostile names harmlessly', () => {
  const state = advance(NO_PROGRESS, { is: 'job-started', ...job(`endpoint:\u001b[2J${'漢'.repeat(200)}:443`) });

  for (const width of [20, 40, 80]) {
    const line = progressLine(state, width);
    assert.ok(columnsOf(line) < width);
    assert.ok(!line.includes('\u001b'));
  }
});

test('on a terminal one line is rewritten, not more often than a person can read, and wiped at the end', () => {
  const { written, clock, driver } = screen(true);

  for (const event of EVENTS) driver.event(event);
  clock.ms = 100;
  driver.tick();
  driver.tick();
  driver.end();

  assert.equal(written.length, 3);
  assert.ok(written.every((text) => text.startsWith('\r\u001b[2K') && !text.includes('\n')));
  assert.match(written[1] ?? '', /1 of 3 observed/);
  assert.equal(written[2], '\r\u001b[2K');
});

test('elsewhere a plain line comes every ten seconds, and none for a short run', () => {
  const { written, clock, driver } = screen(false);

  for (const event of EVENTS) driver.event(event);
  clock.ms = 9_999;
  driver.tick();
  assert.deepEqual(written, []);
  clock.ms = 10_000;
  driver.tick();
  driver.tick();
  clock.ms = 20_000;
  driver.tick();
  driver.end();

  assert.equal(written.length, 2);
  assert.match(written[0] ?? '', /^1 of 3 observed.*\n$/);
});
