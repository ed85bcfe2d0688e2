/** The regions that are enabled for the account: asked of Account Management, else of EC2, else the configured one alone. */
import type { AccountClientConfig } from '@aws-sdk/client-account';
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
  if (faultIn(own(list, 'rest')) === undefined || names.length > 0)
    return { from: 'account:ListRegions', ...list, items: names };
  return { from: 'configuration', requests: list.requests, items: [config.region], rest: own(list, 'rest') ?? null };
}
