/** The one function that does the work: a job in, its evidence out, whatever happens on the way (ARCHITECTURE §11). */
import type { Collector } from '../model/collector.ts';
import type { Listener } from '../model/events.ts';
import type { Evidence, Job, Outcome } from '../model/evidence.ts';
import { fault, FaultError } from '../model/fault.ts';
import type { Json } from '../model/json.ts';
import { createDeadline, pause, reasonOf, type Deadline } from './deadline.ts';
import { evidenceId, seal } from './evidence.ts';
import { createJobIO } from './io/create.ts';
import type { Data } from './io/data.ts';
import type { World } from './io/world.ts';
import { plainJson } from './plain.ts';
import { redact } from './redact.ts';

/** What a collector gets to hand over what it has, after its signal has aborted: no new byte can arrive in that time. */
const GRACE_MS = 1000;

export interface Surroundings {
  readonly world: World;
  readonly data: Data;
  /** The interruption of the run. */
  readonly signal: AbortSignal;
  readonly listener: Listener;
}

/** Observes under the collector's deadline, retries what is transient, redacts, seals. Never rejects. */
export async function observeJob(job: Job, collector: Collector, around: Surroundings): Promise<Evidence> {
  const { listener } = around;
  const names = { collector: job.collector, target: job.target.id };
  const startedAt = new Date().toISOString();
  const started = performance.now();
  const deadline = createDeadline(
    around.signal,
    collector.deadlineMs,
    'engine.deadline',
    `${job.collector} took longer than ${String(collector.deadlineMs)} ms`,
  );
  listener({ is: 'job-started', ...names });
  let attempts = 0;
  let redactions = 0;
  let outcome: Outcome | undefined;
  try {
    while (outcome === undefined) {
      attempts++;
      try {
        const seen = await attempt(job, collector, around, deadline);
        redactions = seen.redactions;
        outcome = { is: 'observed', raw: seen.raw };
      } catch (error) {
        const failed = faultOf(error, names, listener);
        const again = failed.transient && attempts < collector.retries.attempts && !deadline.signal.aborted;
        if (!again) outcome = { is: 'fault', fault: failed };
        else {
          listener({ is: 'job-retried', ...names, attempt: attempts, fault: failed });
          await backOff(collector.retries.backoffMs, attempts, deadline.signal);
        }
      }
    }
  } finally {
    deadline.clear();
  }
  const elapsedMs = Math.round(performance.now() - started);
  listener({ is: 'job-finished', ...names, elapsedMs, ...(outcome.is === 'fault' && { fault: outcome.fault }) });
  return seal({
    schema: 'evidence/1',
    id: evidenceId(job),
    job,
    collectorVersion: collector.version,
    startedAt,
    elapsedMs,
    attempts,
    redactions,
    outcome,
  });
}

/** One attempt with an IO of its own: whatever it left open is closed before the next one begins. */
async function attempt(
  job: Job,
  collector: Collector,
  around: Surroundings,
  { signal, renew }: Deadline,
): Promise<{ readonly raw: Json; readonly redactions: number }> {
  const { world, data, listener } = around;
  const own = createJobIO(world, {
    signal,
    data,
    waited: renew,
    progress: (note) => listener({ is: 'job-note', collector: job.collector, target: job.target.id, note }),
  });
  try {
    // A collector may throw before its first await
    const raw = await withGrace((async () => await collector.observe(job, own.io))(), signal);
    return redact(plainJson(raw), collector.rawSchema);
  } finally {
    own.end();
  }
}

/**
 * The promise; when the signal aborts, what the promise still answers within the grace (a collector whose questions all fail
 * now puts those faults at their places and keeps the answers it has), else the signal's fault.
 */
async function withGrace<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    onAbort = () => {
      timer = setTimeout(() => reject(reasonOf(signal)), GRACE_MS);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) reject(reasonOf(signal));
  });
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    clearTimeout(timer);
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
  }
}

/** Anything but a FaultError is a defect of ours: its stack goes to the listener, never into evidence. */
export function faultOf(
  error: unknown,
  names: { readonly collector: string; readonly target: string },
  listener: Listener,
): FaultError['fault'] {
  if (error instanceof FaultError) return plainJson(error.fault) as unknown as FaultError['fault'];
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  listener({ is: 'bug', ...names, stack });
  return fault('collector.bug');
}

/** Doubles with each attempt, from half to one and a half of it: many jobs that failed together do not return together. */
async function backOff(backoffMs: number, attempts: number, signal: AbortSignal): Promise<void> {
  const ms = backoffMs * 2 ** (attempts - 1) * (0.5 + Math.random());
  try {
    await pause(ms, signal);
  } catch (error) {
    // The deadline came first; the next attempt says so
    if (!(error instanceof FaultError)) throw error;
  }
}
