/** Runs a plan to its end: evidence is kept, read back and interpreted, wave by wave, until facts lead nowhere new. */
import type { Collector } from '../model/collector.ts';
import type { Listener } from '../model/events.ts';
import type { Evidence, Job } from '../model/evidence.ts';
import { fault, FaultError, type Fault } from '../model/fault.ts';
import { byCodeUnit, type Json } from '../model/json.ts';
import type { EvidenceEntry } from '../model/result.ts';
import type { Target } from '../model/target.ts';
import type { Collectors } from './collectors.ts';
import { faultEvidence } from './evidence.ts';
import { faultMessages } from './fault-messages.ts';
import { type Held, hold, observationsOf } from './held.ts';
import { faultOf } from './observe-job.ts';
import type { Planner, Seen, Wave } from './plan.ts';
import type { EvidenceSource } from './source.ts';
import type { EvidenceStore } from './store.ts';

/** What one collector saw of a target: the judge's input. */
export type Observed =
  | {
      readonly is: 'facts';
      readonly id: string;
      readonly facts: Json;
      readonly at: { readonly [pointer: string]: string };
      /** What a service said where it refused one question of the job, by raw pointer. */
      readonly why: { readonly [rawPointer: string]: string };
    }
  | { readonly is: 'fault'; readonly id: string; readonly fault: Fault };

export interface Observation {
  readonly target: Target;
  readonly collectors: { readonly [id: string]: Observed };
}

export interface CollectedTarget {
  readonly target: Target;
  readonly jobs: { readonly planned: number; readonly observed: number; readonly faulted: number };
}

/** Everything in the order of ids, so that two runs over the same world are the same. */
export interface Collection {
  readonly targets: readonly CollectedTarget[];
  readonly observations: readonly Observation[];
  readonly evidence: readonly EvidenceEntry[];
  /** False where the run was interrupted or a job never ran. */
  readonly complete: boolean;
}

export interface CollectOptions {
  readonly planner: Planner;
  readonly source: EvidenceSource;
  readonly collectors: Collectors;
  /** Where evidence is written; without it (a replay to the terminal) it is taken as it came. */
  readonly store?: EvidenceStore;
  readonly signal: AbortSignal;
  readonly listener: Listener;
}

interface Found {
  readonly target: Target;
  readonly seen: Map<string, Held>;
  planned: number;
}

/** Jobs that never ran: the run is not complete. */
const NEVER_RAN: readonly string[] = ['engine.interrupted', 'engine.not-run'];

/** What is under way: the targets found so far, and the evidence kept. */
interface State {
  readonly found: Map<string, Found>;
  readonly entries: EvidenceEntry[];
}

export async function collect(options: CollectOptions): Promise<Collection> {
  const { planner, listener } = options;
  const state: State = { found: new Map(), entries: [] };
  // What cannot be kept (a full disk) ends the run: the other jobs need not go on
  const broken = new AbortController();
  const signal = AbortSignal.any([options.signal, broken.signal]);
  const under: Promise<void>[] = [];
  try {
    let number = 0;
    for (let wave: Wave | undefined = await planner.first(); wave !== undefined;) {
      for (const target of wave.targets) state.found.set(target.id, { target, seen: new Map(), planned: 0 });
      const planned = [...wave.jobs, ...wave.barred.map(({ job }) => job)];
      for (const job of planned) planFor(state.found, job);
      listener({ is: 'planned', wave: number++, jobs: planned.length, targets: wave.targets.length });
      const { led, done } = takeWave(wave, state, options, signal);
      under.push(done);
      wave = await planner.next(await led);
    }
    await Promise.all(under);
  } catch (error) {
    broken.abort();
    await Promise.allSettled(under);
    throw error;
  }
  return collection(state.found, state.entries, options.signal);
}

/**
 * Takes in the evidence of a wave. `led` resolves when all collectors that may lead to further targets have been heard: the next wave
 * runs beside the rest, so that a long scan of a source tree holds nobody up.
 */
function takeWave(
  wave: Wave,
  state: State,
  options: CollectOptions,
  signal: AbortSignal,
): { readonly led: Promise<readonly Seen[]>; readonly done: Promise<void> } {
  const { source, collectors, store, listener } = options;
  const jobs = [...wave.jobs, ...wave.barred.map(({ job }) => job)];
  let awaited = jobs.filter((job) => wave.leads(job.collector)).length;
  const seen: Seen[] = [];
  let tell: (seen: readonly Seen[]) => void = () => undefined;
  const heard = new Promise<readonly Seen[]>((resolve) => {
    tell = resolve;
  });

  async function take(): Promise<void> {
    if (awaited === 0) tell(seen);
    for await (const evidence of evidenceOf(wave, source, signal)) {
      const kept = keep(evidence, store);
      const observed = await interpreted(kept, collectors, listener);
      const { collector, target } = kept.job;
      state.entries.push({
        id: kept.id,
        collector,
        target: target.id,
        observedAt: kept.startedAt,
        digest: kept.digest,
      });
      const place = state.found.get(target.id);
      place?.seen.set(collector, hold(observed));
      if (!wave.leads(collector)) continue;
      // The target as this run knows it: stored evidence may name other labels
      const facts = observed.is === 'facts' ? observed.facts : undefined;
      seen.push({ collector, target: place?.target ?? target, facts });
      if (--awaited === 0) tell(seen);
    }
  }

  const done = take();
  // A wave that breaks off leads nowhere
  const led = Promise.race([heard, done.then(() => seen)]);
  return { led, done };
}

function planFor(found: ReadonlyMap<string, Found>, job: Job): void {
  const place = found.get(job.target.id);
  if (place !== undefined) place.planned++;
}

/** The evidence of a wave: from the source, and for every job that got none, the reason as evidence. */
async function* evidenceOf(wave: Wave, source: EvidenceSource, signal: AbortSignal): AsyncGenerator<Evidence> {
  const open = new Map(wave.jobs.map((job) => [keyOf(job), job]));
  for (const { job, fault: because } of wave.barred) yield faultEvidence(job, because, new Date().toISOString());
  for await (const evidence of source.evidence(wave.jobs, signal)) {
    // Of a queue that delivers twice, the first counts
    if (open.delete(keyOf(evidence.job))) yield evidence;
  }
  const because = fault(signal.aborted ? 'engine.interrupted' : 'engine.not-run');
  for (const job of open.values()) yield faultEvidence(job, because, new Date().toISOString());
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
    const { facts, at } = collector.interpret(outcome.raw);
    return { is: 'facts', id, facts, at, why: faultMessages(outcome.raw) };
  } catch (error) {
    return { is: 'fault', id, fault: faultOf(error, { collector: job.collector, target: job.target.id }, listener) };
  }
}

function collection(found: ReadonlyMap<string, Found>, entries: EvidenceEntry[], signal: AbortSignal): Collection {
  const places = [...found.values()].sort((a, b) => byCodeUnit(a.target.id, b.target.id));
  const all = places.flatMap(({ seen }) => [...seen.values()]);
  const neverRan = all.some((one) => one.is === 'fault' && NEVER_RAN.includes(one.fault.code));
  return {
    targets: places.map(({ target, seen, planned }) => {
      const observed = [...seen.values()].filter((one) => one.is !== 'fault').length;
      return { target, jobs: { planned, observed, faulted: planned - observed } };
    }),
    observations: observationsOf(places),
    evidence: entries.sort((a, b) => byCodeUnit(a.id, b.id)),
    complete: !signal.aborted && !neverRan,
  };
}
