/** The file capability: a sorted walk that names what it cannot read, and reads that stay inside their root. */
import { isUtf8 } from 'node:buffer';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  statSync,
  type Dirent,
} from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { FaultError } from '../../model/fault.ts';
import type { FileEntry, FileTree, ListedEntry } from '../../model/io.ts';
import { byCodeUnit } from '../../model/json.ts';
import { reasonOf } from '../deadline.ts';
import { codeOf } from './errors.ts';

const DEFAULT_BYTES = 8 * 1024 * 1024;
/** Folders inside folders; deeper trees are built to hurt walkers. */
const MAX_DEPTH = 128;
/** Entries in one walk. */
const MAX_ENTRIES = 5_000_000;

const ENTRIES_AT_ONCE = 1024;
const READS_AT_ONCE = 32;
/** Of a file that is read at once. */
const PART = 4 * 1024 * 1024;

type Problem = NonNullable<FileEntry['fault']>;

function unreadable(message: string): Problem {
  return { code: 'source.unreadable', message };
}

/** The error code only: the message of node holds an absolute path of this machine. What has no code is a defect of ours. */
function whyUnreadable(error: unknown): Problem {
  const code = codeOf(error);
  if (code === '') throw error;
  return unreadable(`cannot be read (${code})`);
}

/** A root as it really is; a file that the user named is a tree of one. */
interface Root {
  readonly folder: string;
  readonly only?: string;
}

function rootOf(path: string, named: string): Root {
  try {
    const real = realpathSync(named);
    const stats = statSync(real);
    if (stats.isDirectory()) return { folder: real };
    if (stats.isFile()) return { folder: dirname(real), only: basename(real) };
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'ENOENT' && code !== 'ENOTDIR') {
      throw new FaultError('source.unreadable', `${path} ${whyUnreadable(error).message}`, { cause: error });
    }
  }
  throw new FaultError('source.not-found', `${path} is not there, or is neither a folder nor a file`);
}

/** Looks at the root when it is first needed: a tree that is not there is a fault of its walk, not of its naming. */
export function openTree(path: string, signal: AbortSignal): FileTree {
  let found: Root | undefined;
  const read = reader(signal);
  const look = (): Root => (found ??= rootOf(path, resolve(path)));
  return {
    get root() {
      return look().folder;
    },
    async *walk() {
      const { folder, only } = look();
      if (only === undefined) for await (const list of listsFrom(folder, signal)) yield* sized(folder, list);
      else yield entryOf(folder, only);
    },
    async *lists() {
      const { folder, only } = look();
      if (only === undefined) yield* listsFrom(folder, signal);
      else yield [entryOf(folder, only)];
    },
    async read(inside, maxBytes = DEFAULT_BYTES) {
      const { folder, only } = look();
      if (only !== undefined && inside !== only) throw new FaultError('source.unreadable', 'only one file was named');
      return await read(folder, inside, maxBytes);
    },
  };
}

function* sized(root: string, list: readonly ListedEntry[]): Generator<FileEntry> {
  for (const entry of list) {
    const isLooked = entry.kind !== 'directory' && entry.fault === undefined;
    yield isLooked ? entryOf(root, entry.path) : { ...entry, size: 0 };
  }
}

async function* listsFrom(root: string, signal: AbortSignal): AsyncGenerator<readonly ListedEntry[]> {
  let count = 0;
  let list: ListedEntry[] = [];
  const first = listFolder(root, '');
  if (!Array.isArray(first)) {
    yield [{ path: '.', kind: 'directory', fault: first }];
    return;
  }
  const stack: { readonly folder: string; readonly entries: readonly Listed[]; next: number }[] = [
    { folder: '', entries: first, next: 0 },
  ];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    if (signal.aborted) throw reasonOf(signal);
    const next = top.entries[top.next++];
    if (next === undefined) {
      stack.pop();
      continue;
    }
    // others have work to do too
    if (count % ENTRIES_AT_ONCE === 0) {
      if (list.length > 0) yield list;
      list = [];
      await setImmediate();
    }
    if (++count > MAX_ENTRIES) {
      const fault = unreadable('too many entries; the rest was not read');
      yield [...list, { path: top.folder || '.', kind: 'directory', fault }];
      return;
    }
    const path = top.folder === '' ? next.name : `${top.folder}/${next.name}`;
    if (!next.utf8) list.push({ path, kind: 'other', fault: unreadable('its name is not UTF-8') });
    else if (next.kind !== 'directory' || next.name === '.git') list.push({ path, kind: next.kind });
    else {
      // a folder is looked at when it is its turn
      if (list.length > 0) yield list;
      const entries = stack.length > MAX_DEPTH ? unreadable('nested too deeply') : listFolder(root, path);
      const listed = Array.isArray(entries);
      list = [{ path, kind: 'directory', ...(listed ? {} : { fault: entries }) }];
      if (listed) stack.push({ folder: path, entries, next: 0 });
    }
  }
  if (list.length > 0) yield list;
}

interface Listed {
  readonly name: string;
  readonly kind: ListedEntry['kind'];
  readonly utf8: boolean;
}

/** Without a thread: a folder is listed in less time than a round trip to the pool takes. */
function listFolder(root: string, path: string): Listed[] | Problem {
  const folder = `${root}/${path}`;
  try {
    let entries = readdirSync(folder, { withFileTypes: true }).map((entry) => listed(entry.name, entry, true));
    // where a name holds what stands for bytes that are no UTF-8, the bytes tell
    if (entries.some(({ name }) => name.includes('\ufffd'))) {
      entries = readdirSync(folder, { withFileTypes: true, encoding: 'buffer' }).map((entry) =>
        listed(entry.name.toString('utf8'), entry, isUtf8(entry.name)),
      );
    }
    return entries.sort((a, b) => byCodeUnit(a.name, b.name));
  } catch (error) {
    return whyUnreadable(error);
  }
}

type Kinds = Pick<Dirent, 'isFile' | 'isDirectory' | 'isSymbolicLink'>;

function listed(name: string, entry: Kinds, utf8: boolean): Listed {
  return { name, kind: kindOf(entry), utf8 };
}

function kindOf(stats: Kinds): FileEntry['kind'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  return stats.isSymbolicLink() ? 'symlink' : 'other';
}

/** lstat is a few microseconds here, and a thread-pool round trip ten times that. */
function entryOf(root: string, path: string): FileEntry {
  try {
    const stats = lstatSync(`${root}/${path}`);
    const kind = kindOf(stats);
    return { path, kind, size: kind === 'file' ? stats.size : 0 };
  } catch (error) {
    return { path, kind: 'other', size: 0, fault: whyUnreadable(error) };
  }
}

/** Reads files by paths inside one root. Small reads are done here and now: a thread's round trip takes longer than they do. */
function reader(signal: AbortSignal): (root: string, path: string, maxBytes: number) => Promise<Uint8Array> {
  // files come folder by folder: where the last one's folder really is, is known
  let last = { folder: '', real: '' };
  let reads = 0;
  return async (root, path, maxBytes) => {
    // others have work to do too
    if (++reads % READS_AT_ONCE === 0) await setImmediate();
    if (signal.aborted) throw reasonOf(signal);
    const outside = (): FaultError => new FaultError('source.unreadable', `${JSON.stringify(path)} leaves its root`);
    if (path.includes('\0') || isAbsolute(path) || path.split(/[/\\]/).includes('..')) throw outside();
    try {
      const folder = dirname(join(root, path));
      if (folder !== last.folder) last = { folder, real: realpathSync(folder) };
      const step = relative(root, last.real);
      // A folder on the way may be a link that leads elsewhere
      if (step === '..' || step.startsWith(`..${sep}`) || isAbsolute(step)) throw outside();
      // No link at the end either, and no waiting for the other end of a named pipe
      const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
      const file = openSync(join(last.real, basename(path)), flags);
      try {
        return firstBytes(file, path, maxBytes, signal);
      } finally {
        closeSync(file);
      }
    } catch (error) {
      if (error instanceof FaultError) throw error;
      const code = codeOf(error);
      if (code === 'ENOENT' || code === 'ENOTDIR') throw new FaultError('source.not-found', `${path} is not there`);
      if (code === 'ELOOP') throw new FaultError('source.unreadable', `${path} is a symbolic link`);
      throw new FaultError('source.unreadable', `${path} ${whyUnreadable(error).message}`, { cause: error });
    }
  };
}

function firstBytes(file: number, path: string, maxBytes: number, signal: AbortSignal): Uint8Array {
  const stats = fstatSync(file);
  if (!stats.isFile()) throw new FaultError('source.unreadable', `${path} is not a file`);
  const buffer = new Uint8Array(Math.min(maxBytes, stats.size));
  let length = 0;
  while (length < buffer.length) {
    if (signal.aborted) throw reasonOf(signal);
    const count = readSync(file, buffer, length, Math.min(PART, buffer.length - length), length);
    if (count === 0) break;
    length += count;
  }
  return buffer.subarray(0, length);
}
