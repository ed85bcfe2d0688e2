/** All tables from facts to calls, by collector. */
import { ACM_CALLS } from './acm/calls.ts';
import type { CallTable } from './call-table.ts';
import { CONTACT_CALLS } from './account-contact.ts';
import { CLOUDFRONT_CALLS } from './cloudfront/service.ts';
import { CLOUDTRAIL_CALLS } from './cloudtrail/service.ts';
import { EC2_CALLS } from './ec2/calls.ts';
import { ELB_CALLS } from './elb/service.ts';
import { IAM_CALLS } from './iam/calls.ts';
import { KMS_CALLS } from './kms/calls.ts';
import { RDS_CALLS } from './rds/calls.ts';
import { S3_CALLS } from './s3/service.ts';
import { SECRETS_CALLS } from './secretsmanager/service.ts';
import { SECURITY_CALLS } from './security/service.ts';

export const REGIONAL_CALLS: readonly CallTable[] = [
  KMS_CALLS,
  ACM_CALLS,
  ELB_CALLS,
  SECRETS_CALLS,
  ...EC2_CALLS,
  ...RDS_CALLS,
  ...SECURITY_CALLS,
];

export const GLOBAL_CALLS: readonly CallTable[] = [
  CLOUDFRONT_CALLS,
  CONTACT_CALLS,
  ...CLOUDTRAIL_CALLS,
  ...IAM_CALLS,
  ...S3_CALLS,
];

/** Needed by every audit of AWS, whatever is chosen. */
export const LOGIN_CALLS: readonly string[] = ['account:ListRegions', 'sts:GetCallerIdentity'];

export const CALLS_BY_COLLECTOR: { readonly [collector: string]: readonly CallTable[] } = {
  aws: REGIONAL_CALLS,
  'aws-global': GLOBAL_CALLS,
};
