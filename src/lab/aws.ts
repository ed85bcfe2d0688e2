/** The AWS account of the demo company, with what was planted in it. */
import type { JsonObject } from '../model/json.ts';
import { restOfAccount } from './aws/rest-of-account.ts';
import { startAwsEndpoint } from './aws/server.ts';
import type { AwsState, KeyState } from './aws/state.ts';

export interface PlantedInAws {
  readonly check: string;
  readonly target: string;
  readonly what: string;
}

export interface LabAws {
  /** For AWS_ENDPOINT_URL. */
  readonly url: string;
  readonly planted: readonly PlantedInAws[];
  /** Keys that are right: `kms.rotation.off` passes for at least one of them. */
  readonly region: string;
  close(): Promise<void>;
}

const ACCOUNT = '123456789012';
const REGION = 'eu-west-1';
const DAY = 86_400_000;
const TARGET = `aws:${ACCOUNT}/${REGION}`;
const GLOBAL = `aws:${ACCOUNT}/global`;

const day = (offset: number): string => new Date(Date.now() + offset * DAY).toISOString();

function policy(...more: readonly JsonObject[]): JsonObject {
  const root = {
    Sid: 'Root',
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
    Action: 'kms:*',
    Resource: '*',
  };
  return { Policy: JSON.stringify({ Version: '2012-10-17', Statement: [root, ...more] }), PolicyName: 'default' };
}

const ROTATES = { KeyRotationEnabled: true, RotationPeriodInDays: 365, NextRotationDate: day(120) };

function key(id: string, metadata: JsonObject, rest: Partial<KeyState> = {}): KeyState {
  return {
    KeyMetadata: {
      AWSAccountId: ACCOUNT,
      KeyId: id,
      Arn: `arn:aws:kms:${REGION}:${ACCOUNT}:key/${id}`,
      CreationDate: day(-200),
      Enabled: true,
      KeyUsage: 'ENCRYPT_DECRYPT',
      KeyState: 'Enabled',
      Origin: 'AWS_KMS',
      KeyManager: 'CUSTOMER',
      KeySpec: 'SYMMETRIC_DEFAULT',
      MultiRegion: false,
      ...metadata,
    },
    GetKeyRotationStatus: ROTATES,
    GetKeyPolicy: policy(),
    ListGrants: { Grants: [] },
    ListKeyRotations: { Rotations: [] },
    GetKeyLastUsage: { KeyLastUsage: { Operation: 'Decrypt', Timestamp: day(-1) }, TrackingStartDate: day(-200) },
    ...rest,
  };
}

function certificate(id: string, name: string, changes: JsonObject): JsonObject {
  return {
    CertificateArn: `arn:aws:acm:${REGION}:${ACCOUNT}:certificate/${id}`,
    DomainName: name,
    SubjectAlternativeNames: [name],
    Status: 'ISSUED',
    Type: 'AMAZON_ISSUED',
    KeyAlgorithm: 'EC_prime256v1',
    SignatureAlgorithm: 'SHA256WITHRSA',
    InUse: true,
    RenewalEligibility: 'ELIGIBLE',
    ValidationMethod: 'DNS',
    NotBefore: day(-40),
    NotAfter: day(158),
    CreatedAt: day(-40),
    IssuedAt: day(-40),
    Options: { CertificateTransparencyLoggingPreference: 'ENABLED', Export: 'DISABLED' },
    ...changes,
  };
}

const EVERYBODY = { Sid: 'Partners', Effect: 'Allow', Principal: '*', Action: 'kms:Decrypt', Resource: '*' };

function company(): AwsState {
  return {
    account: ACCOUNT,
    regions: {
      [REGION]: {
        keys: [
          key('orders', {}),
          key('invoices', {}, { GetKeyRotationStatus: { KeyRotationEnabled: false } }),
          key('archive', {}, { GetKeyRotationStatus: { ...ROTATES, RotationPeriodInDays: 730 } }),
          key('partners', {}, { GetKeyPolicy: policy(EVERYBODY) }),
          key('retired', { Enabled: false, KeyState: 'PendingDeletion', DeletionDate: day(9) }),
          // Imported material cannot rotate by itself: naming that a defect would be a false alarm
          key('imported', { Origin: 'EXTERNAL', ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' }),
          key('aws-managed', { KeyManager: 'AWS' }),
        ],
        certificates: [
          certificate('shop', 'shop.brittle.example', {}),
          certificate('mail', 'mail.brittle.example', {
            Type: 'IMPORTED',
            NotAfter: day(12),
            ImportedAt: day(-350),
            NotBefore: day(-353),
          }),
          certificate('legacy', 'legacy.brittle.example', { KeyAlgorithm: 'RSA_1024' }),
          certificate('blog', 'blog.brittle.example', { RenewalStatus: 'PENDING_VALIDATION', NotAfter: day(50) }),
        ],
      },
    },
  };
}

const PLANTED: readonly PlantedInAws[] = [
  { check: 'kms.rotation.off', target: TARGET, what: 'a key that is never rotated' },
  { check: 'kms.rotation.slow', target: TARGET, what: 'a key that is rotated every other year' },
  { check: 'kms.policy.public', target: TARGET, what: 'a key that everybody may use' },
  { check: 'kms.deletion.pending', target: TARGET, what: 'a key that is about to be deleted' },
  { check: 'acm.expiring', target: TARGET, what: 'a certificate with twelve days left' },
  { check: 'acm.key.weak', target: TARGET, what: 'a certificate with a 1024-bit key' },
  { check: 'rds.public', target: TARGET, what: 'a database with a public address' },
  { check: 'ec2.sg.admin-open', target: TARGET, what: 'a security group that opens SSH to the internet' },
  { check: 'iam.user.no-mfa', target: GLOBAL, what: 'a user without a second factor' },
  { check: 'iam.key.old', target: GLOBAL, what: 'an access key of 600 days' },
  { check: 'acm.renewal.stuck', target: TARGET, what: 'a certificate whose renewal waits for a DNS record' },
];

/** Starts the company's AWS endpoint on loopback; its region is eu-west-1. */
export async function startAws(): Promise<LabAws> {
  const endpoint = await startAwsEndpoint({ state: company(), more: restOfAccount(ACCOUNT, REGION) });
  return { url: endpoint.url, planted: PLANTED, region: REGION, close: () => endpoint.close() };
}
