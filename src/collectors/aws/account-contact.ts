/** The security contact of the account: whom AWS writes to when something is wrong. */
import type { AccountClientConfig } from '@aws-sdk/client-account';
import { unknown } from '../../model/facts.ts';
import { isObject, own, type Json, type JsonObject } from '../../model/json.ts';
import { boolean, object, type Schema } from '../../model/schema.ts';
import { ask } from './call.ts';
import type { CallTable } from './call-table.ts';
import type { At } from './lists.ts';
import type { Observation } from './observe-context.ts';
import { asFlag, must, reasonFor } from './read.ts';

export const CONTACT_CALLS: CallTable = {
  at: 'securityContact',
  base: ['account:GetAlternateContact'],
  other: [],
  facts: {},
};

export async function observeContact(observation: Observation): Promise<JsonObject> {
  const { calls, config, region } = observation;
  if (!calls.has('account:GetAlternateContact')) return {};
  const sdk = await import('@aws-sdk/client-account');
  const client = new sdk.AccountClient(config as unknown as AccountClientConfig);
  const answer = await ask(
    { action: 'account:GetAlternateContact', region },
    () => client.send(new sdk.GetAlternateContactCommand({ AlternateContactType: 'SECURITY' })),
    // Whether there is one: the name and number of a person are not ours to keep
    (found) => ({ exists: isObject(own(found, 'AlternateContact')) ? true : null }),
    { ResourceNotFoundException: { exists: false } },
  );
  return { GetAlternateContact: answer };
}

export function interpretContact(raw: Json | undefined, at: At): Json {
  const answer = own(raw, 'GetAlternateContact');
  if (answer !== undefined) at['/securityContact'] = '/contact/GetAlternateContact';
  const reason = reasonFor(answer);
  return reason === undefined ? { exists: must(answer, 'exists', asFlag) } : unknown(reason);
}

export const contactFacts: Schema = object({ exists: boolean() });
