/** The advisories collector: locked packages against a folder of OSV files (`--osv DIR`). Nothing is sent anywhere. */
import type { Severity } from '../../model/check.ts';
import { SEVERITIES } from '../../model/check.ts';
import type { Collector } from '../../model/collector.ts';
import type { Interpretation, Job } from '../../model/evidence.ts';
import { answerOrFault, partialList, unknown } from '../../model/facts.ts';
import { FaultError, type FaultCode, isFaultCode } from '../../model/fault.ts';
import type { IO } from '../../model/io.ts';
import { byCodeUnit, isArray, own, type Json, type JsonObject } from '../../model/json.ts';
import { pointer } from '../../model/pointer.ts';
import { integer, list, object, oneOf, string, type Schema } from '../../model/schema.ts';
import { nameOf } from '../../model/target.ts';
import { cleanText } from './clean.ts';
import { baseScore } from './cvss.ts';
import { textOf } from './lists.ts';
import { knownName, lockedPackages, type LockedPackage } from './locked.ts';
import { observe as observePackages } from './observe.ts';
import { isAffected, SEMVER } from './osv.ts';
import { PEP440 } from './pep440.ts';
import { parseJson } from './read-npm.ts';

const MAX_FILE = 4 * 1024 * 1024;
const MAX_FILES = 1_000_000;

export const rawSchema: Schema = object({
  advisories: integer({
    description: 'advisories for npm, PyPI, crates.io and Go that were read, withdrawn ones left out',
  }),
  packages: integer({ description: 'locked packages that were compared' }),
  found: list(
    object({
      file: string({ description: 'the lockfile' }),
      name: string(),
      version: string(),
      advisory: string(),
      severity: oneOf(...SEVERITIES),
      'fixed?': string(),
    }),
  ),
  unread: list(object({ path: string(), code: string() })),
});

export const factsSchema: Schema = object({
  advisories: integer(),
  packages: integer(),
  found: list(
    object({
      subject: string(),
      location: object({ file: string() }),
      name: string(),
      version: string(),
      'advisory?': string(),
      severity: oneOf(...SEVERITIES),
      says: string(),
    }),
  ),
});

export const advisories: Collector = {
  id: 'advisories',
  version: 2,
  accepts: ['source'],
  rawSchema,
  factsSchema,
  retries: { attempts: 1, backoffMs: 0 },
  deadlineMs: 15 * 60 * 1000,
  plan(target, { switches }) {
    const osv = switches['osv'];
    return { path: nameOf(target), ...(typeof osv === 'string' ? { osv } : {}) };
  },
  observe,
  interpret,
};

async function observe(job: Job, io: IO): Promise<Json> {
  const folder = job.options['osv'];
  if (typeof folder !== 'string') throw new FaultError('package.not-asked', 'advisories are read only with --osv DIR');
  const tree = await observePackages(job, io);
  const byName = Map.groupBy(lockedPackages(tree), ({ ecosystem, name }) => knownName(ecosystem, name));
  const files = io.files(folder);
  const found: JsonObject[] = [];
  const unread: JsonObject[] = faultsOf(tree);
  let count = 0;
  let seen = 0;
  for await (const entry of files.walk()) {
    if (entry.fault !== undefined) unread.push({ path: entry.path, code: 'source.unreadable' });
    if (entry.kind !== 'file' || !entry.path.endsWith('.json')) continue;
    if (++seen > MAX_FILES) {
      unread.push({ path: entry.path, code: 'source.too-large' });
      break;
    }
    const advisory = await answerOrFault(async () => {
      if (entry.size > MAX_FILE) throw new FaultError('source.too-large');
      const value = parseJson(await files.read(entry.path, MAX_FILE));
      if (value === undefined) throw new FaultError('source.malformed');
      return value;
    });
    const code = own(advisory, '$fault');
    if (isFaultCode(code)) unread.push({ path: entry.path, code });
    else if (compare(advisory, byName, found)) count++;
    if (seen % 2000 === 0) io.progress(`${String(seen)} advisories read`);
  }
  found.sort((a, b) => byCodeUnit(JSON.stringify(a), JSON.stringify(b)));
  return { advisories: count, packages: [...byName.values()].reduce((sum, one) => sum + one.length, 0), found, unread };
}

/** A lockfile that was not read may hold what is affected. */
function faultsOf(tree: Json): JsonObject[] {
  const listIn = (source: Json | undefined, key: string): readonly Json[] => {
    const found = own(source, key);
    return isArray(found) ? found : [];
  };
  const locks = [...listIn(tree, 'roots').flatMap((root) => listIn(root, 'locks')), ...listIn(tree, 'others')];
  return locks.flatMap((lock) => {
    if (isArray(own(lock, 'entries'))) return [];
    const code = own(own(lock, 'fault'), '$fault');
    return [{ path: textOf(lock, 'file') ?? '', code: isFaultCode(code) ? code : 'source.unsupported' }];
  });
}

const ECOSYSTEMS: ReadonlySet<string | undefined> = new Set(['npm', 'PyPI', 'crates.io', 'Go']);

/** OSV schema 1.6: whether it is about packages that lockfiles name; what it hits is added. A withdrawn advisory is none. */
function compare(advisory: Json, byName: ReadonlyMap<string, readonly LockedPackage[]>, found: JsonObject[]): boolean {
  const affected = own(advisory, 'affected');
  if (!isArray(affected) || own(advisory, 'withdrawn') !== undefined) return false;
  const id = cleanText(textOf(advisory, 'id') ?? 'without an id');
  let isOurs = false;
  for (const one of affected) {
    const target = own(one, 'package');
    const ecosystem = textOf(target, 'ecosystem') ?? '';
    if (!ECOSYSTEMS.has(ecosystem)) continue;
    isOurs = true;
    for (const locked of byName.get(knownName(ecosystem, textOf(target, 'name') ?? '')) ?? []) {
      const hit =
        ecosystem === 'PyPI' ? isAffected(one, locked.version, PEP440) : isAffected(one, locked.version, SEMVER);
      if (hit === undefined) continue;
      const { file, name, version } = locked;
      found.push({
        file,
        name,
        version,
        advisory: id,
        severity: severityOf(advisory, one),
        ...(hit.fixed === undefined ? {} : { fixed: cleanText(hit.fixed) }),
      });
    }
  }
  return isOurs;
}

/** CVSS where it is given, else the label of the database, else high. */
function severityOf(advisory: Json, affected: Json): Severity {
  const scored = [own(affected, 'severity'), own(advisory, 'severity')].flatMap((one) => (isArray(one) ? one : []));
  const scores = scored.flatMap((one) => baseScore(textOf(one, 'score') ?? '') ?? []);
  if (scores.length > 0) {
    const score = Math.max(...scores);
    return score >= 9 ? 'critical' : score >= 7 ? 'high' : score >= 4 ? 'medium' : score > 0 ? 'low' : 'info';
  }
  const label = (
    textOf(own(advisory, 'database_specific'), 'severity') ??
    textOf(own(affected, 'database_specific'), 'severity') ??
    ''
  ).toLowerCase();
  if (label === 'moderate') return 'medium';
  return SEVERITIES.find((one) => one === label) ?? 'high';
}

function interpret(raw: Json): Interpretation {
  const at: { [fact: string]: string } = {
    '': '',
    '/advisories': '/advisories',
    '/packages': '/packages',
    '/found': '/found',
  };
  const isCount = (value: Json | undefined): value is number =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
  const [count, packages, listed, unread] = ['advisories', 'packages', 'found', 'unread'].map((key) => own(raw, key));
  let gap: FaultCode | undefined = isArray(unread) ? undefined : 'evidence.missing';
  if (isArray(unread) && unread.length > 0) {
    const code = own(unread[0], 'code');
    gap = isFaultCode(code) ? code : 'source.unreadable';
    at['/found'] = '/unread';
  }
  // no advisory at all is no clean answer: the folder is another one
  if (count === 0) gap ??= 'source.empty';
  const found: JsonObject[] = [];
  for (const [index, one] of (isArray(listed) ? listed : []).entries()) {
    const fact = foundFact(one);
    if (fact === undefined) {
      gap ??= 'evidence.missing';
      continue;
    }
    at[`/found/${String(found.length)}`] = pointer('found', index);
    found.push(fact);
  }
  return {
    facts: {
      advisories: isCount(count) ? count : unknown('evidence.missing'),
      packages: isCount(packages) ? packages : unknown('evidence.missing'),
      found: isArray(listed) ? partialList(found, gap) : unknown('evidence.missing'),
    },
    at,
  };
}

function foundFact(one: Json): JsonObject | undefined {
  const [file, name, version, advisory] = ['file', 'name', 'version', 'advisory'].map((key) => textOf(one, key));
  const severity = SEVERITIES.find((known) => known === own(one, 'severity'));
  if (
    file === undefined ||
    name === undefined ||
    version === undefined ||
    advisory === undefined ||
    severity === undefined
  )
    return undefined;
  const fixed = textOf(one, 'fixed');
  const way = fixed === undefined ? 'no fixed version is known' : `fixed in ${fixed}`;
  return {
    subject: `${file}#${name}@${version}`,
    location: { file },
    name,
    version,
    advisory,
    severity,
    says: `${advisory}: ${name} ${version} is affected, ${way}`,
  };
}
