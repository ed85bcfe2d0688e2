/** The counts of a run. Errors stay in the denominator: seeing less can never look better. */
import type { Severity, Status } from '../model/check.ts';
import type { Summary, Verdict } from '../model/result.ts';

type Counted = Pick<Verdict, 'status' | 'severity' | 'waiver'>;

/** Counts results that come one by one. */
export function summary(): { add(result: Counted): void; finish(): Summary } {
  const byStatus: { [status in Status]: number } = { pass: 0, fail: 0, error: 0, 'not-applicable': 0, manual: 0 };
  const bySeverity: { [severity in Severity]: number } = { critical: 0, high: 0, medium: 0, low: 0, info: 0 };
  return {
    add({ status, severity, waiver }) {
      byStatus[status] += 1;
      if (status === 'fail' && waiver === undefined) bySeverity[severity] += 1;
    },
    finish() {
      const judged = byStatus.pass + byStatus.fail;
      return { byStatus, bySeverity, coverage: { judged, applicable: judged + byStatus.error + byStatus.manual } };
    },
  };
}

export function summarise(results: Iterable<Counted>): Summary {
  const counts = summary();
  for (const result of results) counts.add(result);
  return counts.finish();
}
