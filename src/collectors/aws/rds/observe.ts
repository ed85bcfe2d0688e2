/** Asks RDS for instances, clusters, snapshots and the two parameters that decide whether TLS is required. */
import type { RDSClient, RDSClientConfig } from '@aws-sdk/client-rds';
import type * as Sdk from '@aws-sdk/client-rds';
import { isArray, own, type Json, type JsonObject } from '../../../model/json.ts';
import { ask, askAll, each, pick, type Answer, type RawList } from '../call.ts';
import { askRouteTables } from '../ec2/observe.ts';
import type { Observation } from '../observe-context.ts';
import { spelled } from '../read.ts';

const INSTANCE = [
  'AutoMinorVersionUpgrade',
  'BackupRetentionPeriod',
  'CACertificateIdentifier',
  'DBClusterIdentifier',
  'DBInstanceArn',
  'DeletionProtection',
  'Engine',
  'EngineVersion',
  'PubliclyAccessible',
  'ReadReplicaSourceDBInstanceIdentifier',
  'ReadReplicaSourceDBClusterIdentifier',
  'StorageEncrypted',
] as const;
const CLUSTER = [
  'BackupRetentionPeriod',
  'DBClusterArn',
  'DBClusterIdentifier',
  'DBClusterParameterGroup',
  'DeletionProtection',
  'Engine',
  'EngineVersion',
  'ReplicationSourceIdentifier',
  'StorageEncrypted',
] as const;
const TLS_PARAMETERS = ['rds.force_ssl', 'require_secure_transport'];

function texts(value: Json | undefined, key: string): readonly string[] {
  return (isArray(value) ? value : []).map((item) => own(item, key)).filter((name) => typeof name === 'string');
}

function keepInstance(item: Json): JsonObject {
  const network = own(item, 'DBSubnetGroup');
  return {
    ...pick(item, INSTANCE),
    CertificateDetails: pick(own(item, 'CertificateDetails'), ['ValidTill']),
    DBParameterGroups: texts(own(item, 'DBParameterGroups'), 'DBParameterGroupName'),
    DBSubnetGroup:
      network === undefined
        ? null
        : { ...pick(network, ['VpcId']), Subnets: texts(own(network, 'Subnets'), 'SubnetIdentifier') },
  };
}

export async function observeRds(observation: Observation): Promise<JsonObject> {
  const { calls, region, config } = observation;
  if (![...calls].some((call) => call.startsWith('rds:'))) return {};
  const sdk: typeof Sdk = await import('@aws-sdk/client-rds');
  const client: RDSClient = new sdk.RDSClient(config as unknown as RDSClientConfig);
  const raw: { [name: string]: Json } = {};

  async function list(
    operation: string,
    items: string,
    question: (marker: string | undefined) => Promise<Answer>,
    keep: (item: Json) => Json,
  ): Promise<RawList | undefined> {
    if (!calls.has(`rds:${operation}`)) return undefined;
    const asked = { action: `rds:${operation}`, region };
    const found = await askAll(asked, { items, next: 'Marker', mayLack: true }, question, keep);
    raw[operation] = found;
    return found;
  }

  /** The parameters of each group that a database uses: one question a group, not one a database. */
  async function parameters(operation: string, names: ReadonlySet<string>): Promise<void> {
    const action = `rds:${operation}`;
    if (!calls.has(action)) return;
    const sorted = [...names].sort();
    const isCluster = operation === 'DescribeDBClusterParameters';
    const found = await each(sorted, 4, (name) =>
      askAll(
        { action, region },
        { items: 'Parameters', next: 'Marker', mayLack: true },
        (Marker) =>
          isCluster
            ? client.send(new sdk.DescribeDBClusterParametersCommand({ DBClusterParameterGroupName: name, Marker }))
            : client.send(new sdk.DescribeDBParametersCommand({ DBParameterGroupName: name, Marker })),
        (item) =>
          TLS_PARAMETERS.includes(spelled(own(item, 'ParameterName'), ''))
            ? pick(item, ['ParameterName', 'ParameterValue'])
            : null,
      ),
    );
    raw[operation] = Object.fromEntries(
      sorted.map((name, index): [string, JsonObject] => {
        const list: RawList = found[index] ?? { requests: [], items: [] };
        const { requests, items, rest } = list;
        return [
          name,
          { requests, items: items.filter((item) => item !== null), ...(rest === undefined ? {} : { rest }) },
        ];
      }),
    );
  }

  async function snapshotAttributes(operation: string, list: RawList | undefined, id: string): Promise<void> {
    const action = `rds:${operation}`;
    if (!calls.has(action) || list === undefined) return;
    const manual = list.items.filter((item) => own(item, 'SnapshotType') === 'manual');
    const isCluster = operation === 'DescribeDBClusterSnapshotAttributes';
    const names = manual.map((item) => own(item, id)).filter((name) => typeof name === 'string');
    const found = await each(names, 8, (name) =>
      ask(
        { action, region },
        () =>
          isCluster
            ? client.send(new sdk.DescribeDBClusterSnapshotAttributesCommand({ DBClusterSnapshotIdentifier: name }))
            : client.send(new sdk.DescribeDBSnapshotAttributesCommand({ DBSnapshotIdentifier: name })),
        (answer) => {
          const result = own(answer, isCluster ? 'DBClusterSnapshotAttributesResult' : 'DBSnapshotAttributesResult');
          const attributes = own(result, isCluster ? 'DBClusterSnapshotAttributes' : 'DBSnapshotAttributes');
          const restore = (isArray(attributes) ? attributes : []).find(
            (one) => own(one, 'AttributeName') === 'restore',
          );
          return { restore: isArray(attributes) ? (own(restore, 'AttributeValues') ?? []) : null };
        },
      ),
    );
    raw[operation] = Object.fromEntries(names.map((name, index): [string, JsonObject] => [name, found[index] ?? {}]));
  }

  const [instances, clusters, snapshots, clusterSnapshots] = await Promise.all([
    list(
      'DescribeDBInstances',
      'DBInstances',
      (Marker) => client.send(new sdk.DescribeDBInstancesCommand({ Marker })),
      keepInstance,
    ),
    list(
      'DescribeDBClusters',
      'DBClusters',
      (Marker) => client.send(new sdk.DescribeDBClustersCommand({ Marker })),
      (item) => pick(item, CLUSTER),
    ),
    list(
      'DescribeDBSnapshots',
      'DBSnapshots',
      (Marker) => client.send(new sdk.DescribeDBSnapshotsCommand({ Marker })),
      (item) => pick(item, ['DBSnapshotArn', 'DBSnapshotIdentifier', 'Encrypted', 'SnapshotType']),
    ),
    list(
      'DescribeDBClusterSnapshots',
      'DBClusterSnapshots',
      (Marker) => client.send(new sdk.DescribeDBClusterSnapshotsCommand({ Marker })),
      (item) => pick(item, ['DBClusterSnapshotArn', 'DBClusterSnapshotIdentifier', 'StorageEncrypted', 'SnapshotType']),
    ),
    list(
      'DescribeCertificates',
      'Certificates',
      (Marker) => client.send(new sdk.DescribeCertificatesCommand({ Marker })),
      (item) => pick(item, ['CertificateIdentifier', 'ValidTill']),
    ),
  ]);
  const groups = new Set((instances?.items ?? []).flatMap((item) => namesIn(own(item, 'DBParameterGroups'))));
  const clusterGroups = new Set(
    namesIn((clusters?.items ?? []).map((item) => own(item, 'DBClusterParameterGroup') ?? null)),
  );
  await Promise.all([
    parameters('DescribeDBParameters', groups),
    parameters('DescribeDBClusterParameters', clusterGroups),
    snapshotAttributes('DescribeDBSnapshotAttributes', snapshots, 'DBSnapshotIdentifier'),
    snapshotAttributes('DescribeDBClusterSnapshotAttributes', clusterSnapshots, 'DBClusterSnapshotIdentifier'),
    (async () => {
      if (calls.has('ec2:DescribeRouteTables')) raw['routeTables'] = await askRouteTables(observation);
    })(),
  ]);
  return raw;
}

function namesIn(value: Json | undefined): readonly string[] {
  return isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}
