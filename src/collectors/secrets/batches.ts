/** Packs what is to be scanned into batches: files by path, objects of the history with their bytes. */
import type { IO, ListedEntry } from '../../model/io.ts';
import { ObjectReader, inputOf } from './git-text.ts';
import type { Batch, WorkItem } from './protocol.ts';
import { newRegions } from './regions.ts';

/** Files handed out at once: enough that asking for more costs little, few enough to end together. */
const FILES = 128;
/** Memory of one batch of objects; an object that is larger gets memory of its own. */
const MEMORY = 2 * 1024 * 1024;
const OBJECTS = 4096;
/** Larger versions are scanned whole. */
const COMPARED = 8 * 1024 * 1024;

export async function* fileBatches(
  lists: AsyncIterable<readonly ListedEntry[]>,
  select: (entry: ListedEntry) => WorkItem | undefined,
): AsyncGenerator<Batch> {
  let items: WorkItem[] = [];
  for await (const list of lists) {
    for (const entry of list) {
      const item = select(entry);
      if (item === undefined) continue;
      items.push(item);
      if (items.length < FILES) continue;
      yield { items };
      items = [];
    }
  }
  if (items.length > 0) yield { items };
}

/** An object to read. Versions of one path follow each other. */
export interface Entry {
  readonly name: string;
  readonly path: string;
  readonly isBlob: boolean;
  /** Read again for what was found in it: the parts that were scanned then. */
  readonly again?: readonly number[] | 'whole';
}

/** Takes memory that no worker uses any more, or new. */
function memoryPool(): (size: number) => Required<Pick<Batch, 'memory' | 'release'>> {
  const free: ArrayBuffer[] = [];
  const release = (memory: ArrayBuffer): void => {
    if (memory.byteLength === MEMORY) free.push(memory);
  };
  return (size) => ({
    memory: size > MEMORY ? new ArrayBuffer(size) : (free.pop() ?? new ArrayBuffer(MEMORY)),
    release,
  });
}

/** The contents of objects. Of a later version of a path only what is new is to be scanned. */
export async function* objectBatches(io: IO, path: string, entries: () => Iterable<Entry>): AsyncGenerator<Batch> {
  const take = memoryPool();
  const reader = new ObjectReader(
    io.git(path, ['cat-file', '--batch=%(objecttype) %(objectsize)', '--buffer'], inputOf(names(entries()))),
  );
  let batch = take(0);
  let items: WorkItem[] = [];
  let used = 0;
  let before: { path: string; bytes: Buffer } | undefined;
  try {
    for (const entry of entries()) {
      const header = await reader.line();
      if (header === undefined) break;
      const size = Number(header.split(' ')[1]);
      if (!Number.isSafeInteger(size)) continue;
      if (items.length > 0 && (used + size > batch.memory.byteLength || items.length >= OBJECTS)) {
        // the memory of the batch goes to a worker: what comes next is compared with a copy
        before &&= { ...before, bytes: Buffer.from(before.bytes) };
        yield { items, ...batch };
        [batch, items, used] = [take(size), [], 0];
      } else if (size > batch.memory.byteLength) {
        batch.release(batch.memory);
        batch = take(size);
      }
      const bytes = Buffer.from(batch.memory, used, size);
      await reader.read(bytes);
      await reader.skip(1);
      if (size === 0) continue;
      const head = entry.isBlob ? 0 : messageStart(bytes);
      const regions = regionsOf(entry, bytes, before);
      items.push({
        path: entry.path,
        size: size - head,
        at: used + head,
        object: entry.name,
        ...(regions === undefined ? {} : { regions }),
      });
      before = entry.isBlob ? { path: entry.path, bytes } : undefined;
      used += size;
    }
  } finally {
    await reader.end();
  }
  if (items.length > 0) yield { items, ...batch };
}

/** What several sources yield, as it comes; each is asked for the next while the last is worked on. */
export async function* merged<T>(sources: readonly AsyncGenerator<T, void>[]): AsyncGenerator<T> {
  const asked = (source: AsyncGenerator<T, void>) => {
    const step = source.next().then((result) => ({ source, result }));
    // awaited below, unless another source fails first
    step.catch(() => undefined);
    return step;
  };
  const steps = new Map(sources.map((source) => [source, asked(source)]));
  try {
    while (steps.size > 0) {
      const { source, result } = await Promise.race(steps.values());
      if (result.done === true) {
        steps.delete(source);
        continue;
      }
      steps.set(source, asked(source));
      yield result.value;
    }
  } finally {
    await Promise.all(sources.map(async (source) => await source.return()));
  }
}

/** The headers of commits and tags end at an empty line. */
function messageStart(bytes: Buffer): number {
  const end = bytes.indexOf('\n\n');
  return end < 0 ? 0 : end + 2;
}

function regionsOf(
  entry: Entry,
  bytes: Buffer,
  before: { readonly path: string; readonly bytes: Buffer } | undefined,
): readonly number[] | undefined {
  if (entry.again !== undefined) return entry.again === 'whole' ? undefined : entry.again;
  if (!entry.isBlob || before?.path !== entry.path || bytes.length > COMPARED) return undefined;
  return newRegions(before.bytes, bytes);
}

function* names(entries: Iterable<Entry>): Generator<string> {
  for (const entry of entries) yield entry.name;
}
