/** The pool of worker threads: hands out batches of files as workers become free. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { FromWorker, ToWorker, WorkDone, WorkerStart, WorkItem } from './protocol.ts';

/** Files handed out at once, unless they are large: enough that asking for more costs little, and few enough to end together. */
const BATCH = 128;
const BATCH_BYTES = 8 * 1024 * 1024;
const MAX_WORKERS = 8;

/** The worker's file: beside this one in a checkout (`worker.ts`), and beside the bundle that holds this one (`worker.js`). */
function workerFile(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);
}

/** Scans the files that `items` yields; calls `take` for every batch that is done. */
export async function scanInWorkers(
  start: WorkerStart,
  items: AsyncIterable<WorkItem>,
  signal: AbortSignal,
  take: (done: WorkDone) => void,
): Promise<void> {
  const source = items[Symbol.asyncIterator]();
  // async iterators must not be asked twice at once: the batches queue up
  let turn: Promise<unknown> = Promise.resolve();
  let ended = false;
  const nextBatch = async (): Promise<WorkItem[]> => {
    const batch: WorkItem[] = [];
    const fill = async (): Promise<void> => {
      let bytes = 0;
      while (!ended && batch.length < BATCH && bytes < BATCH_BYTES) {
        const step = await source.next();
        if (step.done === true) {
          ended = true;
          break;
        }
        batch.push(step.value);
        bytes += step.value.size;
      }
    };
    const mine = turn.then(fill);
    turn = mine.catch(() => undefined);
    await mine;
    return batch;
  };
  const count = Math.min(availableParallelism(), MAX_WORKERS);
  const first = await nextBatch();
  if (first.length === 0) return;
  const second = ended ? [] : await nextBatch();
  const wanted = second.length === 0 ? 1 : count;
  const ready = [first, second].filter((batch) => batch.length > 0);
  await Promise.all(
    Array.from({ length: wanted }, () => drain(start, async () => ready.shift() ?? (await nextBatch()), signal, take)),
  );
}

async function drain(
  start: WorkerStart,
  next: () => Promise<WorkItem[]>,
  signal: AbortSignal,
  take: (done: WorkDone) => void,
): Promise<void> {
  const worker = new Worker(workerFile(), { workerData: start, stdout: true, stderr: true });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  const say = (message: ToWorker): void => worker.postMessage(message);
  const stop = (): void => void worker.terminate();
  try {
    await new Promise<void>((resolve, reject) => {
      const failed = (error: unknown): void => reject(error instanceof Error ? error : new Error(String(error)));
      const advance = (): void => {
        next().then((batch) => say(batch.length === 0 ? { is: 'end' } : { is: 'work', items: batch }), failed);
      };
      worker.on('message', (message: FromWorker) => {
        if (message.is === 'bug') return reject(new Error(`the scanner failed\n${message.stack}`));
        if (message.is === 'done') take(message.done);
        advance();
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
