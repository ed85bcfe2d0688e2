/** The page collector: a security page, a URL or a file, with what it links. */
import type { Collector, PlanContext } from '../../../model/collector.ts';
import type { JobOptions } from '../../../model/io.ts';
import { own } from '../../../model/json.ts';
import type { Target } from '../../../model/target.ts';
import { interpret } from './interpret.ts';
import { observe } from './observe.ts';
import { factsSchema, rawSchema } from './schema.ts';

/** `options: { page: { url } }`: where a file is published, for its relative links. */
function plan(_target: Target, context: PlanContext): JobOptions {
  const url = own(own(context.options, 'page'), 'url');
  return typeof url === 'string' && /^https?:\/\//i.test(url) ? { url } : {};
}

export const collector: Collector = {
  id: 'page',
  version: 1,
  accepts: ['page'],
  rawSchema,
  factsSchema,
  retries: { attempts: 2, backoffMs: 500 },
  deadlineMs: 300_000,
  plan,
  observe,
  interpret,
};
