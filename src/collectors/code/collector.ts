/** The code collector: a source tree in; what rules see in its files out, without any value of theirs. */
import type { Collector } from '../../model/collector.ts';
import { own } from '../../model/json.ts';
import { nameOf } from '../../model/target.ts';
import { interpret } from './interpret.ts';
import { observe } from './observe.ts';
import { factsSchema, rawSchema } from './schema.ts';

export const collector: Collector = {
  id: 'code',
  version: 1,
  accepts: ['source'],
  rawSchema,
  factsSchema,
  retries: { attempts: 1, backoffMs: 0 },
  deadlineMs: 15 * 60 * 1000,
  plan(target, { options, switches }) {
    const strict = own(own(options, 'code'), 'strict') === true || switches['strict'] === true;
    return { path: nameOf(target), ...(strict ? { strict: true } : {}) };
  },
  observe,
  interpret,
};
