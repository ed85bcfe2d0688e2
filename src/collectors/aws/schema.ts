/** The schemas of the AWS collectors: facts by service; raw is what AWS answered. */
import type { CollectorSchema } from '../../model/collector.ts';
import { anything, list, object, string, type Schema } from '../../model/schema.ts';
import { acmFacts } from './acm/schema.ts';
import { contactFacts } from './account-contact.ts';
import { cloudfrontFacts } from './cloudfront/service.ts';
import { cloudtrailFacts } from './cloudtrail/service.ts';
import { ec2Facts } from './ec2/schema.ts';
import { elbFacts } from './elb/service.ts';
import { iamFacts } from './iam/schema.ts';
import { kmsFacts } from './kms/schema.ts';
import { rdsFacts } from './rds/schema.ts';
import { s3Facts } from './s3/service.ts';
import { secretsFacts } from './secretsmanager/service.ts';
import { securityFacts } from './security/service.ts';

/** What interpretation always gives, for its tests: every member that is not optional is there, known or unknown. */
export const regionalFacts: Schema = object({
  account: string(),
  region: string(),
  kms: kmsFacts,
  acm: acmFacts,
  ec2: ec2Facts,
  rds: rdsFacts,
  elb: elbFacts,
  secrets: secretsFacts,
  ...securityFacts,
});

export const globalFacts: Schema = object({
  account: string(),
  iam: iamFacts,
  s3: s3Facts,
  cloudtrail: cloudtrailFacts,
  cloudfront: cloudfrontFacts,
  securityContact: contactFacts,
});

/** The same shape with no member required: examples in check files then name only what the check reads. */
function withoutRequired(schema: Schema): Schema {
  const { required: _, properties, items, ...rest } = schema;
  return {
    ...rest,
    ...(items === undefined ? {} : { items: withoutRequired(items) }),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, member]) => [name, withoutRequired(member)]),
          ),
        }),
  };
}

export const regionalSchema: CollectorSchema = {
  rawSchema: object({
    account: string(),
    region: string(),
    partition: string(),
    'regions?': list(string()),
    settings: anything(),
    kms: anything(),
    acm: anything(),
    'ec2?': anything(),
    'rds?': anything(),
    'elb?': anything(),
    'secrets?': anything(),
    'security?': anything(),
  }),
  factsSchema: withoutRequired(regionalFacts),
};

export const globalSchema: CollectorSchema = {
  rawSchema: object({
    account: string(),
    partition: string(),
    settings: anything(),
    iam: anything(),
    s3: anything(),
    cloudtrail: anything(),
    cloudfront: anything(),
    contact: anything(),
  }),
  factsSchema: withoutRequired(globalFacts),
};

export const loginFacts: Schema = object({
  account: string(),
  arn: string(),
  partition: string(),
  regions: list(string(), { description: 'regions to look at: as written, else those enabled for the account' }),
  regionsFrom: string({ description: 'target, account:ListRegions, ec2:DescribeRegions or configuration' }),
  'members?': list(string(), {
    description:
      'active accounts of the organization, or those of the option aws.members; absent without aws.memberRole',
  }),
});

export const loginSchema: CollectorSchema = {
  rawSchema: object({
    account: string(),
    arn: string(),
    region: string(),
    regions: anything(),
    'members?': anything(),
  }),
  factsSchema: withoutRequired(loginFacts),
};
