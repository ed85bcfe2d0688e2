/** Finds package roots in a source tree and keeps of their manifests, lockfiles and settings what rules ask for. */
import type { Job } from '../../model/evidence.ts';
import { answerOrFault, rawFault } from '../../model/facts.ts';
import { FaultError } from '../../model/fault.ts';
import type { FileTree, IO } from '../../model/io.ts';
import { byCodeUnit, isObject, type Json, type JsonObject } from '../../model/json.ts';
import { matchesGlob } from './globs.ts';
import { otherKind, otherLocks } from './observe-languages.ts';
import { bunLockOf, pnpmLockOf, yarnLockOf, type OtherLock } from './read-others.ts';
import { manifestOf, npmLockOf, npmrcOf, parseJson, pnpmWorkspaces, workspacesOf, yarnSettingsOf } from './read-npm.ts';

const MAX_MANIFEST = 4 * 1024 * 1024;
const MAX_LOCK = 128 * 1024 * 1024;
const MAX_SETTINGS = 256 * 1024;
const MAX_ROOTS = 5000;

/** Lockfile name to the manager that writes it. */
const LOCKS: { readonly [name: string]: 'npm' | 'yarn' | 'pnpm' | 'bun' } = {
  'package-lock.json': 'npm',
  'npm-shrinkwrap.json': 'npm',
  'yarn.lock': 'yarn',
  'pnpm-lock.yaml': 'pnpm',
  'bun.lock': 'bun',
  'bun.lockb': 'bun',
};
const SETTINGS = new Set(['.npmrc', '.yarnrc', '.yarnrc.yml']);

/** Lockfiles that are no JSON of npm. */
const READERS: { readonly [kind: string]: ((text: string) => OtherLock | undefined) | undefined } = {
  yarn: yarnLockOf,
  pnpm: pnpmLockOf,
  bun: bunLockOf,
};

interface Found {
  readonly manifests: string[];
  readonly others: Map<string, number>;
  /** Lockfiles of other languages. */
  readonly languages: string[];
  readonly unread: JsonObject[];
}

export async function observe(job: Job, io: IO): Promise<Json> {
  const path = job.options['path'];
  const tree = io.files(typeof path === 'string' ? path : '');
  const found = await findFiles(tree);
  const sources = new Map<string, JsonObject>();
  const bad = new Map<string, JsonObject>();
  for (const file of found.manifests) {
    const source = await answerOrFault(() => readJson(tree, file, MAX_MANIFEST));
    if (isObject(source) && '$fault' in source) bad.set(file, source);
    else if (isObject(source)) sources.set(file, source);
    else bad.set(file, rawFault(new FaultError('source.malformed', `${file} is not a JSON object`)));
  }
  const roots: JsonObject[] = [];
  for (const file of await rootsOf(tree, found, sources)) {
    const source = sources.get(file);
    const manifest = source === undefined ? undefined : manifestOf(source);
    roots.push({
      file,
      ...(manifest === undefined ? {} : { manifest }),
      ...(bad.has(file) ? { fault: bad.get(file) ?? {} } : {}),
      locks: await locksOf(tree, folderOf(file), found),
    });
  }
  const settings: JsonObject[] = [];
  const unread = [...found.unread];
  for (const file of [...found.others.keys()].filter((name) => SETTINGS.has(baseOf(name)))) {
    const text = await answerOrFault(async () => await readText(tree, file));
    const one =
      typeof text === 'string' ? (file.endsWith('.yml') ? yarnSettingsOf(file, text) : npmrcOf(file, text)) : undefined;
    if (one !== undefined) settings.push(one);
    else unread.push({ path: file, code: 'source.unreadable' });
  }
  const config = job.options['config'];
  const others = await otherLocks(tree, found.languages);
  return { roots, others, settings, unread, ...(isObject(config) ? { config } : {}) };
}

async function findFiles(tree: FileTree): Promise<Found> {
  const found: Found = { manifests: [], others: new Map(), languages: [], unread: [] };
  for await (const entry of tree.walk()) {
    if (/(?:^|\/)(?:node_modules|bower_components)(?:\/|$)/.test(entry.path)) continue;
    if (entry.fault !== undefined) {
      found.unread.push({ path: entry.path, code: 'source.unreadable' });
      continue;
    }
    if (entry.kind !== 'file') continue;
    const name = baseOf(entry.path);
    if (name === 'package.json' && found.manifests.length < MAX_ROOTS) found.manifests.push(entry.path);
    else if (Object.hasOwn(LOCKS, name) || SETTINGS.has(name) || name === 'pnpm-workspace.yaml') {
      found.others.set(entry.path, entry.size);
    } else if (otherKind(entry.path) !== undefined) found.languages.push(entry.path);
  }
  return found;
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** With its slash at the end; empty for the top. */
function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

async function readJson(tree: FileTree, file: string, cap: number): Promise<Json> {
  const bytes = await tree.read(file, cap + 1);
  if (bytes.length > cap) throw new FaultError('source.too-large', `${file} is larger than ${String(cap)} bytes`);
  const value = parseJson(bytes);
  if (value === undefined) throw new FaultError('source.malformed', `${file} is not JSON`);
  return value;
}

async function readText(tree: FileTree, file: string): Promise<string> {
  return new TextDecoder('utf-8').decode(await tree.read(file, MAX_SETTINGS));
}

/** A manifest that a workspace above it names is a member, not a root. */
async function rootsOf(tree: FileTree, found: Found, sources: ReadonlyMap<string, JsonObject>): Promise<string[]> {
  const workspaces: { readonly folder: string; readonly globs: readonly string[] }[] = [];
  for (const [file, source] of sources) {
    const folder = folderOf(file);
    const pnpm = `${folder}pnpm-workspace.yaml`;
    const yaml = found.others.has(pnpm) ? await answerOrFault(async () => await readText(tree, pnpm)) : '';
    const globs = [...workspacesOf(source), ...(typeof yaml === 'string' ? pnpmWorkspaces(yaml) : [])];
    if (globs.length > 0) workspaces.push({ folder, globs });
  }
  const isMember = (file: string): boolean => {
    const folder = folderOf(file);
    return workspaces.some(
      (one) =>
        folder !== one.folder &&
        folder.startsWith(one.folder) &&
        matchesGlob(one.globs, folder.slice(one.folder.length, -1)),
    );
  };
  return found.manifests.filter((file) => !isMember(file)).sort(byCodeUnit);
}

/** The binary form of bun is not read: it is named as such by its missing entries. */
async function otherLock(tree: FileTree, file: string, kind: string): Promise<JsonObject> {
  if (file.endsWith('.lockb')) return {};
  const read = await answerOrFault(async () => {
    const bytes = await tree.read(file, MAX_LOCK + 1);
    if (bytes.length > MAX_LOCK)
      throw new FaultError('source.too-large', `${file} is larger than ${String(MAX_LOCK)} bytes`);
    const lock = READERS[kind]?.(new TextDecoder('utf-8').decode(bytes));
    if (lock === undefined) throw new FaultError('source.malformed', `${file} is no lockfile of ${kind}`);
    const { version, root, entries, patterns, trusted } = lock;
    return {
      version,
      ...(root === undefined ? {} : { root }),
      ...(patterns === undefined ? {} : { patterns }),
      ...(trusted === undefined ? {} : { trusted }),
      entries,
    };
  });
  return '$fault' in read ? { fault: read } : read;
}

async function locksOf(tree: FileTree, folder: string, found: Found): Promise<JsonObject[]> {
  const locks: JsonObject[] = [];
  for (const [name, kind] of Object.entries(LOCKS)) {
    const file = folder + name;
    if (!found.others.has(file)) continue;
    if (kind !== 'npm') {
      locks.push({ file, kind, ...(await otherLock(tree, file, kind)) });
      continue;
    }
    const source = await answerOrFault(() => readJson(tree, file, MAX_LOCK));
    if (isObject(source) && '$fault' in source) {
      locks.push({ file, kind, fault: source });
      continue;
    }
    const lock = npmLockOf(source);
    if (lock === undefined) {
      locks.push({ file, kind, fault: rawFault(new FaultError('source.malformed', `${file} is no lockfile of npm`)) });
    } else {
      const { version, root, entries } = lock;
      locks.push({ file, kind, version, ...(root === undefined ? {} : { root }), entries });
    }
  }
  return locks;
}
