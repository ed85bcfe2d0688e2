/** The regions that are enabled for the account: asked of Account Management, else of EC2, else the configured one alone. */
import type { AccountClientConfig } from '@aws-sdk/client-account';
import type { EC2ClientConfig } from '@aws-sdk/client-ec2';
import { faultIn } from '../../model/facts.ts';
import type { AwsClientConfig } from '../../model/io.ts';
import { own, type JsonObject } from '../../model/json.ts';
import { askAll, pick } from './call.ts';

/** `{ from, items, rest? }`: `rest` says why there may be more. */
export async function askRegions(config: AwsClientConfig): Promise<JsonObject> {
  const sdk = await import('@aws-sdk/client-account');
  const client = new sdk.AccountClient(config as unknown as AccountClientConfig);
  const list = await askAll(
    { action: 'account:ListRegions', region: config.region },
    { items: 'Regions', next: 'NextToken' },
    (marker) =>
      client.send(
        new sdk.ListRegionsCommand({
          MaxResults: 50,
          RegionOptStatusContains: ['ENABLED', 'ENABLED_BY_DEFAULT'],
          NextToken: marker,
        }),
      ),
    (item) => pick(item, ['RegionName']),
  );
  const names = list.items.map((item) => own(item, 'RegionName') ?? null);
  if (faultIn(own(list, 'rest')) === undefined || names.length > 0) {
    return { from: 'account:ListRegions', ...list, items: names };
  }
  const other = await askEc2(config);
  if (faultIn(own(other, 'rest')) === undefined) return { from: 'ec2:DescribeRegions', ...other };
  // What to repair is the call that the policy names
  return { from: 'configuration', requests: list.requests, items: [config.region], rest: own(list, 'rest') ?? null };
}

/** EC2 lists the regions that are enabled for the account too. */
async function askEc2(config: AwsClientConfig): Promise<JsonObject> {
  const sdk = await import('@aws-sdk/client-ec2');
  const client = new sdk.EC2Client(config as unknown as EC2ClientConfig);
  const list = await askAll(
    { action: 'ec2:DescribeRegions', region: config.region },
    { items: 'Regions', next: 'none' },
    () => client.send(new sdk.DescribeRegionsCommand({})),
    (item) => pick(item, ['RegionName']),
  );
  return { ...list, items: list.items.map((item) => own(item, 'RegionName') ?? null) };
}
