/** The pool of worker threads: hands out batches as workers become free. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { afterThreads, beforeThreadsStart, whenThreadsRun } from './flags.ts';
import type { SearchTables } from './keywords.ts';
import type { Batch, FromWorker, ToWorker, WorkDone, WorkerStart } from './protocol.ts';

const MAX_WORKERS = 8;
/** Batches that a worker has: one that it scans, and one that is there when it is done. */
const AHEAD = 2;

/** The worker's file: beside this one in a checkout (`worker.ts`), and beside the bundle that holds this one (`worker.js`). */
function workerFile(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);
}

export interface Scanner {
  readonly start: WorkerStart;
  /** Made while the workers start. */
  tables(): SearchTables;
}

/** Scans what `batches` yields; calls `take` for every batch that is done. */
export async function scanInWorkers(
  scanner: Scanner,
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
    const wanted = second === undefined ? 1 : Math.min(availableParallelism(), MAX_WORKERS);
    beforeThreadsStart();
    try {
      const workers = newWorkers(wanted, scanner.start);
      const tables = scanner.tables();
      await Promise.all(
        workers.map((worker) => drain(worker, tables, async () => ready.shift() ?? (await next()), signal, take)),
      );
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

async function drain(
  worker: Worker,
  tables: SearchTables,
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
      for (let ahead = 0; ahead < AHEAD; ahead++) next().then(advance, failed);
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
