/** Asks the registry about direct dependencies (`--online`): when each was published and by whom, what is deprecated, what is signed. */
import type { Job } from '../../model/evidence.ts';
import { answerOrFault, rawFault } from '../../model/facts.ts';
import { FaultError } from '../../model/fault.ts';
import type { Hop, IO } from '../../model/io.ts';
import { isArray, isObject, own, type Json, type JsonObject } from '../../model/json.ts';
import { addressOf, cleanAddress, cleanText } from './clean.ts';
import { textOf } from './lists.ts';
import { lockedPackages, type LockedPackage } from './locked.ts';
import { observe as observePackages } from './observe.ts';
import { parseJson } from './read-npm.ts';
import { compareVersions, versionOf } from './semver.ts';

const REGISTRY = 'https://registry.npmjs.org/';
const DOWNLOADS = 'https://api.npmjs.org/downloads/point/last-week/';
/** Documents of packages with thousands of versions. */
const MAX_DOCUMENT = 64 * 1024 * 1024;
const MAX_PACKAGES = 1000;
const AT_ONCE = 8;

export async function observe(job: Job, io: IO): Promise<Json> {
  if (job.options['online'] !== true) {
    throw new FaultError('package.not-asked', 'the registry is asked only with --online');
  }
  const tree = await observePackages(job, io);
  const addresses = addressesOf(tree, job.options['registry']);
  const direct = lockedPackages(tree).filter((one) => one.direct);
  const downloads = job.options['downloads'];
  const queue = direct.slice(0, MAX_PACKAGES).values();
  const packages: JsonObject[] = [];
  const registries = new Set<string>();
  const work = async (): Promise<void> => {
    for (const one of queue) {
      const registry = addresses(one.name);
      registries.add(registry);
      packages.push(await askOne(io, one, registry, typeof downloads === 'string' ? downloads : DOWNLOADS));
      io.progress(`${String(packages.length)} of ${String(direct.length)} packages asked`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  packages.sort((a, b) => ((textOf(a, 'subject') ?? '') < (textOf(b, 'subject') ?? '') ? -1 : 1));
  const keys: JsonObject[] = [];
  for (const registry of [...registries].sort())
    keys.push({ registry: cleanAddress(registry), keys: await answerOrFault(() => keysOf(io, registry)) });
  const limits = job.options['limits'];
  return { packages, keys, ...(isObject(limits) ? { limits } : {}), truncated: direct.length > MAX_PACKAGES };
}

/** The registry of a name: `.npmrc` for its scope, then for all, then the public one. */
function addressesOf(tree: Json, given: Json | undefined): (name: string) => string {
  const scopes = new Map<string, string>();
  let usual = typeof given === 'string' ? given : undefined;
  const settings = own(tree, 'settings');
  for (const one of isArray(settings) ? settings : []) {
    const registries = own(one, 'registries');
    for (const registry of isArray(registries) ? registries : []) {
      const url = textOf(registry, 'url');
      const scope = textOf(registry, 'scope');
      if (url === undefined || addressOf(url) === undefined) continue;
      if (scope === undefined) usual ??= url;
      else scopes.set(scope, url);
    }
  }
  const slash = (url: string): string => (url.endsWith('/') ? url : `${url}/`);
  return (name) => slash(scopes.get(name.slice(0, Math.max(0, name.indexOf('/')))) ?? usual ?? REGISTRY);
}

async function documentAt(io: IO, url: string): Promise<{ readonly hop: Hop; readonly value: Json | undefined }> {
  const hop = await io.fetch({ method: 'GET', url, headers: [['accept', 'application/json']], maxBody: MAX_DOCUMENT });
  if (hop.status === 429 || hop.status >= 500)
    throw new FaultError('http.unavailable', `the registry answered ${String(hop.status)}`);
  if (hop.truncated) throw new FaultError(hop.bodyFault ?? 'http.limit');
  return { hop, value: hop.status === 200 ? parseJson(hop.body) : undefined };
}

async function askOne(io: IO, one: LockedPackage, registry: string, downloads: string): Promise<JsonObject> {
  const base = {
    subject: `${one.file}#${one.name}@${one.version}`,
    file: one.file,
    name: one.name,
    version: one.version,
    registry: cleanAddress(registry),
  };
  try {
    const { hop, value } = await documentAt(io, registry + one.name.replace('/', '%2f'));
    if (value === undefined || !isObject(value)) {
      const code = hop.status === 200 ? 'http.malformed' : 'package.unknown';
      return {
        ...base,
        document: rawFault(new FaultError(code, `the registry answered ${String(hop.status)} for ${one.name}`)),
      };
    }
    const document = documentOf(value, one.version);
    // downloads are counted for the public registry only
    const counts = registry === REGISTRY || downloads !== DOWNLOADS;
    return {
      ...base,
      document,
      ...(counts ? { downloads: await answerOrFault(() => downloadsOf(io, downloads, one.name)) } : {}),
    };
  } catch (error) {
    if (error instanceof FaultError) return { ...base, document: rawFault(error) };
    throw error;
  }
}

async function downloadsOf(io: IO, base: string, name: string): Promise<number> {
  const { hop, value } = await documentAt(io, base + name);
  const count = own(value, 'downloads');
  if (hop.status === 404) return 0;
  if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0)
    throw new FaultError('http.malformed', 'the answer names no number of downloads');
  return count;
}

/** npm: registry signatures. A registry without keys signs nothing: that is an observation, an empty list. */
async function keysOf(io: IO, registry: string): Promise<readonly Json[]> {
  const { hop, value } = await documentAt(io, `${registry}-/npm/v1/keys`);
  if (hop.status === 404 || hop.status === 400) return [];
  const keys = own(value, 'keys');
  if (!isArray(keys)) throw new FaultError('http.malformed', 'the keys document is not of the documented form');
  return keys.slice(0, 100).flatMap((one) => {
    const [keyid, key, expires] = [textOf(one, 'keyid'), textOf(one, 'key'), textOf(one, 'expires')];
    return keyid === undefined || key === undefined
      ? []
      : [
          {
            keyid: cleanText(keyid),
            key: key.slice(0, 2000),
            ...(expires === undefined ? {} : { expires: cleanText(expires) }),
          },
        ];
  });
}

/** Of a registry document what the rules ask; names of maintainers are counted and compared, not kept. */
function documentOf(value: JsonObject, version: string): JsonObject {
  const versions = own(value, 'versions');
  const time = own(value, 'time');
  const latest = textOf(own(value, 'dist-tags'), 'latest');
  const locked = own(versions, version);
  const newest = latest === undefined ? undefined : own(versions, latest);
  const dist = own(locked, 'dist');
  const signatures = own(dist, 'signatures');
  const [publishedAt, latestAt] = [textOf(time, version), latest === undefined ? undefined : textOf(time, latest)];
  const integrity = textOf(dist, 'integrity');
  return {
    known: isObject(locked),
    ...(latest === undefined ? {} : { latest: cleanText(latest) }),
    ...(publishedAt === undefined ? {} : { publishedAt: cleanText(publishedAt) }),
    ...(latestAt === undefined ? {} : { latestAt: cleanText(latestAt) }),
    // a document without its latest version says nothing of it
    ...(isObject(newest) ? { deprecatedLatest: isDeprecated(newest) } : {}),
    ...maintainersOf(value, locked, newest),
    ...(integrity === undefined ? {} : { integrity: integrity.slice(0, 500) }),
    signatures: isArray(signatures)
      ? signatures.slice(0, 20).flatMap((one) => {
          const [keyid, sig] = [textOf(one, 'keyid'), textOf(one, 'sig')];
          return keyid === undefined || sig === undefined ? [] : [{ keyid: cleanText(keyid), sig: sig.slice(0, 1000) }];
        })
      : [],
    provenance: hasProvenance(locked),
    earlierProvenance: earlierProvenance(versions, version),
  };
}

function isDeprecated(document: Json | undefined): boolean {
  const text = own(document, 'deprecated');
  return (typeof text === 'string' && text !== '') || text === true;
}

function namesOf(list: Json | undefined): readonly string[] | undefined {
  if (!isArray(list)) return undefined;
  return list
    .flatMap((one) => textOf(one, 'name') ?? (typeof one === 'string' ? one.replace(/\s*<.*$/, '') : []))
    .sort();
}

function maintainersOf(value: JsonObject, locked: Json | undefined, newest: Json | undefined): JsonObject {
  const now = namesOf(own(value, 'maintainers')) ?? namesOf(own(newest, 'maintainers'));
  const then = namesOf(own(locked, 'maintainers'));
  if (now === undefined) return {};
  return {
    maintainers: now.length,
    ...(then === undefined ? {} : { maintainersChanged: now.join('\n') !== then.join('\n') }),
  };
}

/** SLSA provenance that the registry holds beside a version. */
function hasProvenance(document: Json | undefined): boolean {
  const provenance = own(own(own(document, 'dist'), 'attestations'), 'provenance');
  return (textOf(provenance, 'predicateType') ?? '').startsWith('https://slsa.dev/provenance/');
}

function earlierProvenance(versions: Json | undefined, version: string): boolean {
  const own_ = versionOf(version);
  if (own_ === undefined || !isObject(versions)) return false;
  return Object.entries(versions).some(([text, document]) => {
    const other = versionOf(text);
    return other !== undefined && compareVersions(other, own_) < 0 && hasProvenance(document);
  });
}
