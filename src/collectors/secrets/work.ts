/** Scans the items of a batch, in a worker thread or beside it: files are read by path under the caps, the answer is redacted findings. */
import { closeSync, constants, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { basename, sep } from 'node:path';
import type { FaultCode } from '../../model/fault.ts';
import type * as Archive from '../../wire/archive.ts';
import type { Engine } from './compile.ts';
import { CHUNK, scanFile, type FileScan, type ReadAt } from './file.ts';
import type { Unread, WorkDone, WorkerStart, WorkItem } from './protocol.ts';
import type { Found } from './report.ts';

export type Work = (items: readonly WorkItem[], memory?: ArrayBuffer) => WorkDone;

export async function newWork(start: WorkerStart, engine: Engine): Promise<Work> {
  // loaded where it is wanted: what unpacks takes longer to load than a small tree to scan
  const archive = start.archives ? await import('../../wire/archive.ts') : undefined;
  const desk: Desk = {
    engine,
    archive,
    key: Buffer.from(start.key),
    root: start.root.endsWith(sep) ? start.root : start.root + sep,
    rootName: start.installed ? 'node_modules' : basename(start.root),
    maxFile: start.maxFile,
    buffer: Buffer.alloc(0),
  };
  return (items, memory) => scanAll(desk, items, memory);
}

/** Where in our code an error came up; its message could quote what was read. */
export function placesOf(error: unknown): string {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : [];
  return lines.filter((line) => /^\s+at /.test(line)).join('\n');
}

interface Desk {
  readonly engine: Engine;
  readonly archive: typeof Archive | undefined;
  readonly key: Buffer;
  /** With a separator at its end. */
  readonly root: string;
  readonly rootName: string;
  readonly maxFile: number;
  /** Lies in the memory of the search: what is read is not copied. */
  buffer: Buffer;
}

function codeOf(error: unknown): FaultCode | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? 'source.unreadable' : undefined;
}

/** Thrown where a file is not what the walk saw: replaced by a link, a folder, or a shorter one. */
class Changed extends Error {
  readonly code = 'ECHANGED';
}

// O_NOFOLLOW: a link that took the file's place is not followed; O_NONBLOCK: nor does a pipe keep us waiting
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

function roomFor(desk: Desk, length: number): Buffer {
  const { buffer } = desk;
  if (buffer.length >= length) return buffer;
  desk.buffer = desk.engine.search.room(Math.min(CHUNK, Math.max(length, 256 * 1024, buffer.length * 2)));
  return desk.buffer;
}

function fill(desk: Desk, file: number, length: number, offset: number): number {
  const buffer = roomFor(desk, length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(file, buffer, filled, length - filled, offset + filled);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}

function sizeOf(file: number, maxFile: number): number {
  const stat = fstatSync(file);
  if (!stat.isFile()) throw new Changed('not a file any more');
  if (stat.size > maxFile) throw new Changed('grew beyond the cap');
  return stat.size;
}

interface Scanned {
  readonly bytes: number;
  readonly scanned: FileScan;
}

function scanOne(desk: Desk, item: WorkItem): Scanned {
  const file = openSync(desk.root + item.path, FLAGS);
  try {
    let { size } = item;
    // one byte more than the walk saw: where it is not there, the file is what it was
    let bytes = size < CHUNK ? readSync(file, roomFor(desk, size + 1), 0, size + 1, 0) : -1;
    const whole = bytes === size;
    if (!whole) [size, bytes] = [sizeOf(file, desk.maxFile), 0];
    const readAt: ReadAt = (offset, length) => {
      const filled = whole ? size : fill(desk, file, length, offset);
      bytes = Math.max(bytes, offset + filled);
      return desk.buffer.subarray(0, filled);
    };
    return { scanned: scanFile(desk.engine, item.path, size, readAt, desk.key, desk.rootName), bytes };
  } finally {
    closeSync(file);
  }
}

/** An object of the history came with its content. */
function scanObject({ engine, key, rootName }: Desk, item: WorkItem, memory: ArrayBuffer): Scanned {
  const bytes = Buffer.from(memory, item.at ?? 0, item.size);
  const readAt: ReadAt = (offset, length) => bytes.subarray(offset, offset + length);
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

function scanAll(desk: Desk, items: readonly WorkItem[], memory: ArrayBuffer | undefined): WorkDone {
  const tally: Tally = {
    ...{ found: [], holders: [], unread: [] },
    ...{ files: 0, bytes: 0, foreign: 0, binary: 0, utf16: 0, archived: 0 },
  };
  const { archive } = desk;
  for (const item of items) {
    try {
      const one = memory === undefined ? scanOne(desk, item) : scanObject(desk, item, memory);
      tally.files++;
      tally.bytes += one.bytes;
      add(tally, item, one.scanned);
      if (archive !== undefined && memory === undefined && archive.archiveKind(item.path) !== undefined) {
        openArchive(desk, tally, item, archive.archiveEntries);
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

function openArchive(
  { engine, root, key, rootName }: Desk,
  tally: Tally,
  item: WorkItem,
  archiveEntries: typeof Archive.archiveEntries,
): void {
  for (const { path, bytes, why } of archiveEntries(item.path, readFileSync(root + item.path), LIMITS)) {
    if (bytes === undefined) {
      tally.unread.push({ path, code: `source.${why ?? 'malformed'}`, bytes: 0 });
      continue;
    }
    const readAt: ReadAt = (offset, length) => bytes.subarray(offset, offset + length);
    tally.archived++;
    tally.bytes += bytes.length;
    add(tally, { path, size: bytes.length }, scanFile(engine, path, bytes.length, readAt, key, rootName));
  }
}
