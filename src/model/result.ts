/** Results and runs: the content of run.json, schema run/1 (CONTRACT §4). */
import type { Reference, Severity, Status } from './check.ts';
import type { Json } from './json.ts';

/** One leaf of a check as it was decided. `actual` is null with `absent`, or with `unknown` and a fault code. */
export interface Reason {
  readonly path: string;
  readonly op: string;
  readonly expected: Json;
  readonly actual: Json;
  readonly absent?: true;
  readonly unknown?: string;
  readonly truncated?: true;
  readonly why?: string;
  /** Evidence id, `#`, RFC 6901 pointer into `outcome.raw`; only the id where there is only a fault. */
  readonly evidence: string;
}

export interface Location {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  readonly commit?: string;
}

export interface ResultWaiver {
  readonly id: string;
  readonly owner?: string;
  readonly reason: string;
  readonly expires?: string;
}

/** What the judge says of one subject; the fingerprint is added outside the judge. */
export interface Verdict {
  readonly check: string;
  readonly version: number;
  readonly title: string;
  readonly severity: Severity;
  readonly target: string;
  readonly subject: string;
  readonly status: Status;
  /** One sentence, at most 300 characters. */
  readonly message: string;
  readonly reasons: readonly Reason[];
  /** Only with status error. */
  readonly fault?: { readonly code: string; readonly message: string };
  readonly location?: Location;
  readonly references: readonly Reference[];
  readonly remediation: string;
  readonly waiver?: ResultWaiver;
}

export interface Result extends Verdict {
  /** `sha256:` + hex over the canonical JSON `[check, target, subject]`. */
  readonly fingerprint: string;
}

export interface RunTarget {
  readonly id: string;
  readonly kind: string;
  readonly labels: { readonly [name: string]: string };
  readonly parent?: string;
  readonly jobs: { readonly planned: number; readonly observed: number; readonly faulted: number };
}

export type ControlStatus =
  | 'supported'
  | 'contradicted'
  | 'accepted'
  | 'undetermined'
  | 'not-applicable'
  | 'not-assessed';

export interface ControlResult {
  readonly framework: string;
  readonly version: string;
  readonly id: string;
  readonly status: ControlStatus;
  readonly counts: {
    readonly pass: number;
    readonly fail: number;
    readonly error: number;
    readonly notApplicable: number;
    readonly manual: number;
    readonly expected: number;
  };
}

export interface EvidenceEntry {
  readonly id: string;
  readonly collector: string;
  readonly target: string;
  readonly observedAt: string;
  readonly digest: string;
}

export interface Summary {
  readonly byStatus: { readonly [status in Status]: number };
  /** Unwaived fails. */
  readonly bySeverity: { readonly [severity in Severity]: number };
  /** judged: pass and fail; applicable: pass, fail, error and manual. */
  readonly coverage: { readonly judged: number; readonly applicable: number };
}

export interface Run {
  readonly schema: 'run/1';
  readonly tool: { readonly name: 'probity'; readonly version: string };
  readonly id: string;
  readonly asOf: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly complete: boolean;
  readonly configDigest: string;
  readonly packs: readonly { readonly name: string; readonly digest: string }[];
  readonly targets: readonly RunTarget[];
  readonly results: readonly Result[];
  readonly claims: readonly Json[];
  readonly controls: readonly ControlResult[];
  readonly summary: Summary;
  readonly evidence: readonly EvidenceEntry[];
  readonly merkleRoot: string;
}
