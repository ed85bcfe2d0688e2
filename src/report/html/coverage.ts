/** What was not checked, and why: the part of a report that most reports leave out. */
import type { Check } from '../../model/check.ts';
import { byCodeUnit } from '../../model/json.ts';
import type { Result, Run, RunTarget } from '../../model/result.ts';
import { faultOf, faultTitle, plural } from '../words.ts';
import type { Gathered, TargetCounts } from './gathered.ts';
import { line } from './texts.ts';

export interface FaultView {
  readonly code: string;
  readonly title: string;
  readonly count: string;
  readonly targets: string;
  readonly checks: string;
}

export interface TargetView {
  readonly id: string;
  readonly kind: string;
  readonly labels: string;
  readonly planned: string;
  readonly observed: string;
  readonly faulted: string;
  readonly notRun: string;
  readonly fail: string;
  readonly error: string;
  readonly pass: string;
  readonly waiting: boolean;
}

export interface CoverageView {
  readonly faults: readonly FaultView[];
  readonly targets: readonly TargetView[];
  /** Targets without a fail, an error or a fault that found no room in the table. */
  readonly quiet: string;
  readonly quietCount: string;
  readonly jobs: {
    readonly planned: string;
    readonly observed: string;
    readonly faulted: string;
    readonly notRun: string;
    readonly whole: boolean;
  };
  readonly withoutTarget: readonly { readonly id: string; readonly title: string }[];
  readonly sources: readonly { readonly target: string; readonly message: string }[];
}

const NAMES = 12;

function someOf(names: ReadonlySet<string>): string {
  const list = [...names].sort(byCodeUnit);
  const shown = list.slice(0, NAMES).map((name) => line(name, 120));
  return list.length > NAMES ? `${shown.join(', ')} and ${String(list.length - NAMES)} more` : shown.join(', ');
}

export function faultViews(results: readonly Result[]): FaultView[] {
  const byCode = new Map<string, { count: number; targets: Set<string>; checks: Set<string> }>();
  for (const result of results) {
    if (result.status !== 'error') continue;
    const { code } = faultOf(result);
    const entry = byCode.get(code) ?? { count: 0, targets: new Set(), checks: new Set() };
    entry.count += 1;
    entry.targets.add(result.target);
    entry.checks.add(result.check);
    byCode.set(code, entry);
  }
  return [...byCode]
    .sort((a, b) => b[1].count - a[1].count || byCodeUnit(a[0], b[0]))
    .map(([code, entry]) => ({
      code: line(code, 60),
      title: line(faultTitle(code), 200),
      count: String(entry.count),
      targets: someOf(entry.targets),
      checks: someOf(entry.checks),
    }));
}

function targetView(target: RunTarget, counts: TargetCounts): TargetView {
  const { planned, observed, faulted } = target.jobs;
  const notRun = planned - observed - faulted;
  return {
    id: line(target.id, 300),
    kind: line(target.kind, 40),
    labels: line(
      Object.entries(target.labels)
        .map(([key, value]) => `${key}:${value}`)
        .join(', '),
      200,
    ),
    planned: String(planned),
    observed: String(observed),
    faulted: String(faulted),
    notRun: String(notRun),
    fail: String(counts.fail),
    error: String(counts.error),
    pass: String(counts.pass),
    waiting: faulted > 0 || notRun > 0,
  };
}

/** `room`: how many targets get a row; the others a line. */
export function coverageView(run: Run, results: Gathered, checks: readonly Check[], room: number): CoverageView {
  const { byTarget, judged, searched } = results;
  const nothing: TargetCounts = { fail: 0, error: 0, pass: 0 };
  const weight = (target: RunTarget): number => {
    const counts = byTarget.get(target.id) ?? nothing;
    return counts.fail * 2 + counts.error + target.jobs.planned - target.jobs.observed;
  };
  const ordered =
    run.targets.length > room
      ? run.targets.toSorted((a, b) => weight(b) - weight(a) || byCodeUnit(a.id, b.id))
      : run.targets;
  const rest = ordered.slice(room);
  const sum = (key: 'planned' | 'observed' | 'faulted'): number =>
    run.targets.reduce((total, { jobs }) => total + jobs[key], 0);
  const [planned, observed, faulted] = [sum('planned'), sum('observed'), sum('faulted')];
  return {
    faults: faultViews(results.of('error')),
    targets: ordered.slice(0, room).map((target) => targetView(target, byTarget.get(target.id) ?? nothing)),
    quiet: rest
      .map((target) => {
        const { fail, error } = byTarget.get(target.id) ?? nothing;
        return `${line(target.id, 200)}  ${plural(fail, 'fail')}, ${String(error)} undetermined`;
      })
      .join('\n'),
    quietCount: String(rest.length),
    jobs: {
      planned: String(planned),
      observed: String(observed),
      faulted: String(faulted),
      notRun: String(planned - observed - faulted),
      whole: planned === observed,
    },
    withoutTarget: checks
      .filter((check) => !judged.has(check.id) && check.each?.onEmpty !== 'silent')
      .map(({ id, title }) => ({ id: line(id, 120), title: line(title, 300) })),
    sources: searched.map(({ target, message }) => ({ target: line(target, 300), message: line(message, 300) })),
  };
}
