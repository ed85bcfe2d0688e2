/** The collector `aws`: what one region of one account holds. */
import type { Collector, PlanContext } from '../../model/collector.ts';
import type { Interpretation, Job } from '../../model/evidence.ts';
import type { IO, JobOptions } from '../../model/io.ts';
import type { Unknown } from '../../model/facts.ts';
import { own, type Json } from '../../model/json.ts';
import type { Target } from '../../model/target.ts';
import { acmGroups } from './acm/calls.ts';
import { interpretAcm } from './acm/interpret.ts';
import { observeAcm } from './acm/observe.ts';
import { callsFor } from './call-table.ts';
import { interpretEc2 } from './ec2/interpret.ts';
import { observeEc2 } from './ec2/observe.ts';
import { interpretElb, observeElb } from './elb/service.ts';
import { whoAmI } from './identity.ts';
import { awsOptions, readOptions } from './job-options.ts';
import { interpretKms } from './kms/interpret.ts';
import { observeKms } from './kms/observe.ts';
import type { At, Lists } from './lists.ts';
import { interpretRds } from './rds/interpret.ts';
import { observeRds } from './rds/observe.ts';
import { asText, isUnknownFact, must, spelled } from './read.ts';
import { regionalSchema } from './schema.ts';
import { interpretSecrets, observeSecrets } from './secretsmanager/service.ts';
import { interpretSecurity, observeSecurity } from './security/service.ts';
import { settingOf } from './setting.ts';
import { REGIONAL_CALLS } from './tables.ts';

/** Questions at once to one service; the token buckets of the engine keep the pace. */
const WIDTH = 64;

function plan(target: Target, context: PlanContext): JobOptions | undefined {
  const calls = callsFor(REGIONAL_CALLS, context.paths);
  const options = awsOptions(target, context, calls, acmGroups(context.paths));
  // Without required tags there is nothing to compare them with
  const wantsTags = own(own(options, 'settings'), 'requiredTags') !== undefined;
  return wantsTags ? options : { ...options, calls: calls.filter((call) => call !== 'tag:GetResources') };
}

async function observe(job: Job, io: IO): Promise<Json> {
  const { account, region, partition, login, regions, calls, groups, settings } = readOptions(job.options);
  const config = await io.aws({ region, ...login });
  // The login failed before: say why here too, instead of one wrong reason for each call
  const known = /^[0-9]{12}$/.test(account) ? account : (await whoAmI(config)).account;
  const observation = { io, region, account: known, partition, config, calls: new Set(calls), regions, width: WIDTH };
  const [kms, acm, ec2, rds, elb, secrets, security] = await Promise.all([
    observeKms(observation),
    observeAcm(observation, groups),
    observeEc2(observation),
    observeRds(observation),
    observeElb(observation),
    observeSecrets(observation),
    observeSecurity(observation),
  ]);
  const place = { account: known, region, partition, ...(regions === undefined ? {} : { regions }), settings };
  return { ...place, kms, acm, ec2, rds, elb, secrets, security };
}

function interpret(raw: Json): Interpretation {
  const at: At = {};
  const lists: Lists = {};
  const setting = settingOf(raw);
  const [account, region] = [must(raw, 'account', asText), must(raw, 'region', asText)];
  const partition = must(raw, 'partition', asText);
  const arn = (kind: string, id: string): string | Unknown => {
    for (const part of [partition, region, account]) if (isUnknownFact(part)) return part;
    const [where, place, owner] = [partition, region, account].map((part) => spelled(part, ''));
    return `arn:${where ?? ''}:ec2:${place ?? ''}:${owner ?? ''}:${kind}/${id}`;
  };
  const facts = {
    account,
    region,
    kms: interpretKms(own(raw, 'kms'), setting, at, lists),
    acm: interpretAcm(own(raw, 'acm'), setting, at, lists),
    ec2: interpretEc2(own(raw, 'ec2'), at, arn, account),
    rds: interpretRds(own(raw, 'rds'), at),
    elb: interpretElb(own(raw, 'elb'), at),
    secrets: interpretSecrets(own(raw, 'secrets'), setting, region, at),
    ...interpretSecurity(own(raw, 'security'), at),
  };
  return { facts, at, lists };
}

export const aws: Collector = {
  id: 'aws',
  version: 1,
  accepts: ['aws'],
  retries: { attempts: 1, backoffMs: 0 },
  // Ten minutes: 2,000 keys at the slowest bulk quota; each call has its own, shorter time
  deadlineMs: 900_000,
  ...regionalSchema,
  plan,
  observe,
  interpret,
};
