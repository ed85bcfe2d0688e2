/** Asks EC2 for volumes, public snapshots, security groups, instances, networks and their flow logs. */
import type { EC2Client, EC2ClientConfig } from '@aws-sdk/client-ec2';
import type * as Sdk from '@aws-sdk/client-ec2';
import { isArray, own, type Json, type JsonObject } from '../../../model/json.ts';
import { ask, askAll, each, pick, type Answer, type RawList } from '../call.ts';
import type { Observation } from '../observe-context.ts';

const RANGE = ['CidrIp'] as const;
const RANGE_V6 = ['CidrIpv6'] as const;
const PREFIX_LIST = ['PrefixListId'] as const;

function objects(value: Json | undefined, names: readonly string[]): Json {
  return isArray(value) ? value.map((item) => pick(item, names)) : [];
}

function keepPermission(item: Json): JsonObject {
  return {
    ...pick(item, ['IpProtocol', 'FromPort', 'ToPort']),
    IpRanges: objects(own(item, 'IpRanges'), RANGE),
    Ipv6Ranges: objects(own(item, 'Ipv6Ranges'), RANGE_V6),
    PrefixListIds: objects(own(item, 'PrefixListIds'), PREFIX_LIST),
  };
}

function keepGroup(item: Json): JsonObject {
  const [ingress, egress] = [own(item, 'IpPermissions'), own(item, 'IpPermissionsEgress')];
  return {
    ...pick(item, ['GroupId', 'GroupName', 'OwnerId']),
    // XML leaves an empty list out
    IpPermissions: isArray(ingress) ? ingress.map(keepPermission) : [],
    EgressRules: isArray(egress) ? egress.length : 0,
  };
}

function keepInstance(item: Json): JsonObject {
  return {
    ...pick(item, ['InstanceId']),
    State: own(own(item, 'State'), 'Name') ?? null,
    MetadataOptions: pick(own(item, 'MetadataOptions'), ['HttpTokens', 'HttpEndpoint']),
  };
}

/** The prefix lists that some rule refers to, each with its entries. */
async function prefixLists(
  list: RawList,
  entries: (id: string) => Promise<RawList>,
): Promise<{ readonly [id: string]: JsonObject }> {
  const ids = new Set<string>();
  for (const group of list.items) {
    const permissions = own(group, 'IpPermissions');
    for (const permission of isArray(permissions) ? permissions : []) {
      const named = own(permission, 'PrefixListIds');
      for (const entry of isArray(named) ? named : []) {
        const id = own(entry, 'PrefixListId');
        if (typeof id === 'string') ids.add(id);
      }
    }
  }
  const sorted = [...ids].sort();
  const found = await each(sorted, 4, entries);
  return Object.fromEntries(sorted.map((id, index): [string, JsonObject] => [id, found[index] ?? {}]));
}

/** Route tables: also what RDS needs to tell which subnets are public. */
export async function askRouteTables(observation: Observation): Promise<RawList> {
  const sdk = await import('@aws-sdk/client-ec2');
  const client = new sdk.EC2Client(observation.config as unknown as EC2ClientConfig);
  return askAll(
    { action: 'ec2:DescribeRouteTables', region: observation.region },
    { items: 'RouteTables', next: 'NextToken', mayLack: true },
    (marker) => client.send(new sdk.DescribeRouteTablesCommand({ NextToken: marker })),
    (item) => ({
      ...pick(item, ['RouteTableId', 'VpcId']),
      Associations: objects(own(item, 'Associations'), ['Main', 'SubnetId']),
      Routes: objects(own(item, 'Routes'), ['DestinationCidrBlock', 'DestinationIpv6CidrBlock', 'GatewayId']),
    }),
  );
}

export async function observeEc2(observation: Observation): Promise<JsonObject> {
  const { calls, region } = observation;
  if (![...calls].some((call) => call.startsWith('ec2:') && call !== 'ec2:DescribeRouteTables')) return {};
  const sdk: typeof Sdk = await import('@aws-sdk/client-ec2');
  const client: EC2Client = new sdk.EC2Client(observation.config as unknown as EC2ClientConfig);

  async function list(
    operation: string,
    items: string,
    question: (marker: string | undefined) => Promise<Answer>,
    keep: (item: Json) => Json,
  ): Promise<[string, JsonObject] | undefined> {
    const action = `ec2:${operation}`;
    if (!calls.has(action)) return undefined;
    return [operation, await askAll({ action, region }, { items, next: 'NextToken', mayLack: true }, question, keep)];
  }

  async function groups(): Promise<[string, JsonObject] | undefined> {
    const found = await list(
      'DescribeSecurityGroups',
      'SecurityGroups',
      (marker) => client.send(new sdk.DescribeSecurityGroupsCommand({ MaxResults: 1000, NextToken: marker })),
      keepGroup,
    );
    if (found === undefined || !calls.has('ec2:GetManagedPrefixListEntries')) return found;
    const lists = await prefixLists(found[1] as RawList, (id) =>
      askAll(
        { action: 'ec2:GetManagedPrefixListEntries', region },
        { items: 'Entries', next: 'NextToken', mayLack: true },
        (marker) => client.send(new sdk.GetManagedPrefixListEntriesCommand({ PrefixListId: id, NextToken: marker })),
        (item) => pick(item, ['Cidr']),
      ),
    );
    return [found[0], { ...found[1], prefixLists: lists }];
  }

  async function byDefault(): Promise<[string, JsonObject] | undefined> {
    if (!calls.has('ec2:GetEbsEncryptionByDefault')) return undefined;
    const answer = await ask(
      { action: 'ec2:GetEbsEncryptionByDefault', region },
      () => client.send(new sdk.GetEbsEncryptionByDefaultCommand({})),
      (found) => pick(found, ['EbsEncryptionByDefault']),
    );
    return ['GetEbsEncryptionByDefault', answer];
  }

  const found = await Promise.all([
    byDefault(),
    list(
      'DescribeVolumes',
      'Volumes',
      (marker) => client.send(new sdk.DescribeVolumesCommand({ MaxResults: 500, NextToken: marker })),
      (item) => pick(item, ['VolumeId', 'Encrypted']),
    ),
    list(
      'DescribeSnapshots',
      'Snapshots',
      (marker) =>
        client.send(
          new sdk.DescribeSnapshotsCommand({
            OwnerIds: ['self'],
            RestorableByUserIds: ['all'],
            MaxResults: 1000,
            NextToken: marker,
          }),
        ),
      (item) => pick(item, ['SnapshotId', 'OwnerId']),
    ),
    groups(),
    list(
      'DescribeInstances',
      'Reservations',
      (marker) => client.send(new sdk.DescribeInstancesCommand({ MaxResults: 1000, NextToken: marker })),
      (item) => {
        const instances = own(item, 'Instances');
        return { Instances: isArray(instances) ? instances.map(keepInstance) : [] };
      },
    ),
    list(
      'DescribeVpcs',
      'Vpcs',
      (marker) => client.send(new sdk.DescribeVpcsCommand({ MaxResults: 1000, NextToken: marker })),
      (item) => pick(item, ['VpcId']),
    ),
    list(
      'DescribeFlowLogs',
      'FlowLogs',
      (marker) => client.send(new sdk.DescribeFlowLogsCommand({ MaxResults: 1000, NextToken: marker })),
      (item) => pick(item, ['ResourceId', 'FlowLogStatus']),
    ),
  ]);
  return Object.fromEntries(found.filter((entry) => entry !== undefined));
}
