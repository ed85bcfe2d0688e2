/** A worker thread: scans what it is handed. Values never leave the thread that found them. */
import { parentPort, workerData } from 'node:worker_threads';
import type { DetectorSet } from '../../model/detector.ts';
import { claim } from './claims.ts';
import { prepare } from './compile.ts';
import type { FromWorker, ToWorker, WorkerData, WorkItem } from './protocol.ts';
import { newWork, placesOf, type Work } from './work.ts';

const { start, claims } = workerData as WorkerData;
const withTables = prepare(JSON.parse(Buffer.from(start.detectors).toString('utf8')) as DetectorSet);
/** Set by the first message; those that follow wait for it, in their order. */
let work: Promise<Work>;

function send(message: FromWorker, memory?: ArrayBuffer): void {
  if (memory === undefined) parentPort?.postMessage(message, []);
  else parentPort?.postMessage({ ...message, memory }, [memory]);
}

async function take(message: ToWorker): Promise<void> {
  try {
    if (message.is === 'tables') work = newWork(start, withTables(message.tables));
    const scan = await work;
    if (message.is === 'end') parentPort?.close();
    if (message.is !== 'work') return;
    const { items, memory, slot, number } = message;
    // another had nothing to do, and scans it
    if (!claim(claims, slot, number)) return;
    send({ is: 'done', done: scan(JSON.parse(items) as WorkItem[], memory) }, memory);
  } catch (error) {
    send({ is: 'bug', stack: placesOf(error) });
  }
}

parentPort?.on('message', (message: ToWorker) => void take(message));
