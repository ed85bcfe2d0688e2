/** S3: who outside can read buckets, whether plain HTTP is refused, and how objects are encrypted. Contents are never read. */
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import type * as Sdk from '@aws-sdk/client-s3';
import type { S3ControlClientConfig } from '@aws-sdk/client-s3-control';
import { partialList, faultIn, unknown, type Unknown } from '../../../model/facts.ts';
import type { FaultCode } from '../../../model/fault.ts';
import { isArray, own, type Json, type JsonObject } from '../../../model/json.ts';
import { boolean, list, object, string, type Schema } from '../../../model/schema.ts';
import { ask, askAll, each, pick } from '../call.ts';
import type { CallTable } from '../call-table.ts';
import { listOf, pointInto, type At, type Members } from '../lists.ts';
import type { Observation } from '../observe-context.ts';
import { globCovers, readPolicy, type Statement } from '../policy.ts';
import { asFlag, asText, facts, isUnknownFact, may, must, reasonFor, whenKnown } from '../read.ts';
import { accountEndpoint } from './account-endpoint.ts';

const ACCOUNT_BLOCK = 's3:GetAccountPublicAccessBlock';
const BUCKETS = 's3:ListAllMyBuckets';
const BLOCK = 's3:GetBucketPublicAccessBlock';
const SHARED = [BUCKETS, BLOCK, ACCOUNT_BLOCK];

export const S3_CALLS: readonly CallTable[] = [
  { at: 's3.accountBlock', base: [ACCOUNT_BLOCK], other: [], facts: {} },
  {
    at: 's3.buckets',
    base: [BUCKETS],
    other: [],
    facts: {
      unblocked: SHARED,
      policyPublic: ['s3:GetBucketPolicyStatus'],
      restricted: SHARED,
      aclGroups: ['s3:GetBucketAcl'],
      aclIgnored: SHARED,
      refusesPlain: ['s3:GetBucketPolicy'],
      encryption: ['s3:GetEncryptionConfiguration'],
    },
  },
];

const FLAGS = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'] as const;
const NO_BLOCK: JsonObject = Object.fromEntries(FLAGS.map((flag) => [flag, false]));
/** The groups of everybody and of everybody with any AWS account. */
const EVERYBODY = /\/groups\/(?:global\/AllUsers|global\/AuthenticatedUsers)$/;

async function accountBlock(observation: Observation): Promise<JsonObject> {
  const { account, config, region } = observation;
  const sdk = await import('@aws-sdk/client-s3-control');
  const client = new sdk.S3ControlClient(accountEndpoint(config) as unknown as S3ControlClientConfig);
  return ask(
    { action: ACCOUNT_BLOCK, region },
    () => client.send(new sdk.GetPublicAccessBlockCommand({ AccountId: account })),
    (answer) => pick(own(answer, 'PublicAccessBlockConfiguration'), FLAGS),
    { NoSuchPublicAccessBlockConfiguration: NO_BLOCK },
  );
}

function keepBlock(answer: Json): JsonObject {
  return pick(own(answer, 'PublicAccessBlockConfiguration'), FLAGS);
}

function keepGrants(answer: Json): JsonObject {
  const grants = own(answer, 'Grants');
  // Names and mail addresses of people are nobody's evidence: the groups alone decide
  const groups = (isArray(grants) ? grants : [])
    .map((grant) => own(own(grant, 'Grantee'), 'URI'))
    .filter((uri) => typeof uri === 'string');
  return { groups: isArray(grants) ? [...new Set(groups)].sort() : null };
}

function keepEncryption(answer: Json): JsonObject {
  const rules = own(own(answer, 'ServerSideEncryptionConfiguration'), 'Rules');
  const first = isArray(rules) ? rules[0] : undefined;
  return {
    hasRule: true,
    ...pick(own(first, 'ApplyServerSideEncryptionByDefault'), ['SSEAlgorithm', 'KMSMasterKeyID']),
  };
}

async function bucketOf(
  sdk: typeof Sdk,
  client: S3Client,
  observation: Observation,
  listed: Json,
): Promise<JsonObject> {
  const { calls, region } = observation;
  const name = own(listed, 'Name');
  const identity = pick(listed, ['Name']);
  if (typeof name !== 'string') return identity;
  const input = { Bucket: name };
  const when = async (action: string, question: () => Promise<JsonObject>): Promise<[string, JsonObject] | undefined> =>
    calls.has(action) ? [action.slice(3), await question()] : undefined;
  const found = await Promise.all([
    when(BLOCK, () =>
      ask({ action: BLOCK, region }, () => client.send(new sdk.GetPublicAccessBlockCommand(input)), keepBlock, {
        NoSuchPublicAccessBlockConfiguration: NO_BLOCK,
      }),
    ),
    when('s3:GetBucketPolicyStatus', () =>
      ask(
        { action: 's3:GetBucketPolicyStatus', region },
        () => client.send(new sdk.GetBucketPolicyStatusCommand(input)),
        (answer) => pick(own(answer, 'PolicyStatus'), ['IsPublic']),
        { NoSuchBucketPolicy: { IsPublic: false } },
      ),
    ),
    when('s3:GetBucketAcl', () =>
      ask({ action: 's3:GetBucketAcl', region }, () => client.send(new sdk.GetBucketAclCommand(input)), keepGrants),
    ),
    when('s3:GetBucketPolicy', () =>
      ask(
        { action: 's3:GetBucketPolicy', region },
        () => client.send(new sdk.GetBucketPolicyCommand(input)),
        (answer) => ({ hasPolicy: true, ...pick(answer, ['Policy']) }),
        { NoSuchBucketPolicy: { hasPolicy: false } },
      ),
    ),
    when('s3:GetEncryptionConfiguration', () =>
      ask(
        { action: 's3:GetEncryptionConfiguration', region },
        () => client.send(new sdk.GetBucketEncryptionCommand(input)),
        keepEncryption,
        { ServerSideEncryptionConfigurationNotFoundError: { hasRule: false } },
      ),
    ),
  ]);
  return { ...identity, ...Object.fromEntries(found.filter((entry) => entry !== undefined)) };
}

export async function observeS3(observation: Observation): Promise<JsonObject> {
  const { calls, config, region } = observation;
  if (![...calls].some((call) => call.startsWith('s3:'))) return {};
  const raw: { [name: string]: Json } = {};
  if (calls.has(ACCOUNT_BLOCK)) raw['account'] = await accountBlock(observation);
  if (!calls.has(BUCKETS)) return raw;
  const sdk: typeof Sdk = await import('@aws-sdk/client-s3');
  const client = new sdk.S3Client({
    ...config,
    // A bucket answers in its own region only
    followRegionRedirects: true,
    // Names with dots fit no certificate of a virtual host, and loopback has no host names for buckets
    forcePathStyle: true,
  } as unknown as S3ClientConfig);
  const listed = await askAll(
    { action: BUCKETS, region },
    { items: 'Buckets', next: 'ContinuationToken', mayLack: true },
    (marker) => client.send(new sdk.ListBucketsCommand({ MaxBuckets: 1000, ContinuationToken: marker })),
    (item) => pick(item, ['Name']),
  );
  const items = await each(listed.items, 8, (item) => bucketOf(sdk, client, observation, item));
  return { ...raw, buckets: { ...listed, items } };
}

type Flag = boolean | Unknown;

/** A flag is in force where the bucket or the account has it. */
function either(bucket: Flag, account: Flag): Flag {
  if (bucket === true || account === true) return true;
  return isUnknownFact(bucket) ? bucket : account;
}

function flagOf(block: Json | undefined, name: string): Flag {
  const value = may(block, name, asFlag);
  // S3 leaves a flag out that was never set
  return value === undefined ? false : value;
}

/** The Deny that counts: everybody, every action, on bucket and objects, for nothing but plain HTTP. */
function refusesPlainHttp(statement: Statement, arn: string): boolean {
  if (
    statement.effect !== 'Deny' ||
    statement.notPrincipal ||
    statement.notActions !== undefined ||
    statement.notResources !== undefined
  )
    return false;
  const forAll = (statement.principals ?? []).some(
    ({ type, value }) => value === '*' && (type === '*' || type === 'AWS'),
  );
  const everything = statement.actions.some((action) => action === '*' || action.toLowerCase() === 's3:*');
  const covers = (text: string): boolean =>
    statement.resources.some((resource) => resource === '*' || globCovers(resource, text));
  const [only, ...more] = statement.conditions;
  const isPlain =
    only !== undefined &&
    more.length === 0 &&
    only.operator === 'Bool' &&
    only.key === 'aws:securetransport' &&
    only.values.length === 1 &&
    only.values[0]?.toLowerCase() === 'false';
  return forAll && everything && covers(arn) && covers(`${arn}/any/object`) && isPlain;
}

function refusesPlain(raw: Json | undefined, arn: Json): Json {
  const hasPolicy = must(raw, 'hasPolicy', asFlag);
  if (isUnknownFact(hasPolicy)) return hasPolicy;
  if (!hasPolicy) return false;
  const text = must(raw, 'Policy', asText);
  if (isUnknownFact(text)) return text;
  const policy = readPolicy(text);
  if (policy === undefined) return unknown('aws.bad-response');
  if (typeof arn !== 'string') return arn;
  if (policy.statements.some((statement) => refusesPlainHttp(statement, arn))) return true;
  return policy.malformed ? unknown('aws.bad-response') : false;
}

function encryptionOf(raw: Json | undefined): Json {
  const hasRule = must(raw, 'hasRule', asFlag);
  if (isUnknownFact(hasRule)) return hasRule;
  if (!hasRule) return {};
  const key = may(raw, 'KMSMasterKeyID', asText);
  const isCustomers = key === undefined ? false : isUnknownFact(key) ? key : !/(?:^|:)alias\/aws\//.test(key);
  return facts({ algorithm: may(raw, 'SSEAlgorithm', asText), customerKey: isCustomers });
}

export function interpretS3(raw: Json | undefined, partition: Json, at: At): Json {
  const account = own(raw, 'account');
  if (account !== undefined) at['/s3/accountBlock'] = '/s3/account';
  const accountReason = reasonFor(account);
  const buckets = listOf(own(raw, 'buckets'), '/s3/buckets', '/s3/buckets', at, (item, index) => {
    const name = must(item, 'Name', asText);
    const arn = isUnknownFact(name)
      ? name
      : typeof partition === 'string'
        ? `arn:${partition}:s3:::${name}`
        : unknown('evidence.missing');
    const block = own(item, 'GetBucketPublicAccessBlock');
    const fact = `/s3/buckets/${String(index)}`;
    const inForce = (flag: string): Flag => either(flagOf(block, flag), flagOf(account, flag));
    // The account's answer is what is not known, where the bucket's is
    if (accountReason !== undefined && faultIn(block) === undefined && account !== undefined) {
      for (const member of ['unblocked', 'restricted', 'aclIgnored']) at[`${fact}/${member}`] = '/s3/account';
    }
    pointInto(at, fact, item, `/s3/buckets/items/${String(index)}`, MEMBERS);
    return facts({
      arn,
      name,
      unblocked: missingFlags(inForce),
      restricted: inForce('RestrictPublicBuckets'),
      aclIgnored: inForce('IgnorePublicAcls'),
      policyPublic: must(own(item, 'GetBucketPolicyStatus'), 'IsPublic', asFlag),
      aclGroups: whenKnown(
        must(own(item, 'GetBucketAcl'), 'groups', (value) => (isArray(value) ? value : undefined)),
        (groups) => groups.filter((uri) => typeof uri === 'string' && EVERYBODY.test(uri)),
      ),
      refusesPlain: refusesPlain(own(item, 'GetBucketPolicy'), arn),
      encryption: encryptionOf(own(item, 'GetEncryptionConfiguration')),
    });
  });
  return { accountBlock: accountFacts(account), buckets };
}

function missingFlags(inForce: (flag: string) => Flag): Json {
  const missing: string[] = [];
  let code: FaultCode | undefined;
  for (const flag of FLAGS) {
    const value = inForce(flag);
    if (isUnknownFact(value)) code ??= value.$unknown;
    else if (!value) missing.push(flag);
  }
  return partialList(missing, code);
}

function accountFacts(raw: Json | undefined): Json {
  const reason = reasonFor(raw);
  if (reason !== undefined) return { missing: unknown(reason) };
  return { missing: missingFlags((flag) => flagOf(raw, flag)) };
}

const MEMBERS: Members = {
  name: 'Name',
  arn: 'Name',
  unblocked: 'GetBucketPublicAccessBlock',
  restricted: 'GetBucketPublicAccessBlock/RestrictPublicBuckets',
  aclIgnored: 'GetBucketPublicAccessBlock/IgnorePublicAcls',
  policyPublic: 'GetBucketPolicyStatus/IsPublic',
  aclGroups: 'GetBucketAcl/groups',
  refusesPlain: 'GetBucketPolicy',
  encryption: 'GetEncryptionConfiguration',
  'encryption/algorithm': 'GetEncryptionConfiguration/SSEAlgorithm',
  'encryption/customerKey': 'GetEncryptionConfiguration/KMSMasterKeyID',
};

export const s3Facts: Schema = object({
  accountBlock: object({ missing: list(string(), { description: 'flags that are not on for the account' }) }),
  buckets: list(
    object({
      arn: string(),
      name: string(),
      unblocked: list(string(), { description: 'flags that neither bucket nor account has' }),
      restricted: boolean({ description: 'RestrictPublicBuckets is in force' }),
      aclIgnored: boolean({ description: 'IgnorePublicAcls is in force' }),
      policyPublic: boolean({ description: 'S3 calls the bucket policy public' }),
      aclGroups: list(string(), { description: 'groups of everybody that the ACL grants something' }),
      refusesPlain: boolean({ description: 'a Deny statement refuses plain HTTP for all' }),
      encryption: object({ 'algorithm?': string(), 'customerKey?': boolean() }),
    }),
  ),
});
