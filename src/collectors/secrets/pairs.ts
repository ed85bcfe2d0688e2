/** Findings that mean more together: a key id is a name, with its secret beside it it opens the account (facts/secrets §6). */
import type { Leak } from './leak.ts';

interface Pair {
  readonly id: string;
  readonly beside: string;
  readonly note: string;
}

const PAIRS: readonly Pair[] = [
  { id: 'aws-access-key', beside: 'aws-secret-key', note: 'its secret stands beside it' },
];
const LINES = 20;
/** Twenty lines of code are not longer. */
const BYTES = 4096;

export function withPairs(leaks: readonly Leak[], bytes: Buffer): readonly Leak[] {
  let paired = leaks;
  for (const { id, beside, note } of PAIRS) {
    const others = leaks.filter((leak) => leak.matcher.detector.id === beside);
    if (others.length === 0) continue;
    paired = paired.map((leak) => {
      if (leak.matcher.detector.id !== id || !others.some((other) => isNear(bytes, leak, other))) return leak;
      return { ...leak, severity: 'critical', note: leak.note === undefined ? note : `${leak.note}; ${note}` };
    });
  }
  return paired;
}

function isNear(bytes: Buffer, one: Leak, other: Leak): boolean {
  const from = Math.min(one.end, other.end);
  const to = Math.max(one.start, other.start);
  if (to - from > BYTES) return false;
  let feeds = 0;
  for (let at = bytes.indexOf(0x0a, from); at >= 0 && at < to; at = bytes.indexOf(0x0a, at + 1)) feeds++;
  return feeds <= LINES;
}
