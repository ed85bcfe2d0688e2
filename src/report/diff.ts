/** The difference between two runs for a terminal: what is new or back first, what could not be told is said, then the rest in counts. */
import { type Drift, DRIFT_STATES, type DriftState } from '../model/drift.ts';
import { wrap } from './columns.ts';
import type { ConsoleOptions } from './console.ts';
import { palette } from './paint.ts';
import { clip, visible } from './visible.ts';

const SIGNS: { readonly [state in DriftState]: string } = {
  new: '✖ new',
  regressed: '✖ regressed',
  unknown: '? unknown',
  still: '= still',
  fixed: '✔ fixed',
  gone: '– gone',
};

export function diffText(drifts: readonly Drift[], options: ConsoleOptions = {}): string {
  const paint = palette(options.color ?? false);
  const width = Math.max(40, Math.min(options.width ?? 100, 120));
  const most = options.most ?? 50;
  const colors = {
    new: paint.red,
    regressed: paint.red,
    unknown: paint.yellow,
    still: paint.dim,
    fixed: paint.green,
    gone: paint.dim,
  } as const;
  const counts = DRIFT_STATES.map(
    (state) => `${String(drifts.filter((entry) => entry.state === state).length)} ${state}`,
  );
  const lines = [paint.bold(counts.join(', '))];
  for (const state of DRIFT_STATES) {
    const list = drifts.filter((entry) => entry.state === state);
    if (list.length > 0) lines.push('', colors[state](`${SIGNS[state]}  ${String(list.length)}`));
    for (const { check, subject, target, message, notes } of list.slice(0, most)) {
      const said = message.startsWith(subject) ? message : `${subject}: ${message}`;
      const note = notes.length === 0 ? '' : ` (${notes.join(', ')})`;
      lines.push(...wrap(visible(`${check}  ${clip(said, 300)}${note} [${target}]`), width, '  '));
    }
    if (list.length > most) lines.push(`  … and ${String(list.length - most)} more`);
  }
  return `${lines.join('\n')}\n`;
}
