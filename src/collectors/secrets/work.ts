/** Scans the items of a batch, in a worker thread or beside it: files are read by path under the caps, the answer is redacted findings. */
import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
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
  if (code === 'EFBIG') return 'source.too-large';
  return typeof code === 'string' ? 'source.unreadable' : undefined;
}

/** Thrown where a file is larger than the cap, or not what the walk saw. */
class Refused extends Error {
  readonly code: 'EFBIG' | 'ECHANGED';
  constructor(code: Refused['code']) {
    super(code);
    this.code = code;
  }
}

/** How large a file is that could not be read. */
function sizeAt(path: string): number {
  try {
    return lstatSync(path).size;
  } catch {
    return 0;
  }
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
  if (!stat.isFile()) throw new Refused('ECHANGED');
  if (stat.size > maxFile) throw new Refused('EFBIG');
  return stat.size;
}

/** Most files are no larger: they are read as they are, and nobody asks for their size. */
const USUAL = 256 * 1024;

interface Scanned {
  readonly bytes: number;
  readonly scanned: FileScan;
}

function scanOne(desk: Desk, { path }: WorkItem): Scanned {
  const file = openSync(desk.root + path, FLAGS);
  try {
    let bytes = fill(desk, file, USUAL, 0);
    const whole = bytes < USUAL && bytes <= desk.maxFile;
    const size = whole ? bytes : sizeOf(file, desk.maxFile);
    const readAt: ReadAt = (offset, length) => {
      const filled = whole ? size : fill(desk, file, length, offset);
      bytes = Math.max(bytes, offset + filled);
      return desk.buffer.subarray(0, filled);
    };
    return { scanned: scanFile(desk.engine, path, size, readAt, desk.key, desk.rootName), bytes };
  } finally {
    closeSync(file);
  }
}

/** An object of the history came with its content. */
function scanObject({ engine, key, rootName }: Desk, item: WorkItem, memory: ArrayBuffer): Scanned {
  const bytes = Buffer.from(memory, item.at ?? 0, item.size ?? 0);
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
  left: number;
}

/** Of files in one batch: what is left then is for others. */
const BYTES = 8 * 1024 * 1024;

/** Whether these few files are more than one batch. */
export function isMuch(root: string, items: readonly WorkItem[]): boolean {
  return items.reduce((sum, { path }) => sum + sizeAt(join(root, path)), 0) > BYTES;
}

function scanAll(desk: Desk, items: readonly WorkItem[], memory: ArrayBuffer | undefined): WorkDone {
  const tally: Tally = {
    ...{ found: [], holders: [], unread: [] },
    ...{ files: 0, bytes: 0, foreign: 0, binary: 0, utf16: 0, archived: 0, left: items.length },
  };
  const { archive } = desk;
  for (const item of items) {
    if (tally.bytes >= BYTES && memory === undefined) break;
    tally.left--;
    try {
      const one = memory === undefined ? scanOne(desk, item) : scanObject(desk, item, memory);
      tally.files++;
      add(tally, item, one);
      if (archive !== undefined && memory === undefined && archive.archiveKind(item.path) !== undefined) {
        openArchive(desk, tally, item, archive.archiveEntries);
      }
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined) throw error;
      tally.unread.push({ path: item.path, code, bytes: item.size ?? sizeAt(desk.root + item.path) });
    }
  }
  return tally;
}

function add(tally: Tally, item: WorkItem, { scanned, bytes }: Scanned): void {
  tally.bytes += bytes;
  if (scanned.foreign) tally.foreign++;
  if (scanned.encoding === 'binary') tally.binary++;
  if (scanned.encoding.startsWith('utf-16')) tally.utf16++;
  if (scanned.exhausted) tally.unread.push({ path: item.path, code: 'source.too-complex', bytes: item.size ?? bytes });
  if (scanned.found.length === 0) return;
  const { object: blob } = item;
  if (blob !== undefined) tally.holders.push(item);
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
    const scanned = scanFile(engine, path, bytes.length, readAt, key, rootName);
    add(tally, { path }, { scanned, bytes: bytes.length });
  }
}
