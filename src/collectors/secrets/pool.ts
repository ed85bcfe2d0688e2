/** The pool of worker threads: hands out batches as workers become free. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Batch, FromWorker, ToWorker, WorkDone, WorkerStart } from './protocol.ts';

const MAX_WORKERS = 8;

/** The worker's file: beside this one in a checkout (`worker.ts`), and beside the bundle that holds this one (`worker.js`). */
function workerFile(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);
}

/** Scans what `batches` yields; calls `take` for every batch that is done. */
export async function scanInWorkers(
  start: WorkerStart,
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
    await Promise.all(
      Array.from({ length: wanted }, () => drain(start, async () => ready.shift() ?? (await next()), signal, take)),
    );
  } finally {
    // where a worker broke off, what feeds the batches ends too
    await source.return?.();
  }
}

async function drain(
  start: WorkerStart,
  next: () => Promise<Batch | undefined>,
  signal: AbortSignal,
  take: (done: WorkDone) => void,
): Promise<void> {
  const worker = new Worker(workerFile(), {
    workerData: start,
    stdout: true,
    stderr: true,
    // what a text leaves behind dies with it: more room for it would only hold more memory
    resourceLimits: { maxYoungGenerationSizeMb: 12 },
  });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  const say = (message: ToWorker): void => worker.postMessage(message);
  const stop = (): void => void worker.terminate();
  try {
    await new Promise<void>((resolve, reject) => {
      const failed = (error: unknown): void => reject(error instanceof Error ? error : new Error(String(error)));
      let current: Batch | undefined;
      const advance = (batch: Batch | undefined): void => {
        current = batch;
        if (batch === undefined) return say({ is: 'end' });
        const { items, memory } = batch;
        say({ is: 'work', items, ...(memory === undefined ? {} : { memory }) });
      };
      worker.on('message', (message: FromWorker) => {
        if (message.is === 'bug') return reject(new Error(`the scanner failed\n${message.stack}`));
        if (message.is === 'done') take(message.done);
        current?.release?.();
        next().then(advance, failed);
      });
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
