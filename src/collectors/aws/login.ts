/** The collector `aws-login`: whose the credentials are, and which regions there are to look at. */
import { faultIn, partialList, unknown } from '../../model/facts.ts';
import type { Collector, PlanContext } from '../../model/collector.ts';
import type { Interpretation, Job } from '../../model/evidence.ts';
import type { IO, JobOptions } from '../../model/io.ts';
import { isArray, own, type Json, type JsonObject } from '../../model/json.ts';
import type { Target } from '../../model/target.ts';
import { whoAmI } from './identity.ts';
import { text, texts } from './job-options.ts';
import { partitionOfArn } from './partition.ts';
import { asList, asText, isUnknownFact, must, whenKnown } from './read.ts';
import { askRegions } from './regions.ts';
import { loginSchema } from './schema.ts';

const REGION = /^[a-z]{2,4}(?:-[a-z]+)+-[0-9]{1,2}$/;

function plan(_target: Target, context: PlanContext): JobOptions {
  const profile = text(context.options['profile']);
  const { regions } = context.options;
  return { ...(profile === undefined ? {} : { profile }), ...(isArray(regions) ? { regions: texts(regions) } : {}) };
}

async function observe(job: Job, io: IO): Promise<Json> {
  const profile = text(own(job.options, 'profile'));
  const written = own(job.options, 'regions');
  const first = texts(written)[0];
  const config = await io.aws({
    ...(first === undefined ? {} : { region: first }),
    ...(profile === undefined ? {} : { profile }),
  });
  const { account, arn } = await whoAmI(config);
  const regions: JsonObject = isArray(written) ? { from: 'target', items: texts(written) } : await askRegions(config);
  return { account, arn, region: config.region, regions };
}

function interpret(raw: Json): Interpretation {
  const arn = must(raw, 'arn', asText);
  const regions = own(raw, 'regions');
  const items = must(regions, 'items', asList);
  const partition = whenKnown(arn, (value) => partitionOfArn(value) ?? unknown('aws.bad-response'));
  const valid = isUnknownFact(items) ? [] : items.filter((item) => typeof item === 'string' && REGION.test(item));
  const isWhole = !isUnknownFact(items) && valid.length === items.length;
  const code = faultIn(own(regions, 'rest')) ?? (isWhole ? undefined : 'aws.bad-response');
  return {
    facts: {
      account: must(raw, 'account', (value) =>
        typeof value === 'string' && /^[0-9]{12}$/.test(value) ? value : undefined,
      ),
      arn,
      partition: partition ?? unknown('evidence.missing'),
      regions: isUnknownFact(items) ? items : partialList(valid, code),
      regionsFrom: must(regions, 'from', asText),
    },
    at: {
      '': '',
      '/account': '/account',
      '/arn': '/arn',
      '/partition': '/arn',
      '/regions': code === undefined ? '/regions' : '/regions/rest',
      '/regionsFrom': '/regions/from',
    },
  };
}

/** The regions and the account as a whole; `aws:unknown/…` where there is no identity, so that nothing vanishes. */
function discover(facts: Json | undefined, target: Target, context: PlanContext): readonly Target[] {
  const found = own(facts, 'account');
  const account = typeof found === 'string' ? found : 'unknown';
  const partition = text(own(facts, 'partition'));
  const told = own(facts, 'regions');
  const items = texts(isArray(told) ? told : own(told, '$items'));
  const written = texts(context.options['regions']);
  const regions = items.length > 0 ? items : written.length > 0 ? written : ['unknown'];
  const options: JsonObject = {
    ...(partition === undefined ? {} : { partition }),
    ...(items.length > 0 ? { regions: items } : {}),
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
  ];
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
