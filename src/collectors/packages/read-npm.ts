/** Reads package.json, package-lock.json and .npmrc into the parts that are kept; hostile input ends in `undefined`. */
import { isArray, isObject, own, type Json, type JsonObject } from '../../model/json.ts';
import { cleanAddress, cleanText } from './clean.ts';
import { GROUPS } from './schema.ts';
import { listIn, subtree, textIn, treeOf, type Tree } from './yaml-lines.ts';

/** Entries of one lockfile above this are not kept: the lockfile is then named as not read. */
export const MAX_ENTRIES = 250_000;

export function parseJson(bytes: Uint8Array): Json | undefined {
  const text = new TextDecoder('utf-8').decode(bytes);
  try {
    return JSON.parse(text) as Json;
  } catch {
    // not JSON: the caller names the file
    return undefined;
  }
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? cleanText(value) : undefined;
}

export function rangesOf(source: Json): JsonObject[] {
  const found: JsonObject[] = [];
  for (const group of GROUPS) {
    const ranges = own(source, group);
    if (!isObject(ranges)) continue;
    for (const [name, range] of Object.entries(ranges)) {
      if (typeof range === 'string') found.push({ group, name: cleanText(name), range: cleanAddress(range) });
    }
  }
  // npm copies optional dependencies into both groups; the more exact one stays
  const optional = new Set(found.filter((one) => one['group'] === 'optionalDependencies').map((one) => one['name']));
  return found.filter((one) => one['group'] !== 'dependencies' || !optional.has(one['name'] ?? null));
}

export function manifestOf(source: Json): JsonObject | undefined {
  if (!isObject(source)) return undefined;
  const name = text(own(source, 'name'));
  const packageManager = text(own(source, 'packageManager'));
  const engines = text(own(own(source, 'engines'), 'node'));
  return {
    ...(name === undefined ? {} : { name }),
    private: own(source, 'private') === true,
    publishes: isArray(own(source, 'files')),
    ...(packageManager === undefined ? {} : { packageManager }),
    ...(engines === undefined ? {} : { enginesNode: engines }),
    ...listed('allowScripts', allowedScripts(source)),
    ...listed('overridden', overriddenNames(source)),
    declared: rangesOf(source),
  };
}

function listed(key: string, names: readonly string[] | undefined): JsonObject {
  return names === undefined ? {} : { [key]: names.slice(0, 1000).map((name) => cleanText(name)) };
}

/** Packages that may run scripts, as npm (`allowScripts`), pnpm (`onlyBuiltDependencies`) and bun (`trustedDependencies`) write it. */
function allowedScripts(source: Json): readonly string[] | undefined {
  const lists = [
    own(source, 'allowScripts'),
    own(own(source, 'pnpm'), 'onlyBuiltDependencies'),
    own(source, 'trustedDependencies'),
  ];
  if (lists.every((one) => one === undefined)) return undefined;
  return lists.flatMap((one) =>
    isArray(one)
      ? one.filter((name) => typeof name === 'string')
      : isObject(one)
        ? Object.entries(one).flatMap(([name, allowed]) => (allowed === true ? [name] : []))
        : [],
  );
}

/** What `overrides` and `resolutions` put in the place of what is asked for: its version is not drift. */
function overriddenNames(source: Json): readonly string[] | undefined {
  const names = [own(source, 'overrides'), own(source, 'resolutions'), own(own(source, 'pnpm'), 'overrides')].flatMap(
    (one) => (isObject(one) ? Object.keys(one) : []),
  );
  if (names.length === 0) return undefined;
  return names.flatMap((name) => {
    const last = name.split(/[>/](?!.*[>/])/).at(-1) ?? name;
    return [name, last, name.replace(/(?<=.)@.*$/, '')];
  });
}

/** The workspace globs of a manifest, with their `!` exclusions. */
export function workspacesOf(source: Json): readonly string[] {
  const listed = own(source, 'workspaces');
  const globs = isArray(listed) ? listed : own(listed, 'packages');
  return isArray(globs) ? globs.filter((glob) => typeof glob === 'string') : [];
}

/** `packages:` of a pnpm-workspace.yaml, in its usual block or flow form. */
export function pnpmWorkspaces(yaml: string): readonly string[] {
  const flow = /^packages:[ \t]*\[([^\]]*)\]/m.exec(yaml)?.[1];
  const items = flow === undefined ? blockItems(yaml) : flow.split(',');
  return items.map((item) => item.trim().replace(/^(['"])(.*)\1$/, '$2')).filter((item) => item !== '');
}

function blockItems(yaml: string): string[] {
  const items: string[] = [];
  let inside = false;
  for (const line of yaml.split(/\r?\n/)) {
    if (/^packages:[ \t]*(?:#.*)?$/.test(line)) inside = true;
    else if (inside) {
      const item = /^[ \t]*-[ \t]+(.*?)(?:[ \t]+#.*)?$/.exec(line)?.[1];
      if (item !== undefined) items.push(item);
      else if (/^\S/.test(line)) break;
    }
  }
  return items;
}

export interface NpmLock {
  readonly version: number;
  readonly root: readonly JsonObject[] | undefined;
  readonly entries: readonly JsonObject[];
}

/** package-lock.json and npm-shrinkwrap.json, versions 1 to 3. */
export function npmLockOf(source: Json): NpmLock | undefined {
  const packages = own(source, 'packages');
  const version = own(source, 'lockfileVersion');
  const number = typeof version === 'number' && Number.isSafeInteger(version) ? version : 1;
  if (isObject(packages)) {
    const entries: JsonObject[] = [];
    for (const [key, entry] of Object.entries(packages)) {
      if (key !== '' && isObject(entry)) entries.push(entryOf(key, nameOfKey(key, entry), entry));
      if (entries.length > MAX_ENTRIES) return undefined;
    }
    const root = Object.hasOwn(packages, '') ? packages[''] : undefined;
    return { version: number, root: root === undefined ? undefined : rangesOf(root), entries };
  }
  const dependencies = own(source, 'dependencies');
  if (!isObject(source) || (dependencies !== undefined && !isObject(dependencies))) return undefined;
  const entries = nested(dependencies ?? {});
  return entries === undefined ? undefined : { version: number, root: undefined, entries };
}

/** `node_modules/a/node_modules/@s/b` is b of the scope s, unless the entry says that it is an alias. */
function nameOfKey(key: string, entry: JsonObject): string {
  const named = own(entry, 'name');
  if (typeof named === 'string') return cleanText(named);
  const at = key.lastIndexOf('node_modules/');
  return cleanText(at < 0 ? key : key.slice(at + 'node_modules/'.length));
}

/** Lockfile version 1: dependencies inside dependencies, walked without recursion. */
function nested(top: JsonObject): JsonObject[] | undefined {
  const entries: JsonObject[] = [];
  const queue: { readonly prefix: string; readonly dependencies: JsonObject }[] = [{ prefix: '', dependencies: top }];
  for (let level = queue.pop(); level !== undefined; level = queue.pop()) {
    for (const [name, entry] of Object.entries(level.dependencies)) {
      if (!isObject(entry)) continue;
      const key = `${level.prefix}node_modules/${name}`;
      if (entries.push(entryOf(key, cleanText(name), entry)) > MAX_ENTRIES) return undefined;
      const inner = own(entry, 'dependencies');
      if (isObject(inner) && key.length < 4000) queue.push({ prefix: `${key}/`, dependencies: inner });
    }
  }
  return entries;
}

function entryOf(key: string, name: string, entry: JsonObject): JsonObject {
  const resolved = own(entry, 'resolved');
  const version = text(own(entry, 'version'));
  const integrity = own(entry, 'integrity');
  const yes = (field: string, as: string): JsonObject => (own(entry, field) === true ? { [as]: true } : {});
  // version 1 writes an address in place of the version
  const address =
    typeof resolved === 'string'
      ? resolved
      : /^(?:git|https?|file|github)[+:]/.test(version ?? '')
        ? version
        : undefined;
  return {
    key: cleanText(key),
    name,
    ...(version === undefined ? {} : { version: cleanAddress(version) }),
    ...(address === undefined ? {} : { resolved: cleanAddress(address) }),
    ...(typeof integrity === 'string' ? { integrity: algorithmsOf(integrity) } : {}),
    ...yes('link', 'link'),
    ...yes('inBundle', 'bundled'),
    ...yes('bundled', 'bundled'),
    ...yes('dev', 'dev'),
    ...yes('hasInstallScript', 'installScript'),
    ...(typeof own(entry, 'deprecated') === 'string' ? { deprecated: true } : {}),
  };
}

/** The algorithms of an integrity value (W3C SRI), in order; what is no hash of a known form is left out. */
export function algorithmsOf(integrity: string): string {
  const known = integrity
    .slice(0, 4096)
    .split(/\s+/)
    .flatMap((hash) => /^(sha512|sha384|sha256|sha1|md5)-[A-Za-z0-9+/]{16,}={0,2}(?:\?|$)/.exec(hash)?.[1] ?? []);
  return [...new Set(known)].join(' ');
}

export function npmrcOf(file: string, content: string): JsonObject {
  const registries: JsonObject[] = [];
  const credentials: JsonObject[] = [];
  let settings: JsonObject = {};
  for (const [index, line] of content.split(/\r?\n/).slice(0, 10_000).entries()) {
    // .yarnrc of version 1 writes a blank in place of the equals sign
    const found =
      /^[ \t]*([^=;#\s][^=]{0,300}?)[ \t]*=[ \t]*(.*?)[ \t]*$/.exec(line) ??
      (file.endsWith('.yarnrc') ? /^[ \t]*"?([^"\s#]{1,300})"?[ \t]+(\S.*?)[ \t]*$/.exec(line) : null);
    if (found === null) continue;
    const [, key = '', raw = ''] = found;
    const value = raw.replace(/^(['"])(.*)\1$/, '$2');
    const scope = /^(?:(@[^:]+):)?registry$/.exec(key);
    const credential = /(?:^|:)(_authToken|_auth|_password)$/.exec(key)?.[1];
    if (scope !== null) {
      registries.push({ ...(scope[1] === undefined ? {} : { scope: cleanText(scope[1]) }), url: cleanAddress(value) });
    } else if (credential !== undefined && value !== '') {
      credentials.push({ key: credential, line: index + 1, literal: !/^\$\{[^}]+\}$/.test(value) });
    } else if (key === 'strict-ssl') settings = { ...settings, strictSsl: value !== 'false' };
    else if (key === 'ignore-scripts') settings = { ...settings, ignoreScripts: value === 'true' };
  }
  return { file, ...settings, registries, credentials };
}

/** `.yarnrc.yml` of Berry: registries, tokens, verification, hosts that may be asked in the clear. */
export function yarnSettingsOf(file: string, content: string): JsonObject | undefined {
  const tree = treeOf(content);
  if (tree === undefined) return undefined;
  const registries: JsonObject[] = [];
  const credentials: JsonObject[] = [];
  const places: readonly (readonly [string | undefined, Tree])[] = [
    [undefined, tree],
    ...Object.entries(subtree(tree, 'npmScopes')).map(
      ([scope, one]) => [`@${scope}`, typeof one === 'object' ? one : tree] as const,
    ),
    ...Object.values(subtree(tree, 'npmRegistries')).map(
      (one) => [undefined, typeof one === 'object' ? one : tree] as const,
    ),
  ];
  for (const [scope, place] of places.slice(0, 1000)) {
    const server = textIn(place, 'npmRegistryServer');
    if (server !== undefined)
      registries.push({ ...(scope === undefined ? {} : { scope: cleanText(scope) }), url: cleanAddress(server) });
    for (const key of ['npmAuthToken', 'npmAuthIdent']) {
      const value = textIn(place, key);
      if (value === undefined || value === '') continue;
      const line = content.slice(0, Math.max(0, content.indexOf(key))).split('\n').length;
      credentials.push({ key, line, literal: !/^\$\{[^}]+\}$/.test(value) });
    }
  }
  const strict = textIn(tree, 'enableStrictSsl');
  const scripts = textIn(tree, 'enableScripts');
  const inTheClear = listIn(subtree(tree, 'unsafeHttpWhitelist'));
  return {
    file,
    ...(strict === undefined ? {} : { strictSsl: strict !== 'false' }),
    ...(scripts === undefined ? {} : { ignoreScripts: scripts === 'false' }),
    ...(inTheClear.length === 0 ? {} : { unsafeHttp: inTheClear.slice(0, 100).map((one) => cleanText(one)) }),
    registries,
    credentials,
  };
}
