/** What the page says of the results, gathered one by one: findings are kept; the rest is counted where it is too much for a page. */
import type { Status } from '../../model/check.ts';
import type { Result } from '../../model/result.ts';
import { bySeverityThenCheck } from '../words.ts';

/** Up to here every result stands in the page; above it passes are counted, and the script shows them from the data. */
export const STATIC_RESULTS = 4_000;

export interface TargetCounts {
  fail: number;
  error: number;
  pass: number;
}

export interface Gathered {
  readonly total: number;
  /** Whether all results were kept, not only the findings. */
  readonly everything: boolean;
  /** The kept results of a status, the worst first. */
  of(status: Status): readonly Result[];
  /** Checks with a result of this status, the worst first, each with how many. */
  counted(status: Status): readonly { readonly check: string; readonly title: string; readonly count: number }[];
  readonly byTarget: ReadonlyMap<string, TargetCounts>;
  readonly judged: ReadonlySet<string>;
  /** What was said of each tree that was searched for secrets. */
  readonly searched: readonly Result[];
}

interface Group {
  readonly first: Result;
  count: number;
}

export function gatherResults(): Gathered & { add(result: Result): void } {
  const kept: { [status in Status]: Result[] } = { fail: [], error: [], manual: [], pass: [], 'not-applicable': [] };
  const groups = new Map<string, Group>();
  const byTarget = new Map<string, TargetCounts>();
  const judged = new Set<string>();
  const searched: Result[] = [];
  let total = 0;
  return {
    get total() {
      return total;
    },
    get everything() {
      return total <= STATIC_RESULTS;
    },
    add(result) {
      const { check, severity, status, target } = result;
      total += 1;
      if (total === STATIC_RESULTS + 1) {
        kept.pass = [];
        kept['not-applicable'] = [];
      }
      const isFinding = status === 'fail' || status === 'error' || status === 'manual';
      if (isFinding || total <= STATIC_RESULTS) kept[status].push(result);
      const name = `${status} ${severity} ${check}`;
      const group = groups.get(name);
      if (group === undefined) groups.set(name, { first: result, count: 1 });
      else group.count += 1;
      judged.add(check);
      if (status === 'fail' || status === 'error' || status === 'pass') {
        const counts = byTarget.get(target) ?? { fail: 0, error: 0, pass: 0 };
        counts[status] += 1;
        byTarget.set(target, counts);
      }
      if (check === 'secret.none') searched.push(result);
    },
    of: (status) => kept[status].toSorted(bySeverityThenCheck),
    counted: (status) =>
      [...groups.values()]
        .filter(({ first }) => first.status === status)
        .sort((a, b) => bySeverityThenCheck(a.first, b.first))
        .map(({ first: { check, title }, count }) => ({ check, title, count })),
    byTarget,
    judged,
    searched,
  };
}
