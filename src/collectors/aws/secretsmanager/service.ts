/** Secrets Manager: which secrets rotate, and whether they did in time. Values are never asked for. */
import type { SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager';
import { own, type Json, type JsonObject } from '../../../model/json.ts';
import { boolean, dateTime, list, object, string, type Schema } from '../../../model/schema.ts';
import { askAll, pick } from '../call.ts';
import type { CallTable } from '../call-table.ts';
import { listOf, type At } from '../lists.ts';
import type { Observation } from '../observe-context.ts';
import { asCount, asDate, asFlag, asText, DAY, facts, isUnknownFact, may, must, orElse, shifted } from '../read.ts';
import type { Setting } from '../setting.ts';

/** Where a secret names no interval: the window of Security Hub's control. */
const DEFAULT_DAYS = 90;

export const SECRETS_CALLS: CallTable = {
  at: 'secrets.list',
  base: ['secretsmanager:ListSecrets'],
  other: [],
  facts: {},
};

export async function observeSecrets(observation: Observation): Promise<JsonObject> {
  const { calls, region, config } = observation;
  if (!calls.has('secretsmanager:ListSecrets')) return {};
  const sdk = await import('@aws-sdk/client-secrets-manager');
  const client = new sdk.SecretsManagerClient(config as unknown as SecretsManagerClientConfig);
  const list = await askAll(
    { action: 'secretsmanager:ListSecrets', region },
    { items: 'SecretList', next: 'NextToken' },
    (marker) =>
      client.send(new sdk.ListSecretsCommand({ IncludePlannedDeletion: true, MaxResults: 100, NextToken: marker })),
    (item) => ({
      ...pick(item, [
        'ARN',
        'CreatedDate',
        'DeletedDate',
        'LastRotatedDate',
        'OwningService',
        'PrimaryRegion',
        'RotationEnabled',
      ]),
      RotationRules: pick(own(item, 'RotationRules'), ['AutomaticallyAfterDays']),
    }),
  );
  return { ListSecrets: list };
}

/** Until when the last rotation, or the creation, is recent enough: the interval and one day. */
function dueBy(raw: Json): Json {
  const created = must(raw, 'CreatedDate', asDate);
  const rotated = may(raw, 'LastRotatedDate', asDate);
  const days = orElse(own(raw, 'RotationRules'), 'AutomaticallyAfterDays', asCount, DEFAULT_DAYS);
  if (isUnknownFact(created)) return created;
  if (isUnknownFact(rotated)) return rotated;
  if (isUnknownFact(days)) return days;
  const newest = rotated === undefined || rotated < created ? created : rotated;
  return shifted(newest, (days + 1) * DAY);
}

export function interpretSecrets(raw: Json | undefined, setting: Setting, region: Json, at: At): Json {
  return {
    list: listOf(
      own(raw, 'ListSecrets'),
      '/secrets/ListSecrets',
      '/secrets/list',
      at,
      (item) => {
        const arn = must(item, 'ARN', asText);
        const primary = may(item, 'PrimaryRegion', asText);
        const isReplica = primary === undefined ? false : isUnknownFact(primary) ? primary : primary !== region;
        return facts({
          arn,
          deleted: may(item, 'DeletedDate', asDate),
          service: may(item, 'OwningService', asText),
          replica: isReplica,
          listed: typeof arn === 'string' && setting.notRotatable.includes(arn),
          rotates: orElse(item, 'RotationEnabled', asFlag, false),
          dueBy: dueBy(item),
        });
      },
      {
        arn: 'ARN',
        deleted: 'DeletedDate',
        service: 'OwningService',
        replica: 'PrimaryRegion',
        rotates: 'RotationEnabled',
      },
    ),
  };
}

export const secretsFacts: Schema = object({
  list: list(
    object({
      arn: string(),
      'deleted?': dateTime(),
      'service?': string({ description: 'the service that owns and rotates it' }),
      replica: boolean(),
      listed: boolean({ description: 'named in the option aws.notRotatable' }),
      rotates: boolean(),
      dueBy: dateTime({ description: 'the next rotation, and a day, after the last one or the creation' }),
    }),
  ),
});
