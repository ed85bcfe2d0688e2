/** Walks a source tree, reads each file that some rule looks at once, and keeps findings and what was covered. */
import type { Job } from '../../model/evidence.ts';
import { FaultError, type FaultCode } from '../../model/fault.ts';
import type { FileTree, IO } from '../../model/io.ts';
import { byCodeUnit, type Json, type JsonObject } from '../../model/json.ts';
import { readFile, type FileReading } from './file.ts';
import {
  classify,
  isEnvironmentFile,
  isEnvrc,
  isGenerated,
  isKeyContainer,
  isVendored,
  placeOf,
  type Classified,
} from './paths.ts';
import { KINDS, RULES, type Kind } from './rules.ts';
import { isSingleLabel } from './hosts.ts';

/** facts/code §2.8: larger files are generated. */
const MAX_FILE = 8 * 1024 * 1024;
const MAX_LINE = 64 * 1024;
const MAX_HITS = 20_000;
const EXAMPLES = 5;
/** Files that are read at the same time. */
const AT_ONCE = 16;

interface Selected {
  readonly path: string;
  readonly size: number;
  readonly classified: Classified;
}

class Tallies {
  private readonly byReason = new Map<string, { count: number; readonly examples: string[] }>();
  add(reason: string, path: string): void {
    const tally = this.byReason.get(reason) ?? { count: 0, examples: [] };
    tally.count++;
    if (tally.examples.length < EXAMPLES) tally.examples.push(path);
    this.byReason.set(reason, tally);
  }
  list(): JsonObject[] {
    return [...this.byReason]
      .sort(([a], [b]) => byCodeUnit(a, b))
      .map(([reason, { count, examples }]) => ({ reason, count, examples }));
  }
}

interface Walked {
  readonly selected: Selected[];
  readonly counts: Map<Kind, number>;
  readonly skipped: Tallies;
  readonly unread: Map<string, { readonly kind: Kind; readonly code: string; readonly paths: string[]; count: number }>;
}

export async function observe(job: Job, io: IO): Promise<Json> {
  const root = job.options['path'];
  const strict = job.options['strict'] === true;
  const tree = io.files(typeof root === 'string' ? root : '');
  const walked = await walk(tree, strict);
  const tracked = await trackedFiles(io, tree.root, walked.selected);
  const readings = new Map<string, FileReading>();
  const sum = { read: 0, bytes: 0 };
  const queue = walked.selected.values();
  const work = async (): Promise<void> => {
    for (const one of queue) {
      const reading = await readOne(tree, one, walked, sum);
      if (reading !== undefined) readings.set(one.path, reading);
      if (sum.read % 500 === 0) io.progress(`${String(sum.read)} files of code`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return rawOf(walked, readings, sum, tracked, strict);
}

async function walk(tree: FileTree, strict: boolean): Promise<Walked> {
  const walked: Walked = {
    selected: [],
    counts: new Map(KINDS.map((kind) => [kind, 0])),
    skipped: new Tallies(),
    unread: new Map(),
  };
  const maps = new Set<string>();
  for await (const entry of tree.walk()) {
    const { path } = entry;
    if (!strict && isVendored(path)) {
      if (entry.kind === 'file') walked.skipped.add('vendored', path);
      continue;
    }
    if (entry.fault !== undefined) {
      // a folder may hold files of every kind
      if (entry.kind === 'directory') for (const kind of KINDS) missed(walked, kind, 'source.unreadable', path);
      else
        missedFile(
          walked,
          { path, size: 0, classified: classify(path) ?? { form: { is: 'key' }, kinds: [] } },
          'source.unreadable',
        );
      continue;
    }
    if (entry.kind === 'symlink') walked.skipped.add('symlink', path);
    if (entry.kind !== 'file') continue;
    count(walked, 'any');
    if (path.endsWith('.map')) maps.add(path);
    const classified = classify(path);
    if (classified === undefined) continue;
    if (isGenerated(path)) {
      walked.skipped.add('generated', path);
      continue;
    }
    for (const kind of classified.kinds) count(walked, kind);
    walked.selected.push({ path, size: entry.size, classified });
  }
  // what has a source map beside it was made from another file
  const made = (path: string): boolean => /(?:^|\/)(?:dist|build|out|lib)\//.test(path) && maps.has(`${path}.map`);
  const own = walked.selected.filter(({ path }) => !made(path));
  for (const one of walked.selected) {
    if (!made(one.path)) continue;
    walked.skipped.add('generated', one.path);
    for (const kind of one.classified.kinds) walked.counts.set(kind, (walked.counts.get(kind) ?? 1) - 1);
  }
  return { ...walked, selected: own };
}

function count(walked: Walked, kind: Kind): void {
  walked.counts.set(kind, (walked.counts.get(kind) ?? 0) + 1);
}

function missed(walked: Walked, kind: Kind, code: string, path: string): void {
  const key = `${kind} ${code}`;
  const one = walked.unread.get(key) ?? { kind, code, paths: [], count: 0 };
  one.count++;
  if (one.paths.length < EXAMPLES) one.paths.push(path);
  walked.unread.set(key, one);
}

/** `any` is missed too where the file could hold a key or an environment. */
function missedFile(walked: Walked, { path, classified }: Selected, code: FaultCode): void {
  for (const kind of classified.kinds) missed(walked, kind, code, path);
  if (classified.form.is === 'key' || isEnvironmentFile(path)) missed(walked, 'any', code, path);
}

async function readOne(
  tree: FileTree,
  one: Selected,
  walked: Walked,
  sum: { read: number; bytes: number },
): Promise<FileReading | undefined> {
  const { path, size, classified } = one;
  if (isKeyContainer(path)) return readFile({ path, text: '', classified });
  if (size > MAX_FILE) {
    walked.skipped.add('generated', path);
    return undefined;
  }
  let bytes: Uint8Array;
  try {
    bytes = await tree.read(path, MAX_FILE);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    missedFile(walked, one, error.fault.code);
    return undefined;
  }
  sum.read++;
  sum.bytes += bytes.length;
  const text = textOf(bytes);
  if (text === undefined) {
    walked.skipped.add('binary', path);
    return undefined;
  }
  if (hasLongLine(text)) {
    walked.skipped.add('long-line', path);
    return undefined;
  }
  const wide = bytes[0] === 0xff || bytes[0] === 0xfe;
  const reading = readFile({ path, text, classified, ...(wide ? {} : { bytes }) });
  if (reading.broken !== undefined) missedFile(walked, one, reading.broken);
  return reading;
}

/** UTF-8, or UTF-16 by its mark; a NUL elsewhere is no text. */
function textOf(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.subarray(0, 8192).includes(0) ? undefined : buffer.toString('utf8');
}

function hasLongLine(text: string): boolean {
  if (text.length <= MAX_LINE) return false;
  let from = 0;
  for (let feed = text.indexOf('\n'); feed >= 0; feed = text.indexOf('\n', from)) {
    if (feed - from > MAX_LINE) return true;
    from = feed + 1;
  }
  return text.length - from > MAX_LINE;
}

/** The paths that git tracks, asked only where a file of keys or an environment is there; undefined where there is no repository. */
async function trackedFiles(
  io: IO,
  root: string,
  selected: readonly Selected[],
): Promise<ReadonlySet<string> | undefined> {
  if (
    !selected.some(({ path, classified }) => classified.form.is === 'key' || isEnvironmentFile(path) || isEnvrc(path))
  )
    return undefined;
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of io.git(root, ['ls-files', '-z'])) chunks.push(chunk);
  } catch (error) {
    // no repository, or none that git reads for us: then what is there counts
    if (error instanceof FaultError && error.fault.code.startsWith('git.')) return undefined;
    throw error;
  }
  return new Set(Buffer.concat(chunks).toString('utf8').split('\0'));
}

const IF_TRACKED: ReadonlySet<string> = new Set(['code.env.committed', 'code.key.committed']);

function rawOf(
  walked: Walked,
  readings: ReadonlyMap<string, FileReading>,
  sum: { readonly read: number; readonly bytes: number },
  tracked: ReadonlySet<string> | undefined,
  strict: boolean,
): Json {
  const paths = [...readings.keys()].sort(byCodeUnit);
  const services = new Set(paths.flatMap((path) => readings.get(path)?.services ?? []));
  const goVersions = new Map(
    paths.flatMap((path) => {
      const version = readings.get(path)?.goVersion;
      return version === undefined ? [] : [[path.slice(0, -'go.mod'.length), version] as const];
    }),
  );
  const hits: JsonObject[] = [];
  const handlers: JsonObject[] = [];
  const calls: JsonObject[] = [];
  let left = 0;
  for (const file of paths) {
    const reading = readings.get(file);
    const place = strict ? 'code' : placeOf(file);
    for (const { service, oldGo, severity, ...hit } of reading?.hits ?? []) {
      if (service !== undefined && isSingleLabel(service) && services.has(service)) continue;
      if (oldGo === true && !leavesOldTls(goVersionOf(file, goVersions))) continue;
      if (IF_TRACKED.has(hit.rule) && tracked !== undefined && !tracked.has(file)) continue;
      if (hits.length >= MAX_HITS) {
        left++;
        continue;
      }
      hits.push({ ...hit, file, place, severity: place === 'code' ? (severity ?? RULES[hit.rule].severity) : 'info' });
    }
    if (place !== 'code' || reading?.webhooks === undefined) continue;
    for (const handler of reading.webhooks.handlers) handlers.push({ ...handler, file });
    for (const call of reading.webhooks.calls) calls.push({ ...call, file });
  }
  return {
    files: Object.fromEntries(walked.counts),
    coverage: { ...sum, skipped: walked.skipped.list() },
    unread: [...walked.unread.values()]
      .sort((a, b) => byCodeUnit(a.kind, b.kind) || byCodeUnit(a.code, b.code))
      .map(({ kind, code, count: missedFiles, paths: examples }) => ({
        kind,
        code,
        count: missedFiles,
        examples: examples.sort(byCodeUnit),
      })),
    hits,
    handlers: handlers.slice(0, MAX_HITS),
    calls: calls.slice(0, MAX_HITS),
    truncated: left > 0 || handlers.length > MAX_HITS,
  };
}

/** The version line of the nearest go.mod above a file. */
function goVersionOf(file: string, versions: ReadonlyMap<string, string>): string | undefined {
  for (let slash = file.lastIndexOf('/'); ; slash = file.lastIndexOf('/', slash - 1)) {
    const version = versions.get(file.slice(0, slash + 1));
    if (version !== undefined) return version;
    if (slash <= 0) return slash < 0 ? undefined : versions.get('');
  }
}

/** Go 1.22 made TLS 1.2 the least version of servers. */
function leavesOldTls(version: string | undefined): boolean {
  if (version === undefined) return true;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < 1 || (major === 1 && minor < 22);
}
