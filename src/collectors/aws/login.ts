/** The collector `aws-login`: whose the credentials are, which regions there are to look at, and which further accounts. */
import { faultIn, partialList, unknown } from '../../model/facts.ts';
import type { Collector, PlanContext } from '../../model/collector.ts';
import type { Interpretation, Job } from '../../model/evidence.ts';
import type { IO, JobOptions } from '../../model/io.ts';
import { isArray, own, type Json, type JsonObject } from '../../model/json.ts';
import type { Target } from '../../model/target.ts';
import { whoAmI } from './identity.ts';
import { loginFor, readLogin, text, texts } from './job-options.ts';
import { askMembers, interpretMembers } from './members.ts';
import { homeRegion, partitionOfArn } from './partition.ts';
import { asList, asText, isUnknownFact, must, whenKnown } from './read.ts';
import { askRegions } from './regions.ts';
import { loginSchema } from './schema.ts';

const REGION = /^[a-z]{2,4}(?:-[a-z]+)+-[0-9]{1,2}$/;

function plan(target: Target, context: PlanContext): JobOptions {
  const { regions } = context.options;
  const given = context.options['aws'];
  const members = own(given, 'members');
  const login = loginFor(target, context);
  // A member leads to no members of its own
  const leads = login.role === undefined && memberRoleOf(context) !== undefined;
  return {
    ...login,
    ...(isArray(regions) ? { regions: texts(regions) } : {}),
    ...(leads ? { members: isArray(members) ? texts(members) : 'organization' } : {}),
  };
}

/** The name of the role that is taken on in the other accounts of an organization. */
function memberRoleOf(context: PlanContext): string | undefined {
  return text(own(context.options['aws'], 'memberRole'));
}

async function observe(job: Job, io: IO): Promise<Json> {
  const login = readLogin(job.options);
  const written = own(job.options, 'regions');
  const first = texts(written)[0];
  const config = await io.aws({
    ...(first === undefined ? {} : { region: first }),
    ...login,
  });
  const { account, arn } = await whoAmI(config);
  const regions: JsonObject = isArray(written) ? { from: 'target', items: texts(written) } : await askRegions(config);
  const named = own(job.options, 'members');
  if (named === undefined) return { account, arn, region: config.region, regions };
  // Organizations has one endpoint a partition
  const home = homeRegion(partitionOfArn(arn) ?? 'aws');
  const members: Json = isArray(named)
    ? { from: 'target', items: texts(named) }
    : await askMembers(await io.aws({ region: home, ...login }));
  return { account, arn, region: config.region, regions, members };
}

function interpret(raw: Json): Interpretation {
  const arn = must(raw, 'arn', asText);
  const regions = own(raw, 'regions');
  const items = must(regions, 'items', asList);
  const partition = whenKnown(arn, (value) => partitionOfArn(value) ?? unknown('aws.bad-response'));
  const valid = isUnknownFact(items) ? [] : items.filter((item) => typeof item === 'string' && REGION.test(item));
  const isWhole = !isUnknownFact(items) && valid.length === items.length;
  const code = faultIn(own(regions, 'rest')) ?? (isWhole ? undefined : 'aws.bad-response');
  const { members, at } = interpretMembers(own(raw, 'members'));
  return {
    facts: {
      ...(members === undefined ? {} : { members }),
      account: must(raw, 'account', (value) =>
        typeof value === 'string' && /^[0-9]{12}$/.test(value) ? value : undefined,
      ),
      arn,
      partition: partition ?? unknown('evidence.missing'),
      regions: isUnknownFact(items) ? items : partialList(valid, code),
      regionsFrom: must(regions, 'from', asText),
    },
    at: {
      ...at,
      '': '',
      '/account': '/account',
      '/arn': '/arn',
      '/partition': '/arn',
      '/regions': code === undefined ? '/regions' : '/regions/rest',
      '/regionsFrom': '/regions/from',
    },
  };
}

/** The further accounts, the regions and the account as a whole; `aws:unknown/…` where there is no identity, so that nothing vanishes. */
function discover(facts: Json | undefined, target: Target, context: PlanContext): readonly Target[] {
  const found = own(facts, 'account');
  const role = text(own(target.options, 'role'));
  const account = typeof found === 'string' ? found : (text(own(target.options, 'account')) ?? 'unknown');
  const partition = text(own(facts, 'partition'));
  const told = own(facts, 'regions');
  const items = texts(isArray(told) ? told : own(told, '$items'));
  const written = texts(context.options['regions']);
  const regions = items.length > 0 ? items : written.length > 0 ? written : ['unknown'];
  const options: JsonObject = {
    ...(partition === undefined ? {} : { partition }),
    ...(items.length > 0 ? { regions: items } : {}),
    ...(role === undefined ? {} : { role }),
  };
  const { labels } = target;
  return [
    ...regions.map((region): Target => ({
      kind: 'aws',
      id: `aws:${account}/${region}`,
      labels,
      parent: target.id,
      options,
    })),
    { kind: 'aws-global', id: `aws:${account}/global`, labels, parent: target.id, options },
    ...membersOf(facts, target, context, account, partition ?? 'aws'),
  ];
}

/** One login for each other account, with the role that is named for them all. */
function membersOf(
  facts: Json | undefined,
  { id, labels }: Target,
  context: PlanContext,
  self: string,
  partition: string,
): readonly Target[] {
  const members = own(facts, 'members');
  const memberRole = memberRoleOf(context);
  if (memberRole === undefined) return [];
  return texts(isArray(members) ? members : own(members, '$items'))
    .filter((account) => account !== self)
    .map((account): Target => ({
      kind: 'aws-login',
      id: `aws:${account}`,
      labels,
      parent: id,
      options: { account, partition, role: `arn:${partition}:iam::${account}:role/${memberRole}` },
    }));
}

export const awsLogin: Collector = {
  id: 'aws-login',
  version: 1,
  accepts: ['aws-login'],
  retries: { attempts: 1, backoffMs: 0 },
  deadlineMs: 60_000,
  ...loginSchema,
  plan,
  observe,
  interpret,
  discover,
};
