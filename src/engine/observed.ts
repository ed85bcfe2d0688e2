/** What was seen of a target, as the judge takes it. */
import type { Interpretation } from '../model/evidence.ts';
import type { Fault } from '../model/fault.ts';
import type { Json } from '../model/json.ts';
import type { Target } from '../model/target.ts';

/** What one collector saw of a target: the judge's input. */
export type Observed =
  | {
      readonly is: 'facts';
      readonly id: string;
      readonly facts: Json;
      readonly at: Interpretation['at'];
      readonly lists?: Interpretation['lists'];
      /** What a service said where it refused one question of the job, by raw pointer. */
      readonly why: { readonly [rawPointer: string]: string };
    }
  | { readonly is: 'fault'; readonly id: string; readonly fault: Fault };

export interface Observation {
  readonly target: Target;
  readonly collectors: { readonly [id: string]: Observed };
}
