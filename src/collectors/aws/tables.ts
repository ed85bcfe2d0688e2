/** All tables from facts to calls, by collector. */
import { ACM_CALLS } from './acm/calls.ts';
import type { CallTable } from './call-table.ts';
import { EC2_CALLS } from './ec2/calls.ts';
import { ELB_CALLS } from './elb/service.ts';
import { KMS_CALLS } from './kms/calls.ts';
import { RDS_CALLS } from './rds/calls.ts';
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

/** Needed by every audit of AWS, whatever is chosen. */
export const LOGIN_CALLS: readonly string[] = ['account:ListRegions', 'sts:GetCallerIdentity'];

export const CALLS_BY_COLLECTOR: { readonly [collector: string]: readonly CallTable[] } = { aws: REGIONAL_CALLS };
