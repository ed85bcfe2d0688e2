/** Takes evidence in: each piece is kept, read back, interpreted and held. One way, in whichever thread it is done. */
import type { Collector } from '../model/collector.ts';
import type { Listener } from '../model/events.ts';
import type { Evidence, Job } from '../model/evidence.ts';
import { fault, FaultError } from '../model/fault.ts';
import type { EvidenceEntry } from '../model/result.ts';
import type { Observed } from './observed.ts';
import type { Collectors } from './collectors.ts';
import { faultEvidence } from './evidence.ts';
import { faultMessages } from './fault-messages.ts';
import { type Held, hold } from './held.ts';
import { faultOf } from './observe-job.ts';
import type { EvidenceSource } from './source.ts';
import type { EvidenceStore } from './store.ts';

/** What a job came to: its line in run.json, and its facts or its fault. Plain JSON: it may come from another thread. */
export interface Taken {
  readonly entry: EvidenceEntry;
  readonly held: Held;
}

export interface Taker {
  /** What these jobs came to, in any order. A job that was not run (the signal aborted) comes to nothing. */
  take(jobs: Iterable<Job>, signal: AbortSignal): AsyncIterable<Taken>;
  /** What evidence comes to that was made without a source: why a job was not run. */
  put(evidence: Evidence): Promise<Taken>;
}

export interface TakerOptions {
  readonly source: EvidenceSource;
  readonly collectors: Collectors;
  /** Where evidence is written; without it (a replay to the terminal) it is taken as it came. */
  readonly store?: EvidenceStore;
  readonly listener: Listener;
}

export function createTaker({ source, collectors, store, listener }: TakerOptions): Taker {
  async function put(evidence: Evidence): Promise<Taken> {
    const kept = keep(evidence, store);
    const { id, job, startedAt, digest } = kept;
    const observed = await interpreted(kept, collectors, listener);
    const entry = { id, collector: job.collector, target: job.target.id, observedAt: startedAt, digest };
    return { entry, held: hold(observed) };
  }

  return {
    put,
    async *take(jobs, signal) {
      const open = new Set<string>();
      for await (const evidence of source.evidence(noted(jobs, open), signal)) {
        // Of a queue that delivers twice, the first counts
        if (open.delete(keyOf(evidence.job))) yield await put(evidence);
      }
    },
  };
}

function* noted(jobs: Iterable<Job>, open: Set<string>): Generator<Job, void, undefined> {
  for (const job of jobs) {
    open.add(keyOf(job));
    yield job;
  }
}

function keyOf(job: Job): string {
  return `${job.collector} ${job.target.id}`;
}

/** What was read back counts: a live run judges what its replay will judge. */
function keep(evidence: Evidence, store: EvidenceStore | undefined): Evidence {
  if (store === undefined) return evidence;
  try {
    return store.keep(evidence);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return faultEvidence(evidence.job, error.fault, evidence.startedAt, evidence.id);
  }
}

async function interpreted(evidence: Evidence, collectors: Collectors, listener: Listener): Promise<Observed> {
  const { id, job, outcome } = evidence;
  if (outcome.is === 'fault') return { is: 'fault', id, fault: outcome.fault };
  try {
    const collector: Collector | undefined = await collectors.load(job.collector);
    if (collector === undefined) {
      return { is: 'fault', id, fault: fault('engine.not-run', `this version has no collector ${job.collector}`) };
    }
    return { is: 'facts', id, ...collector.interpret(outcome.raw), why: faultMessages(outcome.raw) };
  } catch (error) {
    return { is: 'fault', id, fault: faultOf(error, { collector: job.collector, target: job.target.id }, listener) };
  }
}
