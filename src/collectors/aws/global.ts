/** The collector `aws-global`: what an account has once, whatever its regions. */
import type { Collector, PlanContext } from '../../model/collector.ts';
import type { Interpretation, Job } from '../../model/evidence.ts';
import type { IO, JobOptions } from '../../model/io.ts';
import { own, type Json } from '../../model/json.ts';
import type { Target } from '../../model/target.ts';
import { interpretContact, observeContact } from './account-contact.ts';
import { callsFor } from './call-table.ts';
import { interpretCloudfront, observeCloudfront } from './cloudfront/service.ts';
import { interpretCloudtrail, observeCloudtrail } from './cloudtrail/service.ts';
import { interpretIam } from './iam/interpret.ts';
import { observeIam } from './iam/observe.ts';
import { whoAmI } from './identity.ts';
import { awsOptions, readOptions } from './job-options.ts';
import type { Observation } from './observe-context.ts';
import { homeRegion } from './partition.ts';
import { asText, must } from './read.ts';
import { interpretS3, observeS3 } from './s3/service.ts';
import { globalSchema } from './schema.ts';
import { settingOf } from './setting.ts';
import { GLOBAL_CALLS } from './tables.ts';

function plan(target: Target, context: PlanContext): JobOptions {
  return awsOptions(target, context, callsFor(GLOBAL_CALLS, context.paths));
}

async function observe(job: Job, io: IO): Promise<Json> {
  const { account, partition, login, regions, calls, settings } = readOptions(job.options);
  const region = homeRegion(partition);
  const config = await io.aws({ region, ...login });
  const known = /^[0-9]{12}$/.test(account) ? account : (await whoAmI(config)).account;
  const observation: Observation = {
    io,
    region,
    account: known,
    partition,
    config,
    calls: new Set(calls),
    regions,
    width: 8,
  };
  const [iam, s3, cloudtrail, cloudfront, contact] = await Promise.all([
    observeIam(observation),
    observeS3(observation),
    observeCloudtrail(observation),
    observeCloudfront(observation),
    observeContact(observation),
  ]);
  return { account: known, partition, settings, iam, s3, cloudtrail, cloudfront, contact };
}

function interpret(raw: Json): Interpretation {
  const at: { [pointer: string]: string } = {};
  const setting = settingOf(raw);
  const partition = must(raw, 'partition', asText);
  const s3 = interpretS3(own(raw, 's3'), partition, at);
  const facts = {
    account: must(raw, 'account', asText),
    iam: interpretIam(own(raw, 'iam'), setting, partition, at),
    s3,
    cloudtrail: interpretCloudtrail(own(raw, 'cloudtrail'), setting.account, s3, at),
    cloudfront: interpretCloudfront(own(raw, 'cloudfront'), at),
    securityContact: interpretContact(own(raw, 'contact'), at),
  };
  return { facts, at };
}

export const awsGlobal: Collector = {
  id: 'aws-global',
  version: 1,
  accepts: ['aws-global'],
  retries: { attempts: 1, backoffMs: 0 },
  deadlineMs: 900_000,
  ...globalSchema,
  plan,
  observe,
  interpret,
};
