/** The packages collector: manifests, lockfiles and registry settings of a source tree. */
import type { Collector } from '../../model/collector.ts';
import { nameOf } from '../../model/target.ts';
import { interpret } from './interpret.ts';
import { observe } from './observe.ts';
import { factsSchema, rawSchema } from './schema.ts';

export const packages: Collector = {
  id: 'packages',
  version: 1,
  accepts: ['source'],
  rawSchema,
  factsSchema,
  retries: { attempts: 1, backoffMs: 0 },
  deadlineMs: 5 * 60 * 1000,
  plan: (target) => ({ path: nameOf(target) }),
  observe,
  interpret,
};
