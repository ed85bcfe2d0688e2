/** Which IAM calls the facts about users, roles, policies and the root user need. */
import type { CallTable } from '../call-table.ts';

const REPORT = ['iam:GenerateCredentialReport', 'iam:GetCredentialReport'];
const DETAILS = ['iam:GetAccountAuthorizationDetails'];
const SUMMARY = ['iam:GetAccountSummary'];

export const IAM_CALLS: readonly CallTable[] = [
  {
    at: 'iam.root',
    base: [],
    other: SUMMARY,
    facts: {
      hasCredentials: [...SUMMARY, 'iam:ListOrganizationsFeatures'],
      virtualMfa: ['iam:ListVirtualMFADevices'],
      lastUsed: REPORT,
      arn: [],
    },
  },
  { at: 'iam.users', base: REPORT, other: [], facts: {} },
  { at: 'iam.noConsoleUsers', base: REPORT, other: [], facts: {} },
  { at: 'iam.passwordPolicy', base: ['iam:GetAccountPasswordPolicy'], other: [], facts: {} },
  { at: 'iam.principals', base: DETAILS, other: [], facts: {} },
  { at: 'iam.policies', base: DETAILS, other: [], facts: {} },
  { at: 'iam.roles', base: DETAILS, other: [], facts: { foreign: [...DETAILS, 'organizations:DescribeOrganization'] } },
  { at: 'iam.supportRoles', base: ['iam:ListEntitiesForPolicy'], other: [], facts: {} },
  { at: 'iam.serverCertificates', base: ['iam:ListServerCertificates'], other: [], facts: {} },
];
