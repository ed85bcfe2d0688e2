/** The roll-up of results into framework controls: a lattice, so that order, grouping and shards do not matter (CONTRACT §6). */
import type { Check } from '../model/check.ts';
import { mappingOf, type Framework } from '../model/framework.ts';
import { byCodeUnit } from '../model/json.ts';
import type { ControlResult, ControlStatus, Verdict } from '../model/result.ts';
import type { Target } from '../model/target.ts';

/** Worst first: the join of two statuses is the one that stands earlier. */
export const CONTROL_STATUSES = [
  'contradicted',
  'accepted',
  'undetermined',
  'supported',
  'not-applicable',
  'not-assessed',
] as const satisfies readonly ControlStatus[];

export function joinControl(a: ControlStatus, b: ControlStatus): ControlStatus {
  return CONTROL_STATUSES.indexOf(a) <= CONTROL_STATUSES.indexOf(b) ? a : b;
}

export interface Tally {
  pass: number;
  /** Waived ones included: a waiver never changes a status. */
  fail: number;
  waived: number;
  error: number;
  notApplicable: number;
  manual: number;
  /** The results there are, and one for each check and target that has none although it should. */
  expected: number;
}

export function emptyTally(): Tally {
  return { pass: 0, fail: 0, waived: 0, error: 0, notApplicable: 0, manual: 0, expected: 0 };
}

export function addTally(to: Tally, more: Tally): void {
  to.pass += more.pass;
  to.fail += more.fail;
  to.waived += more.waived;
  to.error += more.error;
  to.notApplicable += more.notApplicable;
  to.manual += more.manual;
  to.expected += more.expected;
}

export function controlStatus(tally: Tally): ControlStatus {
  const seen = tally.pass + tally.fail + tally.error + tally.notApplicable + tally.manual;
  if (tally.fail > tally.waived) return 'contradicted';
  if (tally.fail > 0) return 'accepted';
  if (tally.error > 0 || seen < tally.expected) return 'undetermined';
  if (tally.pass > 0) return 'supported';
  if (tally.notApplicable > 0) return 'not-applicable';
  return 'not-assessed';
}

function count(tally: Tally, verdict: Pick<Verdict, 'status' | 'waiver'>): void {
  switch (verdict.status) {
    case 'pass':
      tally.pass += 1;
      return;
    case 'fail':
      tally.fail += 1;
      if (verdict.waiver !== undefined) tally.waived += 1;
      return;
    case 'error':
      tally.error += 1;
      return;
    case 'not-applicable':
      tally.notApplicable += 1;
      return;
    case 'manual':
      tally.manual += 1;
  }
}

export interface Population {
  readonly targets: readonly Target[];
  /** The checks that were selected. */
  readonly checks: readonly Check[];
  /** False where the collector had nothing to ask of the target (SMTP of a web server): then no result is expected. */
  readonly planned?: (collector: string, target: string) => boolean;
}

type Counted = Pick<Verdict, 'check' | 'target' | 'status' | 'waiver'>;

/** The targets with one of the labels, on themselves or on a target that led to them. */
function inScope(targets: readonly Target[], labels: readonly string[]): ReadonlySet<string> {
  const byId = new Map(targets.map((target) => [target.id, target]));
  const wanted = new Set(labels);
  const carries = (target: Target): boolean =>
    Object.entries(target.labels).some(([key, value]) => wanted.has(`${key}:${value}`));
  const found = new Set<string>();
  for (const target of targets) {
    const seen = new Set<string>();
    for (let at: Target | undefined = target; at !== undefined && !seen.has(at.id);) {
      seen.add(at.id);
      if (carries(at)) {
        found.add(target.id);
        break;
      }
      at = at.parent === undefined ? undefined : byId.get(at.parent);
    }
  }
  return found;
}

/** Per check id, what was seen and what should have been, over the targets in scope (all of them without one). */
interface Tallies {
  add(result: Counted): void;
  finish(): ReadonlyMap<string, Tally>;
}

function tallies(population: Population, scope: ReadonlySet<string> | undefined): Tallies {
  const byCheck = new Map<string, { readonly tally: Tally; readonly targets: Set<string> }>();
  const entry = (check: string): { readonly tally: Tally; readonly targets: Set<string> } => {
    const known = byCheck.get(check);
    if (known !== undefined) return known;
    const made = { tally: emptyTally(), targets: new Set<string>() };
    byCheck.set(check, made);
    return made;
  };
  return {
    add(result) {
      if (scope !== undefined && !scope.has(result.target)) return;
      const { tally, targets } = entry(result.check);
      count(tally, result);
      tally.expected += 1;
      targets.add(result.target);
    },
    finish() {
      for (const check of population.checks) {
        // a detector that finds nothing says nothing: secret.none speaks for it
        if (check.each?.onEmpty === 'silent') continue;
        for (const target of population.targets) {
          if (target.kind !== check.target || (scope !== undefined && !scope.has(target.id))) continue;
          if (population.planned !== undefined && !check.needs.every((need) => population.planned?.(need, target.id)))
            continue;
          const { tally, targets } = entry(check.id);
          if (targets.has(target.id)) continue;
          // counted once, also where a check was specialised for several profiles
          targets.add(target.id);
          tally.expected += 1;
        }
      }
      return new Map([...byCheck].map(([check, { tally }]) => [check, tally]));
    },
  };
}

/** Rolls up results that come one by one. */
export interface RollUp {
  add(result: Counted): void;
  /** One entry per control, frameworks by id, controls in the order of their file. */
  finish(): ControlResult[];
}

export function rollUp(
  population: Population,
  frameworks: readonly Framework[],
  scope: { readonly [framework: string]: readonly string[] } = {},
): RollUp {
  const everything = tallies(population, undefined);
  const scoped = new Map(
    frameworks.flatMap(({ id }) => {
      const labels = Object.hasOwn(scope, id) ? scope[id] : undefined;
      return labels === undefined ? [] : [[id, tallies(population, inScope(population.targets, labels))] as const];
    }),
  );
  return {
    add(result) {
      everything.add(result);
      for (const one of scoped.values()) one.add(result);
    },
    finish() {
      const whole = everything.finish();
      return frameworks
        .toSorted((a, b) => byCodeUnit(a.id, b.id))
        .flatMap((framework) => controlsOf(framework, scoped.get(framework.id)?.finish() ?? whole));
    },
  };
}

function controlsOf(framework: Framework, seen: ReadonlyMap<string, Tally>): ControlResult[] {
  const sums = framework.controls.map(() => emptyTally());
  const indexesOf = mappingOf(framework);
  for (const [check, tally] of seen) {
    for (const index of indexesOf(check)) {
      const sum = sums[index];
      if (sum !== undefined) addTally(sum, tally);
    }
  }
  return framework.controls.map((control, index) => {
    const sum = sums[index] ?? emptyTally();
    const { pass, fail, error, notApplicable, manual, expected } = sum;
    return {
      framework: framework.id,
      version: framework.version,
      id: control.id,
      status: controlStatus(sum),
      counts: { pass, fail, error, notApplicable, manual, expected },
    };
  });
}
