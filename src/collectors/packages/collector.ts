/** The packages collector: manifests, lockfiles and registry settings of a source tree. */
import type { Collector } from '../../model/collector.ts';
import { isArray, isObject, own, type JsonObject } from '../../model/json.ts';
import { nameOf } from '../../model/target.ts';
import { interpret } from './interpret.ts';
import { observe } from './observe.ts';
import { factsSchema, rawSchema } from './schema.ts';

export const packages: Collector = {
  id: 'packages',
  version: 3,
  accepts: ['source'],
  rawSchema,
  factsSchema,
  retries: { attempts: 1, backoffMs: 0 },
  deadlineMs: 5 * 60 * 1000,
  plan(target, { options }) {
    const config = own(options, 'packages');
    return { path: nameOf(target), ...(isObject(config) ? { config: configOf(config) } : {}) };
  },
  observe,
  interpret,
};

/** What the owner of the tree confirmed in probity.yaml: `options: { packages: { allowScripts: [esbuild] } }`. */
function configOf(config: JsonObject): JsonObject {
  const lists = ['allowScripts', 'allowedHosts', 'aliases'].flatMap((key) => {
    const list = own(config, key);
    return isArray(list) ? [[key, list.filter((one) => typeof one === 'string')] as const] : [];
  });
  return Object.fromEntries(lists);
}
