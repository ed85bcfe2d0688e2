/** The shape of the facts about KMS keys. */
import { boolean, dateTime, integer, list, object, string, type Schema } from '../../../model/schema.ts';

export const kmsFacts: Schema = object({
  keys: list(
    object({
      arn: string(),
      manager: string({ description: 'CUSTOMER or AWS' }),
      state: string(),
      usage: string(),
      spec: string(),
      origin: string(),
      created: dateTime(),
      multiRegion: boolean(),
      'deletion?': dateTime(),
      listed: boolean({ description: 'named in the option aws.multiRegion' }),
      specListed: boolean({ description: 'named in the option aws.keySpecs' }),
      'store?': object(
        { id: string(), connection: string() },
        { description: 'the custom key store, absent for the KMS store' },
      ),
      material: object({ 'expires?': boolean(), 'validTo?': dateTime(), 'expiringFrom?': dateTime() }),
      'notRotatable?': string({
        description: 'why AWS does not rotate this key by itself; absent where it does if told to',
      }),
      'notJudgedHere?': string({ description: 'the primary that is judged for this replica' }),
      'rotation?': object({ enabled: boolean(), periodDays: integer(), 'next?': dateTime() }),
      lastRotation: dateTime({ description: 'the newest rotation, or the creation of a key that never rotated' }),
      policy: object({
        public: list(string(), { description: 'Allow statements for everybody, in words' }),
        foreign: list(string(), {
          description: 'AWS principals of accounts that are neither the own nor named as known',
        }),
        administrators: list(string(), { description: 'own principals that may change the key policy' }),
      }),
      grants: object({
        broad: list(string(), {
          description: 'grants to others than services that decrypt or grant without constraints',
        }),
        doubled: list(string()),
      }),
      use: object({ trackedSince: dateTime(), 'last?': dateTime(), usedBefore: boolean() }),
    }),
  ),
});
