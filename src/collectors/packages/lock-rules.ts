/** What the rules about lockfiles ask of each entry: integrity, origin, scripts, deprecation, drift. */
import { isArray, isObject, own, type Json, type JsonObject } from '../../model/json.ts';
import { addressOf, isLocalHost } from './clean.ts';
import { inFile, inLockfile, textOf, type Lists } from './lists.ts';
import { lookalikeOf } from './lookalike.ts';
import { commitOf, declaredIn, type Declared } from './root-rules.ts';
import { OTHER_KINDS } from './schema.ts';
import { satisfies, versionOf } from './semver.ts';

/** The public registries of npm and yarn, and of Python; Cargo's and Go's are not written into lockfiles as addresses. */
const PUBLIC_HOSTS = ['registry.npmjs.org', 'registry.yarnpkg.com'];
const PYTHON_HOSTS = ['pypi.org', 'files.pythonhosted.org'];

/** What the tree as a whole says: settings, and what its owner confirmed in probity.yaml. */
export interface Surroundings {
  readonly settings: readonly JsonObject[];
  readonly config: JsonObject;
}

export function lockRules(lists: Lists, root: JsonObject, lock: JsonObject, around: Surroundings, at: string): void {
  const file = textOf(lock, 'file') ?? 'package-lock.json';
  const kind = textOf(lock, 'kind') ?? 'npm';
  const entries = own(lock, 'entries');
  if (!isArray(entries)) return;
  const manifest = own(root, 'manifest');
  const declared = declaredIn(own(manifest, 'declared'));
  const direct = new Set(declared.map((one) => one.name));
  const aliases = new Map(declared.flatMap((one) => (one.range.startsWith('npm:') ? [[one.name, one.range]] : [])));
  const confirmed = new Set(namesIn(around.config, 'aliases'));
  const isAllowed = allowedHosts(around, kind === 'pip' || kind === 'poetry' ? PYTHON_HOSTS : PUBLIC_HOSTS);
  const scripts = scriptsAllowed(manifest, lock, around);
  const isOther = OTHER_KINDS.some((one) => one === kind);
  drift(lists, root, lock, file, at);
  for (const [index, entry] of entries.entries()) {
    if (!isObject(entry)) continue;
    const name = textOf(entry, 'name') ?? '';
    const key = textOf(entry, 'key') ?? '';
    const place = `${at}/entries/${String(index)}`;
    const short = shortName(kind, entry, key, name);
    const isDirect = direct.has(short) && (kind !== 'npm' || key === `node_modules/${short}`);
    const item = { ...inLockfile(file, name, textOf(entry, 'version')), name, direct: isDirect };
    if (own(entry, 'installScript') === true && !scripts(name)) {
      lists.add('installScripts', { ...item, installScript: true }, place);
    }
    if (own(entry, 'deprecated') === true) lists.add('deprecated', { ...item, deprecated: true }, place);
    // links, workspace members and bundled packages come from no registry
    if (own(entry, 'link') === true || own(entry, 'bundled') === true) continue;
    if (kind === 'npm' && !key.includes('node_modules/')) continue;
    origin(lists, entry, item, place, isAllowed);
    if (!confirmed.has(short)) alias(lists, entry, { file, name, short, aliases }, place);
    const like = isDirect || isOther ? undefined : lookalikeOf(name);
    if (like !== undefined) lists.add('lookalikes', { ...item, like }, place);
  }
  silentAboutScripts(lists, lock, { file, kind, entries: entries.length, scripts }, at);
}

/** The name by which the project knows a package: in npm's lockfile the folder, elsewhere the alias. */
function shortName(kind: string, entry: JsonObject, key: string, name: string): string {
  if (kind !== 'npm') return textOf(entry, 'alias') ?? name;
  return key.slice(key.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

function namesIn(source: Json | undefined, key: string): readonly string[] {
  const list = own(source, key);
  return isArray(list) ? list.filter((one) => typeof one === 'string') : [];
}

/** Whether a package may run scripts: by the allow lists, or because none may. */
function scriptsAllowed(
  manifest: Json | undefined,
  lock: JsonObject,
  { settings, config }: Surroundings,
): (name: string) => boolean {
  if (settings.some((one) => own(one, 'ignoreScripts') === true)) return () => true;
  const allowed = new Set([
    ...namesIn(manifest, 'allowScripts'),
    ...namesIn(lock, 'trusted'),
    ...namesIn(config, 'allowScripts'),
  ]);
  return (name) => allowed.has(name);
}

/** pnpm since 9 and yarn do not write down which packages run scripts: only a person can tell. */
function silentAboutScripts(
  lists: Lists,
  lock: JsonObject,
  of: {
    readonly file: string;
    readonly kind: string;
    readonly entries: number;
    readonly scripts: (name: string) => boolean;
  },
  at: string,
): void {
  const version = own(lock, 'version');
  const isSilent = of.kind === 'yarn' || (of.kind === 'pnpm' && typeof version === 'number' && version >= 9);
  // where none may run, none has to be named
  if (!isSilent || of.entries === 0 || of.scripts('*')) return;
  lists.add('installScripts', { ...inFile(of.file), name: '*', direct: false, installScript: true, unsure: true }, at);
}

/** Public registries and those that the settings name: one for a scope only for that scope. */
function allowedHosts(
  { settings, config }: Surroundings,
  usual: readonly string[],
): (host: string, name: string) => boolean {
  const anywhere = new Set<string>([...usual, ...namesIn(config, 'allowedHosts').map((host) => host.toLowerCase())]);
  const byScope = new Map<string, Set<string>>();
  for (const one of settings) {
    const registries = own(one, 'registries');
    for (const registry of isArray(registries) ? registries : []) {
      const host = addressOf(textOf(registry, 'url') ?? '')?.host;
      const scope = textOf(registry, 'scope');
      if (host === undefined) continue;
      if (scope === undefined) anywhere.add(host);
      else byScope.set(scope, (byScope.get(scope) ?? new Set()).add(host));
    }
  }
  return (host, name) =>
    anywhere.has(host) || byScope.get(name.slice(0, Math.max(0, name.indexOf('/'))))?.has(host) === true;
}

/** An archive of a commit or branch that a code host makes: it is a git source. */
const ARCHIVE = /^https:\/\/codeload\.github\.com\/[^/]+\/[^/]+\/tar\.gz\/([^?#]+)/;

function origin(
  lists: Lists,
  entry: JsonObject,
  item: JsonObject,
  place: string,
  isAllowed: (host: string, name: string) => boolean,
): void {
  const resolved = textOf(entry, 'resolved');
  const integrity = textOf(entry, 'integrity');
  const address = resolved === undefined ? undefined : addressOf(resolved);
  const archived = resolved === undefined ? undefined : ARCHIVE.exec(resolved)?.[1];
  const isGit = address !== undefined && (/^(?:git|ssh)/.test(address.scheme) || /\.git#/.test(resolved ?? ''));
  if (isGit || archived !== undefined) {
    const pinned = archived === undefined ? commitOf(resolved ?? '') !== undefined : /^[0-9a-f]{40}$/i.test(archived);
    if (!pinned) {
      const { subject = '', location = {}, name = '' } = item;
      const source = { group: 'dependencies', range: resolved ?? '', source: 'git', bounded: true };
      lists.add('resolved.gitUnpinned', { subject, location, name, ...source }, place);
    }
    return;
  }
  if (resolved !== undefined && address === undefined) return; // file: and the like
  if (address?.scheme === 'http' && !isLocalHost(address.host))
    lists.add('resolved.http', { ...item, ...address }, place);
  if (address !== undefined && !isAllowed(address.host, textOf(item, 'name') ?? '') && !isLocalHost(address.host)) {
    lists.add('resolved.foreign', { ...item, ...address, configured: false }, place);
  }
  if (integrity === undefined || integrity === '') lists.add('integrity.missing', item, place);
  else if (!/sha(?:256|384|512)/.test(integrity)) lists.add('integrity.weak', { ...item, integrity }, place);
}

/** The file name in the address is another package's than the key, and no alias says so. */
function alias(
  lists: Lists,
  entry: JsonObject,
  of: {
    readonly file: string;
    readonly name: string;
    readonly short: string;
    readonly aliases: ReadonlyMap<string | undefined, string | undefined>;
  },
  place: string,
): void {
  const resolved = textOf(entry, 'resolved');
  if (resolved === undefined) return;
  // `https://host/@scope/name/-/name-1.2.3.tgz`
  const actual = /\/((?:@[^/]+|%40[^/]+)[/%]2?[fF]?[^/]+|[^/@]+)\/-\/[^/]+\.tgz$/.exec(resolved)?.[1];
  if (actual === undefined) return;
  const decoded = actual.replace('%40', '@').replace(/%2f/i, '/');
  if (decoded === of.short) return;
  const declared = of.aliases
    .get(of.short)
    ?.slice('npm:'.length)
    .replace(/(?<=.)@.*$/, '');
  if (declared === decoded || of.name === decoded) return;
  const item = inLockfile(of.file, of.short, textOf(entry, 'version'));
  lists.add('aliases', { ...item, name: of.short, actual: decoded, agrees: false }, place);
}

/** What package.json and the lockfile say differently: `npm ci` and its like refuse that. */
function drift(lists: Lists, root: JsonObject, lock: JsonObject, file: string, at: string): void {
  const manifest = own(root, 'manifest');
  if (!isObject(manifest)) return;
  const wanted = declaredIn(own(manifest, 'declared'));
  const overridden = new Set(namesIn(manifest, 'overridden'));
  const kind = textOf(lock, 'kind') ?? 'npm';
  const locked = own(lock, 'root');
  const free = wanted.filter((one) => !overridden.has(one.name));
  if (!isArray(locked)) {
    if (kind === 'yarn') patternDrift(lists, free, new Set(namesIn(lock, 'patterns')), file, at);
    versionDrift(lists, free, lock, file, at);
    return;
  }
  const named = rootDrift(lists, wanted, declaredIn(locked), { file, kind, at });
  // what is asked for differently is told once
  const agreed = free.filter((one) => !named.has(one.name));
  versionDrift(lists, agreed, lock, file, at);
}

function rootDrift(
  lists: Lists,
  wanted: readonly Declared[],
  copy: readonly Declared[],
  of: { readonly file: string; readonly kind: string; readonly at: string },
): ReadonlySet<string> {
  // Berry writes one list for all groups, and says `npm:` before a range
  const isYarn = of.kind === 'yarn';
  const bare = (range: string): string => (isYarn ? range.replace(/^npm:(?=[^@]*$)/, '') : range);
  const idOf = (one: Declared): string => (isYarn ? one.name : `${one.group} ${one.name}`);
  const copied = new Map(copy.map((one) => [idOf(one), one]));
  const asked = new Set(wanted.map(idOf));
  const named = new Set<string>();
  for (const one of wanted) {
    const found = copied.get(idOf(one));
    if (found !== undefined && bare(found.range) === bare(one.range)) continue;
    const item = { ...driftOf(of.file, one.name), range: one.range };
    lists.add('lockfile.drift', found === undefined ? item : { ...item, locked: found.range }, `${of.at}/root`);
    named.add(one.name);
  }
  for (const one of copy) {
    if (asked.has(idOf(one)) || (isYarn && one.range.startsWith('workspace:'))) continue;
    lists.add('lockfile.drift', { ...driftOf(of.file, one.name), locked: one.range }, `${of.at}/root`);
    named.add(one.name);
  }
  return named;
}

/** yarn v1 has no root entry: each `name@range` that is wanted must be a key. */
function patternDrift(
  lists: Lists,
  wanted: readonly Declared[],
  patterns: ReadonlySet<string>,
  file: string,
  at: string,
): void {
  for (const one of wanted) {
    if (patterns.has(`${one.name}@${one.range}`) || /^(?:link|workspace|portal):/.test(one.range)) continue;
    lists.add('lockfile.drift', { ...driftOf(file, one.name), range: one.range }, `${at}/patterns`);
  }
}

/** A locked version that the range does not take: of npm the folder at the top, of pnpm the version beside the range. */
function versionDrift(lists: Lists, wanted: readonly Declared[], lock: JsonObject, file: string, at: string): void {
  const versions = new Map<string, string>();
  const entries = own(lock, 'entries');
  const kind = textOf(lock, 'kind');
  if (kind === 'npm') {
    for (const entry of isArray(entries) ? entries : []) {
      const key = textOf(entry, 'key') ?? '';
      const version = textOf(entry, 'version');
      if (version !== undefined && /^node_modules\/(?:@[^/]+\/)?[^/]+$/.test(key))
        versions.set(key.slice('node_modules/'.length), version);
    }
  } else {
    for (const one of isArray(own(lock, 'root')) ? (own(lock, 'root') as readonly Json[]) : []) {
      const [name, version] = [textOf(one, 'name'), textOf(one, 'locked')];
      if (name !== undefined && version !== undefined) versions.set(name, version.replace(/[(_].*$/, ''));
    }
  }
  const told = isArray(own(lock, 'root'));
  for (const one of wanted) {
    const text = versions.get(one.name);
    if (text === undefined) {
      // version 1 of npm has no copy of the manifest: what is not locked at all is drift there
      if (kind === 'npm' && !told && one.group !== 'optionalDependencies' && /^[\^~<>=\dxX*v]/.test(one.range)) {
        lists.add('lockfile.drift', { ...driftOf(file, one.name), range: one.range }, `${at}/entries`);
      }
      continue;
    }
    const version = versionOf(text);
    if (version === undefined || satisfies(version, one.range) !== false) continue;
    lists.add('lockfile.drift', { ...driftOf(file, one.name), range: one.range, locked: text }, at);
  }
}

function driftOf(file: string, name: string): JsonObject {
  return { subject: `${file}#${name}`, location: { file }, name, agrees: false };
}
