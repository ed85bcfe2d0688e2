/** Runs a plan to its end: what its jobs come to is taken in, wave by wave, until facts lead nowhere new. */
import type { Listener } from '../model/events.ts';
import type { Job } from '../model/evidence.ts';
import { fault } from '../model/fault.ts';
import { byCodeUnit } from '../model/json.ts';
import type { EvidenceEntry } from '../model/result.ts';
import type { Target } from '../model/target.ts';
import { faultEvidence } from './evidence.ts';
import { factsIn, type Held, observationsOf } from './held.ts';
import type { Observation } from './observed.ts';
import type { Planner, Seen, Wave } from './plan.ts';
import type { Taken, Taker } from './take.ts';

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
  readonly taker: Taker;
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
  const { taker } = options;
  const jobs = [...wave.jobs, ...wave.barred.map(({ job }) => job)];
  let awaited = jobs.filter((job) => wave.leads(job.collector)).length;
  const seen: Seen[] = [];
  let tell: (seen: readonly Seen[]) => void = () => undefined;
  const heard = new Promise<readonly Seen[]>((resolve) => {
    tell = resolve;
  });

  function add({ entry, held }: Taken): void {
    const { collector, target: id } = entry;
    state.entries.push(entry);
    const place = state.found.get(id);
    if (place === undefined) return;
    place.seen.set(collector, held);
    if (!wave.leads(collector)) return;
    // opened when they are asked for: those of all targets at once would be most of the memory
    seen.push({ collector, target: place.target, facts: () => factsIn(held) });
    if (--awaited === 0) tell(seen);
  }

  async function take(): Promise<void> {
    if (awaited === 0) tell(seen);
    for (const { job, fault: because } of wave.barred) {
      add(await taker.put(faultEvidence(job, because, new Date().toISOString())));
    }
    const open = new Map(wave.jobs.map((job) => [`${job.collector} ${job.target.id}`, job]));
    for await (const taken of taker.take(wave.jobs, signal)) {
      open.delete(`${taken.entry.collector} ${taken.entry.target}`);
      add(taken);
    }
    const because = fault(signal.aborted ? 'engine.interrupted' : 'engine.not-run');
    for (const job of open.values()) add(await taker.put(faultEvidence(job, because, new Date().toISOString())));
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
