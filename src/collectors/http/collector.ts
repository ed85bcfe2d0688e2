/** The http collector: one site, hop by hop. */
import type { Collector } from '../../model/collector.ts';
import { interpret } from './interpret.ts';
import { observe } from './observe.ts';
import { plan } from './plan.ts';
import { factsSchema, rawSchema } from './schema.ts';

export const collector: Collector = {
  id: 'http',
  version: 2,
  accepts: ['site'],
  rawSchema,
  factsSchema,
  retries: { attempts: 2, backoffMs: 500 },
  deadlineMs: 60_000,
  plan,
  observe,
  interpret,
};
