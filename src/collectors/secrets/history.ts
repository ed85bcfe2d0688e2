/** Reads every blob and message that a repository's refs reach, and finds the commit that brought a blob in. */
import { FaultError } from '../../model/fault.ts';
import type { IO } from '../../model/io.ts';
import type { WorkItem } from './protocol.ts';

export interface Repository {
  readonly bare: boolean;
  readonly shallow: boolean;
}

/** Undefined where the folder is no repository; other failures of git are faults of their own. */
export async function repositoryAt(io: IO, path: string): Promise<Repository | undefined> {
  try {
    const text = await textOf(io.git(path, ['rev-parse', '--is-bare-repository', '--is-shallow-repository']));
    const [bare, shallow] = text.trim().split('\n');
    return { bare: bare === 'true', shallow: shallow === 'true' };
  } catch (error) {
    if (error instanceof FaultError && error.fault.code === 'git.failed') return undefined;
    throw error;
  }
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString('utf8');
}

async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    rest = Buffer.concat([rest, chunk]);
    let from = 0;
    for (let feed = rest.indexOf(0x0a); feed >= 0; feed = rest.indexOf(0x0a, from)) {
      yield rest.toString('utf8', from, feed);
      from = feed + 1;
    }
    rest = rest.subarray(from);
  }
  if (rest.length > 0) yield rest.toString('utf8');
}

export interface Listing {
  /** Blob to one of its paths. */
  readonly blobs: Map<string, string>;
  /** Objects that a partial clone lacks. */
  readonly missing: number;
  readonly tooLarge: readonly string[];
}

/** All blobs that any ref reaches, merges included: what a patch stream of `git log -p` would not show. */
export async function listBlobs(io: IO, path: string, maxFile: number): Promise<Listing> {
  const paths = new Map<string, string>();
  let missing = 0;
  for await (const line of linesOf(io.git(path, ['rev-list', '--objects', '--all', '--missing=print']))) {
    if (line.startsWith('?')) missing++;
    const found = /^([0-9a-f]{40}|[0-9a-f]{64}) (.+)$/.exec(line);
    if (found !== null) paths.set(found[1] ?? '', found[2] ?? '');
  }
  const blobs = new Map<string, string>();
  const tooLarge: string[] = [];
  const asked = ['cat-file', '--batch-check=%(objectname) %(objecttype) %(objectsize)'];
  for await (const line of linesOf(io.git(path, asked, names(paths.keys())))) {
    const [oid = '', type = '', size = ''] = line.split(' ');
    if (type === 'missing') missing++;
    if (type !== 'blob') continue;
    const name = paths.get(oid) ?? oid;
    if (Number(size) > maxFile) tooLarge.push(name);
    else blobs.set(oid, name);
  }
  return { blobs, missing, tooLarge };
}

// oxlint-disable-next-line require-await -- git's input is asynchronous
async function* names(oids: Iterable<string>): AsyncGenerator<Uint8Array> {
  let batch: string[] = [];
  for (const oid of oids) {
    batch.push(oid);
    if (batch.length < 1000) continue;
    yield Buffer.from(`${batch.join('\n')}\n`);
    batch = [];
  }
  if (batch.length > 0) yield Buffer.from(`${batch.join('\n')}\n`);
}

/** The contents of blobs, in git's order, as items for the workers. */
export async function* blobItems(io: IO, path: string, blobs: ReadonlyMap<string, string>): AsyncGenerator<WorkItem> {
  const chunks = io.git(path, ['cat-file', '--batch', '--buffer', '--unordered'], names(blobs.keys()));
  const reader = new ChunkReader(chunks[Symbol.asyncIterator]());
  for (;;) {
    const header = await reader.line();
    if (header === undefined) return;
    const [oid = '', type = '', size = ''] = header.split(' ');
    if (type === 'missing') continue;
    const bytes = await reader.take(Number(size));
    await reader.take(1);
    if (bytes.length > 0) yield { path: blobs.get(oid) ?? oid, size: bytes.length, blob: oid, bytes };
  }
}

/** Cuts a stream into lines and counted pieces, copying each byte once. */
class ChunkReader {
  private readonly source: AsyncIterator<Uint8Array>;
  private chunks: Uint8Array[] = [];
  private length = 0;

  constructor(source: AsyncIterator<Uint8Array>) {
    this.source = source;
  }

  private async more(): Promise<boolean> {
    const step = await this.source.next();
    if (step.done === true) return false;
    this.chunks.push(step.value);
    this.length += step.value.length;
    return true;
  }

  async take(count: number): Promise<Uint8Array> {
    while (this.length < count) {
      if (!(await this.more())) throw new FaultError('git.failed', 'git ended in the middle of an object');
    }
    const all = this.chunks.length === 1 ? (this.chunks[0] ?? new Uint8Array()) : Buffer.concat(this.chunks);
    this.chunks = [all.subarray(count)];
    this.length = all.length - count;
    // a copy of its own, that can move to another thread
    return new Uint8Array(all.subarray(0, count));
  }

  async line(): Promise<string | undefined> {
    for (let from = 0; ;) {
      const all = Buffer.concat(this.chunks);
      this.chunks = [all];
      const feed = all.indexOf(0x0a, from);
      if (feed >= 0) return Buffer.from(await this.take(feed + 1)).toString('latin1', 0, feed);
      from = all.length;
      if (!(await this.more())) return undefined;
    }
  }
}

/** Messages of commits: people paste credentials into them. */
export async function* messageItems(io: IO, path: string): AsyncGenerator<WorkItem> {
  let oid = '';
  let text: string[] = [];
  const item = (): WorkItem => {
    const bytes = new Uint8Array(Buffer.from(text.join('\n'), 'utf8'));
    return { path: `commit:${oid}`, size: bytes.length, bytes, blob: oid };
  };
  for await (const line of linesOf(io.git(path, ['log', '--all', '--no-patch', '--format=%x01%H%n%B']))) {
    if (line.startsWith('\u0001')) {
      if (text.length > 0) yield item();
      oid = line.slice(1);
      text = [];
    } else text.push(line);
  }
  if (text.length > 0) yield item();
}

export interface Origin {
  readonly commit: string;
  readonly author: string;
  readonly date: string;
  readonly path: string;
}

/** The oldest commit that brought in each blob, in one pass over the history; merges are compared with each parent. */
export async function originsOf(io: IO, path: string, wanted: ReadonlySet<string>): Promise<Map<string, Origin>> {
  const origins = new Map<string, Origin>();
  if (wanted.size === 0) return origins;
  const format = '--format=%x01%H%x00%aI%x00%an';
  const args = [
    'log',
    '--all',
    '--reverse',
    '--topo-order',
    '-m',
    '--raw',
    '--no-abbrev',
    '--no-renames',
    '--root',
    format,
  ];
  let [commit, date, author] = ['', '', ''];
  for await (const line of linesOf(io.git(path, args))) {
    if (line.startsWith('\u0001')) {
      [commit = '', date = '', author = ''] = line.slice(1).split('\0');
      if (wanted.has(commit)) origins.set(commit, { commit, author, date, path: `commit:${commit}` });
      continue;
    }
    const found = /^:\d{6} \d{6} [0-9a-f]+ ([0-9a-f]+) [A-Z]\d*\t(.+)$/.exec(line);
    const oid = found?.[1] ?? '';
    if (wanted.has(oid) && !origins.has(oid)) origins.set(oid, { commit, author, date, path: found?.[2] ?? '' });
  }
  return origins;
}
