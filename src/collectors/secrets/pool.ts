/** The pool: hands out batches as worker threads become free; this thread scans too, where batches are easily had. */
import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Engine } from './compile.ts';
import { afterThreads, beforeThreadsStart, whenThreadsRun, whileThreadsRun } from './flags.ts';
import type { SearchTables } from './keywords.ts';
import type { Batch, FromWorker, ToWorker, WorkDone, WorkerStart } from './protocol.ts';
import { newWork, placesOf, type Work } from './work.ts';

const MAX_WORKERS = 8;
/** Batches that a worker has: one that it scans, and those that are there when it is done; this thread may be scanning then. */
const AHEAD = { files: 3, git: 2 } as const;

/** The worker's file: beside this one in a checkout (`worker.ts`), and beside the bundle that holds this one (`worker.js`). */
function workerFile(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);
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
  // async iterators must not be asked twice at once: the questions queue up
  let turn: Promise<Batch | undefined> = Promise.resolve(undefined);
  const next = (): Promise<Batch | undefined> => {
    const ask = async (): Promise<Batch | undefined> => {
      const step = await source.next();
      return step.done === true ? undefined : step.value;
    };
    turn = turn.then(ask, ask);
    return turn;
  };
  try {
    const first = await next();
    if (first === undefined) return;
    const second = await next();
    const ready = second === undefined ? [first] : [first, second];
    const threads = second === undefined ? 1 : Math.min(availableParallelism(), MAX_WORKERS);
    const here = feed === 'files';
    beforeThreadsStart();
    try {
      const workers = newWorkers(here ? threads - 1 : threads, scanner.start);
      const engine = scanner.engine();
      const more = async (): Promise<Batch | undefined> => ready.shift() ?? (await next());
      const { tables } = engine.search;
      const tell = (done: WorkDone): void => {
        whileThreadsRun();
        take(done);
      };
      const drained = workers.map((worker) => drain(worker, tables, AHEAD[feed], more, signal, tell));
      await Promise.all(here ? [...drained, scanHere(scanner.start, engine, more, signal, tell)] : drained);
    } finally {
      afterThreads();
    }
  } finally {
    // where a worker broke off, what feeds the batches ends too
    await source.return?.();
  }
}

function newWorkers(count: number, start: WorkerStart): readonly Worker[] {
  const workers = Array.from({ length: count }, () => newWorker(start));
  let starting = count;
  if (count === 0) whenThreadsRun();
  for (const worker of workers) {
    worker.once('online', () => {
      starting--;
      if (starting === 0) whenThreadsRun();
    });
  }
  return workers;
}

function newWorker(start: WorkerStart): Worker {
  return new Worker(workerFile(), {
    workerData: start,
    stdout: true,
    stderr: true,
    // what a text leaves behind dies with it: more room for it would only hold more memory
    resourceLimits: { maxYoungGenerationSizeMb: 12 },
  });
}

/** Scans a batch, then hears what the workers say, and so on. */
async function scanHere(
  start: WorkerStart,
  engine: Engine,
  next: () => Promise<Batch | undefined>,
  signal: AbortSignal,
  take: (done: WorkDone) => void,
): Promise<void> {
  const work = await newWork(start, engine);
  for (let batch = await next(); batch !== undefined; batch = await next()) {
    const done = doneOrPlaces(work, batch);
    if (typeof done === 'string') throw new Error(`the scanner failed\n${done}`);
    take(done);
    await setImmediate();
    signal.throwIfAborted();
  }
}

function doneOrPlaces(work: Work, { items }: Batch): WorkDone | string {
  try {
    return work(items);
  } catch (error) {
    return placesOf(error);
  }
}

async function drain(
  worker: Worker,
  tables: SearchTables,
  batches: number,
  next: () => Promise<Batch | undefined>,
  signal: AbortSignal,
  take: (done: WorkDone) => void,
): Promise<void> {
  const say = (message: ToWorker, moved: readonly ArrayBuffer[] = []): void => worker.postMessage(message, [...moved]);
  const stop = (): void => void worker.terminate();
  try {
    await new Promise<void>((resolve, reject) => {
      const failed = (error: unknown): void => reject(error instanceof Error ? error : new Error(String(error)));
      const given: Batch[] = [];
      let ended = false;
      const advance = (batch: Batch | undefined): void => {
        if (batch === undefined) {
          if (!ended) say({ is: 'end' });
          ended = true;
          return;
        }
        given.push(batch);
        const { items, memory } = batch;
        const text = JSON.stringify(items);
        if (memory === undefined) say({ is: 'work', items: text });
        else say({ is: 'work', items: text, memory }, [memory]);
      };
      worker.on('message', (message: FromWorker) => {
        if (message.is === 'bug') return reject(new Error(`the scanner failed\n${message.stack}`));
        take(message.done);
        const { release } = given.shift() ?? {};
        if (message.memory !== undefined) release?.(message.memory);
        next().then(advance, failed);
      });
      say({ is: 'tables', tables });
      for (let ahead = 0; ahead < batches; ahead++) next().then(advance, failed);
      worker.on('error', () => reject(new Error('a worker of the scanner broke off')));
      worker.on('exit', () => (signal.aborted ? failed(signal.reason) : resolve()));
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
    });
  } finally {
    signal.removeEventListener('abort', stop);
    await worker.terminate();
  }
}
