/** Progress as typed events in order; the console renders them, the engine prints nothing. */
import type { Fault } from './fault.ts';

export type RunEvent =
  | { readonly is: 'planned'; readonly wave: number; readonly jobs: number; readonly targets: number }
  | { readonly is: 'job-started'; readonly collector: string; readonly target: string }
  | { readonly is: 'job-note'; readonly collector: string; readonly target: string; readonly note: string }
  | {
      readonly is: 'job-retried';
      readonly collector: string;
      readonly target: string;
      readonly attempt: number;
      readonly fault: Fault;
    }
  | {
      readonly is: 'job-finished';
      readonly collector: string;
      readonly target: string;
      readonly elapsedMs: number;
      readonly fault?: Fault;
    }
  | { readonly is: 'bug'; readonly collector: string; readonly target: string; readonly stack: string }
  | { readonly is: 'judged'; readonly results: number };

export type Listener = (event: RunEvent) => void;
