/** What the stored KMS answers mean: one record of facts for each key. Pure and total. */
import type { Pointers } from '../../../model/evidence.ts';
import { faultIn, partialList, unknown, type Unknown } from '../../../model/facts.ts';
import type { FaultCode } from '../../../model/fault.ts';
import { isArray, own, type Json, type JsonObject } from '../../../model/json.ts';
import { createForms, type At, type Lists, type Members } from '../lists.ts';
import { readPolicy, speaksOfAction, accountOf, brief, type Policy } from '../policy.ts';
import { foreignPrincipals, publicStatements } from '../public-policy.ts';
import {
  asCount,
  asDate,
  asFlag,
  asRecord,
  asText,
  DAY,
  facts,
  isUnknownFact,
  may,
  must,
  orElse,
  reasonFor,
  shifted,
  whenKnown,
} from '../read.ts';
import type { Setting } from '../setting.ts';
import { readGrants } from './grants.ts';
import { judgedElsewhere, notRotatable } from './rotatable.ts';

const NEVER_WARNED_DAYS = 30;

/** Principals of the own account that may change the key policy: without one nobody can repair it. */
function administrators(policy: Policy, account: string): string[] {
  const found = new Set<string>();
  for (const statement of policy.statements) {
    if (statement.effect !== 'Allow' || !speaksOfAction(statement, 'kms:PutKeyPolicy')) continue;
    if (statement.notPrincipal) found.add('everybody but some');
    for (const { type, value } of statement.principals ?? []) {
      const isOwn = type === '*' || (type === 'AWS' && (value === '*' || accountOf(value) === account));
      if (isOwn) found.add(brief(value));
    }
  }
  return [...found].sort();
}

/** `known`: what was read of a text already. Most keys of an account have the policy that KMS gives them. */
function policyFacts(raw: Json | undefined, setting: Setting, known: Map<string, Json>): Json {
  const text = must(raw, 'Policy', asText);
  if (isUnknownFact(text)) return text;
  const found = known.get(text) ?? factsOfText(text, setting);
  known.set(text, found);
  return found;
}

function factsOfText(text: string, setting: Setting): Json {
  const policy = readPolicy(text);
  if (policy === undefined) return unknown('aws.bad-response');
  // A statement outside the grammar: what is found is found, the rest is not known
  const code: FaultCode | undefined = policy.malformed ? 'aws.bad-response' : undefined;
  const account = setting.account;
  return {
    public: partialList(publicStatements(policy), code),
    foreign:
      account === ''
        ? unknown('evidence.missing')
        : partialList(foreignPrincipals(policy, account, setting.accounts), code),
    administrators: account === '' ? unknown('evidence.missing') : partialList(administrators(policy, account), code),
  };
}

function rotationFacts(raw: Json | undefined): Json {
  const reason = reasonFor(raw);
  if (reason !== undefined) return unknown(reason);
  return facts({
    enabled: must(raw, 'KeyRotationEnabled', asFlag),
    // The API documents 365 as its default; older endpoints leave the member out
    periodDays: orElse(raw, 'RotationPeriodInDays', asCount, 365),
    next: may(raw, 'NextRotationDate', asDate),
  });
}

/** The newest rotation that KMS lists; a key that never rotated has its creation instead. */
function lastRotation(raw: Json | undefined, created: Json): Json {
  const code = faultIn(own(raw, 'rest'));
  const items = own(raw, 'items');
  if (!isArray(items)) return unknown(faultIn(raw) ?? 'evidence.missing');
  let newest = '';
  for (const item of items) {
    // The first material is listed too, without a date
    const date = may(item, 'RotationDate', asDate);
    if (isUnknownFact(date)) return date;
    if (typeof date === 'string' && date > newest) newest = date;
  }
  if (code !== undefined) return unknown(code);
  return newest === '' ? created : newest;
}

function grantFacts(raw: Json | undefined): Json {
  const items = own(raw, 'items');
  if (!isArray(items)) return unknown(faultIn(raw) ?? 'evidence.missing');
  const { broad, doubled, malformed } = readGrants(items);
  const code = faultIn(own(raw, 'rest')) ?? (malformed ? 'aws.bad-response' : undefined);
  return { broad: partialList(broad, code), doubled: partialList(doubled, code) };
}

function usageFacts(raw: Json | undefined): Json {
  const reason = reasonFor(raw);
  if (reason !== undefined) return unknown(reason);
  const last = own(raw, 'KeyLastUsage');
  return facts({
    trackedSince: must(raw, 'TrackingStartDate', asDate),
    // An empty object: no use since the tracking began
    last: may(last, 'Timestamp', asDate),
    // The record has a beginning: what was before it nobody can tell
    usedBefore: unknown('aws.too-young'),
  });
}

function storeFacts(metadata: Json | undefined, stores: Json | undefined): Json | undefined {
  // An answer without an origin does not tell whether there is a store
  const origin = must(metadata, 'Origin', asText);
  if (isUnknownFact(origin)) return origin;
  const id = may(metadata, 'CustomKeyStoreId', asText);
  return whenKnown(id, (name): JsonObject | Unknown => {
    const items = own(stores, 'items');
    if (!isArray(items)) return unknown(faultIn(stores) ?? 'evidence.missing');
    const store = items.find((item) => own(item, 'CustomKeyStoreId') === name);
    if (store === undefined) return unknown(faultIn(own(stores, 'rest')) ?? 'aws.bad-response');
    return facts({ id: name, connection: must(store, 'ConnectionState', asText) });
  });
}

/** Imported material: until when it lasts, and from when that counts as soon. */
function materialFacts(metadata: Json | undefined): Json | undefined {
  const model = may(metadata, 'ExpirationModel', asText);
  const validTo = may(metadata, 'ValidTo', asDate);
  const expires = whenKnown(model, (name) =>
    name === 'KEY_MATERIAL_EXPIRES'
      ? true
      : name === 'KEY_MATERIAL_DOES_NOT_EXPIRE'
        ? false
        : unknown('aws.bad-response'),
  );
  const until = expires === true && validTo === undefined ? unknown('aws.bad-response') : validTo;
  const origin = may(metadata, 'Origin', asText);
  return facts({
    // KMS always says it of imported material
    expires: expires === undefined && origin === 'EXTERNAL' ? unknown('aws.bad-response') : expires,
    validTo: until,
    // The first millisecond that is less than 30 days before the end
    expiringFrom: whenKnown(until, (date) => shifted(date, 1 - NEVER_WARNED_DAYS * DAY)),
  });
}

function keyFacts(raw: Json, stores: Json | undefined, setting: Setting, policies: Map<string, Json>): JsonObject {
  const metadata = own(raw, 'DescribeKey');
  const arn = must(raw, 'KeyArn', asText);
  const created = must(metadata, 'CreationDate', asDate);
  // What was not asked because DescribeKey failed is unknown for that same reason
  const failed = faultIn(metadata) === undefined ? undefined : metadata;
  const told = (call: string): Json | undefined => own(raw, call) ?? failed;
  const hindrance = notRotatable(metadata, setting.regions);
  const isMulti = orElse(metadata, 'MultiRegion', asFlag, false);
  return facts({
    arn,
    manager: must(metadata, 'KeyManager', asText),
    state: must(metadata, 'KeyState', asText),
    usage: must(metadata, 'KeyUsage', asText),
    spec: must(metadata, 'KeySpec', asText),
    origin: must(metadata, 'Origin', asText),
    created,
    multiRegion: isMulti,
    deletion: may(metadata, 'DeletionDate', asDate),
    listed: typeof arn === 'string' ? setting.multiRegion.includes(arn) : false,
    specListed: typeof arn === 'string' ? setting.keySpecs.includes(arn) : false,
    store: storeFacts(metadata, stores),
    material: materialFacts(metadata),
    notRotatable: hindrance,
    notJudgedHere: judgedElsewhere(metadata, setting.regions),
    rotation: typeof hindrance === 'string' ? undefined : rotationFacts(told('GetKeyRotationStatus')),
    lastRotation: lastRotation(told('ListKeyRotations'), created),
    policy: policyFacts(told('GetKeyPolicy'), setting, policies),
    grants: grantFacts(told('ListGrants')),
    use: usageFacts(told('GetKeyLastUsage')),
  });
}

/** Facts about keys; where in raw each stands goes into `at` and `lists`, for `/kms/...`. */
export function interpretKms(raw: Json | undefined, setting: Setting, at: At, lists: Lists): Json {
  const keys = own(raw, 'keys');
  const listing = own(raw, 'ListKeys');
  if (!isArray(keys) || asRecord(listing ?? null) === undefined)
    return { keys: unknown(faultIn(raw) ?? 'evidence.missing') };
  const stores = own(raw, 'stores');
  const policies = new Map<string, Json>();
  const formOf = createForms();
  const forms: Pointers[] = [];
  const list = keys.map((key) => {
    const failed = faultIn(own(key, 'DescribeKey')) !== undefined;
    forms.push(formOf(key, TABLES, failed ? FAILED : stores === undefined ? {} : IN_STORE));
    return keyFacts(key, stores, setting, policies);
  });
  lists['/kms/keys'] = { raw: '/kms/keys', forms };
  const rest = faultIn(own(listing, 'rest'));
  at['/kms'] = '/kms';
  at['/kms/keys'] = '/kms';
  if (rest !== undefined) at['/kms/keys'] = '/kms/ListKeys/rest';
  // A first page that fails leaves nothing: the list as a whole is unknown
  return { keys: rest !== undefined && list.length === 0 ? unknown(rest) : partialList(list, rest) };
}

/** As deep as the answers go. What was not asked is so because of what DescribeKey said. */
const MEMBERS: Members = {
  arn: 'KeyArn',
  manager: 'DescribeKey/KeyManager',
  state: 'DescribeKey/KeyState',
  usage: 'DescribeKey/KeyUsage',
  spec: 'DescribeKey/KeySpec',
  origin: 'DescribeKey/Origin',
  created: 'DescribeKey/CreationDate',
  deletion: 'DescribeKey/DeletionDate',
  material: 'DescribeKey',
  'material/expires': 'DescribeKey/ExpirationModel',
  'material/validTo': 'DescribeKey/ValidTo',
  'material/expiringFrom': 'DescribeKey/ValidTo',
  multiRegion: 'DescribeKey/MultiRegion',
  notRotatable: 'DescribeKey',
  notJudgedHere: 'DescribeKey',
  rotation: 'GetKeyRotationStatus',
  'rotation/enabled': 'GetKeyRotationStatus/KeyRotationEnabled',
  'rotation/periodDays': 'GetKeyRotationStatus/RotationPeriodInDays',
  'rotation/next': 'GetKeyRotationStatus/NextRotationDate',
  lastRotation: 'ListKeyRotations',
  policy: 'GetKeyPolicy/Policy',
  grants: 'ListGrants',
  use: 'GetKeyLastUsage',
  'use/last': 'GetKeyLastUsage/KeyLastUsage/Timestamp',
  'use/trackedSince': 'GetKeyLastUsage/TrackingStartDate',
};
const NOT_ASKED: Members = { rotation: 'DescribeKey' };
const TABLES = [MEMBERS, NOT_ASKED];
const FAILED: Pointers = { '': '/DescribeKey' };
const IN_STORE: Pointers = { '/store': '#/kms/stores' };
