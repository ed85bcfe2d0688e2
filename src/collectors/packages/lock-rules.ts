/** What the rules about lockfiles ask of each entry: integrity, origin, scripts, deprecation, drift. */
import { isArray, isObject, own, type JsonObject } from '../../model/json.ts';
import { addressOf, isLocalHost } from './clean.ts';
import { inLockfile, textOf, type Lists } from './lists.ts';
import { commitOf, declaredIn } from './root-rules.ts';

/** The public registries of npm and yarn. */
const PUBLIC_HOSTS = ['registry.npmjs.org', 'registry.yarnpkg.com'];

export function lockRules(
  lists: Lists,
  root: JsonObject,
  lock: JsonObject,
  settings: readonly JsonObject[],
  at: string,
): void {
  const file = textOf(lock, 'file') ?? 'package-lock.json';
  const entries = own(lock, 'entries');
  if (!isArray(entries)) return;
  const declared = declaredIn(own(own(root, 'manifest'), 'declared'));
  const direct = new Set(declared.map((one) => one.name));
  const aliases = new Map(declared.flatMap((one) => (one.range.startsWith('npm:') ? [[one.name, one.range]] : [])));
  const hosts = allowedHosts(settings);
  const ignoreScripts = settings.some((one) => own(one, 'ignoreScripts') === true);
  drift(lists, root, lock, file, at);
  for (const [index, entry] of entries.entries()) {
    if (!isObject(entry)) continue;
    const name = textOf(entry, 'name') ?? '';
    const key = textOf(entry, 'key') ?? '';
    const place = `${at}/entries/${String(index)}`;
    const short = key.slice(key.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const item = {
      ...inLockfile(file, name, textOf(entry, 'version')),
      name,
      direct: key === `node_modules/${short}` && direct.has(short),
    };
    if (own(entry, 'installScript') === true && !ignoreScripts) {
      lists.add('installScripts', { ...item, installScript: true }, place);
    }
    if (own(entry, 'deprecated') === true) lists.add('deprecated', { ...item, deprecated: true }, place);
    // links, workspace members and bundled packages come from no registry
    if (own(entry, 'link') === true || own(entry, 'bundled') === true || !key.includes('node_modules/')) continue;
    origin(lists, entry, item, place, hosts);
    alias(lists, entry, { file, name, short, aliases }, place);
  }
}

/** Hosts that .npmrc names as registries are wanted; so are the public ones. */
function allowedHosts(settings: readonly JsonObject[]): ReadonlySet<string> {
  const named = settings.flatMap((one) => {
    const registries = own(one, 'registries');
    return isArray(registries)
      ? registries.flatMap((registry) => addressOf(textOf(registry, 'url') ?? '')?.host ?? [])
      : [];
  });
  return new Set([...PUBLIC_HOSTS, ...named]);
}

function origin(lists: Lists, entry: JsonObject, item: JsonObject, place: string, hosts: ReadonlySet<string>): void {
  const resolved = textOf(entry, 'resolved');
  const integrity = textOf(entry, 'integrity');
  const address = resolved === undefined ? undefined : addressOf(resolved);
  if (address !== undefined && /^(?:git|ssh)/.test(address.scheme)) {
    if (commitOf(resolved ?? '') === undefined) {
      const { subject = '', location = {}, name = '' } = item;
      const source = { group: 'dependencies', range: resolved ?? '', source: 'git', bounded: true };
      lists.add('resolved.gitUnpinned', { subject, location, name, ...source }, place);
    }
    return;
  }
  if (resolved !== undefined && address === undefined) return; // file: and the like
  if (address?.scheme === 'http' && !isLocalHost(address.host))
    lists.add('resolved.http', { ...item, ...address }, place);
  if (address !== undefined && !hosts.has(address.host) && !isLocalHost(address.host)) {
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

/** What package.json and the lockfile's own copy of it say differently: `npm ci` refuses that. */
function drift(lists: Lists, root: JsonObject, lock: JsonObject, file: string, at: string): void {
  const manifest = own(root, 'manifest');
  const locked = own(lock, 'root');
  if (!isObject(manifest) || !isArray(locked)) return;
  const wanted = declaredIn(own(manifest, 'declared'));
  const copy = declaredIn(locked);
  for (const one of wanted) {
    const same = copy.find((other) => other.name === one.name && other.group === one.group);
    if (same?.range === one.range) continue;
    const item = { ...driftOf(file, one.name), range: one.range };
    lists.add('lockfile.drift', same === undefined ? item : { ...item, locked: same.range }, `${at}/root`);
  }
  for (const one of copy) {
    if (wanted.some((other) => other.name === one.name && other.group === one.group)) continue;
    lists.add('lockfile.drift', { ...driftOf(file, one.name), locked: one.range }, `${at}/root`);
  }
}

function driftOf(file: string, name: string): JsonObject {
  return { subject: `${file}#${name}`, location: { file }, name, agrees: false };
}
