/** The shape of the facts about EC2. */
import { boolean, integer, list, object, string, type Schema } from '../../../model/schema.ts';

const open = (description: string): Schema => list(string(), { description });

export const ec2Facts: Schema = object({
  encryptsByDefault: boolean(),
  volumes: list(object({ arn: string(), encrypted: boolean() })),
  publicSnapshots: list(object({ arn: string(), public: boolean() })),
  securityGroups: list(
    object({
      arn: string(),
      name: string(),
      admin: open('ingress rules that let everybody reach port 22 or 3389'),
      database: open('ingress rules that let everybody reach a database port'),
      ingress: integer({ description: 'number of ingress rules' }),
      egress: integer({ description: 'number of egress rules' }),
    }),
  ),
  instances: list(object({ arn: string(), state: string(), 'tokens?': string(), 'endpoint?': string() })),
  vpcs: list(object({ arn: string(), flowLogs: boolean({ description: 'an active flow log of the whole VPC' }) })),
});
