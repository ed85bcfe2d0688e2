/** Which RDS calls the facts about databases and snapshots need. */
import type { CallTable } from '../call-table.ts';

export const RDS_CALLS: readonly CallTable[] = [
  {
    at: 'rds.databases',
    base: ['rds:DescribeDBInstances', 'rds:DescribeDBClusters'],
    other: [],
    facts: { tls: ['rds:DescribeDBParameters', 'rds:DescribeDBClusterParameters'] },
  },
  {
    at: 'rds.instances',
    base: ['rds:DescribeDBInstances'],
    other: [],
    facts: { publicSubnets: ['ec2:DescribeRouteTables'], ca: ['rds:DescribeCertificates'] },
  },
  {
    at: 'rds.snapshots',
    base: ['rds:DescribeDBSnapshots', 'rds:DescribeDBClusterSnapshots'],
    other: [],
    facts: { public: ['rds:DescribeDBSnapshotAttributes', 'rds:DescribeDBClusterSnapshotAttributes'] },
  },
];
