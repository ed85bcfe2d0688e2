/** A worker thread: reads files by path under the caps and answers with redacted findings. Values never leave this thread. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { basename, sep } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { FaultCode } from '../../model/fault.ts';
import type { DetectorSet } from '../../model/detector.ts';
import { compile } from './compile.ts';
import { CHUNK, scanFile } from './file.ts';
import type { FromWorker, ToWorker, Unread, WorkDone, WorkerStart, WorkItem } from './protocol.ts';
import type { Found } from './report.ts';

const start = workerData as WorkerStart;
const engine = compile(JSON.parse(Buffer.from(start.detectors).toString('utf8')) as DetectorSet);
const key = Buffer.from(start.key);
const rootName = basename(start.root);
/** Lies in the memory of the search: what is read is not copied. */
let buffer = engine.search.room(256 * 1024);

function codeOf(error: unknown): FaultCode | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? 'source.unreadable' : undefined;
}

/** Thrown where a file is not what the walk saw: replaced by a link, a folder, or a shorter one. */
class Changed extends Error {
  readonly code = 'ECHANGED';
}

const root = start.root.endsWith(sep) ? start.root : start.root + sep;
// O_NOFOLLOW: a link that took the file's place is not followed; O_NONBLOCK: nor does a pipe keep us waiting
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

function roomFor(length: number): Buffer {
  if (buffer.length < length) buffer = engine.search.room(Math.min(CHUNK, Math.max(length, buffer.length * 2)));
  return buffer;
}

function fill(file: number, length: number, offset: number): number {
  roomFor(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(file, buffer, filled, length - filled, offset + filled);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}

function sizeOf(file: number): number {
  const stat = fstatSync(file);
  if (!stat.isFile()) throw new Changed('not a file any more');
  if (stat.size > start.maxFile) throw new Changed('grew beyond the cap');
  return stat.size;
}

function scanOne(item: WorkItem): { readonly bytes: number; readonly scanned: ReturnType<typeof scanFile> } {
  const file = openSync(root + item.path, FLAGS);
  try {
    let { size } = item;
    // one byte more than the walk saw: where it is not there, the file is what it was
    let bytes = size < CHUNK ? readSync(file, roomFor(size + 1), 0, size + 1, 0) : -1;
    const whole = bytes === size;
    if (!whole) [size, bytes] = [sizeOf(file), 0];
    const readAt = (offset: number, length: number): Buffer => {
      const filled = whole ? size : fill(file, length, offset);
      bytes = Math.max(bytes, offset + filled);
      return buffer.subarray(0, filled);
    };
    return { scanned: scanFile(engine, item.path, size, readAt, key, rootName), bytes };
  } finally {
    closeSync(file);
  }
}

/** An object of the history came with its content. */
function scanObject(
  item: WorkItem,
  memory: SharedArrayBuffer,
): { readonly bytes: number; readonly scanned: ReturnType<typeof scanFile> } {
  const bytes = Buffer.from(memory, item.at ?? 0, item.size);
  const readAt = (offset: number, length: number): Buffer => bytes.subarray(offset, offset + length);
  const { length } = bytes;
  return { scanned: scanFile(engine, item.path, length, readAt, key, rootName, item.regions), bytes: length };
}

function work(items: readonly WorkItem[], memory: SharedArrayBuffer | undefined): WorkDone {
  const found: Found[] = [];
  const holders: WorkItem[] = [];
  const unread: Unread[] = [];
  let [files, bytes, foreign, binary, utf16] = [0, 0, 0, 0, 0];
  for (const item of items) {
    try {
      const one = memory === undefined ? scanOne(item) : scanObject(item, memory);
      files++;
      bytes += one.bytes;
      if (one.scanned.foreign) foreign++;
      if (one.scanned.encoding === 'binary') binary++;
      if (one.scanned.encoding.startsWith('utf-16')) utf16++;
      if (one.scanned.exhausted) unread.push({ path: item.path, code: 'source.too-complex', bytes: item.size });
      const { object: blob } = item;
      if (blob !== undefined && one.scanned.found.length > 0) holders.push(item);
      found.push(...(blob === undefined ? one.scanned.found : one.scanned.found.map((leak) => ({ ...leak, blob }))));
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined) throw error;
      unread.push({ path: item.path, code, bytes: item.size });
    }
  }
  return { found, holders, unread, files, bytes, foreign, binary, utf16 };
}

function send(message: FromWorker): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(message);
}

parentPort?.on('message', (message: ToWorker) => {
  if (message.is === 'end') {
    parentPort?.close();
    return;
  }
  try {
    send({ is: 'done', done: work(message.items, message.memory) });
  } catch (error) {
    // the message of an error could quote what was read; the places in our code cannot
    const stack = error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)) : [];
    send({ is: 'bug', stack: stack.join('\n') });
  }
});
send({ is: 'ready' });
