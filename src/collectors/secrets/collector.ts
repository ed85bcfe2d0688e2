/** The secrets collector: a source tree in, redacted findings and coverage out. */
import type { Collector } from '../../model/collector.ts';
import { nameOf } from '../../model/target.ts';
import { interpret } from './interpret.ts';
import { DEFAULT_MAX_FILE, observe } from './observe.ts';
import { factsSchema, rawSchema } from './schema.ts';

export const secrets: Collector = {
  id: 'secrets',
  version: 1,
  accepts: ['source'],
  rawSchema,
  factsSchema,
  retries: { attempts: 1, backoffMs: 0 },
  deadlineMs: 30 * 60 * 1000,
  plan(target, context) {
    const { state } = context.switches;
    const maxFile = context.switches['maxFile'];
    const digest = context.dataDigest('detectors');
    return {
      path: nameOf(target),
      maxFile: typeof maxFile === 'number' ? maxFile : DEFAULT_MAX_FILE,
      ...(context.switches['history'] === true ? { history: true } : {}),
      ...(context.switches['archives'] === true ? { archives: true } : {}),
      ...(typeof state === 'string' ? { state } : {}),
      ...(digest === undefined ? {} : { detectors: digest }),
    };
  },
  observe,
  interpret,
};
