/** inputs.json: the effective configuration of a run, as a replay needs it; no credential is in it. */
import { canonicalJson } from './model/canonical.ts';
import { UsageError } from './model/fault.ts';
import { isArray, isObject, own, type Json, type JsonObject } from './model/json.ts';
import type { AuditOptions } from './model/options.ts';
import { SEVERITIES, type Severity } from './model/check.ts';
import type { NamedTarget } from './engine/plan.ts';
import type { Pack } from './packs/pack.ts';

/** What of the options decides the verdicts again at a replay. */
export interface JudgingOptions {
  readonly profiles: readonly string[];
  readonly checks: readonly string[];
  readonly skip: readonly string[];
  readonly failOn: Severity;
  readonly allowIncomplete: boolean;
  readonly scope: AuditOptions['scope'];
  /** What was asked of the outside: its checks belong to the selection. */
  readonly online?: boolean;
  readonly osv?: boolean;
}

export interface Inputs {
  readonly judging: JudgingOptions;
  /** Packs of the user (`--checks-dir`), whole: the folder may be gone when the run is replayed. */
  readonly customPacks: readonly Pack[];
}

function networkOf(options: AuditOptions): JsonObject {
  return {
    resolver: options.resolvers,
    connectTo: options.connectTo.map(
      (rule) => `${rule.host}:${String(rule.port)}:${rule.toHost}:${String(rule.toPort)}`,
    ),
    ...(options.ca === undefined ? {} : { caDigest: options.ca.digest }),
    allowPrivate: options.allowPrivate,
    timeoutMs: options.timeoutMs,
    concurrency: options.concurrency,
    rate: options.rate,
    maxConnections: options.maxConnections,
    maxFile: options.maxFile,
    ...(options.intrusive === true ? { intrusive: true } : {}),
    ...(options.archives === true ? { archives: true } : {}),
    ...(options.history === true ? { history: true } : {}),
    ...(options.online === true ? { online: true } : {}),
    ...(options.osv === undefined ? {} : { osv: true }),
    ...(options.hstsList === undefined ? {} : { hstsListDate: options.hstsList.date }),
    ...(options.psl === undefined ? {} : { pslDigest: options.psl.digest }),
    ...(options.ctLogs === undefined ? {} : { ctLogsDigest: options.ctLogs.digest }),
    ...(options.leakedKeys === undefined ? {} : { leakedKeysDigest: options.leakedKeys.digest }),
    ...(options.confusables === undefined ? {} : { confusablesDigest: options.confusables.digest }),
    ...(options.topDomains === undefined ? {} : { topDomainsDigest: options.topDomains.digest }),
    ...(options.seenCertificates === undefined ? {} : { seenCertificatesDigest: options.seenCertificates.digest }),
    ...(options.key === undefined ? {} : { keyDigest: options.key.digest }),
  };
}

/**
 * The text of inputs.json: canonical JSON (RFC 8785) without a line feed at its end, so that the digest of the file's bytes and the
 * digest of its value are one and the same.
 */
export function inputsText(
  options: AuditOptions,
  targets: readonly NamedTarget[],
  customPacks: readonly Pack[],
): string {
  const value = {
    schema: 'inputs/1',
    options: {
      profile: options.profiles,
      checks: options.checks,
      skip: options.skip,
      failOn: options.failOn,
      allowIncomplete: options.allowIncomplete,
      scope: options.scope,
      bySubject: options.options,
      ...(options.asOf === undefined ? {} : { asOf: options.asOf }),
      ...networkOf(options),
    },
    targets: targets.map(({ target, options: own }) => ({ ...target, options: own })),
    customPacks,
    waivers: [],
    claims: [],
    baseline: null,
  };
  // through JSON: readonly types and undefined members become plain values
  return canonicalJson(JSON.parse(JSON.stringify(value)) as Json);
}

/** inputs.json with other judging options: what a replay with new rules writes. */
export function withJudging(
  text: string,
  judging: JudgingOptions,
  asOf: string | undefined,
  customPacks: readonly Pack[],
): string {
  const value = JSON.parse(text) as JsonObject;
  const before = own(value, 'options');
  const options = {
    ...(isObject(before) ? before : {}),
    profile: judging.profiles,
    checks: judging.checks,
    skip: judging.skip,
    failOn: judging.failOn,
    allowIncomplete: judging.allowIncomplete,
    ...(asOf === undefined ? {} : { asOf }),
  };
  return canonicalJson(JSON.parse(JSON.stringify({ ...value, options, customPacks })) as Json);
}

const texts = (value: Json | undefined): string[] =>
  isArray(value) ? value.filter((item) => typeof item === 'string') : [];

/** Reads inputs.json back. It is a file from outside: what is not of the form is refused, not guessed. */
export function readInputs(text: string, name: string): Inputs {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (cause) {
    throw new UsageError(`${name} is not JSON`, { cause });
  }
  const options = own(value, 'options');
  const packs = own(value, 'customPacks');
  if (own(value, 'schema') !== 'inputs/1' || !isObject(options) || !isArray(packs))
    throw new UsageError(`${name} is not of the form inputs/1`);
  const scope = own(options, 'scope');
  return {
    judging: {
      profiles: texts(own(options, 'profile')),
      checks: texts(own(options, 'checks')),
      skip: texts(own(options, 'skip')),
      failOn: SEVERITIES.find((severity) => severity === own(options, 'failOn')) ?? 'low',
      allowIncomplete: own(options, 'allowIncomplete') === true,
      scope: isObject(scope)
        ? Object.fromEntries(Object.entries(scope).map(([key, labels]) => [key, texts(labels)]))
        : {},
      online: own(options, 'online') === true,
      osv: own(options, 'osv') === true,
    },
    customPacks: packs.map((pack) => readPack(pack, name)),
  };
}

function readPack(pack: Json, name: string): Pack {
  const lists = ['checks', 'profiles', 'frameworks', 'detectors'];
  if (
    typeof own(pack, 'name') !== 'string' ||
    typeof own(pack, 'digest') !== 'string' ||
    !lists.every((key) => isArray(own(pack, key) ?? null))
  ) {
    throw new UsageError(`${name}: a pack in customPacks is not of the form of a pack`);
  }
  return pack as unknown as Pack;
}
