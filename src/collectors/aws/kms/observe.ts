/** Asks KMS what the chosen checks need of every key: the list to its end first, then details side by side. */
import type { KMSClient, KMSClientConfig } from '@aws-sdk/client-kms';
import type * as Sdk from '@aws-sdk/client-kms';
import { faultIn } from '../../../model/facts.ts';
import { own, type Json, type JsonObject } from '../../../model/json.ts';
import { ask, askAll, each, inner, pick, type RawList } from '../call.ts';
import { createBulk, type Bulk, type Observable } from '../bulk.ts';
import type { Asked } from '../faults.ts';
import type { Observation } from '../observe-context.ts';
import { DAY } from '../read.ts';
import { notRotatable } from './rotatable.ts';

const METADATA = [
  'Arn',
  'CreationDate',
  'CustomKeyStoreId',
  'DeletionDate',
  'ExpirationModel',
  'KeyManager',
  'KeySpec',
  'KeyState',
  'KeyUsage',
  'MultiRegion',
  'Origin',
  'ValidTo',
] as const;
const GRANT = [
  'GrantId',
  'GranteePrincipal',
  'GranteeServicePrincipal',
  'RetiringPrincipal',
  'Operations',
  'Constraints',
  'Name',
] as const;

interface Questions {
  readonly sdk: typeof Sdk;
  readonly client: KMSClient;
  readonly observation: Observation;
  readonly bulk: Bulk;
}

function asked(questions: Questions, action: string): Asked {
  return { action, region: questions.observation.region };
}

function keepMetadata(answer: Json): JsonObject {
  const metadata = own(answer, 'KeyMetadata') ?? null;
  const primary = inner(inner(metadata, 'MultiRegionConfiguration'), 'PrimaryKey');
  return {
    ...pick(metadata, METADATA),
    MultiRegionConfiguration: primary === undefined ? null : { PrimaryKey: pick(primary, ['Arn', 'Region']) },
  };
}

async function listGrants({ sdk, client, observation, bulk }: Questions, key: string): Promise<RawList> {
  return askAll(
    { action: 'kms:ListGrants', region: observation.region },
    { items: 'Grants', next: 'NextMarker' },
    (marker) => {
      const input = { KeyId: key, Limit: 100, ...(marker === undefined ? {} : { Marker: marker }) };
      return bulk.ask('ListGrants', input, [], () => client.send(new sdk.ListGrantsCommand(input)));
    },
    (item) => pick(item, GRANT),
  );
}

async function listRotations({ sdk, client, observation, bulk }: Questions, key: string): Promise<RawList> {
  return askAll(
    { action: 'kms:ListKeyRotations', region: observation.region },
    { items: 'Rotations', next: 'NextMarker' },
    (marker) => {
      const input = { KeyId: key, Limit: 1000, ...(marker === undefined ? {} : { Marker: marker }) };
      return bulk.ask('ListKeyRotations', input, ['RotationDate'], () =>
        client.send(new sdk.ListKeyRotationsCommand(input)),
      );
    },
    (item) => pick(item, ['RotationDate', 'RotationType']),
  );
}

/** Whether the history of a key is worth asking for: symmetric customer keys that are enabled and whose material we may see. */
export function hasHistory(metadata: Json, regions: readonly string[] | undefined): boolean {
  const origin = own(metadata, 'Origin');
  if (own(metadata, 'KeyManager') !== 'CUSTOMER' || own(metadata, 'KeySpec') !== 'SYMMETRIC_DEFAULT') return false;
  if (own(metadata, 'KeyState') !== 'Enabled') return false;
  return origin === 'EXTERNAL' || (origin === 'AWS_KMS' && notRotatable(metadata, regions) === undefined);
}

function isYounger(metadata: Json, days: number, now: string): boolean {
  const created = own(metadata, 'CreationDate');
  return typeof created === 'string' && Date.parse(created) > Date.parse(now) - days * DAY;
}

/** The further questions about one key, by what DescribeKey said of it. */
async function detailsOf(questions: Questions, key: string, metadata: JsonObject): Promise<JsonObject> {
  const { sdk, client, observation, bulk } = questions;
  const { calls, io, regions } = observation;
  const now = io.now();
  const found: { [name: string]: Json } = {};
  const isCustomers = own(metadata, 'KeyManager') === 'CUSTOMER';
  const isPending = own(metadata, 'KeyState') === 'PendingDeletion';
  const work: Promise<void>[] = [];
  const put = (action: string, question: () => Promise<JsonObject>): Promise<void> => {
    const kept = calls.has(action) ? keep(action, question) : Promise.resolve();
    work.push(kept);
    return kept;
  };
  async function keep(action: string, question: () => Promise<JsonObject>): Promise<void> {
    found[action.slice('kms:'.length)] = await question();
  }
  let policy = Promise.resolve();
  if (isCustomers && !isPending) {
    policy = put('kms:GetKeyPolicy', () =>
      ask(
        asked(questions, 'kms:GetKeyPolicy'),
        () =>
          bulk.ask('GetKeyPolicy', { KeyId: key, PolicyName: 'default' }, [], () =>
            client.send(new sdk.GetKeyPolicyCommand({ KeyId: key, PolicyName: 'default' })),
          ),
        (answer) => pick(answer, ['Policy']),
      ),
    );
    void put('kms:ListGrants', () => listGrants(questions, key));
  }
  // alias/aws/acm refuses GetKeyRotationStatus: never ask it of a key that AWS manages
  if (notRotatable(metadata, regions) === undefined) {
    void put('kms:GetKeyRotationStatus', async () => {
      // Fewer keys have it, so its quota lasts: the policies go first
      await policy;
      return await ask(
        asked(questions, 'kms:GetKeyRotationStatus'),
        () =>
          bulk.ask('GetKeyRotationStatus', { KeyId: key }, ['NextRotationDate'], () =>
            client.send(new sdk.GetKeyRotationStatusCommand({ KeyId: key })),
          ),
        (answer) => pick(answer, ['KeyRotationEnabled', 'RotationPeriodInDays', 'NextRotationDate']),
      );
    });
  }
  // A key younger than a year needs no history: its creation is recent enough by itself
  if (hasHistory(metadata, regions) && !isYounger(metadata, 365, now)) {
    void put('kms:ListKeyRotations', () => listRotations(questions, key));
  }
  // The scarcest quota of all: a key of a month cannot have been idle for three
  if (isCustomers && own(metadata, 'KeyState') === 'Enabled' && !isYounger(metadata, 90, now)) {
    void put('kms:GetKeyLastUsage', () =>
      ask(
        asked(questions, 'kms:GetKeyLastUsage'),
        () => client.send(new sdk.GetKeyLastUsageCommand({ KeyId: key })),
        (answer) => ({
          TrackingStartDate: own(answer, 'TrackingStartDate') ?? null,
          KeyLastUsage: pick(own(answer, 'KeyLastUsage'), ['Timestamp', 'Operation']),
        }),
      ),
    );
  }
  await Promise.all(work);
  return found;
}

async function keyOf(questions: Questions, listed: Json): Promise<JsonObject> {
  const { sdk, client, observation, bulk } = questions;
  const key = own(listed, 'KeyArn') ?? own(listed, 'KeyId');
  const identity = pick(listed, ['KeyArn', 'KeyId']);
  if (typeof key !== 'string' || !observation.calls.has('kms:DescribeKey')) return identity;
  const metadata = await ask(
    asked(questions, 'kms:DescribeKey'),
    () =>
      bulk.ask('DescribeKey', { KeyId: key }, ['CreationDate', 'DeletionDate', 'ValidTo'], () =>
        client.send(new sdk.DescribeKeyCommand({ KeyId: key })),
      ),
    keepMetadata,
  );
  if (faultIn(metadata) !== undefined) return { ...identity, DescribeKey: metadata };
  return { ...identity, DescribeKey: metadata, ...(await detailsOf(questions, key, metadata)) };
}

/** One entry for each key, though a broken service lists it on two pages. */
function unique(items: readonly Json[]): readonly Json[] {
  const byArn = new Map<string, Json>();
  for (const [index, item] of items.entries()) {
    const arn = own(item, 'KeyArn');
    const name = typeof arn === 'string' ? arn : `#${String(index)}`;
    if (!byArn.has(name)) byArn.set(name, item);
  }
  return [...byArn.values()];
}

async function storesOf({ sdk, client, observation }: Questions): Promise<RawList> {
  return askAll(
    { action: 'kms:DescribeCustomKeyStores', region: observation.region },
    { items: 'CustomKeyStores', next: 'NextMarker' },
    (marker) => client.send(new sdk.DescribeCustomKeyStoresCommand({ Marker: marker })),
    (item) => pick(item, ['CustomKeyStoreId', 'CustomKeyStoreName', 'ConnectionState', 'ConnectionErrorCode']),
  );
}

export async function observeKms(observation: Observation): Promise<JsonObject> {
  const { calls, config, io, width } = observation;
  if (![...calls].some((call) => call.startsWith('kms:'))) return {};
  const sdk: typeof Sdk = await import('@aws-sdk/client-kms');
  const client = new sdk.KMSClient(config as unknown as KMSClientConfig);
  const bulk = createBulk(client as unknown as Observable, config, 'TrentService');
  const questions: Questions = { sdk, client, observation, bulk };
  const listed = await askAll(
    asked(questions, 'kms:ListKeys'),
    { items: 'Keys', next: 'NextMarker' },
    (marker) => client.send(new sdk.ListKeysCommand({ Limit: 1000, Marker: marker })),
    (item) => pick(item, ['KeyArn', 'KeyId']),
  );
  const items = unique(listed.items);
  let done = 0;
  const keys = await each(items, width, async (item) => {
    const key = await keyOf(questions, item);
    done += 1;
    if (done % 250 === 0) io.progress(`${observation.region}: ${String(done)} of ${String(items.length)} keys`);
    return key;
  });
  const hasStore = keys.some((key) => typeof own(own(key, 'DescribeKey'), 'CustomKeyStoreId') === 'string');
  const { rest } = listed;
  return {
    ListKeys: { requests: listed.requests, ...(rest === undefined ? {} : { rest }) },
    keys,
    ...(hasStore && calls.has('kms:DescribeCustomKeyStores') ? { stores: await storesOf(questions) } : {}),
  };
}
