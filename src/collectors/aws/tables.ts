/** All tables from facts to calls, by collector. */
import { ACM_CALLS } from './acm/calls.ts';
import type { CallTable } from './call-table.ts';
import { KMS_CALLS } from './kms/calls.ts';

export const REGIONAL_CALLS: readonly CallTable[] = [KMS_CALLS, ACM_CALLS];

/** Needed by every audit of AWS, whatever is chosen. */
export const LOGIN_CALLS: readonly string[] = ['account:ListRegions', 'sts:GetCallerIdentity'];

export const CALLS_BY_COLLECTOR: { readonly [collector: string]: readonly CallTable[] } = { aws: REGIONAL_CALLS };
