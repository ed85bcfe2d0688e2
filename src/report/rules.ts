/** The checks that a run's results come from, for formats that list their rules. */
import type { Check } from '../model/check.ts';
import { byCodeUnit } from '../model/json.ts';
import type { View } from '../model/reporter.ts';
import type { Result } from '../model/result.ts';

export interface Rule {
  readonly id: string;
  /** The first result of the check: title, severity, clauses and remediation are the same in all of them. */
  readonly sample: Result;
  readonly check: Check | undefined;
}

/** By check id, in the order of code units. */
export function rulesOf(view: Pick<View, 'checks'>, results: readonly Result[]): Rule[] {
  const checks = new Map(view.checks.map((check) => [check.id, check]));
  const rules = new Map<string, Rule>();
  for (const result of results) {
    if (!rules.has(result.check)) {
      rules.set(result.check, { id: result.check, sample: result, check: checks.get(result.check) });
    }
  }
  return [...rules.values()].sort((a, b) => byCodeUnit(a.id, b.id));
}
