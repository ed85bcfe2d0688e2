/** The live source: observes jobs in this process, as many at once as the options allow. */
import type { Listener } from '../model/events.ts';
import type { Evidence, Job } from '../model/evidence.ts';
import { fault, FaultError } from '../model/fault.ts';
import type { NetworkOptions } from '../model/options.ts';
import type { Collectors } from './collectors.ts';
import { faultEvidence } from './evidence.ts';
import type { Data } from './io/data.ts';
import { createWorld } from './io/world.ts';
import { createGate, type Gate } from './limits.ts';
import { faultOf, observeJob, type Surroundings } from './observe-job.ts';
import type { EvidenceSource } from './source.ts';

export interface LiveSource extends EvidenceSource {
  /** Closes what the run kept open. Call it in `finally`. */
  close(): void;
}

export interface LiveOptions {
  readonly network: NetworkOptions;
  readonly collectors: Collectors;
  readonly data: Data;
  readonly listener: Listener;
}

export function liveSource({ network, collectors, data, listener }: LiveOptions): LiveSource {
  const world = createWorld(network);
  const slots = Math.max(1, network.concurrency);
  // One gate for all waves: a later one runs beside what is left of an earlier one
  const gate = createGate(slots);

  async function observe(job: Job, signal: AbortSignal): Promise<Evidence> {
    const around: Surroundings = { world, data, signal, listener };
    try {
      const collector = await collectors.load(job.collector);
      if (collector === undefined) return faultEvidence(job, fault('engine.not-run'), new Date().toISOString());
      return await observeJob(job, collector, around);
    } catch (error) {
      const failed = faultOf(error, { collector: job.collector, target: job.target.id }, listener);
      return faultEvidence(job, failed, new Date().toISOString());
    }
  }

  /** Takes jobs off the list as slots become free, until there are none or the run is interrupted. */
  async function work(waiting: Iterator<Job>, signal: AbortSignal, put: (evidence: Evidence) => void): Promise<void> {
    for (;;) {
      const leave = await slotOf(gate, signal);
      if (leave === undefined) return;
      try {
        const next = waiting.next();
        if (next.done === true) return;
        // What would not survive a queue fails here; what was observed is made plain JSON before it is sealed
        put(await observe(overTheWire(next.value), signal));
      } finally {
        leave();
      }
    }
  }

  return {
    async *evidence(jobs, signal) {
      const waiting = jobs[Symbol.iterator]();
      const ready: Evidence[] = [];
      const state = { working: true };
      let wake: () => void = () => undefined;
      const put = (evidence: Evidence): void => {
        ready.push(evidence);
        wake();
      };
      const workers = Array.from({ length: slots }, () => work(waiting, signal, put));
      const all = Promise.all(workers).finally(() => {
        state.working = false;
        wake();
      });
      // Awaited below, when what is ready has been handed on
      all.catch(() => undefined);
      while (state.working || ready.length > 0) {
        const evidence = ready.shift();
        if (evidence !== undefined) yield evidence;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
      await all;
    },
    close: () => world.close(),
  };
}

/** A slot, or undefined where the run was interrupted while waiting for one. */
async function slotOf(gate: Gate, signal: AbortSignal): Promise<(() => void) | undefined> {
  try {
    return await gate.enter(signal);
  } catch (error) {
    if (error instanceof FaultError) return undefined;
    throw error;
  }
}

function overTheWire<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
