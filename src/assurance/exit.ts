/** The exit code of a run (CONTRACT §3). */
import { SEVERITIES, type Severity } from '../model/check.ts';
import type { Run } from '../model/result.ts';

export interface ExitRules {
  readonly failOn: Severity;
  readonly allowIncomplete: boolean;
  /** A signal ended the run early. */
  readonly interrupted?: boolean;
}

export type ExitCode = 0 | 1 | 3 | 130;

/**
 * 1 outranks 3: a fail is certain, whatever else could not be seen. 0 needs at least one check that passed or did not
 * apply: a run in which nothing was decided is never green, with `--allow-incomplete` neither.
 */
export function exitCode(run: Pick<Run, 'summary' | 'complete'>, rules: ExitRules): ExitCode {
  if (rules.interrupted === true) return 130;
  const { byStatus, bySeverity } = run.summary;
  const counted = SEVERITIES.slice(0, SEVERITIES.indexOf(rules.failOn) + 1);
  if (counted.some((severity) => bySeverity[severity] > 0)) return 1;
  if (!rules.allowIncomplete && (byStatus.error > 0 || !run.complete)) return 3;
  return byStatus.pass + byStatus['not-applicable'] > 0 ? 0 : 3;
}
