/** How our statuses and severities are told in formats that have other words: one table, never the other way round. */
import type { Severity, Status } from '../model/check.ts';
import type { Result } from '../model/result.ts';

/** A fail that somebody accepted is told apart wherever a format can. */
export type Outcome = Status | 'waived';

export function outcomeOf(result: Pick<Result, 'status' | 'waiver'>): Outcome {
  return result.status === 'fail' && result.waiver !== undefined ? 'waived' : result.status;
}

export interface Mapping {
  readonly sarif: { readonly kind: 'pass' | 'fail' | 'review' | 'notApplicable' | 'open'; readonly leveled: boolean };
  readonly junit: 'passed' | 'failure' | 'error' | 'skipped';
  /** OCSF compliance.status_id: 1 Pass, 2 Warning ("no result for missing information"), 3 Fail, 99 Other. */
  readonly ocsf: { readonly id: 1 | 2 | 3 | 99; readonly status: 'Pass' | 'Warning' | 'Fail' | 'Other' };
  readonly hdf: 'passed' | 'failed' | 'error' | 'skipped';
  /** OSCAL knows satisfied and not-satisfied only: what we could not tell makes an observation, never a finding. */
  readonly oscalFinding: boolean;
  readonly metrics: string;
}

export const OUTCOMES: { readonly [outcome in Outcome]: Mapping } = {
  pass: {
    sarif: { kind: 'pass', leveled: false },
    junit: 'passed',
    ocsf: { id: 1, status: 'Pass' },
    hdf: 'passed',
    oscalFinding: false,
    metrics: 'pass',
  },
  fail: {
    sarif: { kind: 'fail', leveled: true },
    junit: 'failure',
    ocsf: { id: 3, status: 'Fail' },
    hdf: 'failed',
    oscalFinding: true,
    metrics: 'fail',
  },
  waived: {
    sarif: { kind: 'fail', leveled: true },
    junit: 'skipped',
    ocsf: { id: 3, status: 'Fail' },
    hdf: 'failed',
    oscalFinding: true,
    metrics: 'waived',
  },
  error: {
    // SARIF §3.27.10: a level other than none needs the kind fail
    sarif: { kind: 'review', leveled: false },
    junit: 'error',
    ocsf: { id: 2, status: 'Warning' },
    hdf: 'error',
    oscalFinding: false,
    metrics: 'error',
  },
  'not-applicable': {
    sarif: { kind: 'notApplicable', leveled: false },
    junit: 'skipped',
    ocsf: { id: 99, status: 'Other' },
    hdf: 'skipped',
    oscalFinding: false,
    metrics: 'not_applicable',
  },
  manual: {
    sarif: { kind: 'open', leveled: false },
    junit: 'skipped',
    ocsf: { id: 99, status: 'Other' },
    hdf: 'skipped',
    oscalFinding: false,
    metrics: 'manual',
  },
};

export interface SeverityMapping {
  readonly sarifLevel: 'error' | 'warning' | 'note';
  /** GitHub's `security-severity`: a number as text. */
  readonly security: string;
  readonly ocsf: 1 | 2 | 3 | 4 | 5;
  readonly hdfImpact: number;
  readonly gitlab: 'blocker' | 'critical' | 'major' | 'minor' | 'info';
  readonly github: 'error' | 'warning' | 'notice';
}

export const SEVERITY_MAPPINGS: { readonly [severity in Severity]: SeverityMapping } = {
  critical: { sarifLevel: 'error', security: '9.5', ocsf: 5, hdfImpact: 1, gitlab: 'blocker', github: 'error' },
  high: { sarifLevel: 'error', security: '8.0', ocsf: 4, hdfImpact: 0.7, gitlab: 'critical', github: 'error' },
  medium: { sarifLevel: 'warning', security: '5.5', ocsf: 3, hdfImpact: 0.5, gitlab: 'major', github: 'warning' },
  low: { sarifLevel: 'note', security: '3.0', ocsf: 2, hdfImpact: 0.3, gitlab: 'minor', github: 'warning' },
  info: { sarifLevel: 'note', security: '0.0', ocsf: 1, hdfImpact: 0, gitlab: 'info', github: 'notice' },
};
