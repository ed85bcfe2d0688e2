/** The history of a repository: every object that refs reach, merges included; what an earlier run read is not read again. */
import { createHash } from 'node:crypto';
import { FaultError, type FaultCode } from '../../model/fault.ts';
import type { IO } from '../../model/io.ts';
import { type Entry, merged, objectBatches } from './batches.ts';
import { inputOf, linesOf, textOf } from './git-text.ts';
import { listObjects, type Objects } from './listing.ts';
import { type Holder, type Memory, type Names, NOTHING, readMemory, writeMemory } from './memory.ts';
import { scanInWorkers, type Scanner } from './pool.ts';
import type { WorkDone, WorkerStart, WorkItem } from './protocol.ts';
import type { Found } from './report.ts';

/** What was read by another way of scanning is read again. */
const SCANNER_VERSION = 2;

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

export interface Past {
  readonly found: readonly Found[];
  /** Objects that an earlier run read. */
  readonly known: number;
}

export interface PastRequest {
  readonly io: IO;
  readonly scanner: Scanner;
  readonly repository: Repository;
  /** The user's file that remembers what was read (`--state`). */
  readonly state?: string;
  /** Takes the counts of what was read. */
  take(done: WorkDone): void;
  unread(code: FaultCode, name: string): void;
  /** A path as it may be written. */
  safe(path: string): string;
}

/** Everything that refs reach and no earlier run read, and once more the few objects in which one found something. */
export async function scanPast(request: PastRequest): Promise<Past> {
  const { io, scanner, repository, state } = request;
  const { start } = scanner;
  const path = start.root;
  const file = state === undefined ? undefined : io.kept(state);
  const purpose = purposeOf(start);
  const old = (await readMemory(file, purpose)) ?? NOTHING;
  const tips = await tipsOf(io, path);
  // where a ref was moved by force or deleted, all is listed, and what is known is left out by name
  const grown = await areReached(io, path, old.tips);
  const { objects, missing } = await listObjects(io, path, grown ? old.tips : []);
  const memory = grown
    ? old
    : { ...old, holders: old.holders.filter((one) => objects.indexOf(one.object) !== undefined) };
  const lost = [...memory.lost];
  const lose = (code: FaultCode, name: string): void => void lost.push([code, request.safe(name)]);
  const order = objects.inReadingOrder((index) => {
    if (memory.has(objects.nameBytes(index))) return false;
    if (objects.size(index) <= start.maxFile) return true;
    lose('source.too-large', objects.path(index));
    return false;
  });
  const found: Found[] = [];
  const holders: WorkItem[] = [];
  const take = (done: WorkDone): void => {
    found.push(...done.found);
    holders.push(...done.holders);
    for (const one of done.unread) lose(one.code, one.path);
    request.take({ ...done, found: [], unread: [] });
  };
  await scanInWorkers(
    scanner,
    'git',
    merged(
      halvesOf(objects, order).map((part, index) =>
        objectBatches(io, path, () => entriesOf(index === 0 ? memory.holders : [], objects, part)),
      ),
    ),
    io.signal,
    take,
  );
  for (const [code, name] of lost) request.unread(code, name);
  if (repository.shallow) request.unread('git.shallow', '.');
  if (missing > 0) request.unread('git.object-missing', `${String(missing)} objects`);
  const commits = commitsOf(memory, objects, new Set(holders.flatMap((item) => item.object ?? [])), grown);
  // what was not whole is looked at again as a whole
  if (file !== undefined && missing === 0 && !repository.shallow) {
    const held = holders.map((item) => holderOf(item, commits, (name) => request.safe(name)));
    const place = createHash('sha256').update(path).digest('hex');
    const names = namesRead(memory, objects, order);
    await inTurn(
      state ?? '',
      async () => await writeMemory(file, { purpose, place, tips, lost, holders: held }, names),
    );
  }
  return { found: await attributed(io, path, commits, found), known: memory.count - memory.holders.length };
}

/** Several repositories of one run may remember in one file: they write one after the other. */
const TURNS = new Map<string, Promise<void>>();

async function inTurn(path: string, write: () => Promise<void>): Promise<void> {
  const mine = (TURNS.get(path) ?? Promise.resolve()).then(write, write);
  TURNS.set(path, mine);
  await mine;
}

function purposeOf({ detectors, root, maxFile }: WorkerStart): string {
  const hash = createHash('sha256').update(detectors);
  return hash.update(`\0${String(SCANNER_VERSION)}\0${root}\0${String(maxFile)}`).digest('hex');
}

async function tipsOf(io: IO, path: string): Promise<string[]> {
  const tips = new Set<string>();
  for await (const line of linesOf(io.git(path, ['for-each-ref', '--format=%(objectname)']))) tips.add(line);
  return [...tips].sort();
}

/** Whether the refs still reach all of these commits. */
async function areReached(io: IO, path: string, names: readonly string[]): Promise<boolean> {
  if (names.length === 0) return true;
  const args = ['rev-list', '--max-count=1', '--stdin', '--not', '--all'];
  try {
    return (await textOf(io.git(path, args, inputOf(names)))) === '';
  } catch (error) {
    // they are not even there any more
    if (error instanceof FaultError && ['git.object-missing', 'git.failed'].includes(error.fault.code)) return false;
    throw error;
  }
}

/** Bytes from which on it pays to unpack with two processes of git: each one only ever uses one processor. */
const WORTH_TWO = 64 * 1024 ** 2;

/** The objects in two parts of about as many bytes; the versions of a path stay together. */
function halvesOf(objects: Objects, order: Uint32Array): readonly Uint32Array[] {
  const sizeAt = (at: number): number => objects.size(order[at] ?? 0);
  const pathAt = (at: number): string => objects.path(order[at] ?? 0);
  let bytes = 0;
  for (let at = 0; at < order.length; at++) bytes += sizeAt(at);
  if (bytes < WORTH_TWO) return [order];
  let at = 0;
  for (let sum = 0; sum < bytes / 2; at++) sum += sizeAt(at);
  while (at < order.length && pathAt(at) === pathAt(at - 1)) at++;
  return [order.subarray(0, at), order.subarray(at)];
}

function* entriesOf(holders: readonly Holder[], objects: Objects, order: Uint32Array): Generator<Entry> {
  for (const { object, path, regions } of holders) {
    yield { name: object, path, isBlob: !/^(?:commit|tag):/.test(path), again: regions ?? 'whole' };
  }
  for (const index of order) {
    yield { name: objects.name(index), path: objects.path(index), isBlob: objects.kind(index) === 'blob' };
  }
}

function namesRead(memory: Memory, objects: Objects, order: Uint32Array): Names {
  const known = memory.names.bytes;
  const width = known.length === 0 ? objects.width : memory.names.width;
  const bytes = Buffer.alloc(known.length + order.length * width);
  known.copy(bytes);
  for (const [i, index] of order.entries()) objects.nameBytes(index).copy(bytes, known.length + i * width);
  return { width, bytes };
}

/** The commits that brought in the objects. */
function commitsOf(memory: Memory, objects: Objects, wanted: ReadonlySet<string>, grown: boolean): Map<string, string> {
  const commits = new Map<string, string>();
  for (const { object, commit } of memory.holders) if (commit !== undefined) commits.set(object, commit);
  for (const name of wanted) {
    const index = objects.indexOf(name);
    if (index === undefined) continue;
    const commit = objects.kind(index) === 'commit' ? name : objects.commit(index);
    // an object is listed once more where it came back: the older commit is the one that brought it in
    if (commit !== undefined && (!grown || !commits.has(name))) commits.set(name, commit);
  }
  return commits;
}

function holderOf(item: WorkItem, commits: ReadonlyMap<string, string>, safe: (path: string) => string): Holder {
  const { object = '', path, regions } = item;
  const commit = commits.get(object);
  return {
    object,
    path: safe(path),
    ...(commit === undefined ? {} : { commit }),
    ...(regions === undefined ? {} : { regions }),
  };
}

/** Names the commit, its author and its date beside each finding. */
async function attributed(
  io: IO,
  path: string,
  commits: ReadonlyMap<string, string>,
  found: readonly Found[],
): Promise<readonly Found[]> {
  const wanted = new Set(found.flatMap((one) => commits.get(one.blob ?? '') ?? []));
  if (wanted.size === 0) return found;
  const details = new Map<string, { readonly author: string; readonly date: string }>();
  const args = ['log', '--no-walk=unsorted', '--stdin', '--format=%H%x00%aI%x00%an'];
  for await (const line of linesOf(io.git(path, args, inputOf(wanted)))) {
    const [commit = '', date = '', author = ''] = line.split('\0');
    details.set(commit, { author, date });
  }
  return found.map((one) => {
    const commit = commits.get(one.blob ?? '');
    return commit === undefined ? one : { ...one, commit, ...details.get(commit) };
  });
}
