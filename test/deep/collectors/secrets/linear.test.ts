/** A megabyte that is built to be slow, for each detector alone: linear time is proven, not believed (facts/secrets §2.10). */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { compile } from '../../../../src/collectors/secrets/compile.ts';
import { scan } from '../../../../src/collectors/secrets/scan.ts';
import { ownDetectorSet } from '../../../support/detectors.ts';
import { filled, milliseconds, MOST_MS, type Times } from './linear-times.ts';

test('no megabyte of what it waits for makes a detector run away', (t) => {
  // In a process of its own: what other tests left in memory is not collected in a detector's time
  const script = fileURLToPath(new URL('linear-times.ts', import.meta.url));
  const { stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  assert.notEqual(stdout, '', stderr);
  const { count, worst, slow } = JSON.parse(stdout) as Times;

  t.diagnostic(`${String(count)} texts of 1 MiB; the worst took ${worst.ms.toFixed(0)} ms (${worst.what})`);
  assert.ok(count > 800 && worst.ms > 0);
  assert.deepEqual(slow, []);
});

test('runs of one letter, of blanks and of signs cost no detector anything', () => {
  const engine = compile(ownDetectorSet());

  for (const text of ['a', 'A', '=', ' ', '0', '{', '"', '-', '\n', 'a=', '://']) {
    assert.ok(milliseconds(engine, filled(text), 'src/config.txt') < MOST_MS, JSON.stringify(text));
  }
});

test('a text that uses up its budget is named as not read whole', () => {
  const engine = compile(ownDetectorSet());
  const bytes = Buffer.from('kind: Secret\n'.repeat(100_000));

  const { exhausted } = scan(engine, {
    bytes,
    from: 0,
    to: bytes.length,
    path: 'k8s/many.yaml',
    place: '',
    foreign: false,
    binary: false,
  });

  assert.equal(exhausted, true);
});
