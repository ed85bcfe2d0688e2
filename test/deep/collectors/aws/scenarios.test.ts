/** Accounts of our own, told as the outside scenarios are: what the services answer, and the verdicts that the rules give it. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { judge } from '../../../../src/judge/judge.ts';
import { DENIED, THROTTLED, type Refusal } from '../../../../src/lab/aws/server.ts';
import type { RegionState } from '../../../../src/lab/aws/state.ts';
import type { Check } from '../../../../src/model/check.ts';
import type { JsonObject } from '../../../../src/model/json.ts';
import type { Verdict } from '../../../../src/model/result.ts';
import { ACCOUNT, AS_OF, certificate, certificateArn, keyArn, keyState, REGION } from '../../../support/aws.ts';
import { interpretEvidence, loadAwsChecks, observedAws } from '../../../support/aws-run.ts';

let checks: readonly Check[] = [];
before(async () => {
  checks = await loadAwsChecks(fileURLToPath(new URL('../../../../checks/', import.meta.url)));
});

interface Scenario {
  readonly words: string;
  readonly state: Partial<RegionState>;
  readonly options?: JsonObject;
  readonly refusals?: readonly Refusal[];
  readonly pageSize?: number;
  /** `check subject` to status, or to the fault of an error. `@` is the target itself. */
  readonly expect: { readonly [checkAndSubject: string]: string };
}

const DAY = 86_400_000;
const days = (count: number): string => new Date(Date.parse(AS_OF) + count * DAY).toISOString();
const rotation = (RotationPeriodInDays?: number): JsonObject => ({
  GetKeyRotationStatus: {
    KeyRotationEnabled: true,
    ...(RotationPeriodInDays === undefined ? {} : { RotationPeriodInDays }),
  },
});
const lived = (left: number, lifetime: number, more: JsonObject = {}): JsonObject => ({
  NotBefore: days(left - lifetime),
  NotAfter: days(left),
  ...more,
});
const imported = { Type: 'IMPORTED', RenewalEligibility: 'INELIGIBLE', ImportedAt: days(-1) };
const withoutDates = { NotBefore: null, NotAfter: null, IssuedAt: null };
const USER = `arn:aws:iam::${ACCOUNT}:user/batch`;
const grant = (changes: JsonObject): JsonObject => ({
  GrantId: 'g',
  GranteePrincipal: USER,
  Operations: ['Decrypt'],
  ...changes,
});
const granted = (...Grants: JsonObject[]): JsonObject => ({ ListGrants: { Grants } });
const narrow = { Constraints: { EncryptionContextSubset: { app: 'ledger' } } };

const SCENARIOS: readonly Scenario[] = [
  {
    words: 'rotation periods at the ends of the range, at a year and a day above it, and not told',
    state: {
      keys: [
        keyState('least', {}, rotation(90)),
        keyState('year', {}, rotation(365)),
        keyState('above', {}, rotation(366)),
        keyState('most', {}, rotation(2560)),
        keyState('untold', {}, rotation()),
      ],
    },
    expect: {
      'kms.rotation.slow key/least': 'pass',
      'kms.rotation.slow key/year': 'pass',
      'kms.rotation.slow key/above': 'fail',
      'kms.rotation.slow key/most': 'fail',
      'kms.rotation.slow key/untold': 'pass',
      'kms.rotation.off key/most': 'pass',
    },
  },
  {
    words: 'different questions refused for different keys, and one refused for all',
    state: { keys: ['plain', 'mute', 'sealed', 'hidden'].map((id) => keyState(id)) },
    refusals: [
      { action: 'kms:GetKeyRotationStatus', resource: 'key/mute', behaves: DENIED },
      { action: 'kms:GetKeyPolicy', resource: 'key/sealed', behaves: DENIED },
      { action: 'kms:DescribeKey', resource: 'key/hidden', behaves: DENIED },
      { action: 'kms:ListGrants', behaves: DENIED },
    ],
    expect: {
      'kms.rotation.off key/plain': 'pass',
      'kms.policy.public key/plain': 'pass',
      'kms.grant.broad key/plain': 'aws.access-denied',
      'kms.rotation.off key/mute': 'aws.access-denied',
      'kms.rotation.slow key/mute': 'aws.access-denied',
      'kms.policy.public key/mute': 'pass',
      'kms.rotation.off key/sealed': 'pass',
      'kms.policy.public key/sealed': 'aws.access-denied',
      'kms.policy.no-admin-path key/sealed': 'aws.access-denied',
      'kms.deletion.pending key/sealed': 'pass',
      'kms.rotation.off key/hidden': 'aws.access-denied',
      'kms.policy.public key/hidden': 'aws.access-denied',
    },
  },
  {
    words: 'a second page of keys that is throttled for ever',
    state: { keys: ['a', 'b', 'c'].map((id) => keyState(id)) },
    pageSize: 2,
    refusals: [{ action: 'kms:ListKeys', laterPages: true, behaves: THROTTLED }],
    expect: {
      'kms.rotation.off key/a': 'pass',
      'kms.rotation.off key/b': 'pass',
      'kms.rotation.off @': 'aws.throttled',
      'kms.policy.public @': 'aws.throttled',
    },
  },
  {
    words:
      'grants to a service, to its role, to a user with and without a context, twice the same, and to grant further',
    state: {
      keys: [
        keyState('service', {}, granted(grant({ GranteePrincipal: 'backup.amazonaws.com' }))),
        keyState(
          'linked',
          {},
          granted(
            grant({
              GranteePrincipal: `arn:aws:iam::${ACCOUNT}:role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS`,
            }),
          ),
        ),
        keyState('narrow', {}, granted(grant(narrow))),
        keyState('broad', {}, granted(grant({}))),
        keyState('twice', {}, granted(grant(narrow), grant({ ...narrow, GrantId: 'h' }))),
        keyState('further', {}, granted(grant({ Operations: ['CreateGrant'] }))),
        keyState('encrypts', {}, granted(grant({ Operations: ['Encrypt', 'GenerateDataKey'] }))),
      ],
    },
    expect: {
      'kms.grant.broad key/service': 'pass',
      'kms.grant.broad key/linked': 'pass',
      'kms.grant.broad key/narrow': 'pass',
      'kms.grant.broad key/broad': 'fail',
      'kms.grant.broad key/twice': 'fail',
      'kms.grant.broad key/further': 'fail',
      'kms.grant.broad key/encrypts': 'pass',
    },
  },
  {
    words: 'imported certificates with 30 and 45 days left, and short-lived ones at a third of their life',
    state: {
      certificates: [
        certificate('thirty', { ...imported, ...lived(30, 398) }),
        certificate('less', { ...imported, ...lived(29.999, 398) }),
        certificate('forty-five', { ...imported, ...lived(45, 398) }),
        certificate('short', { ...imported, ...lived(16, 47) }),
        certificate('short-less', { ...imported, ...lived(15, 47) }),
        certificate('over', { ...imported, ...lived(0, 398) }),
      ],
    },
    expect: {
      'acm.expiring certificate/thirty': 'pass',
      'acm.expiring certificate/less': 'fail',
      'acm.expiring certificate/forty-five': 'pass',
      'acm.expiring certificate/short': 'pass',
      'acm.expiring certificate/short-less': 'fail',
      'acm.expired certificate/over': 'fail',
      'acm.expired certificate/less': 'pass',
      'acm.renewal.stuck certificate/thirty': 'not-applicable',
      'acm.imported certificate/thirty': 'fail',
    },
  },
  {
    words: 'requests that wait, that ran out, and an issued certificate without its end',
    state: {
      certificates: [
        certificate('waits', { Status: 'PENDING_VALIDATION', InUse: false, ...withoutDates, CreatedAt: days(-2.9) }),
        certificate('stuck', { Status: 'PENDING_VALIDATION', InUse: false, ...withoutDates, CreatedAt: days(-3.1) }),
        certificate('late', { Status: 'VALIDATION_TIMED_OUT', InUse: false, ...withoutDates }),
        certificate('failed', { Status: 'FAILED', InUse: false, ...withoutDates }),
        certificate('endless', { NotAfter: null }),
      ],
    },
    expect: {
      'acm.status.bad certificate/waits': 'pass',
      'acm.status.bad certificate/stuck': 'fail',
      'acm.status.bad certificate/late': 'fail',
      'acm.status.bad certificate/failed': 'fail',
      'acm.expired certificate/waits': 'not-applicable',
      'acm.expired certificate/late': 'not-applicable',
      'acm.expired certificate/endless': 'aws.bad-response',
      'acm.expiring certificate/endless': 'aws.bad-response',
    },
  },
  {
    words: 'renewals in every state, of certificates in use, idle, exported and private',
    state: {
      certificates: [
        certificate('fine', { RenewalStatus: 'SUCCESS' }),
        certificate('soon', { RenewalStatus: 'PENDING_AUTO_RENEWAL' }),
        certificate('asks', { RenewalStatus: 'PENDING_VALIDATION' }),
        certificate('failed', { RenewalStatus: 'FAILED' }),
        certificate('barred', { RenewalEligibility: 'INELIGIBLE' }),
        certificate('idle', { InUse: false, RenewalEligibility: 'INELIGIBLE', RenewalStatus: null }),
        certificate('private', { Type: 'PRIVATE', RenewalStatus: 'FAILED' }),
      ],
    },
    expect: {
      'acm.renewal.stuck certificate/fine': 'pass',
      'acm.renewal.stuck certificate/soon': 'pass',
      'acm.renewal.stuck certificate/asks': 'fail',
      'acm.renewal.stuck certificate/failed': 'fail',
      'acm.renewal.stuck certificate/barred': 'fail',
      'acm.renewal.stuck certificate/idle': 'not-applicable',
      'acm.renewal.stuck certificate/private': 'not-applicable',
    },
  },
  {
    words: 'certificates that may leave ACM: meant, not meant, and imported',
    state: {
      certificates: [
        certificate('closed', { ExportOption: 'DISABLED', Options: { Export: 'DISABLED' } }),
        certificate('open', { ExportOption: 'ENABLED', Options: { Export: 'ENABLED' } }),
        certificate('meant', { ExportOption: 'ENABLED', Options: { Export: 'ENABLED' } }),
        certificate('brought', { ...imported, ExportOption: null, Options: {} }),
      ],
    },
    options: { aws: { exportableCertificates: [certificateArn('meant')] } },
    expect: {
      'acm.exportable certificate/closed': 'pass',
      'acm.exportable certificate/open': 'fail',
      'acm.exportable certificate/meant': 'pass',
      'acm.exportable certificate/brought': 'not-applicable',
    },
  },
  {
    words: 'keys in stores that are connected, lost and external',
    state: {
      stores: [
        { CustomKeyStoreId: 'cks-1', CustomKeyStoreName: 'hsm', ConnectionState: 'CONNECTED' },
        { CustomKeyStoreId: 'cks-2', CustomKeyStoreName: 'lost', ConnectionState: 'DISCONNECTED' },
      ],
      keys: [
        keyState('hsm', { Origin: 'AWS_CLOUDHSM', CustomKeyStoreId: 'cks-1' }),
        keyState('lost', { Origin: 'AWS_CLOUDHSM', CustomKeyStoreId: 'cks-2' }),
        keyState('proxy', { Origin: 'EXTERNAL_KEY_STORE', CustomKeyStoreId: 'cks-1', KeyState: 'Unavailable' }),
        keyState('plain'),
      ],
    },
    expect: {
      'kms.store.disconnected key/hsm': 'pass',
      'kms.store.disconnected key/lost': 'fail',
      'kms.store.disconnected key/proxy': 'fail',
      'kms.store.disconnected key/plain': 'not-applicable',
      'kms.rotation.off key/hsm': 'not-applicable',
      'kms.rotation.off key/proxy': 'not-applicable',
      'kms.rotation.unproven key/hsm': 'manual',
      'kms.material.expiring key/proxy': 'not-applicable',
    },
  },
  {
    words: 'imported material that waits, ends within and after a month, and stays',
    state: {
      keys: [
        keyState('waits', { Origin: 'EXTERNAL', KeyState: 'PendingImport', Enabled: false }),
        keyState('within', { Origin: 'EXTERNAL', ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo: days(29) }),
        keyState('after', { Origin: 'EXTERNAL', ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo: days(31) }),
        keyState('stays', { Origin: 'EXTERNAL', ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' }),
        keyState('leaves', { Origin: 'EXTERNAL', KeyState: 'PendingDeletion', DeletionDate: days(9) }),
      ],
    },
    expect: {
      'kms.material.expiring key/waits': 'fail',
      'kms.material.expiring key/within': 'fail',
      'kms.material.expiring key/after': 'pass',
      'kms.material.expiring key/stays': 'pass',
      'kms.material.expiring key/leaves': 'not-applicable',
      'kms.deletion.pending key/leaves': 'fail',
      'kms.policy.public key/leaves': 'not-applicable',
      'kms.rotation.off key/stays': 'not-applicable',
    },
  },
  {
    words: 'a history of rotations that is young, old, on demand and refused',
    state: {
      keys: [
        keyState(
          'young',
          { CreationDate: days(-900) },
          { ListKeyRotations: { Rotations: [{ RotationDate: days(-100), RotationType: 'AUTOMATIC' }] } },
        ),
        keyState(
          'old',
          { CreationDate: days(-900) },
          {
            GetKeyRotationStatus: { KeyRotationEnabled: false },
            ListKeyRotations: { Rotations: [{ RotationDate: days(-380), RotationType: 'AUTOMATIC' }] },
          },
        ),
        keyState(
          'demand',
          { CreationDate: days(-900), Origin: 'EXTERNAL', ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' },
          {
            ListKeyRotations: {
              Rotations: [
                { RotationDate: days(-700), RotationType: 'ON_DEMAND' },
                { RotationDate: days(-378), RotationType: 'ON_DEMAND' },
              ],
            },
          },
        ),
        keyState('new', { CreationDate: days(-30) }, { GetKeyRotationStatus: { KeyRotationEnabled: false } }),
        keyState('mute', { CreationDate: days(-900) }, { ListKeyRotations: { $error: 'AccessDeniedException' } }),
      ],
    },
    expect: {
      'kms.rotation.unproven key/young': 'pass',
      'kms.rotation.unproven key/old': 'fail',
      'kms.rotation.unproven key/demand': 'pass',
      'kms.rotation.unproven key/new': 'pass',
      'kms.rotation.off key/new': 'fail',
      'kms.rotation.unproven key/mute': 'aws.access-denied',
    },
  },
  {
    words: 'keys that were used, were not, and of which the service knows too little',
    state: {
      keys: [
        keyState(
          'used',
          { CreationDate: days(-400) },
          { GetKeyLastUsage: { TrackingStartDate: days(-300), KeyLastUsage: { Timestamp: days(-5) } } },
        ),
        keyState(
          'idle',
          { CreationDate: days(-400) },
          { GetKeyLastUsage: { TrackingStartDate: days(-300), KeyLastUsage: { Timestamp: days(-120) } } },
        ),
        keyState('never', { CreationDate: days(-400) }, { GetKeyLastUsage: { TrackingStartDate: days(-300) } }),
        keyState('unknown', { CreationDate: days(-400) }, { GetKeyLastUsage: { TrackingStartDate: days(-20) } }),
      ],
    },
    expect: {
      'kms.key.unused key/used': 'pass',
      'kms.key.unused key/idle': 'fail',
      'kms.key.unused key/never': 'fail',
      'kms.key.unused key/unknown': 'aws.too-young',
    },
  },
  {
    words: 'key types that are weak, strong and not known',
    state: {
      keys: [
        keyState('rsa', { KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' }),
        keyState('signs', { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' }),
        keyState('coin', { KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'SIGN_VERIFY' }),
        keyState('mac', { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }),
      ],
      certificates: [
        certificate('p192', { KeyAlgorithm: 'EC_secp192r1' }),
        certificate('p256', { KeyAlgorithm: 'EC_prime256v1' }),
        certificate('small', { KeyAlgorithm: 'RSA-1024' }),
        certificate('newer', { KeyAlgorithm: 'ML_DSA_65' }),
      ],
    },
    expect: {
      'kms.spec.weak key/rsa': 'fail',
      'kms.spec.weak key/signs': 'pass',
      'kms.spec.weak key/coin': 'fail',
      'kms.spec.weak key/mac': 'not-applicable',
      'kms.rotation.off key/mac': 'not-applicable',
      'acm.key.weak certificate/p192': 'fail',
      'acm.key.weak certificate/p256': 'pass',
      'acm.key.weak certificate/small': 'fail',
      'acm.key.weak certificate/newer': 'error',
    },
  },
];

async function verdictsOf({ state, options = {}, refusals = [], pageSize }: Scenario): Promise<readonly Verdict[]> {
  const account = {
    account: ACCOUNT,
    ...(pageSize === undefined ? {} : { pageSize }),
    regions: { [REGION]: { keys: [], certificates: [], ...state } },
  };
  const { target, raw } = await observedAws(account, checks, options, { refusals });
  return judge(checks, [{ target, collectors: { aws: interpretEvidence(raw) } }], AS_OF);
}

for (const scenario of SCENARIOS) {
  test(scenario.words, async () => {
    const verdicts = await verdictsOf(scenario);

    const found = Object.fromEntries(
      Object.entries(scenario.expect).map(([name, expected]) => {
        const [check, place = ''] = name.split(' ');
        const [kind, id = ''] = place.split('/');
        const subject = place === '@' ? `aws:${ACCOUNT}/${REGION}` : kind === 'key' ? keyArn(id) : certificateArn(id);
        const verdict = verdicts.find((one) => one.check === check && one.subject === subject);
        const said = expected.includes('.') ? verdict?.fault?.code : verdict?.status;
        return [name, said ?? `${verdict?.status ?? 'no verdict'}: ${verdict?.message ?? ''}`];
      }),
    );
    assert.deepEqual(found, scenario.expect);
  });
}
