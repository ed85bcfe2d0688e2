/** The live source: observes jobs in this process, as many at once as the options allow. */
import type { Listener } from '../model/events.ts';
import type { Evidence, Job } from '../model/evidence.ts';
import { fault } from '../model/fault.ts';
import type { NetworkOptions } from '../model/options.ts';
import type { Collectors } from './collectors.ts';
import { faultEvidence } from './evidence.ts';
import type { Data } from './io/data.ts';
import { createWorld } from './io/world.ts';
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

  return {
    async *evidence(jobs, signal) {
      const waiting = jobs.values();
      const running = new Map<number, Promise<readonly [number, Evidence]>>();
      let number = 0;
      const start = (): void => {
        const next = signal.aborted ? undefined : waiting.next();
        if (next === undefined || next.done === true) return;
        const key = number++;
        // What would not survive a queue fails here
        const job = overTheWire(next.value);
        running.set(key, (async () => [key, overTheWire(await observe(job, signal))] as const)());
      };
      for (let slot = 0; slot < Math.max(1, network.concurrency); slot++) start();
      while (running.size > 0) {
        const [key, evidence] = await Promise.race(running.values());
        running.delete(key);
        start();
        yield evidence;
      }
    },
    close: () => world.close(),
  };
}

function overTheWire<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
