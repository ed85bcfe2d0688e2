/** Which EC2 calls the facts need. */
import type { CallTable } from '../call-table.ts';

const table = (at: string, ...base: readonly string[]): CallTable => ({ at, base, other: [], facts: {} });

export const EC2_CALLS: readonly CallTable[] = [
  table('ec2.encryptsByDefault', 'ec2:GetEbsEncryptionByDefault'),
  table('ec2.volumes', 'ec2:DescribeVolumes'),
  table('ec2.publicSnapshots', 'ec2:DescribeSnapshots'),
  {
    at: 'ec2.securityGroups',
    base: ['ec2:DescribeSecurityGroups'],
    other: [],
    facts: { admin: ['ec2:GetManagedPrefixListEntries'], database: ['ec2:GetManagedPrefixListEntries'] },
  },
  table('ec2.instances', 'ec2:DescribeInstances'),
  { at: 'ec2.vpcs', base: ['ec2:DescribeVpcs'], other: [], facts: { flowLogs: ['ec2:DescribeFlowLogs'] } },
];
