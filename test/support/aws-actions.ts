/** Which request is a call of which IAM action: the operations of REST services have other names on the wire. */
import type { Call } from '../../src/lab/aws/wire.ts';

const isBucket = (call: Call): boolean => call.service === 's3' && call.path !== '/' && !call.path.includes('/v2018');

const SPELLED: { readonly [action: string]: (call: Call) => boolean } = {
  's3:ListAllMyBuckets': (call) => call.service === 's3' && call.path === '/',
  's3:GetAccountPublicAccessBlock': (call) =>
    call.service === 's3' && call.path.endsWith('/configuration/publicAccessBlock'),
  's3:GetBucketPublicAccessBlock': (call) => isBucket(call) && call.query.has('publicAccessBlock'),
  's3:GetBucketPolicyStatus': (call) => isBucket(call) && call.query.has('policyStatus'),
  's3:GetBucketAcl': (call) => isBucket(call) && call.query.has('acl'),
  's3:GetBucketPolicy': (call) => isBucket(call) && call.query.has('policy'),
  's3:GetEncryptionConfiguration': (call) => isBucket(call) && call.query.has('encryption'),
  'cloudfront:ListDistributions': (call) => call.service === 'cloudfront',
  'guardduty:ListDetectors': (call) => call.service === 'guardduty' && call.path === '/detector',
  'guardduty:GetDetector': (call) => call.service === 'guardduty' && call.path.startsWith('/detector/'),
  'securityhub:DescribeHub': (call) => call.service === 'securityhub',
  'access-analyzer:ListAnalyzers': (call) => call.service === 'access-analyzer',
};

export function isCallOf(action: string, call: Call): boolean {
  const spelled = Object.hasOwn(SPELLED, action) ? SPELLED[action] : undefined;
  return spelled === undefined ? call.action === action : spelled(call);
}
