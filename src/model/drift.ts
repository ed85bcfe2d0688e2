/** What became of fails between two runs (facts/assurance §5). */
import type { Severity } from './check.ts';

/** In the order in which a person reads them. */
export const DRIFT_STATES = ['new', 'regressed', 'unknown', 'still', 'fixed', 'gone'] as const;
export type DriftState = (typeof DRIFT_STATES)[number];

export interface Drift {
  readonly state: DriftState;
  readonly check: string;
  readonly target: string;
  readonly subject: string;
  readonly fingerprint: string;
  readonly severity: Severity;
  readonly title: string;
  /** Of the newer run where it has one, else of the older. */
  readonly message: string;
  /** `waiver added`, `waiver ended`, `check changed`, `check retired`, `lost sight`, `target left` ... */
  readonly notes: readonly string[];
}
