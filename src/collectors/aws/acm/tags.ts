/** Asks for the tag keys of all certificates in bulk: a call each would cost the scarcest quota. */
import type { ResourceGroupsTaggingAPIClientConfig } from '@aws-sdk/client-resource-groups-tagging-api';
import { isArray, own, type JsonObject } from '../../../model/json.ts';
import { askAll, pick } from '../call.ts';
import type { Observation } from '../observe-context.ts';

export async function observeTags(observation: Observation): Promise<JsonObject> {
  const sdk = await import('@aws-sdk/client-resource-groups-tagging-api');
  const client = new sdk.ResourceGroupsTaggingAPIClient(
    observation.config as unknown as ResourceGroupsTaggingAPIClientConfig,
  );
  return askAll(
    { action: 'tag:GetResources', region: observation.region },
    { items: 'ResourceTagMappingList', next: 'PaginationToken' },
    (marker) =>
      client.send(
        new sdk.GetResourcesCommand({
          ResourceTypeFilters: ['acm:certificate'],
          ResourcesPerPage: 100,
          PaginationToken: marker,
        }),
      ),
    (item) => {
      const tags = own(item, 'Tags');
      // The keys alone decide; values may say more than they should
      const keys = (isArray(tags) ? tags : []).map((tag) => own(tag, 'Key')).filter((key) => typeof key === 'string');
      return { ...pick(item, ['ResourceARN']), Keys: [...new Set(keys)].sort() };
    },
  );
}
