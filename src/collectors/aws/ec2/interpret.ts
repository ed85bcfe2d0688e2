/** What the stored EC2 answers mean. Pure and total. */
import { faultIn, unknown, type Unknown } from '../../../model/facts.ts';
import { isArray, own, type Json, type JsonObject } from '../../../model/json.ts';
import { pointer } from '../../../model/pointer.ts';
import { listOf, pointInto, wholeItems, whyNotWhole, type At, type Members } from '../lists.ts';
import { asFlag, asList, asText, facts, isUnknownFact, may, must, whenKnown } from '../read.ts';
import { openRules } from './rules.ts';

const ADMIN_PORTS = [22, 3389];
const DATABASE_PORTS = [1433, 1521, 3306, 5432, 5439, 6379, 9200, 11_211, 27_017];

const GROUP: Members = { arn: 'GroupId', name: 'GroupName', ingress: 'IpPermissions', egress: 'EgressRules' };
const INSTANCE: Members = {
  arn: 'InstanceId',
  state: 'State',
  tokens: 'MetadataOptions/HttpTokens',
  endpoint: 'MetadataOptions/HttpEndpoint',
};

/** Builds the ARN of what EC2 names by id only. */
export type Arn = (kind: string, id: string) => string | Unknown;

function named(raw: Json, key: string, kind: string, arn: Arn): Json {
  return whenKnown(must(raw, key, asText), (id) => arn(kind, id)) ?? unknown('aws.bad-response');
}

function groupFacts(raw: Json, prefixLists: Json | undefined, arn: Arn): JsonObject {
  const permissions = must(raw, 'IpPermissions', asList);
  const name = must(raw, 'GroupName', asText);
  const egress = must(raw, 'EgressRules', (value) => (typeof value === 'number' ? value : undefined));
  const open = (ports: readonly number[], protocols: readonly string[]): Json =>
    isUnknownFact(permissions) ? permissions : openRules(permissions, prefixLists, ports, protocols);
  return facts({
    arn: named(raw, 'GroupId', 'security-group', arn),
    name,
    admin: open(ADMIN_PORTS, ['tcp', 'udp']),
    database: open(DATABASE_PORTS, ['tcp']),
    ingress: isUnknownFact(permissions) ? permissions : permissions.length,
    egress,
  });
}

/** The prefix list of a group's rules that could not be read, where there is one. */
function unreadList(group: Json, lists: Json | undefined): string | undefined {
  const permissions = own(group, 'IpPermissions');
  for (const permission of isArray(permissions) ? permissions : []) {
    const named = own(permission, 'PrefixListIds');
    for (const entry of isArray(named) ? named : []) {
      const id = own(entry, 'PrefixListId');
      if (typeof id !== 'string' || faultIn(own(own(lists, id), 'rest')) === undefined) continue;
      return pointer('ec2', 'DescribeSecurityGroups', 'prefixLists', id, 'rest');
    }
  }
  return undefined;
}

function instances(raw: Json | undefined, at: At, arn: Arn): Json {
  const reservations = own(raw, 'items');
  if (!isArray(reservations)) return listOf(raw, '/ec2/DescribeInstances', '/ec2/instances', at, () => undefined);
  const flat = reservations.flatMap((reservation, index) => {
    const inside = own(reservation, 'Instances');
    return isArray(inside)
      ? inside.map((instance, place) => ({ instance, place: `${String(index)}/Instances/${String(place)}` }))
      : [{ instance: null, place: String(index) }];
  });
  const list = listOf(
    {
      items: flat.map(({ instance }) => instance),
      ...(own(raw, 'rest') === undefined ? {} : { rest: own(raw, 'rest') ?? null }),
    },
    '/ec2/DescribeInstances',
    '/ec2/instances',
    at,
    (instance) =>
      facts({
        arn: named(instance, 'InstanceId', 'instance', arn),
        state: must(instance, 'State', asText),
        // An instance without the options is one of before 2019: version 1 answers
        tokens: may(own(instance, 'MetadataOptions'), 'HttpTokens', asText),
        endpoint: may(own(instance, 'MetadataOptions'), 'HttpEndpoint', asText),
      }),
  );
  for (const [index, { instance, place }] of flat.entries()) {
    const [fact, rawAt] = [`/ec2/instances/${String(index)}`, `/ec2/DescribeInstances/items/${place}`];
    at[fact] = rawAt;
    pointInto(at, fact, instance, rawAt, INSTANCE);
  }
  return list;
}

function flowLogs(vpc: Json, logs: Json | undefined): Json {
  const items = wholeItems(logs);
  const id = must(vpc, 'VpcId', asText);
  if (isUnknownFact(id)) return id;
  const active = (isArray(own(logs, 'items')) ? (own(logs, 'items') as readonly Json[]) : []).some(
    (log) => own(log, 'ResourceId') === id && own(log, 'FlowLogStatus') === 'ACTIVE',
  );
  if (active) return true;
  return items === undefined ? whyNotWhole(logs) : false;
}

export function interpretEc2(raw: Json | undefined, at: At, arn: Arn, account: Json): Json {
  const byDefault = own(raw, 'GetEbsEncryptionByDefault');
  if (byDefault !== undefined) at['/ec2/encryptsByDefault'] = '/ec2/GetEbsEncryptionByDefault';
  const groups = own(raw, 'DescribeSecurityGroups');
  const logs = own(raw, 'DescribeFlowLogs');
  if (logs !== undefined && faultIn(own(logs, 'rest')) !== undefined)
    at['/ec2/flowLogs'] = '/ec2/DescribeFlowLogs/rest';
  return {
    encryptsByDefault: must(byDefault, 'EbsEncryptionByDefault', asFlag),
    volumes: listOf(
      own(raw, 'DescribeVolumes'),
      '/ec2/DescribeVolumes',
      '/ec2/volumes',
      at,
      (item) => facts({ arn: named(item, 'VolumeId', 'volume', arn), encrypted: must(item, 'Encrypted', asFlag) }),
      { arn: 'VolumeId', encrypted: 'Encrypted' },
    ),
    publicSnapshots: listOf(
      own(raw, 'DescribeSnapshots'),
      '/ec2/DescribeSnapshots',
      '/ec2/publicSnapshots',
      at,
      (item) => {
        const owner = own(item, 'OwnerId');
        // Only what is the account's own, should the endpoint not keep to the filter
        const isForeign = typeof owner === 'string' && typeof account === 'string' && owner !== account;
        return isForeign ? undefined : facts({ arn: named(item, 'SnapshotId', 'snapshot', arn), public: true });
      },
    ),
    securityGroups: listOf(
      groups,
      '/ec2/DescribeSecurityGroups',
      '/ec2/securityGroups',
      at,
      (item, index) => {
        const lists = own(groups, 'prefixLists');
        const rules = unreadList(item, lists) ?? `/ec2/DescribeSecurityGroups/items/${String(index)}/IpPermissions`;
        for (const fact of ['admin', 'database']) at[`/ec2/securityGroups/${String(index)}/${fact}`] = rules;
        return groupFacts(item, lists, arn);
      },
      GROUP,
    ),
    instances: instances(own(raw, 'DescribeInstances'), at, arn),
    vpcs: listOf(own(raw, 'DescribeVpcs'), '/ec2/DescribeVpcs', '/ec2/vpcs', at, (item, index) => {
      if (logs !== undefined) {
        at[`/ec2/vpcs/${String(index)}/flowLogs`] =
          own(logs, 'rest') === undefined ? '/ec2/DescribeFlowLogs' : '/ec2/DescribeFlowLogs/rest';
      }
      return facts({ arn: named(item, 'VpcId', 'vpc', arn), flowLogs: flowLogs(item, logs) });
    }),
  };
}
