/** The registry collector: what the registry says of the direct dependencies that are locked. Only with `--online`. */
import { createPublicKey, verify } from 'node:crypto';
import type { Collector } from '../../model/collector.ts';
import type { Interpretation } from '../../model/evidence.ts';
import { faultIn, isBoolean, isNumber, partialList, required, unknown, type Unknown } from '../../model/facts.ts';
import { isArray, isObject, own, type Json, type JsonObject } from '../../model/json.ts';
import { pointer } from '../../model/pointer.ts';
import { nameOf } from '../../model/target.ts';
import { boolean, dateTime, integer, list, object, oneOf, string, anything, type Schema } from '../../model/schema.ts';
import { textOf } from './lists.ts';
import { observe } from './registry-observe.ts';

const fault = object({ $fault: string(), message: string() });

export const rawSchema: Schema = object({
  packages: list(
    object({
      subject: string(),
      file: string(),
      name: string(),
      version: string(),
      registry: string({ description: 'without credentials' }),
      document: {
        anyOf: [
          fault,
          object({
            known: boolean({ description: 'the registry has this version' }),
            'latest?': string(),
            'publishedAt?': string(),
            'latestAt?': string(),
            'deprecatedLatest?': boolean(),
            'maintainers?': integer(),
            'maintainersChanged?': boolean(),
            'integrity?': string(),
            signatures: list(object({ keyid: string(), sig: string() })),
            provenance: boolean(),
            earlierProvenance: boolean(),
          }),
        ],
      },
      'downloads?': anything({ description: 'of the last week, or why they are not known' }),
    }),
  ),
  keys: list(
    object({
      registry: string(),
      keys: anything({ description: 'the public keys of the registry, or why they are not known' }),
    }),
  ),
  'limits?': object({
    staleAfterDays: integer({ description: 'a package whose latest version is older is stale' }),
    freshForDays: integer({ description: 'a version that was published later is fresh' }),
    minDownloads: integer({ description: 'in a week' }),
  }),
  truncated: boolean(),
});

const online = object({
  subject: string(),
  location: object({ file: string() }),
  name: string(),
  version: string(),
  'publishedAt?': dateTime({ description: 'when the locked version was published' }),
  'latestAt?': dateTime({ description: 'when the latest version was published' }),
  deprecatedLatest: boolean(),
  'maintainers?': integer(),
  'maintainersChanged?': boolean({ description: 'others maintain it now than when the locked version was published' }),
  'staleFrom?': dateTime({ description: 'when the latest version becomes stale' }),
  'settledFrom?': dateTime({ description: 'when the locked version is fresh no more' }),
  'downloads?': integer({ description: 'in the last week' }),
  'enoughDownloads?': boolean(),
  signature: oneOf('valid', 'missing', 'invalid', 'no-keys'),
  provenance: oneOf('present', 'lost', 'never'),
});

export const factsSchema: Schema = object({
  asked: integer({ description: 'direct dependencies that were asked for' }),
  packages: list(online),
});

export const registry: Collector = {
  id: 'registry',
  version: 2,
  accepts: ['source'],
  rawSchema,
  factsSchema,
  retries: { attempts: 2, backoffMs: 1000 },
  deadlineMs: 15 * 60 * 1000,
  plan(target, { options, switches }) {
    const config = own(options, 'packages');
    const [address, downloads] = [own(config, 'registry'), own(config, 'downloads')];
    return {
      path: nameOf(target),
      online: switches['online'] === true,
      ...(typeof address === 'string' ? { registry: address } : {}),
      ...(typeof downloads === 'string' ? { downloads } : {}),
      limits: { ...limitsIn(config) },
    };
  },
  observe,
  interpret,
};

interface Limits {
  readonly staleAfterDays: number;
  readonly freshForDays: number;
  readonly minDownloads: number;
}

/** What probity.yaml says under `options: { packages: … }`, or raw evidence that was made by it. */
function limitsIn(config: Json | undefined): Limits {
  const limit = (key: keyof Limits, usual: number): number => {
    const value = own(config, key);
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : usual;
  };
  return {
    staleAfterDays: limit('staleAfterDays', 730),
    freshForDays: limit('freshForDays', 7),
    minDownloads: limit('minDownloads', 1000),
  };
}

/** An instant so many days later; one beyond the year 9999 is none that rules can read. */
function daysAfter(instant: string | Unknown, days: number): string | Unknown {
  if (typeof instant !== 'string') return instant;
  const later = Date.parse(instant) + days * 86_400_000;
  return later < Date.parse('9999-12-31T00:00:00Z') ? new Date(later).toISOString() : unknown('evidence.missing');
}

function interpret(raw: Json): Interpretation {
  const limits = limitsIn(own(raw, 'limits'));
  const at: { [fact: string]: string } = { '': '', '/asked': '/packages', '/packages': '/packages' };
  const listed = own(raw, 'packages');
  if (!isArray(listed))
    return { facts: { asked: unknown('evidence.missing'), packages: unknown('evidence.missing') }, at };
  let damaged = own(raw, 'truncated') !== false;
  const packages: JsonObject[] = [];
  for (const [index, one] of listed.entries()) {
    const fact = packageFact(one, raw, limits);
    if (fact === undefined) {
      damaged = true;
      continue;
    }
    at[`/packages/${String(packages.length)}`] = pointer('packages', index);
    packages.push(fact);
  }
  return {
    facts: { asked: listed.length, packages: partialList(packages, damaged ? 'evidence.missing' : undefined) },
    at,
  };
}

function packageFact(one: Json, raw: Json, limits: Limits): JsonObject | undefined {
  const [subject, file, name, version] = ['subject', 'file', 'name', 'version'].map((key) => textOf(one, key));
  if (subject === undefined || file === undefined || name === undefined || version === undefined) return undefined;
  const base = { subject, location: { file }, name, version };
  const document = own(one, 'document');
  const code = faultIn(document) ?? (isObject(document) ? undefined : 'evidence.missing');
  if (code !== undefined || own(document, 'known') !== true) {
    const all = unknown(code ?? (own(document, 'known') === false ? 'package.unknown' : 'evidence.missing'));
    return {
      ...base,
      publishedAt: all,
      latestAt: all,
      staleFrom: all,
      settledFrom: all,
      deprecatedLatest: all,
      maintainers: all,
      maintainersChanged: all,
      downloads: all,
      enoughDownloads: all,
      signature: all,
      provenance: all,
    };
  }
  const [publishedAt, latestAt] = [instant(document, 'publishedAt'), instant(document, 'latestAt')];
  const downloads = own(one, 'downloads') === undefined ? undefined : count(one, 'downloads');
  const enough = typeof downloads === 'number' ? downloads >= limits.minDownloads : downloads;
  return {
    ...base,
    publishedAt,
    latestAt,
    staleFrom: daysAfter(latestAt, limits.staleAfterDays),
    settledFrom: daysAfter(publishedAt, limits.freshForDays),
    deprecatedLatest: required(document, 'deprecatedLatest', isBoolean),
    maintainers: count(document, 'maintainers'),
    maintainersChanged: required(document, 'maintainersChanged', isBoolean),
    // a registry that does not count them is an observation: the question was not put
    ...(downloads === undefined ? {} : { downloads }),
    ...(enough === undefined ? {} : { enoughDownloads: enough }),
    signature: signatureOf(document, name, version, keysFor(raw, textOf(one, 'registry'))),
    provenance: provenanceOf(document),
  };
}

function count(source: Json | undefined, key: string): number | Unknown {
  return required(
    source,
    key,
    (value): value is number => isNumber(value) && Number.isSafeInteger(value) && value >= 0,
  );
}

/** RFC 3339 in UTC, as the registry writes it. */
function instant(source: Json | undefined, key: string): string | Unknown {
  const text = textOf(source, key) ?? '';
  const form = /^\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/;
  const time = form.test(text) ? Date.parse(text) : Number.NaN;
  // `Date.parse` takes the 30th of February for the 2nd of March
  const isReal = !Number.isNaN(time) && new Date(time).toISOString().startsWith(text.slice(0, 10));
  return isReal ? text : unknown('evidence.missing');
}

function keysFor(raw: Json, address: string | undefined): Json | undefined {
  const all = own(raw, 'keys');
  return own(isArray(all) ? all.find((one) => textOf(one, 'registry') === address) : undefined, 'keys');
}

/** npm: ECDSA P-256 over `name@version:integrity` by a key of the registry that had not expired at publication. */
function signatureOf(
  document: Json | undefined,
  name: string,
  version: string,
  keys: Json | undefined,
): string | Unknown {
  const code = faultIn(keys);
  if (code !== undefined || !isArray(keys)) return unknown(code ?? 'evidence.missing');
  if (keys.length === 0) return 'no-keys';
  const signatures = own(document, 'signatures');
  if (!isArray(signatures)) return unknown('evidence.missing');
  if (signatures.length === 0) return 'missing';
  const integrity = textOf(document, 'integrity');
  const publishedAt = textOf(document, 'publishedAt') ?? '';
  const good = signatures.some((one) => {
    const key = keys.find((known) => textOf(known, 'keyid') === textOf(one, 'keyid'));
    const expires = textOf(key, 'expires');
    const isLive = expires === undefined || Date.parse(expires) > Date.parse(publishedAt);
    return (
      integrity !== undefined &&
      isLive &&
      holds(textOf(key, 'key'), textOf(one, 'sig'), `${name}@${version}:${integrity}`)
    );
  });
  return good ? 'valid' : 'invalid';
}

function holds(key: string | undefined, signature: string | undefined, text: string): boolean {
  if (key === undefined || signature === undefined) return false;
  try {
    const publicKey = createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' });
    return (
      publicKey.asymmetricKeyType === 'ec' &&
      verify('sha256', Buffer.from(text), publicKey, Buffer.from(signature, 'base64'))
    );
  } catch {
    // a key or signature that is none signs nothing
    return false;
  }
}

function provenanceOf(document: Json | undefined): string | Unknown {
  const [now, before] = [own(document, 'provenance'), own(document, 'earlierProvenance')];
  if (typeof now !== 'boolean' || typeof before !== 'boolean') return unknown('evidence.missing');
  return now ? 'present' : before ? 'lost' : 'never';
}
