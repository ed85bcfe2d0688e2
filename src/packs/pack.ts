/** A pack: checks with their profiles, frameworks and detectors; as one JSON text, and its digest. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../model/canonical.ts';
import type { Check, Reference, Severity } from '../model/check.ts';
import type { DetectorFile } from '../model/detector.ts';
import { UsageError } from '../model/fault.ts';
import type { Framework } from '../model/framework.ts';
import { byCodeUnit, isArray, isObject, type Json, type JsonObject } from '../model/json.ts';

export interface Profile {
  readonly id: string;
  readonly title: string;
  /** Globs over check ids. */
  readonly include: readonly string[];
  readonly exclude?: readonly string[];
  readonly severity?: { readonly [check: string]: Severity };
  /** Clauses that the profile adds to a check. */
  readonly references?: { readonly [check: string]: readonly Reference[] };
  /** Operands that checks take with `{ $profile: KEY }`. */
  readonly data?: JsonObject;
}

export interface Pack {
  readonly name: string;
  /** Sorted by id; those that detectors were compiled to are among them. */
  readonly checks: readonly Check[];
  readonly profiles: readonly Profile[];
  readonly frameworks: readonly Framework[];
  readonly detectors: readonly DetectorFile[];
  /** Ids of checks that the packs before this one lose: rules of the user that take their place. */
  readonly replaces?: readonly string[];
  /** `sha256:` + hex over the canonical JSON of the rest. */
  readonly digest: string;
}

const SCHEMA = 'pack/1';
const LISTS = ['checks', 'profiles', 'frameworks', 'detectors'] as const;

/** Puts a pack in order and seals it with its digest. */
export function makePack(parts: Omit<Pack, 'digest'>): Pack {
  const sorted = {
    name: parts.name,
    checks: [...parts.checks].sort((a, b) => byCodeUnit(a.id, b.id)),
    profiles: [...parts.profiles].sort((a, b) => byCodeUnit(a.id, b.id)),
    frameworks: [...parts.frameworks].sort((a, b) => byCodeUnit(a.id, b.id)),
    detectors: [...parts.detectors].sort((a, b) => byCodeUnit(a.detector.id, b.detector.id)),
    ...(parts.replaces === undefined ? {} : { replaces: [...parts.replaces].sort(byCodeUnit) }),
  };
  // Through canonical JSON, so that a pack from YAML, the one the build wrote and the one a run stored are the same value,
  // down to the order of the keys: a replay prints it again
  const text = canonicalJson(JSON.parse(JSON.stringify(sorted)) as Json);
  const plain = JSON.parse(text) as Omit<Pack, 'digest'>;
  const digest = createHash('sha256').update(text).digest('hex');
  return { ...plain, digest: `sha256:${digest}` };
}

/** The one JSON file that the build ships, so that neither yaml nor ajv is loaded at run time. */
export function packToJson(pack: Pack): string {
  return JSON.stringify({ schema: SCHEMA, ...pack });
}

/** Reads what `packToJson` wrote. It is our own file, so only its kind is looked at. */
export function packFromJson(text: string): Pack {
  const value: unknown = JSON.parse(text);
  if (!isObject(value) || value['schema'] !== SCHEMA || !LISTS.every((key) => isArray(value[key]))) {
    throw new UsageError(`the compiled pack is not of the form ${SCHEMA}; build it again`);
  }
  const { schema: _, ...pack } = value;
  return pack as unknown as Pack;
}

/** Examples apart from their checks and detectors, in the order of the pack: a run does without them. */
interface Examples {
  readonly checks: readonly Check['examples'][];
  readonly detectors: readonly DetectorFile['examples'][];
}

/** The pack without its examples, and these as JSON. Its digest stays that of the whole. */
export function withoutExamples(pack: Pack): { readonly pack: Pack; readonly examples: string } {
  const examples: Examples = {
    checks: pack.checks.map((check) => check.examples),
    detectors: pack.detectors.map((file) => file.examples),
  };
  return {
    pack: {
      ...pack,
      checks: pack.checks.map((check) => ({ ...check, examples: [] })),
      detectors: pack.detectors.map((file) => ({ ...file, examples: { positive: [], negative: [] } })),
    },
    examples: JSON.stringify(examples),
  };
}

/** Puts back what `withoutExamples` took away. It is our own file, of the same build. */
export function withExamples(pack: Pack, text: string): Pack {
  const examples = JSON.parse(text) as Examples;
  return {
    ...pack,
    checks: pack.checks.map((check, index) => ({ ...check, examples: examples.checks[index] ?? [] })),
    detectors: pack.detectors.map((file, index) => ({ ...file, examples: examples.detectors[index] ?? file.examples })),
  };
}

/** Several packs as one: an id may stand in one of them only. */
export function joinPacks(all: readonly Pack[]): Omit<Pack, 'name' | 'digest'> {
  const packs = all.map((pack, index) =>
    without(pack, new Set(all.slice(index + 1).flatMap((one) => one.replaces ?? []))),
  );
  const owner = new Map<string, string>();
  const claim = (what: string, id: string, pack: Pack): void => {
    const other = owner.get(`${what} ${id}`);
    if (other !== undefined) throw new UsageError(`${what} "${id}" stands in both ${other} and ${pack.name}`);
    owner.set(`${what} ${id}`, pack.name);
  };
  for (const pack of packs) {
    for (const id of new Set(pack.checks.map((check) => check.id))) claim('check', id, pack);
    for (const profile of pack.profiles) claim('profile', profile.id, pack);
    for (const framework of pack.frameworks) claim('framework', framework.id, pack);
  }
  return {
    checks: packs.flatMap((pack) => pack.checks).sort((a, b) => byCodeUnit(a.id, b.id)),
    profiles: packs.flatMap((pack) => pack.profiles),
    frameworks: packs.flatMap((pack) => pack.frameworks),
    detectors: packs.flatMap((pack) => pack.detectors),
  };
}

function without(pack: Pack, replaced: ReadonlySet<string>): Pack {
  if (replaced.size === 0) return pack;
  return {
    ...pack,
    checks: pack.checks.filter((check) => !replaced.has(check.id)),
    detectors: pack.detectors.filter((file) => !replaced.has(`secret.${file.detector.id}`)),
  };
}
