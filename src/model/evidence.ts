/** Jobs and evidence: what was asked of whom, and what one job saw or why it could not see. */
import type { Fault } from './fault.ts';
import type { JobOptions } from './io.ts';
import type { Json } from './json.ts';
import type { Target } from './target.ts';

/** "This collector, on this target, with these options": plain JSON, no secret in it, the unit of work. */
export interface Job {
  readonly collector: string;
  readonly target: Target;
  readonly options: JobOptions;
}

export type Outcome = { readonly is: 'observed'; readonly raw: Json } | { readonly is: 'fault'; readonly fault: Fault };

export interface Evidence {
  readonly schema: 'evidence/1';
  /** `ev-` + the first 16 hex digits of SHA-256 over the canonical JSON `[collector, target id, options]`. */
  readonly id: string;
  readonly job: Job;
  readonly collectorVersion: number;
  readonly startedAt: string;
  readonly elapsedMs: number;
  readonly attempts: number;
  readonly redactions: number;
  readonly outcome: Outcome;
  /** `sha256:` + hex over the canonical JSON of this object without this member. */
  readonly digest: string;
}

/** What a collector's interpretation makes of raw evidence. */
export interface Interpretation {
  readonly facts: Json;
  /** Fact pointer to raw pointer (both RFC 6901); the longest prefix of a fact's pointer decides. */
  readonly at: Pointers;
  /** Lists of facts that were read item by item from a list of raw, by fact pointer: thousands of items share few forms. */
  readonly lists?: { readonly [factPointer: string]: ListPlaces };
}

export interface Pointers {
  readonly [factPointer: string]: string;
}

/** Item 3 was read from `${raw}/3`. */
export interface ListPlaces {
  readonly raw: string;
  /**
   * A form for each item: what below the fact was read from what below the raw item, both as pointers (`/state` from
   * `/DescribeKey/KeyState`); one that begins with `#` counts from the root of raw. Equal forms are one object.
   */
  readonly forms: readonly Pointers[];
}
