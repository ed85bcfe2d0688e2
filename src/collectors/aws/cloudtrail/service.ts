/** CloudTrail: is every management event kept, in files that nobody can change unseen? */
import type { CloudTrailClient, CloudTrailClientConfig } from '@aws-sdk/client-cloudtrail';
import type * as Sdk from '@aws-sdk/client-cloudtrail';
import { faultIn, partialList, unknown, type Unknown } from '../../../model/facts.ts';
import type { FaultCode } from '../../../model/fault.ts';
import { isArray, isObject, own, type Json, type JsonObject } from '../../../model/json.ts';
import { boolean, dateTime, list, object, string, type Schema } from '../../../model/schema.ts';
import { ask, askAll, each, pick, type RawList } from '../call.ts';
import type { CallTable } from '../call-table.ts';
import { listOf, pointInto, type At } from '../lists.ts';
import type { Observation } from '../observe-context.ts';
import { asDate, asFlag, asText, facts, isUnknownFact, may, must, orElse, spelled } from '../read.ts';

const TRAILS = ['cloudtrail:DescribeTrails'];
const STATUS = [...TRAILS, 'cloudtrail:GetTrailStatus'];

export const CLOUDTRAIL_CALLS: readonly CallTable[] = [
  { at: 'cloudtrail.covering', base: [...STATUS, 'cloudtrail:GetEventSelectors'], other: [], facts: {} },
  { at: 'cloudtrail.unreadable', base: [...STATUS, 'cloudtrail:GetEventSelectors'], other: [], facts: {} },
  {
    at: 'cloudtrail.trails',
    base: TRAILS,
    other: [],
    facts: {
      logging: STATUS,
      started: STATUS,
      digest: STATUS,
      digestError: STATUS,
      deliveryError: STATUS,
      bucket: [
        ...TRAILS,
        's3:GetAccountPublicAccessBlock',
        's3:GetBucketAcl',
        's3:GetBucketPolicyStatus',
        's3:GetBucketPublicAccessBlock',
        's3:ListAllMyBuckets',
      ],
    },
  },
];

const TRAIL = [
  'HasCustomEventSelectors',
  'HomeRegion',
  'IsMultiRegionTrail',
  'IsOrganizationTrail',
  'KmsKeyId',
  'LogFileValidationEnabled',
  'Name',
  'S3BucketName',
  'TrailARN',
] as const;
const SELECTOR_FIELDS = [
  'Field',
  'Equals',
  'StartsWith',
  'EndsWith',
  'NotEquals',
  'NotStartsWith',
  'NotEndsWith',
] as const;

function keepSelectors(answer: Json): JsonObject {
  const [classic, advanced] = [own(answer, 'EventSelectors'), own(answer, 'AdvancedEventSelectors')];
  // A trail has selectors of one kind or the other, its own or those of the beginning
  if (!isArray(classic) && !isArray(advanced)) return { EventSelectors: null, AdvancedEventSelectors: null };
  return {
    EventSelectors: isArray(classic)
      ? classic.map((item) => pick(item, ['ReadWriteType', 'IncludeManagementEvents', 'ExcludeManagementEventSources']))
      : [],
    AdvancedEventSelectors: isArray(advanced)
      ? advanced.map((item) => {
          const fields = own(item, 'FieldSelectors');
          return { FieldSelectors: isArray(fields) ? fields.map((field) => pick(field, SELECTOR_FIELDS)) : [] };
        })
      : [],
  };
}

export async function observeCloudtrail(observation: Observation): Promise<JsonObject> {
  const { calls, io, config, region, regions } = observation;
  if (!calls.has('cloudtrail:DescribeTrails')) return {};
  const sdk: typeof Sdk = await import('@aws-sdk/client-cloudtrail');
  const clients = new Map<string, CloudTrailClient>();
  const clientIn = (place: string): CloudTrailClient => {
    const known =
      clients.get(place) ?? new sdk.CloudTrailClient({ ...config, region: place } as unknown as CloudTrailClientConfig);
    clients.set(place, known);
    return known;
  };
  // A trail of one region is seen there only; one of all regions casts a shadow into each
  const places = [...new Set([region, ...(regions ?? [])])];
  const lists = await each(places, 8, (place): Promise<RawList> =>
    askAll(
      { action: 'cloudtrail:DescribeTrails', region: place },
      { items: 'trailList', next: 'none' },
      () => clientIn(place).send(new sdk.DescribeTrailsCommand({ includeShadowTrails: true })),
      (item) => pick(item, TRAIL),
    ),
  );
  const byArn = new Map<string, Json>();
  for (const { items } of lists) {
    for (const [index, trail] of items.entries())
      byArn.set(spelled(own(trail, 'TrailARN'), `#${String(index)}`), trail);
  }
  io.progress(`${String(byArn.size)} trails`);
  const rest = lists.map((one) => own(one, 'rest')).find((one) => one !== undefined);
  const items = await each([...byArn.values()], 8, async (trail): Promise<Json> => {
    const arn = own(trail, 'TrailARN');
    const home = own(trail, 'HomeRegion');
    const place = typeof home === 'string' ? home : region;
    if (typeof arn !== 'string' || !isObject(trail)) return trail;
    const [status, selectors] = await Promise.all([
      calls.has('cloudtrail:GetTrailStatus')
        ? ask(
            { action: 'cloudtrail:GetTrailStatus', region: place },
            () => clientIn(place).send(new sdk.GetTrailStatusCommand({ Name: arn })),
            (answer) =>
              pick(answer, [
                'IsLogging',
                'LatestDeliveryError',
                'LatestDigestDeliveryError',
                'LatestDigestDeliveryTime',
                'StartLoggingTime',
              ]),
          )
        : undefined,
      calls.has('cloudtrail:GetEventSelectors')
        ? ask(
            { action: 'cloudtrail:GetEventSelectors', region: place },
            () => clientIn(place).send(new sdk.GetEventSelectorsCommand({ TrailName: arn })),
            keepSelectors,
          )
        : undefined,
    ]);
    return {
      ...trail,
      ...(status === undefined ? {} : { GetTrailStatus: status }),
      ...(selectors === undefined ? {} : { GetEventSelectors: selectors }),
    };
  });
  return {
    trails: { requests: lists.flatMap(({ requests }) => requests), items, ...(rest === undefined ? {} : { rest }) },
  };
}

const NARROWING = ['StartsWith', 'EndsWith', 'NotEquals', 'NotStartsWith', 'NotEndsWith'];

/** Does an advanced selector take every management event? Any further field narrows it. */
function takesAll(selector: Json): boolean {
  const fields = own(selector, 'FieldSelectors');
  if (!isArray(fields)) return false;
  return (
    fields.length === 1 &&
    own(fields[0], 'Field') === 'eventCategory' &&
    JSON.stringify(own(fields[0], 'Equals')) === '["Management"]' &&
    NARROWING.every((name) => own(fields[0], name) === null)
  );
}

function keepsAllManagementEvents(raw: Json | undefined, trail: Json): boolean | Unknown {
  const reason = faultIn(raw);
  if (reason !== undefined) return unknown(reason);
  const [classic, advanced] = [own(raw, 'EventSelectors'), own(raw, 'AdvancedEventSelectors')];
  if (classic === null) return unknown('aws.bad-response');
  if (!isArray(classic) || !isArray(advanced)) return unknown('evidence.missing');
  const byClassic = classic.some((selector) => {
    const excluded = own(selector, 'ExcludeManagementEventSources');
    const excludesNone = excluded === null || (isArray(excluded) && excluded.length === 0);
    return (
      own(selector, 'ReadWriteType') === 'All' && own(selector, 'IncludeManagementEvents') === true && excludesNone
    );
  });
  // A trail that nobody gave selectors takes all management events (CloudTrail guide, PutEventSelectors)
  const isDefault = classic.length === 0 && advanced.length === 0 && own(trail, 'HasCustomEventSelectors') === false;
  return isDefault || byClassic || advanced.some(takesAll);
}

interface Coverage {
  readonly covering: Json;
  readonly unreadable: Json;
}

/** Which trails keep all management events of all regions; those of other accounts whose selectors cannot be read apart. */
function coverage(raw: Json | undefined, account: string, at: At): Coverage {
  const items = own(raw, 'items');
  if (!isArray(items))
    return {
      covering: unknown(faultIn(raw) ?? 'evidence.missing'),
      unreadable: unknown(faultIn(raw) ?? 'evidence.missing'),
    };
  const covering: string[] = [];
  const unreadable: string[] = [];
  let code: FaultCode | undefined = faultIn(own(raw, 'rest'));
  for (const [index, trail] of items.entries()) {
    const arn = must(trail, 'TrailARN', asText);
    const isMulti = orElse(trail, 'IsMultiRegionTrail', asFlag, false);
    if (isUnknownFact(arn) || isUnknownFact(isMulti)) {
      code ??= isUnknownFact(arn) ? arn.$unknown : isUnknownFact(isMulti) ? isMulti.$unknown : undefined;
      continue;
    }
    if (!isMulti) continue;
    const isForeign = account !== '' && arn.split(':')[4] !== account;
    const logging = must(own(trail, 'GetTrailStatus'), 'IsLogging', asFlag);
    const takes = keepsAllManagementEvents(own(trail, 'GetEventSelectors'), trail);
    if (logging === false || takes === false) continue;
    if (logging === true && takes === true) covering.push(arn);
    // The trail of the organization: a member sees that it is there, not what it takes
    else if (isForeign) unreadable.push(arn);
    else if (code === undefined) {
      const call = isUnknownFact(logging) ? 'GetTrailStatus' : 'GetEventSelectors';
      code = isUnknownFact(logging) ? logging.$unknown : isUnknownFact(takes) ? takes.$unknown : undefined;
      if (own(trail, call) !== undefined)
        at['/cloudtrail/covering'] = `/cloudtrail/trails/items/${String(index)}/${call}`;
    }
  }
  return { covering: partialList(covering, code), unreadable: partialList(unreadable, faultIn(own(raw, 'rest'))) };
}

function trailFacts(raw: Json, index: number, account: string, buckets: Json, at: At): JsonObject {
  const status = own(raw, 'GetTrailStatus');
  const arn = must(raw, 'TrailARN', asText);
  const fact = `/cloudtrail/trails/${String(index)}`;
  if (status !== undefined) {
    pointInto(at, fact, raw, `/cloudtrail/trails/items/${String(index)}`, {
      logging: 'GetTrailStatus/IsLogging',
      started: 'GetTrailStatus/StartLoggingTime',
      digest: 'GetTrailStatus/LatestDigestDeliveryTime',
      digestError: 'GetTrailStatus/LatestDigestDeliveryError',
      deliveryError: 'GetTrailStatus/LatestDeliveryError',
    });
  }
  const bucket = must(raw, 'S3BucketName', asText);
  const logging = must(status, 'IsLogging', asFlag);
  placesOfBucket(fact, bucket, buckets, at);
  return facts({
    arn,
    validation: orElse(raw, 'LogFileValidationEnabled', asFlag, false),
    key: may(raw, 'KmsKeyId', asText),
    logging,
    // An answer that does not say whether it logs does not say that it never began
    started: isUnknownFact(logging) ? logging : may(status, 'StartLoggingTime', asDate),
    digest: may(status, 'LatestDigestDeliveryTime', asDate),
    digestError: textOrNone(may(status, 'LatestDigestDeliveryError', asText)),
    deliveryError: textOrNone(may(status, 'LatestDeliveryError', asText)),
    foreign: isUnknownFact(arn) ? arn : arn.split(':')[4] !== account,
    bucket: bucketFacts(bucket, buckets),
  });
}

/** The facts of the bucket were read where S3 answered. */
function placesOfBucket(fact: string, name: string | Unknown, buckets: Json, at: At): void {
  const items = isArray(buckets) ? buckets : own(buckets, '$items');
  const index = isArray(items) ? items.findIndex((item) => own(item, 'name') === name) : -1;
  const from = index < 0 ? '/s3/buckets' : `/s3/buckets/${String(index)}`;
  for (const [place, raw] of Object.entries(at)) {
    if (place === from) at[`${fact}/bucket`] = raw;
    else if (index >= 0 && place.startsWith(`${from}/`)) at[`${fact}/bucket${place.slice(from.length)}`] = raw;
  }
}

/** An error that was mended stays as an empty text. */
function textOrNone(value: string | Unknown | undefined): string | Unknown | undefined {
  return value === '' ? undefined : value;
}

/** The facts of the trail's bucket as S3 told them; a bucket that is not in the list belongs to another account. */
function bucketFacts(name: string | Unknown, buckets: Json): Json {
  if (isUnknownFact(name)) return name;
  const items = isArray(buckets) ? buckets : own(buckets, '$items');
  const found = isArray(items) ? items.find((item) => own(item, 'name') === name) : undefined;
  if (found === undefined) {
    const code = own(buckets, '$unknown') as FaultCode | undefined;
    return facts({ name, elsewhere: code === undefined ? true : unknown(code) });
  }
  return facts({
    name,
    elsewhere: false,
    policyPublic: own(found, 'policyPublic'),
    restricted: own(found, 'restricted'),
    aclGroups: own(found, 'aclGroups'),
    aclIgnored: own(found, 'aclIgnored'),
  });
}

export function interpretCloudtrail(raw: Json | undefined, account: string, s3: Json, at: At): Json {
  const trails = own(raw, 'trails');
  if (trails !== undefined) {
    const where = own(trails, 'rest') === undefined ? '/cloudtrail/trails' : '/cloudtrail/trails/rest';
    at['/cloudtrail/covering'] = where;
    at['/cloudtrail/unreadable'] = where;
  }
  return {
    ...coverage(trails, account, at),
    trails: listOf(
      trails,
      '/cloudtrail/trails',
      '/cloudtrail/trails',
      at,
      (item, index) => trailFacts(item, index, account, own(s3, 'buckets') ?? [], at),
      { arn: 'TrailARN', foreign: 'TrailARN', validation: 'LogFileValidationEnabled', key: 'KmsKeyId' },
    ),
  };
}

export const cloudtrailFacts: Schema = object({
  covering: list(string(), { description: 'trails that keep all management events of all regions, and log' }),
  unreadable: list(string(), { description: 'trails of another account whose selectors a member may not read' }),
  trails: list(
    object({
      arn: string(),
      validation: boolean(),
      'key?': string(),
      logging: boolean(),
      'started?': dateTime(),
      'digest?': dateTime({ description: 'the last digest file' }),
      'digestError?': string(),
      'deliveryError?': string(),
      foreign: boolean({ description: 'the trail belongs to another account' }),
      bucket: object({
        name: string(),
        elsewhere: boolean({ description: 'the bucket belongs to another account' }),
        'policyPublic?': boolean(),
        'restricted?': boolean(),
        'aclGroups?': list(string()),
        'aclIgnored?': boolean(),
      }),
    }),
  ),
});
