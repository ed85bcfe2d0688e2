/** Where evidence comes from: observed now, or read from a run. One seam, so there is no second path (ARCHITECTURE §4, §11). */
import type { Evidence, Job } from '../model/evidence.ts';

export interface EvidenceSource {
  /** The evidence of these jobs, in any order; jobs are asked for as there is room. One that was not run (the signal aborted) has none. */
  evidence(jobs: Iterable<Job>, signal: AbortSignal): AsyncIterable<Evidence>;
}
