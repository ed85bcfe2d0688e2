/** KMS keys of every kind, at random, each with the verdicts that the rules as written give it. */
import * as fc from 'fast-check';
import type { JsonObject } from '../../src/model/json.ts';
import type { KeyState } from '../../src/lab/aws/state.ts';
import { ACCOUNT, keyArn, REGION } from './aws.ts';
import { ago, around, exact, type Expected, type Variant } from './aws-variants.ts';

const OTHER = '210987654321';
const DENIED: JsonObject = { $error: 'AccessDeniedException' };

interface PolicyKind {
  readonly statements: readonly JsonObject[];
  readonly public: boolean;
  readonly foreign: boolean;
  readonly admin: boolean;
}

const root = (account: string): JsonObject => ({ AWS: `arn:aws:iam::${account}:root` });
const allow = (principal: JsonObject | string, action: string | string[], condition?: JsonObject): JsonObject => ({
  Effect: 'Allow',
  Principal: principal,
  Action: action,
  Resource: '*',
  ...(condition === undefined ? {} : { Condition: condition }),
});
const policy = (statements: readonly JsonObject[], marks: Partial<PolicyKind> = {}): PolicyKind => ({
  statements,
  public: false,
  foreign: false,
  admin: false,
  ...marks,
});
const own = allow(root(ACCOUNT), 'kms:*');

const POLICIES: readonly PolicyKind[] = [
  policy([own], { admin: true }),
  policy([allow(root(ACCOUNT), ['kms:Describe*', 'KMS:PUT*'])], { admin: true }),
  policy([allow({ AWS: `arn:aws:iam::${ACCOUNT}:role/admin` }, 'kms:PutKeyPolicy')], { admin: true }),
  policy([allow(root(ACCOUNT), ['kms:Decrypt', 'kms:Encrypt'])]),
  policy([allow({ AWS: ACCOUNT }, '*')], { admin: true }),
  policy([{ Effect: 'Deny', Principal: '*', Action: 'kms:*', Resource: '*' }, own], { admin: true }),
  policy([own, allow('*', 'kms:DescribeKey')], { admin: true, public: true }),
  policy([own, allow({ AWS: ['*', `arn:aws:iam::${ACCOUNT}:root`] }, 'kms:Encrypt')], { admin: true, public: true }),
  policy([own, { Effect: 'Allow', NotPrincipal: root(OTHER), Action: 'kms:Decrypt', Resource: '*' }], {
    admin: true,
    public: true,
  }),
  policy([own, { Effect: 'Allow', Action: 'kms:*', Resource: '*' }], { admin: true }),
  policy([own, allow('*', 'kms:Decrypt', { StringEquals: { 'KMS:calleraccount': ACCOUNT } })], { admin: true }),
  policy([own, allow('*', 'kms:Decrypt', { StringEquals: { 'kms:CallerAccount': [ACCOUNT, '*'] } })], {
    admin: true,
    public: true,
  }),
  policy([own, allow('*', 'kms:Decrypt', { StringEqualsIfExists: { 'kms:CallerAccount': ACCOUNT } })], {
    admin: true,
    public: true,
  }),
  policy([own, allow('*', 'kms:Decrypt', { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-abc/*' } })], {
    admin: true,
  }),
  policy([own, allow('*', 'kms:Decrypt', { 'ForAllValues:StringEquals': { 'aws:PrincipalOrgID': 'o-abc' } })], {
    admin: true,
    public: true,
  }),
  policy([own, allow('*', 'kms:Decrypt', { StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' } })], {
    admin: true,
    public: true,
  }),
  policy([own, allow('*', 'kms:Decrypt', { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } })], { admin: true }),
  policy([own, allow('*', 'kms:Decrypt', { IpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '0.0.0.0/0'] } })], {
    admin: true,
    public: true,
  }),
  policy([own, allow('*', 'kms:Decrypt', { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } })], {
    admin: true,
    public: true,
  }),
  policy([own, allow('*', 'kms:Decrypt', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/x' } })], {
    admin: true,
    public: true,
  }),
  policy([own, allow('*', 'kms:Decrypt', { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${OTHER}:role/*` } })], {
    admin: true,
  }),
  policy([own, allow({ AWS: `arn:aws:iam::${OTHER}:root` }, 'kms:Decrypt')], { admin: true, foreign: true }),
  policy([own, allow({ AWS: [OTHER, ACCOUNT] }, 'kms:Decrypt')], { admin: true, foreign: true }),
  policy([own, allow({ Service: 'logs.amazonaws.com' }, 'kms:*')], { admin: true }),
  policy([allow({ AWS: `arn:aws:iam::${OTHER}:root` }, 'kms:*')], { foreign: true }),
];

interface GrantKind {
  readonly grants: readonly JsonObject[];
  readonly broad: boolean;
}
const grant = (grantee: string, operations: string[], constraints?: JsonObject): JsonObject => ({
  GranteePrincipal: grantee,
  Operations: operations,
  ...(constraints === undefined ? {} : { Constraints: constraints }),
});
const role = `arn:aws:iam::${ACCOUNT}:role/worker`;
const linked = `arn:aws:iam::${ACCOUNT}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`;
const context = { EncryptionContextSubset: { table: 'orders' } };
const GRANTS: readonly GrantKind[] = [
  { grants: [], broad: false },
  { grants: [grant(role, ['Encrypt', 'DescribeKey'])], broad: false },
  { grants: [grant(role, ['Decrypt'])], broad: true },
  { grants: [grant(role, ['ReEncryptFrom'], {})], broad: true },
  { grants: [grant(role, ['CreateGrant'], { EncryptionContextSubset: {} })], broad: true },
  { grants: [grant(role, ['Decrypt'], context)], broad: false },
  { grants: [grant(role, ['Decrypt'], { SourceArn: 'arn:aws:s3:::orders' })], broad: false },
  { grants: [grant(role, ['Decrypt'], context), grant(role, ['Decrypt'], context)], broad: true },
  { grants: [grant(role, ['Decrypt', 'Encrypt'], context), grant(role, ['Encrypt', 'Decrypt'], context)], broad: true },
  { grants: [grant(role, ['Encrypt']), grant(`${role}-2`, ['Encrypt'])], broad: false },
  { grants: [grant('dynamodb.amazonaws.com', ['Decrypt', 'CreateGrant'])], broad: false },
  { grants: [{ GranteeServicePrincipal: 'rds.amazonaws.com', Operations: ['Decrypt'] }], broad: false },
  { grants: [grant(linked, ['Decrypt'])], broad: false },
  { grants: [grant(`arn:aws:sts::${ACCOUNT}:assumed-role/aws:ec2/i-0`, ['Decrypt'])], broad: false },
];

const SPECS: readonly (readonly [spec: string, usages: readonly string[]])[] = [
  ['SYMMETRIC_DEFAULT', ['ENCRYPT_DECRYPT']],
  ['RSA_2048', ['ENCRYPT_DECRYPT', 'SIGN_VERIFY']],
  ['RSA_3072', ['ENCRYPT_DECRYPT', 'SIGN_VERIFY']],
  ['RSA_4096', ['ENCRYPT_DECRYPT']],
  ['ECC_NIST_P256', ['SIGN_VERIFY', 'KEY_AGREEMENT']],
  ['ECC_NIST_EDWARDS25519', ['SIGN_VERIFY']],
  ['ECC_SECG_P256K1', ['SIGN_VERIFY']],
  ['HMAC_256', ['GENERATE_VERIFY_MAC']],
  ['SM2', ['ENCRYPT_DECRYPT']],
  ['ML_DSA_65', ['SIGN_VERIFY']],
];

const keyKind = fc.record({
  manager: fc.constantFrom('CUSTOMER', 'CUSTOMER', 'CUSTOMER', 'AWS'),
  state: fc.constantFrom(
    'Enabled',
    'Enabled',
    'Enabled',
    'Disabled',
    'PendingDeletion',
    'PendingImport',
    'PendingReplicaDeletion',
    'Unavailable',
    'Creating',
    'Updating',
  ),
  spec: fc.oneof({ weight: 2, arbitrary: fc.constant(SPECS[0]) }, fc.constantFrom(...SPECS)),
  usage: fc.nat({ max: 1 }),
  origin: fc.constantFrom('AWS_KMS', 'AWS_KMS', 'EXTERNAL', 'AWS_CLOUDHSM', 'EXTERNAL_KEY_STORE'),
  multi: fc.constantFrom('none', 'none', 'null', 'primary', 'replica-in', 'replica-out'),
  age: fc.oneof(around(379), around(90), around(365)).map((days) => exact(Math.max(0, days))),
  validity: fc.oneof(fc.constant(undefined), around(30).map(exact)),
  rotates: fc.boolean(),
  period: fc.oneof(
    fc.constant(undefined),
    fc.constantFrom(90, 364, 365, 366, 2560),
    fc.integer({ min: 90, max: 2560 }),
  ),
  rotated: fc.array(
    around(379).map((days) => exact(Math.max(0, days))),
    { maxLength: 3 },
  ),
  policy: fc.constantFrom(...POLICIES),
  grants: fc.constantFrom(...GRANTS),
  used: fc.oneof(
    fc.constant(undefined),
    around(90).map((days) => exact(Math.max(0, days))),
  ),
  tracked: around(90).map((days) => exact(Math.max(0, days))),
  connection: fc.constantFrom('CONNECTED', 'CONNECTED', 'DISCONNECTED', 'FAILED'),
  denied: fc.constantFrom(
    ...['', '', '', '', '', '', 'DescribeKey', 'GetKeyRotationStatus', 'GetKeyPolicy'],
    ...['ListGrants', 'ListKeyRotations', 'GetKeyLastUsage'],
  ),
});
type KeyKind = typeof keyKind extends fc.Arbitrary<infer T> ? T : never;

/** One store for each state of a connection. */
export const STORES: readonly JsonObject[] = ['CONNECTED', 'DISCONNECTED', 'FAILED'].map((ConnectionState) => ({
  CustomKeyStoreId: `cks-${ConnectionState}`,
  ConnectionState,
}));

function expectedOfKey(kind: KeyKind, spec: string, usage: string): Expected {
  const { manager, state, origin, multi, denied } = kind;
  const isCustomers = manager === 'CUSTOMER';
  const isStored = origin === 'AWS_CLOUDHSM' || origin === 'EXTERNAL_KEY_STORE';
  const say = (applies: boolean, fails: boolean): string => (!applies ? 'not-applicable' : fails ? 'fail' : 'pass');
  const unless = (call: string, status: string): string =>
    denied === call && status !== 'not-applicable' && status !== 'manual' ? 'error' : status;
  const isLive = isCustomers && state !== 'PendingDeletion';
  const isRotatable =
    isCustomers &&
    state === 'Enabled' &&
    spec === 'SYMMETRIC_DEFAULT' &&
    origin === 'AWS_KMS' &&
    multi !== 'replica-in';
  const isHistoric = isCustomers && state === 'Enabled' && spec === 'SYMMETRIC_DEFAULT' && multi !== 'replica-in';
  const newest = Math.min(kind.age, ...kind.rotated);
  const idle = Math.min(kind.age, kind.used ?? Infinity);
  const unproven = !isHistoric ? 'not-applicable' : isStored ? 'manual' : newest > 379 ? 'fail' : 'pass';
  const unused =
    !isCustomers || state !== 'Enabled'
      ? 'not-applicable'
      : idle <= 90
        ? 'pass'
        : kind.used === undefined && kind.tracked < 90
          ? 'error'
          : 'fail';
  const expected: Expected = {
    'kms.rotation.off': unless('GetKeyRotationStatus', say(isRotatable, !kind.rotates)),
    'kms.rotation.slow': unless(
      'GetKeyRotationStatus',
      isRotatable && denied === 'GetKeyRotationStatus'
        ? 'error'
        : say(isRotatable && kind.rotates, (kind.period ?? 365) > 365),
    ),
    'kms.rotation.unproven': kind.age <= 379 ? unproven : unless('ListKeyRotations', unproven),
    'kms.material.expiring': say(
      origin === 'EXTERNAL' && state !== 'PendingDeletion',
      state === 'PendingImport' || (kind.validity !== undefined && kind.validity < 30),
    ),
    'kms.deletion.pending': say(isCustomers, state === 'PendingDeletion' || state === 'PendingReplicaDeletion'),
    'kms.policy.public': unless('GetKeyPolicy', say(isLive, kind.policy.public)),
    'kms.policy.foreign-account': unless('GetKeyPolicy', say(isLive, kind.policy.foreign)),
    'kms.policy.no-admin-path': unless('GetKeyPolicy', say(isLive, !kind.policy.admin)),
    'kms.grant.broad': unless('ListGrants', say(isLive, kind.grants.broad)),
    'kms.key.unused': kind.age <= 90 ? unused : unless('GetKeyLastUsage', unused),
    'kms.key.multi-region': say(isCustomers && state === 'Enabled', multi !== 'none' && multi !== 'null'),
    'kms.spec.weak': say(
      isLive && (spec.startsWith('RSA_') || spec.startsWith('ECC_')),
      (usage === 'ENCRYPT_DECRYPT' && spec === 'RSA_2048') || spec === 'ECC_SECG_P256K1',
    ),
    'kms.store.disconnected': say(isStored, kind.connection !== 'CONNECTED' || state === 'Unavailable'),
  };
  return denied === 'DescribeKey'
    ? Object.fromEntries(Object.keys(expected).map((check) => [check, 'error']))
    : expected;
}

const PRIMARY_REGIONS = new Map([
  ['primary', REGION],
  ['replica-in', 'eu-west-1'],
  ['replica-out', 'ap-south-1'],
]);

function keyOf(kind: KeyKind, id: string): Variant<KeyState> {
  const [spec, usages] = kind.spec ?? ['SYMMETRIC_DEFAULT', ['ENCRYPT_DECRYPT']];
  const usage = usages[kind.usage % usages.length] ?? 'ENCRYPT_DECRYPT';
  const arn = keyArn(id);
  const isStored = kind.origin === 'AWS_CLOUDHSM' || kind.origin === 'EXTERNAL_KEY_STORE';
  const primaryRegion = PRIMARY_REGIONS.get(kind.multi);
  const answers: { [call: string]: JsonObject } = {
    GetKeyRotationStatus: {
      KeyRotationEnabled: kind.rotates,
      ...(kind.period === undefined ? {} : { RotationPeriodInDays: kind.period }),
    },
    GetKeyPolicy: { Policy: JSON.stringify({ Version: '2012-10-17', Statement: kind.policy.statements }) },
    ListGrants: { Grants: kind.grants.grants },
    ListKeyRotations: {
      Rotations: [
        { KeyId: id },
        ...kind.rotated.map((days) => ({ RotationDate: ago(days), RotationType: 'ON_DEMAND' })),
      ],
    },
    GetKeyLastUsage: {
      TrackingStartDate: ago(kind.tracked),
      KeyLastUsage: kind.used === undefined ? {} : { Timestamp: ago(kind.used), Operation: 'Decrypt' },
    },
  };
  if (kind.denied !== '') answers[kind.denied] = DENIED;
  return {
    expected: expectedOfKey(kind, spec, usage),
    state: {
      KeyMetadata: {
        AWSAccountId: ACCOUNT,
        KeyId: id,
        Arn: arn,
        CreationDate: ago(kind.age),
        Enabled: kind.state === 'Enabled',
        KeyManager: kind.manager,
        KeyState: kind.state,
        KeySpec: spec,
        KeyUsage: usage,
        Origin: kind.origin,
        ...(kind.multi === 'null' ? {} : { MultiRegion: primaryRegion !== undefined }),
        ...(primaryRegion === undefined
          ? {}
          : {
              MultiRegionConfiguration: {
                // What the emulator says of a primary too, once it has a replica
                MultiRegionKeyType: 'REPLICA',
                PrimaryKey: { Arn: keyArn(id, primaryRegion), Region: primaryRegion },
                ReplicaKeys: [],
              },
            }),
        ...(isStored ? { CustomKeyStoreId: `cks-${kind.connection}` } : {}),
        ...(kind.origin !== 'EXTERNAL'
          ? {}
          : kind.validity === undefined
            ? { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' }
            : { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo: ago(-kind.validity) }),
      },
      ...answers,
    },
  };
}

export const someKeys: fc.Arbitrary<readonly Variant<KeyState>[]> = fc
  .array(keyKind, { minLength: 10, maxLength: 30 })
  .map((kinds) => kinds.map((kind, index) => keyOf(kind, `key-${String(index)}`)));
