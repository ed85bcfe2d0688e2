/** The seam of a collector: `observe` touches the world through `IO`, `interpret` is pure. */
import type { Interpretation, Job } from './evidence.ts';
import type { IO, JobOptions } from './io.ts';
import type { Json, JsonObject } from './json.ts';
import type { Schema } from './schema.ts';
import type { Target, TargetKind } from './target.ts';

export interface CollectorSchema {
  readonly rawSchema: Schema;
  readonly factsSchema: Schema;
}

/** What a collector may know when it turns a target into job options, or facts into further targets. */
export interface PlanContext {
  /** The options by subject of probity.yaml, merged for this target: `{ dkim: { selectors: [...] } }`. */
  readonly options: JsonObject;
  /** The fact paths of this collector that the chosen checks read: collect nothing else. `each` paths included. */
  readonly paths: readonly string[];
  /** Hosts that `--connect-to` speaks of, lower case, as `host:port`. */
  readonly connectTo: readonly string[];
  /** `--intrusive`, `--online` and other switches that change what is observed. */
  readonly switches: JsonObject;
  /** `sha256:` digest of reference data, for a job option; undefined where there is none of that name. */
  dataDigest(name: string): string | undefined;
}

export interface Collector extends CollectorSchema {
  readonly id: string;
  /** Raised when raw evidence changes its form; `interpret` reads older raw too. */
  readonly version: number;
  readonly accepts: readonly TargetKind[];
  /** A declaration: the engine retries, and only faults that are transient. */
  readonly retries: { readonly attempts: number; readonly backoffMs: number };
  /** For one job, all its questions together. */
  readonly deadlineMs: number;
  /** Pure. The job options for a target; undefined where this collector has nothing to ask of it. */
  plan?(target: Target, context: PlanContext): JobOptions | undefined;
  observe(job: Job, io: IO): Promise<Json>;
  /** Pure and total: any JSON in, facts by the schema out, with pointers into raw. */
  interpret(raw: Json): Interpretation;
  /**
   * Pure. The targets that the facts lead to (MX endpoints, AWS regions), with `parent` set. `facts` is undefined where the
   * job faulted: then what can be named without facts, so that nothing vanishes.
   */
  discover?(facts: Json | undefined, target: Target, context: PlanContext): readonly Target[];
}

/** A collector in the index: known without loading it. */
export interface CollectorEntry {
  readonly id: string;
  readonly accepts: readonly TargetKind[];
  /** Kinds of target that its `discover` may find: it is planned for their sake too. */
  readonly leadsTo: readonly TargetKind[];
  readonly title: string;
  schema(): Promise<CollectorSchema>;
  load(): Promise<Collector>;
}
