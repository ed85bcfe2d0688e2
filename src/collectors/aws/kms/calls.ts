/** Which KMS calls the facts about keys need. */
import type { CallTable } from '../call-table.ts';

const DESCRIBED = ['kms:DescribeKey'];

export const KMS_CALLS: CallTable = {
  at: 'kms.keys',
  base: ['kms:ListKeys'],
  other: DESCRIBED,
  facts: {
    arn: [],
    listed: [],
    specListed: [],
    store: [...DESCRIBED, 'kms:DescribeCustomKeyStores'],
    rotation: [...DESCRIBED, 'kms:GetKeyRotationStatus'],
    lastRotation: [...DESCRIBED, 'kms:ListKeyRotations'],
    policy: [...DESCRIBED, 'kms:GetKeyPolicy'],
    grants: [...DESCRIBED, 'kms:ListGrants'],
    use: [...DESCRIBED, 'kms:GetKeyLastUsage'],
  },
};
