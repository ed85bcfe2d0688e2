/** Walks a source tree, has the workers read it, and keeps redacted findings and what was covered. */
import type { Job } from '../../model/evidence.ts';
import { FaultError, type FaultCode } from '../../model/fault.ts';
import type { FileTree, IO, ListedEntry } from '../../model/io.ts';
import { byCodeUnit, type Json } from '../../model/json.ts';
import type { DetectorSet } from '../../model/detector.ts';
import { compile, type Engine } from './compile.ts';
import { fileBatches } from './batches.ts';
import { repositoryAt, scanPast } from './history.ts';
import { withIgnored } from './ignore.ts';
import { scanInWorkers } from './pool.ts';
import type { WorkDone, WorkItem } from './protocol.ts';
import { redactPath, type Found } from './report.ts';

/** Findings above this are counted, not listed. */
const MAX_FINDINGS = 50_000;
const EXAMPLES = 5;
export const DEFAULT_MAX_FILE = 256 * 1024 * 1024;

interface Tally {
  readonly reason: string;
  count: number;
  bytes: number;
  readonly examples: string[];
}

class Tallies {
  readonly byReason = new Map<string, Tally>();
  add(reason: string, path: string, bytes = 0): void {
    const tally = this.byReason.get(reason) ?? { reason, count: 0, bytes: 0, examples: [] };
    tally.count++;
    tally.bytes += bytes;
    tally.examples.push(path);
    // the first ones by name, whatever the order in which the workers came back
    if (tally.examples.length > EXAMPLES * 8) tally.examples.sort(byCodeUnit).splice(EXAMPLES);
    this.byReason.set(reason, tally);
  }
  list(safe: (path: string) => string): Json[] {
    return [...this.byReason.values()]
      .sort((a, b) => byCodeUnit(a.reason, b.reason))
      .map(({ reason, count, bytes, examples }) => ({
        reason,
        count,
        ...(bytes > 0 ? { bytes } : {}),
        examples: examples
          .sort(byCodeUnit)
          .slice(0, EXAMPLES)
          .map((path) => safe(path)),
      }));
  }
}

export async function observe(job: Job, io: IO): Promise<Json> {
  const detectors = await io.data('detectors');
  const set = JSON.parse(Buffer.from(detectors).toString('utf8')) as DetectorSet;
  const root = job.options['path'];
  const maxFile = job.options['maxFile'];
  const cap = typeof maxFile === 'number' ? maxFile : DEFAULT_MAX_FILE;
  const tree = io.files(typeof root === 'string' ? root : '');
  const skipped = new Tallies();
  const unread = new Tallies();
  const archives = job.options['archives'] === true;
  const sum = { files: 0, bytes: 0, foreign: 0, binary: 0, utf16: 0 };
  let archived = 0;
  let selected = 0;
  const found: Found[] = [];

  const select = (entry: ListedEntry): WorkItem | undefined => {
    const why = refusal(entry);
    if (entry.fault !== undefined) unread.add(faultCode(entry), entry.path);
    else if (why !== undefined) skipped.add(why, entry.path);
    else if (entry.kind === 'file') {
      selected++;
      return { path: entry.path };
    }
    return undefined;
  };
  const take = (done: WorkDone): void => {
    sum.files += done.files;
    sum.bytes += done.bytes;
    sum.foreign += done.foreign;
    sum.binary += done.binary;
    sum.utf16 += done.utf16;
    archived += done.archived;
    for (const one of done.unread) unread.add(one.code, one.path, one.bytes);
    found.push(...done.found);
    io.progress(`${String(sum.files)} files, ${String(found.length)} findings`);
  };
  const start = {
    root: tree.root,
    detectors,
    key: io.runKey,
    maxFile: cap,
    archives,
    installed: await isInstalled(tree),
  };
  // compiled when a worker waits for its tables, or a path is to be shown
  let compiled: Engine | undefined;
  const engine = (): Engine => (compiled ??= compile(set));
  const safe = (path: string): string => redactPath(engine(), path);
  const scanner = { start, engine };
  const history = job.options['history'] === true;
  const repository = history ? await repositoryAt(io, tree.root) : undefined;
  if (repository?.bare !== true)
    await scanInWorkers(scanner, 'files', fileBatches(tree.lists(), select), io.signal, take);
  let known = 0;
  if (history) {
    if (repository === undefined)
      throw new FaultError('git.failed', 'the history was asked for, and there is no git repository');
    const state = job.options['state'];
    const past = await scanPast({
      io,
      scanner,
      repository,
      ...(typeof state === 'string' ? { state } : {}),
      take,
      unread: (code, name) => unread.add(code, name),
      safe,
    });
    known = past.known;
    found.splice(0, found.length, ...joined(found, past.found));
  }

  const names = new Set(set.detectors.map((detector) => detector.id));
  found.splice(0, found.length, ...(await withIgnored(tree, found, names)));
  // facts/secrets §7: a scan of nothing is no clean scan; only a tree without any file is clean
  const nothing = sum.bytes === 0 && known === 0 && unread.byReason.size === 0;
  if (nothing && (selected > 0 || skipped.byReason.size > 0)) {
    throw new FaultError('source.empty', `0 bytes were read of ${String(selected)} files`);
  }
  found.sort(
    (a, b) =>
      byCodeUnit(a.file, b.file) || a.line - b.line || a.column - b.column || byCodeUnit(a.detector, b.detector),
  );
  return {
    detectors: set.detectors.length,
    coverage: {
      ...sum,
      ...(archives ? { archived } : {}),
      ...(known > 0 ? { known } : {}),
      skipped: skipped.list(safe),
      unread: unread.list(safe),
    },
    findings: found.slice(0, MAX_FINDINGS).map((one) => ({ ...one })),
    truncated: found.length > MAX_FINDINGS,
  };
}

/** One finding a place: what stands in the tree today learns its commit, what does not says so. */
function joined(present: readonly Found[], past: readonly Found[]): Found[] {
  const keyOf = (one: Found): string => JSON.stringify([one.detector, one.secretId, one.file]);
  const firsts = new Map<string, Found>();
  const oldest = [...past].sort((a, b) => byCodeUnit(a.date ?? '', b.date ?? '') || a.line - b.line);
  // of a file that was renamed the history shows the name that it had first
  const anywhere = new Map<string, Found>();
  const valueOf = (one: Found): string => JSON.stringify([one.detector, one.secretId]);
  for (const one of oldest) {
    if (!firsts.has(keyOf(one))) firsts.set(keyOf(one), one);
    if (!anywhere.has(valueOf(one))) anywhere.set(valueOf(one), one);
  }
  const all = present.map((one) => {
    const first = firsts.get(keyOf(one)) ?? anywhere.get(valueOf(one));
    firsts.delete(keyOf(one));
    return { ...one, ...(first?.commit === undefined ? {} : attribution(first)) };
  });
  const today = new Set(present.map((one) => keyOf(one)));
  for (const one of firsts.values()) {
    if (today.has(keyOf(one))) continue;
    const note = [one.note, 'only in the history: deleting does not help, rotate it'].filter(
      (text) => text !== undefined,
    );
    all.push({ ...one, note: note.join('; ') });
  }
  return all;
}

function attribution(one: Found): Partial<Found> {
  const { commit, author, date } = one;
  return {
    ...(commit === undefined ? {} : { commit }),
    ...(author === undefined ? {} : { author }),
    ...(date === undefined ? {} : { date }),
  };
}

/** What npm, pnpm and yarn leave in a folder of packages that they installed. */
const INSTALLED = ['.package-lock.json', '.modules.yaml', '.yarn-integrity', '.yarn-state.yml'];
/** What a tree of one's own has and such a folder has not: a mark beside one of them was put there to be read less. */
const OWN = ['package.json', '.git', '.git/HEAD'];

async function isInstalled(tree: FileTree): Promise<boolean> {
  const holds = async (name: string): Promise<boolean> => {
    try {
      await tree.read(name, 1);
      return true;
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      return false;
    }
  };
  const some = async (names: readonly string[]): Promise<boolean> =>
    (await Promise.all(names.map(holds))).includes(true);
  return (await some(INSTALLED)) && !(await some(OWN));
}

/** Why an entry is left out on purpose; undefined where it is read. */
function refusal(entry: ListedEntry): string | undefined {
  const { path } = entry;
  if (path.endsWith('.git') && (path === '.git' || path.endsWith('/.git')) && entry.kind !== 'symlink') {
    return 'git-objects';
  }
  if (entry.kind === 'symlink') return 'symlink';
  return entry.kind === 'other' ? 'special-file' : undefined;
}

function faultCode(entry: ListedEntry): FaultCode {
  return entry.fault?.code === 'source.too-large' ? 'source.too-large' : 'source.unreadable';
}
