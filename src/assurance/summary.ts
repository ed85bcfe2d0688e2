/** The counts of a run. Errors stay in the denominator: seeing less can never look better. */
import type { Severity, Status } from '../model/check.ts';
import type { Summary, Verdict } from '../model/result.ts';

export function summarise(results: readonly Pick<Verdict, 'status' | 'severity' | 'waiver'>[]): Summary {
  const byStatus: { [status in Status]: number } = { pass: 0, fail: 0, error: 0, 'not-applicable': 0, manual: 0 };
  const bySeverity: { [severity in Severity]: number } = { critical: 0, high: 0, medium: 0, low: 0, info: 0 };
  for (const { status, severity, waiver } of results) {
    byStatus[status] += 1;
    if (status === 'fail' && waiver === undefined) bySeverity[severity] += 1;
  }
  const judged = byStatus.pass + byStatus.fail;
  return { byStatus, bySeverity, coverage: { judged, applicable: judged + byStatus.error + byStatus.manual } };
}
