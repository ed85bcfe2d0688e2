/** The shape of the facts about RDS (DocumentDB and Neptune answer the same calls and are in the lists too). */
import { boolean, dateTime, integer, list, object, string, type Schema } from '../../../model/schema.ts';

export const rdsFacts: Schema = object({
  databases: list(
    object({
      arn: string(),
      kind: string({ description: 'instance or cluster' }),
      engine: string(),
      'member?': string({ description: 'why the instance is judged on its Aurora cluster' }),
      'replica?': string({ description: 'what it replicates' }),
      encrypted: boolean(),
      backupDays: integer(),
      deletionProtection: boolean(),
      tls: object(
        { manual: boolean(), 'required?': boolean() },
        { description: 'required is absent where the engine version has no such parameter' },
      ),
    }),
  ),
  instances: list(
    object({
      arn: string(),
      engine: string(),
      public: boolean(),
      'publicSubnets?': list(string(), { description: 'subnets with a route to an internet gateway' }),
      minorUpgrades: boolean(),
      'ca?': object({ id: string(), validTill: dateTime() }),
    }),
  ),
  snapshots: list(object({ arn: string(), type: string(), encrypted: boolean(), public: boolean() })),
});
