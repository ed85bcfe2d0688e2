/** Reads yarn.lock (v1 and Berry), pnpm-lock.yaml (5 to 9) and bun.lock into the entries that the rules of lockfiles judge. */
import { isArray, isObject, own, type Json, type JsonObject } from '../../model/json.ts';
import { cleanAddress, cleanText } from './clean.ts';
import { algorithmsOf, MAX_ENTRIES, parseJson, rangesOf } from './read-npm.ts';
import { subtree, textIn, treeOf, type Tree } from './yaml-lines.ts';

export interface OtherLock {
  readonly version: number;
  /** The lockfile's own copy of what the manifest asks for; missing where the format has none. */
  readonly root: readonly JsonObject[] | undefined;
  /** `name@range` that the lockfile knows (yarn): what is not among them is drift. */
  readonly patterns?: readonly string[];
  readonly entries: readonly JsonObject[];
  /** Packages that may run scripts, by the lockfile itself (bun). */
  readonly trusted?: readonly string[];
}

/** `@scope/name@range` → name and what follows. */
export function splitPattern(pattern: string): { readonly name: string; readonly range: string } {
  const at = pattern.indexOf('@', 1);
  return at < 0 ? { name: pattern, range: '' } : { name: pattern.slice(0, at), range: pattern.slice(at + 1) };
}

export function yarnLockOf(text: string): OtherLock | undefined {
  return text.includes('__metadata:') ? berryLockOf(text) : yarn1LockOf(text);
}

/** Version 1 is no YAML: values stand behind a blank, keys are lists of patterns. */
function yarn1LockOf(text: string): OtherLock | undefined {
  if (!/^# yarn lockfile v1\s*$/m.test(text.slice(0, 2000)) && !/^\S[^\n]*:\r?\n {2}version /m.test(text))
    return undefined;
  const entries: JsonObject[] = [];
  const patterns: string[] = [];
  let fields: { [name: string]: string } = {};
  let current: readonly string[] = [];
  const end = (): void => {
    const [first] = current;
    if (first === undefined) return;
    const { name, range } = splitPattern(first);
    // `a@npm:b@^1`: the key is the name that the project uses
    const alias = /^npm:((?:@[^/@]+\/)?[^@]+)/.exec(range)?.[1];
    entries.push(
      entryOf(
        first,
        alias ?? name,
        fields['version'],
        fields['resolved'],
        fields['integrity'],
        alias === undefined ? undefined : name,
      ),
    );
  };
  for (const raw of text.split('\n')) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (line === '' || line.startsWith('#')) continue;
    if (!line.startsWith(' ')) {
      end();
      if (!line.endsWith(':')) return undefined;
      current = line
        .slice(0, -1)
        .split(/,\s*/)
        .map((one) => unquoted(one.trim()));
      patterns.push(...current);
      fields = {};
    } else if (line.startsWith('  ') && line[2] !== ' ') {
      const found = /^ {2}("[^"]*"|[^\s"]+)\s+(.*)$/.exec(line);
      if (found !== null) fields[unquoted(found[1] ?? '')] = unquoted((found[2] ?? '').trim());
    }
    if (entries.length > MAX_ENTRIES) return undefined;
  }
  end();
  return { version: 1, root: undefined, patterns: patterns.map((one) => cleanAddress(one)), entries };
}

function unquoted(text: string): string {
  return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}

function entryOf(
  key: string,
  name: string,
  version: string | undefined,
  resolved: string | undefined,
  integrity: string | undefined,
  alias?: string,
): JsonObject {
  return {
    key: cleanAddress(key),
    name: cleanText(name),
    ...(alias === undefined ? {} : { alias: cleanText(alias) }),
    ...(version === undefined ? {} : { version: cleanAddress(version) }),
    ...(resolved === undefined
      ? {}
      : { resolved: cleanAddress(resolved.replace(/^([^#]*\.tgz)#[0-9a-f]{40}$/, '$1')) }),
    ...(integrity === undefined ? {} : { integrity: algorithmsOf(integrity) }),
  };
}

/** Berry: `resolution` names what was taken, `checksum` is a hash of its own form (SHA-512 by default). */
function berryLockOf(text: string): OtherLock | undefined {
  const tree = treeOf(text);
  if (tree === undefined) return undefined;
  const entries: JsonObject[] = [];
  const patterns: string[] = [];
  let root: JsonObject[] | undefined;
  for (const [key, entry] of Object.entries(tree)) {
    if (key === '__metadata' || typeof entry !== 'object') continue;
    const resolution = textIn(entry, 'resolution') ?? '';
    const keys = key.split(/,\s*/);
    patterns.push(...keys.map((one) => cleanAddress(one)));
    const { name, range } = splitPattern(resolution);
    if (range.startsWith('workspace:')) {
      if (range === 'workspace:.') root = rootRanges(entry);
      entries.push({ key: cleanText(key), name: cleanText(name), link: true });
      continue;
    }
    entries.push(berryEntry(keys[0] ?? key, name, range, entry));
    if (entries.length > MAX_ENTRIES) return undefined;
  }
  const version = Number(textIn(subtree(tree, '__metadata'), 'version') ?? '2');
  return { version: Number.isSafeInteger(version) ? version : 2, root, patterns, entries };
}

function rootRanges(entry: Tree): JsonObject[] {
  // Berry writes the dependencies of all groups in one list
  return Object.entries(subtree(entry, 'dependencies')).flatMap(([name, range]) =>
    typeof range === 'string' ? [{ group: 'dependencies', name: cleanText(name), range: cleanAddress(range) }] : [],
  );
}

function berryEntry(key: string, name: string, range: string, entry: Tree): JsonObject {
  const version = textIn(entry, 'version');
  const asked = splitPattern(key).name;
  const base = {
    ...entryOf(key, name, version, undefined, undefined),
    ...(asked === name ? {} : { alias: cleanText(asked) }),
  };
  const checksum = textIn(entry, 'checksum');
  if (range.startsWith('npm:')) {
    const archive = /::__archiveUrl=([^&]+)/.exec(range)?.[1];
    const address = archive === undefined ? undefined : decoded(archive);
    // an archive for another system is not fetched, and has no checksum
    const exempt = textIn(entry, 'conditions') !== undefined;
    return {
      ...base,
      ...(address === undefined ? {} : { resolved: cleanAddress(address) }),
      ...(checksum !== undefined ? { integrity: 'sha512' } : exempt ? { integrity: 'sha512', unfetched: true } : {}),
    };
  }
  if (/^(?:patch|link|portal|file):/.test(range)) return { ...base, link: true };
  return { ...base, resolved: cleanAddress(range), ...(checksum === undefined ? {} : { integrity: 'sha512' }) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // a broken escape: as it is written
    return text;
  }
}

const PNPM_GROUPS = ['dependencies', 'devDependencies', 'optionalDependencies'] as const;

export function pnpmLockOf(text: string): OtherLock | undefined {
  const tree = treeOf(text);
  const stated = tree === undefined ? undefined : textIn(tree, 'lockfileVersion');
  if (tree === undefined || stated === undefined) return undefined;
  const version = Math.floor(Number(stated));
  if (!Number.isSafeInteger(version)) return undefined;
  const importers = subtree(tree, 'importers');
  const importer = typeof importers['.'] === 'object' ? importers['.'] : tree;
  const entries: JsonObject[] = [];
  for (const [key, entry] of Object.entries(subtree(tree, 'packages'))) {
    if (typeof entry !== 'object') continue;
    entries.push(pnpmEntry(key, entry));
    if (entries.length > MAX_ENTRIES) return undefined;
  }
  return { version, root: pnpmRoot(importer), entries };
}

/** 6 and later: `name: { specifier, version }`; 5 keeps the ranges under `specifiers`. */
function pnpmRoot(importer: Tree): JsonObject[] {
  const specifiers = subtree(importer, 'specifiers');
  return PNPM_GROUPS.flatMap((group) =>
    Object.entries(subtree(importer, group)).flatMap(([name, entry]) => {
      const range = typeof entry === 'object' ? textIn(entry, 'specifier') : textIn(specifiers, name);
      const version = typeof entry === 'object' ? textIn(entry, 'version') : entry;
      if (range === undefined) return [];
      return [
        {
          group,
          name: cleanText(name),
          range: cleanAddress(range),
          ...(version === undefined ? {} : { locked: cleanAddress(version) }),
        },
      ];
    }),
  );
}

/** `/name@1.0.0(peer)`, `/name/1.0.0_peer`, `name@1.0.0`; addresses and `file:` stand for themselves. */
function pnpmEntry(key: string, entry: Tree): JsonObject {
  const plain = key.replace(/^\//, '').replace(/\(.*$/, '');
  const old = /^((?:@[^/]+\/)?[^/@]+)\/(\d[^_/]*)(?:_.*)?$/.exec(plain);
  const split = old === null ? splitPattern(plain) : { name: old[1] ?? '', range: old[2] ?? '' };
  const name = textIn(entry, 'name') ?? split.name;
  const version = textIn(entry, 'version') ?? split.range;
  const resolution = subtree(entry, 'resolution');
  const tarball = textIn(resolution, 'tarball') ?? (/^https?:\/\//.test(version) ? version : undefined);
  const repository = textIn(resolution, 'repo');
  const commit = textIn(resolution, 'commit');
  const integrity = textIn(resolution, 'integrity');
  const local =
    textIn(resolution, 'directory') !== undefined || /^(?:file|link):/.test(version) || plain.startsWith('file:');
  const address = repository === undefined ? tarball : `git+${repository}${commit === undefined ? '' : `#${commit}`}`;
  return {
    key: cleanAddress(key),
    name: cleanText(name),
    version: cleanAddress(version),
    ...(address === undefined ? {} : { resolved: cleanAddress(address) }),
    ...(integrity === undefined ? {} : { integrity: algorithmsOf(integrity) }),
    ...(local ? { link: true } : {}),
    ...(textIn(entry, 'dev') === 'true' ? { dev: true } : {}),
    ...(textIn(entry, 'requiresBuild') === 'true' ? { installScript: true } : {}),
    ...(entry['deprecated'] === undefined ? {} : { deprecated: true }),
  };
}

/** JSON with commas too many and comments; strings are left alone. */
export function relaxedJson(text: string): Json | undefined {
  let kept = '';
  let at = 0;
  let from = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      at++;
      while (at < text.length && text.charCodeAt(at) !== 0x22) at += text.charCodeAt(at) === 0x5c ? 2 : 1;
      at++;
    } else if (code === 0x2f && (text[at + 1] === '/' || text[at + 1] === '*')) {
      kept += text.slice(from, at);
      const line = text[at + 1] === '/';
      const end = text.indexOf(line ? '\n' : '*/', at + 2);
      at = end < 0 ? text.length : end + (line ? 0 : 2);
      from = at;
    } else if (code === 0x2c && /^\s*[}\]]/.test(text.slice(at + 1, at + 200))) {
      kept += text.slice(from, at);
      at++;
      from = at;
    } else at++;
  }
  return parseJson(Buffer.from(kept + text.slice(from)));
}

/** bun.lock: a package is a list whose first item is `name@version`, whose second is the registry, whose last is the integrity. */
export function bunLockOf(text: string): OtherLock | undefined {
  const source = relaxedJson(text);
  const packages = own(source, 'packages');
  const version = own(source, 'lockfileVersion');
  if (!isObject(source) || typeof version !== 'number') return undefined;
  const entries: JsonObject[] = [];
  for (const [key, entry] of Object.entries(isObject(packages) ? packages : {})) {
    const [first, registry] = isArray(entry) ? entry : [];
    if (!isArray(entry) || typeof first !== 'string') continue;
    const { name, range } = splitPattern(first);
    const last = entry.at(-1);
    const asked = key.slice(key.lastIndexOf('/', key.includes('/@') ? key.lastIndexOf('/@') : undefined) + 1);
    const alias = asked !== name && !key.includes(name) && !key.includes('/') ? { alias: cleanText(asked) } : {};
    if (/^(?:workspace|link|file|root):/.test(range))
      entries.push({ key: cleanText(key), name: cleanText(name), link: true });
    else if (/^(?:github:|git\+|git:|gitlab:|bitbucket:)/.test(range)) {
      entries.push({
        ...entryOf(key, name, range, range.replace(/^github:/, 'git+https://github.com/'), undefined),
        ...alias,
      });
    } else {
      const address =
        typeof registry === 'string' && registry !== '' ? registry : /^https?:/.test(range) ? range : undefined;
      entries.push({ ...entryOf(key, name, range, address, typeof last === 'string' ? last : undefined), ...alias });
    }
    if (entries.length > MAX_ENTRIES) return undefined;
  }
  const top = own(own(source, 'workspaces'), '');
  const trusted = own(source, 'trustedDependencies');
  return {
    version,
    root: top === undefined ? undefined : rangesOf(top),
    entries,
    trusted: isArray(trusted) ? trusted.filter((one) => typeof one === 'string').map((one) => cleanText(one)) : [],
  };
}
