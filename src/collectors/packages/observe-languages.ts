/** Reads the lockfiles of other languages that a walk found, each with what stands beside it. */
import { answerOrFault } from '../../model/facts.ts';
import { FaultError } from '../../model/fault.ts';
import type { FileTree } from '../../model/io.ts';
import { byCodeUnit, type JsonObject } from '../../model/json.ts';
import { cargoLockOf, goModulesOf, goSumsOf, poetryLockOf, requirementsOf } from './read-languages.ts';
import type { OTHER_KINDS } from './schema.ts';

type Kind = (typeof OTHER_KINDS)[number];

/** Lockfiles of hundreds of packages are below a megabyte. */
const MAX_LOCK = 16 * 1024 * 1024;
const MAX_LOCKS = 5000;
/** Somebody else's, with what was locked for it. */
const FOREIGN = /(?:^|\/)(?:vendor|third_party|site-packages|dist-packages|\.venv|venv|\.tox)\//;

const KIND_OF: { readonly [name: string]: Kind } = { 'poetry.lock': 'poetry', 'Cargo.lock': 'cargo', 'go.mod': 'go' };

/** What writes the lockfile of that path; `go.mod` stands for the `go.sum` beside it. */
export function otherKind(path: string): Kind | undefined {
  if (FOREIGN.test(path)) return undefined;
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (Object.hasOwn(KIND_OF, name)) return KIND_OF[name];
  return /(?:^|[._-])requirements?(?:[._-][^/]*)?\.txt$/.test(name) || /(?:^|\/)requirements\/[^/]+\.txt$/.test(path)
    ? 'pip'
    : undefined;
}

export async function otherLocks(tree: FileTree, files: readonly string[]): Promise<readonly JsonObject[]> {
  const locks: JsonObject[] = [];
  for (const path of [...files].sort(byCodeUnit).slice(0, MAX_LOCKS)) {
    const kind = otherKind(path);
    if (kind === undefined) continue;
    // of a go.mod without a go.sum no hash is known: then the go.mod is what is named
    let file = path;
    const read = await answerOrFault(async () => {
      if (kind !== 'go') return known(readerOf[kind](await textOf(tree, path)), path);
      const sums = await sumsAbove(tree, path);
      file = sums.file;
      return known(goModulesOf(await textOf(tree, path), sums.sums), path);
    });
    if ('$fault' in read) locks.push({ file, kind, fault: read });
    else if (kind === 'cargo' || kind === 'poetry' || read.length > 0) locks.push({ file, kind, entries: read });
  }
  return locks;
}

const readerOf = { pip: requirementsOf, poetry: poetryLockOf, cargo: cargoLockOf };

function known<T>(value: T | undefined, path: string): T {
  if (value === undefined) throw new FaultError('source.malformed', `${path} is not of its format`);
  return value;
}

async function textOf(tree: FileTree, path: string): Promise<string> {
  const bytes = await tree.read(path, MAX_LOCK + 1);
  if (bytes.length > MAX_LOCK)
    throw new FaultError('source.too-large', `${path} is larger than ${String(MAX_LOCK)} bytes`);
  // `pip freeze > FILE` in PowerShell
  return new TextDecoder(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8').decode(bytes);
}

/** The hashes beside a go.mod, and those of the workspaces above it. */
async function sumsAbove(
  tree: FileTree,
  path: string,
): Promise<{ readonly file: string; readonly sums: ReadonlySet<string> }> {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const beside = await sumsIn(tree, `${folder}go.sum`);
  const all = new Set(beside);
  for (let above = folder; ; above = above.slice(0, above.lastIndexOf('/', above.length - 2) + 1)) {
    for (const sum of (await sumsIn(tree, `${above}go.work.sum`)) ?? []) all.add(sum);
    if (above === '') break;
  }
  return { file: beside === undefined ? path : `${folder}go.sum`, sums: all };
}

async function sumsIn(tree: FileTree, path: string): Promise<ReadonlySet<string> | undefined> {
  let text: string;
  try {
    text = await textOf(tree, path);
  } catch (error) {
    if (error instanceof FaultError && error.fault.code === 'source.not-found') return undefined;
    throw error;
  }
  return known(goSumsOf(text), path);
}
