/** The pool: hands out batches as worker threads become free; this thread scans too, where batches are easily had. */
import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { claim, newClaims, offer } from './claims.ts';
import type { Engine } from './compile.ts';
import { afterThreads, beforeThreadsStart, whenThreadsRun, whileThreadsRun } from './flags.ts';
import type { Batch, FromWorker, ToWorker, WorkDone, WorkerData, WorkerStart } from './protocol.ts';
import { newQueue, type Queue } from './queue.ts';
import { isMuch, newWork, placesOf, type Work } from './work.ts';

const MAX_WORKERS = 8;
/** Batches that a worker has: one that it scans, and those that are there when it is done: this thread may be scanning a long one then. */
const AHEAD = { files: 6, git: 2 } as const;

/** The worker's file: beside this one in a checkout (`worker.ts`), and beside the bundle that holds this one (`worker.cjs`). */
function workerFile(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.cjs', import.meta.url);
}

export interface Scanner {
  readonly start: WorkerStart;
  /** Made while the workers start. */
  engine(): Engine;
}

/** Where batches come from: a list of files takes this thread little time, and it scans a share of them; what git tells keeps it busy. */
export type Feed = keyof typeof AHEAD;

/** Scans what `batches` yields; calls `take` for every batch that is done. */
export async function scanInWorkers(
  scanner: Scanner,
  feed: Feed,
  batches: AsyncIterable<Batch>,
  signal: AbortSignal,
  take: (done: WorkDone) => void,
): Promise<void> {
  const source = batches[Symbol.asyncIterator]();
  let queue: Queue | undefined;
  try {
    const ready: Batch[] = [];
    for (let first = 0; first < 2; first++) {
      const step = await source.next();
      if (step.done !== true) ready.push(step.value);
    }
    const [only, second] = ready;
    if (only === undefined) return;
    const here = feed === 'files';
    const little = second === undefined && !(here && isMuch(scanner.start.root, only.items));
    const threads = little ? 1 : Math.min(availableParallelism(), MAX_WORKERS);
    queue = newQueue(ready, source);
    beforeThreadsStart();
    try {
      const helpers = newHelpers(here ? threads - 1 : threads, scanner.start);
      const work = { queue, engine: scanner.engine(), signal, take };
      const drained = helpers.map((helper) => drain(helper, AHEAD[feed], work));
      await Promise.all(here ? [...drained, scanHere(scanner.start, work)] : drained);
    } finally {
      afterThreads();
    }
  } finally {
    // where a worker broke off, those who wait for what it leaves end, and what feeds the batches
    queue?.close();
    await source.return?.();
  }
}

interface Shared {
  readonly queue: Queue;
  readonly engine: Engine;
  readonly signal: AbortSignal;
  readonly take: (done: WorkDone) => void;
}

/** Keeps what is done, and hands on what was left. */
function taken({ queue, take }: Shared, batch: Batch, done: WorkDone): void {
  whileThreadsRun();
  take(done);
  queue.done(batch, done.left);
}

/** A worker, and by slot what it was handed and has not begun. */
interface Helper {
  readonly worker: Worker;
  readonly claims: Int32Array;
}

function newHelpers(count: number, start: WorkerStart): readonly Helper[] {
  const helpers = Array.from({ length: count }, () => newHelper(start));
  let starting = count;
  if (count === 0) whenThreadsRun();
  for (const { worker } of helpers) {
    worker.once('online', () => {
      starting--;
      if (starting === 0) whenThreadsRun();
    });
  }
  return helpers;
}

function newHelper(start: WorkerStart): Helper {
  const claims = newClaims();
  const data: WorkerData = { start, claims };
  const worker = new Worker(workerFile(), {
    workerData: data,
    stdout: true,
    stderr: true,
    // what a text leaves behind dies with it: more room for it would only hold more memory
    resourceLimits: { maxYoungGenerationSizeMb: 12 },
  });
  return { worker, claims };
}

/** Scans a batch, then hears what the workers say, and so on. */
async function scanHere(start: WorkerStart, shared: Shared): Promise<void> {
  const work = await newWork(start, shared.engine);
  for (;;) {
    const batch = await shared.queue.next(() => true);
    if (batch === undefined) return;
    const done = doneOrPlaces(work, batch);
    if (typeof done === 'string') throw new Error(`the scanner failed\n${done}`);
    taken(shared, batch, done);
    await setImmediate();
    shared.signal.throwIfAborted();
  }
}

function doneOrPlaces(work: Work, { items }: Batch): WorkDone | string {
  try {
    return work(items);
  } catch (error) {
    return placesOf(error);
  }
}

interface Given {
  readonly batch: Batch;
  readonly slot: number;
  readonly number: number;
}

async function drain({ worker, claims }: Helper, ahead: number, shared: Shared): Promise<void> {
  const { queue, signal } = shared;
  const { tables } = shared.engine.search;
  const say = (message: ToWorker, moved: readonly ArrayBuffer[] = []): void => worker.postMessage(message, [...moved]);
  const stop = (): void => void worker.terminate();
  try {
    await new Promise<void>((resolve, reject) => {
      const failed = (error: unknown): void => reject(error instanceof Error ? error : new Error(String(error)));
      const given: Given[] = [];
      let numbers = 0;
      let ended = false;
      const ask = (): void => void queue.next(() => given.length === 0).then(advance, failed);
      const advance = (batch: Batch | undefined): void => {
        if (batch === undefined) {
          if (!ended) say({ is: 'end' });
          ended = true;
          return;
        }
        const number = ++numbers;
        const slot = offer(claims, number);
        given.push({ batch, slot, number });
        const { items, memory } = batch;
        const text = JSON.stringify(items);
        if (memory === undefined) say({ is: 'work', items: text, slot, number });
        else say({ is: 'work', items: text, slot, number, memory }, [memory]);
      };
      worker.on('message', (message: FromWorker) => {
        if (message.is === 'bug') return reject(new Error(`the scanner failed\n${message.stack}`));
        const batch = given.shift()?.batch;
        if (batch === undefined) return reject(new Error('a worker answered what it was not asked'));
        if (message.memory !== undefined) batch.release?.(message.memory);
        taken(shared, batch, message.done);
        ask();
      });
      queue.lendFrom(() => {
        const last = given.at(-1);
        // memory that was handed over is not here any more
        if (last === undefined || last.batch.memory !== undefined) return undefined;
        if (!claim(claims, last.slot, last.number)) return undefined;
        given.pop();
        ask();
        return last.batch;
      });
      say({ is: 'tables', tables });
      for (let batch = 0; batch < ahead; batch++) ask();
      worker.on('error', () => reject(new Error('a worker of the scanner broke off')));
      worker.on('exit', () => {
        if (signal.aborted) failed(signal.reason);
        else if (given.length > 0) failed(new Error('a worker of the scanner ended before its work did'));
        else resolve();
      });
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
    });
  } finally {
    signal.removeEventListener('abort', stop);
    await worker.terminate();
  }
}
