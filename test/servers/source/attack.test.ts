/** Texts built to make detectors slow: each must end, and a text that uses up its budget must say so. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile } from '../../../src/collectors/secrets/compile.ts';
import { scan } from '../../../src/collectors/secrets/scan.ts';
import { generate } from '../../../src/packs/generate.ts';
import { ownDetectors, ownDetectorSet } from '../../support/detectors.ts';

const LENGTH = 64 * 1024;
/** Processor time: no wall clock, so that a busy machine does not fail the test; a runaway takes minutes. */
const MOST_MS = 2000;

function filled(text: string): string {
  return text.repeat(Math.ceil(LENGTH / Math.max(1, text.length))).slice(0, LENGTH);
}

/** Near-misses of an example, and each keyword with what its rule waits for. */
function attacks(id: string, keywords: readonly string[], example: string): Map<string, string> {
  const text = generate(example, id);
  const found = new Map([
    ['the example without its end', filled(text.slice(0, -2))],
    ['the same in lines', filled(`${text.slice(0, -2)}\n`)],
    ['half of the example', filled(text.slice(0, Math.ceil(text.length / 2)))],
  ]);
  for (const word of keywords.slice(0, 2)) {
    found.set(`${word} repeated`, filled(word));
    found.set(`${word} and one long run`, word + filled('a'));
    found.set(`${word}= repeated`, filled(`${word}=`));
    found.set(`${word}=" repeated`, filled(`${word}="`));
  }
  return found;
}

test('no text of 64 KiB takes any detector longer than a moment', (t) => {
  const engine = compile(ownDetectorSet());
  let worst = { ms: 0, what: '' };
  let count = 0;
  for (const { detector, examples } of ownDetectors()) {
    const [example] = examples.positive;
    const keywords = [...detector.keywords, ...(detector.context?.words ?? [])];
    for (const [what, text] of attacks(detector.id, keywords, example?.text ?? '')) {
      const bytes = Buffer.from(text, 'latin1');
      const before = process.cpuUsage();
      scan(engine, {
        bytes,
        from: 0,
        to: bytes.length,
        path: example?.path ?? 'src/config.txt',
        kind: { foreign: false, test: false },
        binary: false,
      });
      const { user, system } = process.cpuUsage(before);
      const ms = (user + system) / 1000;
      count++;
      if (ms > worst.ms) worst = { ms, what: `${detector.id}: ${what}` };
      assert.ok(ms < MOST_MS, `${detector.id}: ${what} took ${ms.toFixed(0)} ms`);
    }
  }
  t.diagnostic(`${String(count)} texts; the worst took ${worst.ms.toFixed(0)} ms (${worst.what})`);
});

test('a text that uses up its budget is named as not read whole', () => {
  const engine = compile(ownDetectorSet());
  const bytes = Buffer.from('kind: Secret\n'.repeat(100_000));

  const { exhausted } = scan(engine, {
    bytes,
    from: 0,
    to: bytes.length,
    path: 'k8s/many.yaml',
    kind: { foreign: false, test: false },
    binary: false,
  });

  assert.equal(exhausted, true);
});
