/** The program ends at once, and not before all that it said has left it, however slowly it is read. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { CLI } from '../support/program.ts';

test('a reader who takes its time gets all of it, and the exit code', async () => {
  const child = spawn(process.execPath, [CLI, 'list', 'checks', '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  let text = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    text += String(chunk);
    for (let turn = 0; turn < 20; turn++) await setImmediate();
  }
  assert.deepEqual(await ended, [0, null]);
  assert.ok(text.length > 100_000);
  assert.doesNotThrow(() => void JSON.parse(text));
});

test('a reader who goes away ends it with the code of a broken pipe', async () => {
  const child = spawn(process.execPath, [CLI, 'list', 'checks', '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  child.stdout.once('data', () => child.stdout.destroy());
  assert.deepEqual(await ended, [141, null]);
});
