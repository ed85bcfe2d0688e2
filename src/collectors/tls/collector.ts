/** The tls collector: one endpoint, its versions, its session and its certificates. */
import type { Collector } from '../../model/collector.ts';
import { interpret } from './interpret.ts';
import { observe } from './observe.ts';
import { plan } from './plan.ts';
import { factsSchema, rawSchema } from './schema.ts';

export const collector: Collector = {
  id: 'tls',
  version: 1,
  accepts: ['endpoint'],
  rawSchema,
  factsSchema,
  retries: { attempts: 2, backoffMs: 500 },
  deadlineMs: 120_000,
  plan,
  observe,
  interpret,
};
