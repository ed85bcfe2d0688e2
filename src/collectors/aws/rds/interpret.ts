/** What the stored RDS answers mean: databases (instances and clusters), instances by themselves, snapshots. Pure and total. */
import { faultIn, partialList, unknown } from '../../../model/facts.ts';
import type { FaultCode } from '../../../model/fault.ts';
import { isArray, own, type Json, type JsonObject } from '../../../model/json.ts';
import { pointer } from '../../../model/pointer.ts';
import { listOf, wholeItems, whyNotWhole, type At, type Members } from '../lists.ts';
import { asCount, asDate, asFlag, asText, asTexts, facts, isUnknownFact, may, must, whenKnown } from '../read.ts';
import { tlsRequired, tlsRule } from './tls.ts';

/** Why an instance is not judged by itself: its storage, backups and protection are those of its Aurora cluster. */
function auroraMember(raw: Json): Json | undefined {
  return whenKnown(may(raw, 'DBClusterIdentifier', asText), (cluster) =>
    whenKnown(must(raw, 'Engine', asText), (engine) =>
      engine.startsWith('aurora') ? `a member of the Aurora cluster ${cluster}, which is judged` : undefined,
    ),
  );
}

function tlsFacts(raw: Json, groups: readonly (Json | undefined)[]): JsonObject {
  const engine = must(raw, 'Engine', asText);
  const version = must(raw, 'EngineVersion', asText);
  if (isUnknownFact(engine)) return { required: engine, manual: engine };
  if (isUnknownFact(version)) return { required: version, manual: version };
  const rule = tlsRule(engine, version);
  if (rule === 'manual') return { manual: true };
  // A version without the parameter: the facts lack it, and the check does not apply
  return facts({ manual: false, required: rule === undefined ? undefined : tlsRequired(rule, groups) });
}

const DATABASE: Members = {
  engine: 'Engine',
  encrypted: 'StorageEncrypted',
  backupDays: 'BackupRetentionPeriod',
  deletionProtection: 'DeletionProtection',
};
const INSTANCE: Members = {
  arn: 'DBInstanceArn',
  engine: 'Engine',
  public: 'PubliclyAccessible',
  minorUpgrades: 'AutoMinorVersionUpgrade',
  ca: 'CertificateDetails/ValidTill',
  'ca/id': 'CACertificateIdentifier',
};

function instanceAsDatabase(raw: Json, parameters: Json | undefined): JsonObject {
  const names = must(raw, 'DBParameterGroups', asTexts);
  const groups = isUnknownFact(names)
    ? [undefined]
    : names.map((name) => own(parameters, name) ?? failedAs(parameters));
  const source = may(raw, 'ReadReplicaSourceDBInstanceIdentifier', asText);
  return facts({
    arn: must(raw, 'DBInstanceArn', asText),
    kind: 'instance',
    engine: must(raw, 'Engine', asText),
    member: auroraMember(raw),
    replica: source === undefined ? may(raw, 'ReadReplicaSourceDBClusterIdentifier', asText) : source,
    encrypted: must(raw, 'StorageEncrypted', asFlag),
    backupDays: must(raw, 'BackupRetentionPeriod', asCount),
    deletionProtection: must(raw, 'DeletionProtection', asFlag),
    tls: tlsFacts(raw, groups),
  });
}

/** A fault in place of all groups is the fault of each. */
function failedAs(parameters: Json | undefined): Json | undefined {
  return faultIn(parameters) === undefined ? undefined : parameters;
}

function clusterAsDatabase(raw: Json, parameters: Json | undefined): JsonObject {
  const name = may(raw, 'DBClusterParameterGroup', asText);
  const groups = typeof name === 'string' ? [own(parameters, name) ?? failedAs(parameters)] : [undefined];
  return facts({
    arn: must(raw, 'DBClusterArn', asText),
    kind: 'cluster',
    engine: must(raw, 'Engine', asText),
    replica: may(raw, 'ReplicationSourceIdentifier', asText),
    encrypted: must(raw, 'StorageEncrypted', asFlag),
    backupDays: must(raw, 'BackupRetentionPeriod', asCount),
    deletionProtection: must(raw, 'DeletionProtection', asFlag),
    tls: tlsFacts(raw, groups),
  });
}

/** Subnets of the instance whose route table (own, else the VPC's main one) leads to an internet gateway. */
function publicSubnets(raw: Json, tables: Json | undefined): Json | undefined {
  const group = own(raw, 'DBSubnetGroup');
  // Outside of a VPC there is no subnet to judge
  if (group === null) return undefined;
  const subnets = must(group, 'Subnets', asTexts);
  if (isUnknownFact(subnets)) return subnets;
  if (!isArray(own(tables, 'items'))) return whyNotWhole(tables);
  const whole = wholeItems(tables);
  const known = own(tables, 'items');
  const vpc = own(own(raw, 'DBSubnetGroup'), 'VpcId');
  const found: string[] = [];
  let code: FaultCode | undefined;
  const associations = (table: Json): readonly Json[] => {
    const list = own(table, 'Associations');
    return isArray(list) ? list : [];
  };
  for (const subnet of subnets) {
    const list = isArray(known) ? known : [];
    const explicit = list.find((table) => associations(table).some((one) => own(one, 'SubnetId') === subnet));
    // Only a whole list shows that a subnet has no table of its own
    const main =
      whole === undefined
        ? undefined
        : list.find(
            (table) => own(table, 'VpcId') === vpc && associations(table).some((one) => own(one, 'Main') === true),
          );
    const table = explicit ?? main;
    if (table === undefined)
      code ??= whole === undefined ? (whyNotWhole(tables)['$unknown'] as FaultCode) : 'aws.bad-response';
    else if (leadsOut(table)) found.push(subnet);
  }
  return partialList(found, code);
}

function leadsOut(table: Json): boolean {
  const routes = own(table, 'Routes');
  return (isArray(routes) ? routes : []).some((route) => {
    const gateway = own(route, 'GatewayId');
    const isDefault =
      own(route, 'DestinationCidrBlock') === '0.0.0.0/0' || own(route, 'DestinationIpv6CidrBlock') === '::/0';
    return isDefault && typeof gateway === 'string' && gateway.startsWith('igw-');
  });
}

function certificateAuthority(raw: Json, certificates: Json | undefined): Json | undefined {
  return whenKnown(may(raw, 'CACertificateIdentifier', asText), (id) => {
    const stated = may(own(raw, 'CertificateDetails'), 'ValidTill', asDate);
    if (typeof stated === 'string') return { id, validTill: stated };
    // The instance does not say it: the list of authorities does
    const items = own(certificates, 'items');
    const found = (isArray(items) ? items : []).find((item) => own(item, 'CertificateIdentifier') === id);
    if (found !== undefined) return { id, validTill: must(found, 'ValidTill', asDate) };
    const why = wholeItems(certificates) === undefined ? whyNotWhole(certificates) : unknown('aws.bad-response');
    return { id, validTill: isUnknownFact(stated) ? stated : why };
  });
}

function snapshotFacts(
  raw: Json,
  attributes: Json | undefined,
  names: readonly [arn: string, id: string, encrypted: string],
): JsonObject {
  const [arn, id, encrypted] = names;
  const name = must(raw, id, asText);
  const values = isUnknownFact(name) ? name : must(own(attributes, name) ?? failedAs(attributes), 'restore', asTexts);
  return facts({
    arn: must(raw, arn, asText),
    type: must(raw, 'SnapshotType', asText),
    encrypted: must(raw, encrypted, asFlag),
    public: isUnknownFact(values) ? values : values.includes('all'),
  });
}

/** Notes where the attributes of a snapshot stand; gives them back. */
function attributesPlace(
  at: At,
  index: number,
  call: string,
  attributes: Json | undefined,
  id: Json | undefined,
): Json | undefined {
  if (typeof id === 'string' && own(attributes, id) !== undefined) {
    at[`/rds/snapshots/${String(index)}/public`] = `${call}${pointer(id)}`;
  }
  return attributes;
}

/** Two lists as one: known in part where one of them is. */
function joined(first: Json, second: Json): Json {
  const parts = [first, second].map((list) => ({
    items: isArray(list) ? list : ((own(list, '$items') ?? []) as readonly Json[]),
    code: isArray(list) ? undefined : (own(list, '$unknown') as FaultCode | undefined),
  }));
  const items = parts.flatMap((part) => part.items);
  const code = parts.find((part) => part.code !== undefined)?.code;
  return code !== undefined && items.length === 0 ? unknown(code) : partialList(items, code);
}

/** Pointers of the second list continue those of the first. */
function appended(at: At, second: At, factAt: string, offset: number): void {
  for (const [fact, raw] of Object.entries(second)) {
    const [index = '', ...below] = fact.slice(factAt.length + 1).split('/');
    if (index !== '') at[[factAt, String(Number(index) + offset), ...below].join('/')] = raw;
  }
}

/** Where the parameters of a database stand that decided about TLS: the group that could not be read, else the first. */
function tlsPlace(at: At, index: number, call: string, parameters: Json | undefined, names: readonly Json[]): void {
  if (parameters === undefined) return;
  const groups = names.filter((name) => typeof name === 'string');
  const failed = groups.find((name) => own(own(parameters, name), 'rest') !== undefined);
  const name = failed ?? groups.find((one) => own(parameters, one) !== undefined);
  if (name === undefined) return;
  at[`/rds/databases/${String(index)}/tls`] = `${call}${pointer(name)}${failed === undefined ? '' : '/rest'}`;
}

function pair(at: At, factAt: string, make: (own: At, part: 0 | 1) => Json): Json {
  const [first, second]: [At, At] = [{}, {}];
  const lists = [make(first, 0), make(second, 1)] as const;
  const length = isArray(lists[0]) ? lists[0].length : ((own(lists[0], '$items') ?? []) as readonly Json[]).length;
  Object.assign(at, first);
  appended(at, second, factAt, length);
  if (!isArray(lists[1]) && isArray(lists[0])) at[factAt] = second[factAt] ?? '/rds';
  else if (isArray(lists[1]) && isArray(lists[0])) at[factAt] = '/rds';
  return joined(lists[0], lists[1]);
}

export function interpretRds(raw: Json | undefined, at: At): Json {
  const instances = own(raw, 'DescribeDBInstances');
  const clusters = own(raw, 'DescribeDBClusters');
  const tables = own(raw, 'routeTables');
  const databases = pair(at, '/rds/databases', (own_, part) =>
    part === 0
      ? listOf(
          instances,
          '/rds/DescribeDBInstances',
          '/rds/databases',
          own_,
          (item, index) => {
            const parameters = own(raw, 'DescribeDBParameters');
            const names = own(item, 'DBParameterGroups');
            tlsPlace(own_, index, '/rds/DescribeDBParameters', parameters, isArray(names) ? names : []);
            return instanceAsDatabase(item, parameters);
          },
          { arn: 'DBInstanceArn', ...DATABASE },
        )
      : listOf(
          clusters,
          '/rds/DescribeDBClusters',
          '/rds/databases',
          own_,
          (item, index) => {
            const parameters = own(raw, 'DescribeDBClusterParameters');
            tlsPlace(own_, index, '/rds/DescribeDBClusterParameters', parameters, [
              own(item, 'DBClusterParameterGroup') ?? null,
            ]);
            return clusterAsDatabase(item, parameters);
          },
          { arn: 'DBClusterArn', ...DATABASE, replica: 'ReplicationSourceIdentifier' },
        ),
  );
  const snapshots = pair(at, '/rds/snapshots', (own_, part) =>
    part === 0
      ? listOf(
          own(raw, 'DescribeDBSnapshots'),
          '/rds/DescribeDBSnapshots',
          '/rds/snapshots',
          own_,
          (item, index) =>
            snapshotFacts(
              item,
              attributesPlace(
                own_,
                index,
                '/rds/DescribeDBSnapshotAttributes',
                own(raw, 'DescribeDBSnapshotAttributes'),
                own(item, 'DBSnapshotIdentifier'),
              ),
              ['DBSnapshotArn', 'DBSnapshotIdentifier', 'Encrypted'],
            ),
          { arn: 'DBSnapshotArn', type: 'SnapshotType', encrypted: 'Encrypted' },
        )
      : listOf(
          own(raw, 'DescribeDBClusterSnapshots'),
          '/rds/DescribeDBClusterSnapshots',
          '/rds/snapshots',
          own_,
          (item, index) =>
            snapshotFacts(
              item,
              attributesPlace(
                own_,
                index,
                '/rds/DescribeDBClusterSnapshotAttributes',
                own(raw, 'DescribeDBClusterSnapshotAttributes'),
                own(item, 'DBClusterSnapshotIdentifier'),
              ),
              ['DBClusterSnapshotArn', 'DBClusterSnapshotIdentifier', 'StorageEncrypted'],
            ),
          { arn: 'DBClusterSnapshotArn', type: 'SnapshotType', encrypted: 'StorageEncrypted' },
        ),
  );
  return {
    databases,
    instances: listOf(
      instances,
      '/rds/DescribeDBInstances',
      '/rds/instances',
      at,
      (item, index) => {
        if (tables !== undefined) {
          at[`/rds/instances/${String(index)}/publicSubnets`] =
            own(tables, 'rest') === undefined ? '/rds/routeTables' : '/rds/routeTables/rest';
        }
        const certificates = own(raw, 'DescribeCertificates');
        if (certificates !== undefined && own(own(item, 'CertificateDetails'), 'ValidTill') === null) {
          at[`/rds/instances/${String(index)}/ca`] =
            own(certificates, 'rest') === undefined ? '/rds/DescribeCertificates' : '/rds/DescribeCertificates/rest';
        }
        return facts({
          arn: must(item, 'DBInstanceArn', asText),
          engine: must(item, 'Engine', asText),
          public: must(item, 'PubliclyAccessible', asFlag),
          publicSubnets: publicSubnets(item, tables),
          minorUpgrades: must(item, 'AutoMinorVersionUpgrade', asFlag),
          ca: certificateAuthority(item, own(raw, 'DescribeCertificates')),
        });
      },
      INSTANCE,
    ),
    snapshots,
  };
}
