/** A worker thread: reads files by path under the caps and answers with redacted findings. Values never leave this thread. */
import { closeSync, constants, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { basename, sep } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { FaultCode } from '../../model/fault.ts';
import type { DetectorSet } from '../../model/detector.ts';
import { prepare, type Engine } from './compile.ts';
import type * as Archive from '../../wire/archive.ts';
import { CHUNK, scanFile, type FileScan } from './file.ts';
import type { FromWorker, ToWorker, Unread, WorkDone, WorkerStart, WorkItem } from './protocol.ts';
import type { Found } from './report.ts';

const start = workerData as WorkerStart;
const withTables = prepare(JSON.parse(Buffer.from(start.detectors).toString('utf8')) as DetectorSet);
/** Set by the first message. */
let engine: Engine;
const key = Buffer.from(start.key);
/** Loaded where it is wanted: what unpacks takes longer to load than a small tree to scan. */
const archive = start.archives ? await import('../../wire/archive.ts') : undefined;
const rootName = start.installed ? 'node_modules' : basename(start.root);
/** Lies in the memory of the search: what is read is not copied. */
let buffer: Buffer = Buffer.alloc(0);

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
  if (buffer.length < length)
    buffer = engine.search.room(Math.min(CHUNK, Math.max(length, 256 * 1024, buffer.length * 2)));
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

function scanOne(item: WorkItem): { readonly bytes: number; readonly scanned: FileScan } {
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
function scanObject(item: WorkItem, memory: ArrayBuffer): { readonly bytes: number; readonly scanned: FileScan } {
  const bytes = Buffer.from(memory, item.at ?? 0, item.size);
  const readAt = (offset: number, length: number): Buffer => bytes.subarray(offset, offset + length);
  const { length } = bytes;
  return { scanned: scanFile(engine, item.path, length, readAt, key, rootName, item.regions), bytes: length };
}

interface Tally {
  readonly found: Found[];
  readonly holders: WorkItem[];
  readonly unread: Unread[];
  files: number;
  bytes: number;
  foreign: number;
  binary: number;
  utf16: number;
  archived: number;
}

function work(items: readonly WorkItem[], memory: ArrayBuffer | undefined): WorkDone {
  const tally: Tally = {
    ...{ found: [], holders: [], unread: [] },
    ...{ files: 0, bytes: 0, foreign: 0, binary: 0, utf16: 0, archived: 0 },
  };
  for (const item of items) {
    try {
      const one = memory === undefined ? scanOne(item) : scanObject(item, memory);
      tally.files++;
      tally.bytes += one.bytes;
      add(tally, item, one.scanned);
      if (archive !== undefined && memory === undefined && archive.archiveKind(item.path) !== undefined) {
        openArchive(tally, item, archive.archiveEntries);
      }
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined) throw error;
      tally.unread.push({ path: item.path, code, bytes: item.size });
    }
  }
  return tally;
}

function add(tally: Tally, item: WorkItem, scanned: FileScan): void {
  if (scanned.foreign) tally.foreign++;
  if (scanned.encoding === 'binary') tally.binary++;
  if (scanned.encoding.startsWith('utf-16')) tally.utf16++;
  if (scanned.exhausted) tally.unread.push({ path: item.path, code: 'source.too-complex', bytes: item.size });
  const { object: blob } = item;
  if (blob !== undefined && scanned.found.length > 0) tally.holders.push(item);
  tally.found.push(...(blob === undefined ? scanned.found : scanned.found.map((leak) => ({ ...leak, blob }))));
}

/** What one archive may unpack to, however it was built. */
const LIMITS: Archive.ArchiveLimits = { total: 256 * 1024 * 1024, entries: 20_000, depth: 2 };

function openArchive(tally: Tally, item: WorkItem, archiveEntries: typeof Archive.archiveEntries): void {
  for (const { path, bytes, why } of archiveEntries(item.path, readFileSync(root + item.path), LIMITS)) {
    if (bytes === undefined) {
      tally.unread.push({ path, code: `source.${why ?? 'malformed'}`, bytes: 0 });
      continue;
    }
    const readAt = (offset: number, length: number): Buffer => bytes.subarray(offset, offset + length);
    tally.archived++;
    tally.bytes += bytes.length;
    add(tally, { path, size: bytes.length }, scanFile(engine, path, bytes.length, readAt, key, rootName));
  }
}

function send(message: FromWorker, memory?: ArrayBuffer): void {
  if (memory === undefined) parentPort?.postMessage(message, []);
  else parentPort?.postMessage({ ...message, memory }, [memory]);
}

parentPort?.on('message', (message: ToWorker) => {
  if (message.is === 'end') {
    parentPort?.close();
    return;
  }
  try {
    if (message.is === 'tables') engine = withTables(message.tables);
    else send({ is: 'done', done: work(JSON.parse(message.items) as WorkItem[], message.memory) }, message.memory);
  } catch (error) {
    // the message of an error could quote what was read; the places in our code cannot
    const stack = error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)) : [];
    send({ is: 'bug', stack: stack.join('\n') });
  }
});
