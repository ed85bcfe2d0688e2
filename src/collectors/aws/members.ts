/** The other accounts of an organization: asked of Organizations, read as the ids of those that are active. */
import type { OrganizationsClientConfig } from '@aws-sdk/client-organizations';
import { faultIn, partialList, unknown } from '../../model/facts.ts';
import type { AwsClientConfig } from '../../model/io.ts';
import { own, type Json, type JsonObject } from '../../model/json.ts';
import { askAll, pick } from './call.ts';
import type { At } from './lists.ts';
import { asList, asText, isUnknownFact, may, must } from './read.ts';

const ACCOUNT = /^[0-9]{12}$/;

/** `{ from, items, rest? }`. Names and mail addresses of accounts are not kept. */
export async function askMembers(config: AwsClientConfig): Promise<JsonObject> {
  const sdk = await import('@aws-sdk/client-organizations');
  const client = new sdk.OrganizationsClient(config as unknown as OrganizationsClientConfig);
  const list = await askAll(
    { action: 'organizations:ListAccounts', region: config.region },
    { items: 'Accounts', next: 'NextToken' },
    (marker) => client.send(new sdk.ListAccountsCommand({ NextToken: marker })),
    (item) => pick(item, ['Id', 'State', 'Status']),
  );
  return { from: 'organizations:ListAccounts', ...list };
}

/** The ids; undefined where no role for other accounts was named. A suspended account lets nobody in. */
export function interpretMembers(raw: Json | undefined): { readonly members: Json | undefined; readonly at: At } {
  if (raw === undefined) return { members: undefined, at: {} };
  const items = must(raw, 'items', asList);
  if (isUnknownFact(items)) return { members: items, at: { '/members': '/members' } };
  const found: string[] = [];
  let isWhole = true;
  const rest = faultIn(own(raw, 'rest'));
  for (const item of items) {
    const id = typeof item === 'string' ? item : must(item, 'Id', asText);
    // Organizations is replacing Status by State
    const status = typeof item === 'string' ? 'ACTIVE' : (may(item, 'State', asText) ?? may(item, 'Status', asText));
    if (typeof id !== 'string' || !ACCOUNT.test(id) || typeof status !== 'string') isWhole = false;
    else if (status === 'ACTIVE') found.push(id);
  }
  const code = rest ?? (isWhole ? undefined : 'aws.bad-response');
  const members = code !== undefined && found.length === 0 ? unknown(code) : partialList(found, code);
  return { members, at: { '/members': rest === undefined ? '/members' : '/members/rest' } };
}
