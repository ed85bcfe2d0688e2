/** Drift between two runs, by fingerprint: what could not be told now is never "fixed" (facts/assurance §5). */
import { type Drift, DRIFT_STATES, type DriftState } from '../model/drift.ts';
import { globMatcher } from '../model/glob.ts';
import { byCodeUnit } from '../model/json.ts';
import type { Result, Run } from '../model/result.ts';

export interface DiffOptions {
  /** Runs before the older one, latest first: a fail that was fixed before and is back is a regression. */
  readonly history?: readonly Run[];
  /** The checks that the newer run could judge by; without them every check is taken as still there. */
  readonly checks?: readonly string[];
}

function targetsSeen(run: Run): ReadonlyMap<string, 'whole' | 'part'> {
  return new Map(
    run.targets.map(({ id, jobs }) => [id, jobs.observed === jobs.planned && jobs.planned > 0 ? 'whole' : 'part']),
  );
}

/** The list of things that a check looks at is complete where no result of it on the target is an error (facts: each). */
function listedWhole(run: Run, check: string, target: string): boolean {
  const own = run.results.filter((result) => result.check === check && result.target === target);
  return own.length > 0 && own.every(({ status }) => status !== 'error');
}

function drift(state: DriftState, result: Result, notes: readonly string[]): Drift {
  const { check, target, subject, fingerprint, severity, title, message } = result;
  return { state, check, target, subject, fingerprint, severity, title, message, notes };
}

function waiverNotes(before: Result, after: Result): string[] {
  if (before.waiver === undefined && after.waiver !== undefined) return ['waiver added'];
  if (before.waiver !== undefined && after.waiver === undefined) return ['waiver ended'];
  return [];
}

interface Newer {
  readonly run: Run;
  readonly seen: ReadonlyMap<string, 'whole' | 'part'>;
  readonly knows: (check: string) => boolean;
  readonly listed: (check: string, target: string) => boolean;
}

/** A fail of the older run that has no result in the newer one. */
function missing(before: Result, newer: Newer): Drift {
  if (!newer.knows(before.check)) return drift('gone', before, ['check retired']);
  const seen = newer.seen.get(before.target);
  // an incomplete run may not have planned the target yet: nothing is gone from it
  if (!newer.run.complete) return drift('unknown', before, ['the run is incomplete']);
  if (seen === undefined) return drift('gone', before, ['target left']);
  if (seen === 'part') return drift('unknown', before, ['the target was not wholly observed']);
  if (newer.listed(before.check, before.target)) return drift('fixed', before, ['the subject is gone']);
  return drift('unknown', before, ['no result, and no complete listing']);
}

/** What the latest run of the past that could tell said of it, and whether it ever failed there. */
interface Past {
  readonly last: Result | undefined;
  readonly failed: boolean;
}

function pastOf(history: readonly Run[]): (fingerprint: string) => Past {
  const byFingerprint = new Map<string, { last: Result | undefined; failed: boolean }>();
  for (const run of history) {
    for (const result of run.results) {
      const known = byFingerprint.get(result.fingerprint) ?? { last: undefined, failed: false };
      if (known.last === undefined && decided(result)) known.last = result;
      known.failed ||= result.status === 'fail';
      byFingerprint.set(result.fingerprint, known);
    }
  }
  return (fingerprint) => byFingerprint.get(fingerprint) ?? { last: undefined, failed: false };
}

function decided({ status }: Result): boolean {
  return status === 'pass' || status === 'fail' || status === 'not-applicable';
}

/** A result of the newer run beside the older one's, if there is any. */
function compared(was: Result | undefined, now: Result, past: Past): Drift | undefined {
  const notes = was === undefined || was.version === now.version ? [] : ['check changed'];
  if (now.status === 'error') {
    const lost = was?.status === 'pass' || was?.status === 'not-applicable';
    return drift('unknown', now, lost ? [...notes, 'lost sight'] : notes);
  }
  if (was?.status === 'fail') {
    if (now.status === 'fail') return drift('still', now, [...notes, ...waiverNotes(was, now)]);
    // a person has to look: that is not "fixed"
    return drift(now.status === 'manual' ? 'unknown' : 'fixed', now, notes);
  }
  if (now.status !== 'fail') return undefined;
  if (was !== undefined && !decided(was) && past.last?.status === 'fail') {
    return drift('still', now, [...notes, 'could not be determined in between']);
  }
  return drift(past.failed ? 'regressed' : 'new', now, notes);
}

/** Everything that is or was a fail, and what went out of sight; by state, then target, check and subject. */
export function diffRuns(older: Run, newer: Run, options: DiffOptions = {}): Drift[] {
  const before = new Map(older.results.map((result) => [result.fingerprint, result]));
  const after = new Map(newer.results.map((result) => [result.fingerprint, result]));
  const past = pastOf(options.history ?? []);
  const known = options.checks?.map(globMatcher);
  const listings = new Map<string, boolean>();
  const view: Newer = {
    run: newer,
    seen: targetsSeen(newer),
    knows: (check) => known === undefined || known.some((matches) => matches(check)),
    listed(check, target) {
      const key = `${check}\u0000${target}`;
      const found = listings.get(key) ?? listedWhole(newer, check, target);
      listings.set(key, found);
      return found;
    },
  };
  const drifts: Drift[] = [];
  for (const result of after.values()) {
    const found = compared(before.get(result.fingerprint), result, past(result.fingerprint));
    if (found !== undefined) drifts.push(found);
  }
  for (const result of before.values()) {
    if (!after.has(result.fingerprint) && result.status === 'fail') drifts.push(missing(result, view));
  }
  return drifts.sort(
    (a, b) =>
      DRIFT_STATES.indexOf(a.state) - DRIFT_STATES.indexOf(b.state) ||
      byCodeUnit(a.target, b.target) ||
      byCodeUnit(a.check, b.check) ||
      byCodeUnit(a.subject, b.subject),
  );
}

/** CONTRACT §1: 1 if anything is new or regressed, else 3 if anything is unknown, else 0. A waived fail is accepted, not new. */
export function diffExitCode(drifts: readonly Drift[], newer: Run): 0 | 1 | 3 {
  const waived = new Set(
    newer.results.filter(({ waiver }) => waiver !== undefined).map(({ fingerprint }) => fingerprint),
  );
  const counts = (state: DriftState): boolean =>
    drifts.some((entry) => entry.state === state && !(state !== 'unknown' && waived.has(entry.fingerprint)));
  if (counts('new') || counts('regressed')) return 1;
  return counts('unknown') || !newer.complete ? 3 : 0;
}
