/** How long each detector takes for a megabyte that is built to be slow; run as a program it prints that as JSON. */
import { compile, type Engine } from '../../../../src/collectors/secrets/compile.ts';
import { scan } from '../../../../src/collectors/secrets/scan.ts';
import type { Detector } from '../../../../src/model/detector.ts';
import { generate } from '../../../../src/packs/generate.ts';
import { ownDetectors } from '../../../support/detectors.ts';

const LENGTH = 1024 * 1024;
/** Processor time, far above what a quiet machine needs (the diagnostic says it): a pattern that runs away takes minutes. */
export const MOST_MS = 1000;

export function filled(text: string): string {
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

export function milliseconds(engine: Engine, text: string, path: string): number {
  const bytes = Buffer.from(text, 'latin1');
  const before = process.cpuUsage();
  scan(engine, { bytes, from: 0, to: bytes.length, path, place: '', foreign: false, binary: false });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

export interface Times {
  /** Texts that were scanned. */
  readonly count: number;
  readonly worst: { readonly ms: number; readonly what: string };
  /** What ran away. */
  readonly slow: readonly string[];
}

function timesOfAll(): Times {
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
  return { count, worst, slow };
}

if (import.meta.main) process.stdout.write(JSON.stringify(timesOfAll()));
