/** A megabyte that is built to be slow, for each detector alone: linear time is proven, not believed (facts/secrets §2.10). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile, type Engine } from '../../../../src/collectors/secrets/compile.ts';
import { scan } from '../../../../src/collectors/secrets/scan.ts';
import type { Detector } from '../../../../src/model/detector.ts';
import { generate } from '../../../../src/packs/generate.ts';
import { ownDetectors, ownDetectorSet } from '../../../support/detectors.ts';

const LENGTH = 1024 * 1024;
/** Processor time, far above what a quiet machine needs (the diagnostic says it): a pattern that runs away takes minutes. */
const MOST_MS = 1000;

function filled(text: string): string {
  return text.repeat(Math.ceil(LENGTH / Math.max(1, text.length))).slice(0, LENGTH);
}

/** What a detector waits for, over and over, and what nearly is it. */
function attacks(detector: Detector, example: string): ReadonlyMap<string, string> {
  const text = generate(example, detector.id);
  const [word = 'key'] = [...(detector.prefixes ?? []), ...detector.keywords, ...(detector.context?.words ?? [])];
  return new Map([
    ['its keyword', filled(word)],
    ['an example without its end', filled(text.slice(0, -2))],
  ]);
}

function milliseconds(engine: Engine, text: string, path: string): number {
  const bytes = Buffer.from(text, 'latin1');
  const before = process.cpuUsage();
  scan(engine, { bytes, from: 0, to: bytes.length, path, place: '', foreign: false, binary: false });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

test('no megabyte of what it waits for makes a detector run away', (t) => {
  const slow: string[] = [];
  let worst = { ms: 0, what: '' };
  let count = 0;
  for (const { detector, examples } of ownDetectors()) {
    const engine = compile({ schema: 'detectors/1', detectors: [detector] });
    const [example] = examples.positive;
    for (const [what, text] of attacks(detector, example?.text ?? '')) {
      const path = example?.path ?? 'src/config.txt';
      let ms = milliseconds(engine, text, path);
      // A pause of the machine is not there a second time: what runs away runs away each time
      for (let again = 0; ms > MOST_MS && again < 2; again++) ms = Math.min(ms, milliseconds(engine, text, path));
      count++;
      if (ms > worst.ms) worst = { ms, what: `${detector.id}: ${what}` };
      // A busy machine is slow with everything: what runs away takes more than its share for four times the text
      if (ms > MOST_MS && ms > 8 * milliseconds(engine, text.slice(0, LENGTH / 4), path))
        slow.push(`${detector.id}: ${what}: ${ms.toFixed(0)} ms`);
    }
  }

  t.diagnostic(`${String(count)} texts of 1 MiB; the worst took ${worst.ms.toFixed(0)} ms (${worst.what})`);
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
