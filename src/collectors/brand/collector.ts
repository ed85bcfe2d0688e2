/** The lookalikes collector: opt-in, because it asks DNS thousands of questions. */
import { domainToUnicode } from 'node:url';
import type { Collector, PlanContext } from '../../model/collector.ts';
import type { JobOptions } from '../../model/io.ts';
import { isArray, type Json, own } from '../../model/json.ts';
import { nameOf, type Target } from '../../model/target.ts';
import { interpret } from './interpret.ts';
import { observe } from './observe.ts';
import { factsSchema, rawSchema } from './schema.ts';

/** Names asked for one domain unless `options: { brand: { budget: N } }` says otherwise. */
const BUDGET = 60_000;

function texts(value: Json | undefined): string[] {
  return isArray(value) ? value.filter((item) => typeof item === 'string').map((name) => name.toLowerCase()) : [];
}

/** `options: { brand: { budget, domains, defensive, dictionary, tlds, copies } }` of probity.yaml. */
function plan(target: Target, context: PlanContext): JobOptions {
  const wants = (fact: string): boolean =>
    context.paths.length === 0 || context.paths.some((path) => path === fact || path.startsWith(`${fact}.`));
  // another list is another question
  const lists = ['psl', 'confusables', 'top-domains', 'seen-certificates'].flatMap((name) => {
    const digest = context.dataDigest(name);
    return digest === undefined ? [] : [[name, digest] as const];
  });
  const brand = own(context.options, 'brand');
  const budget = own(brand, 'budget');
  return {
    ask: ['registered', 'generated', 'asked'].some(wants),
    copies: own(brand, 'copies') === true && wants('registered'),
    budget: typeof budget === 'number' && Number.isSafeInteger(budget) && budget >= 0 ? budget : BUDGET,
    // as a person sees it: punycode decoded by node's own tables
    shown: domainToUnicode(nameOf(target)),
    domains: texts(own(brand, 'domains')),
    defensive: texts(own(brand, 'defensive')),
    dictionary: texts(own(brand, 'dictionary')),
    tlds: texts(own(brand, 'tlds')),
    ...Object.fromEntries(lists),
  };
}

export const collector: Collector = {
  id: 'lookalikes',
  version: 2,
  accepts: ['domain'],
  rawSchema,
  factsSchema,
  retries: { attempts: 1, backoffMs: 0 },
  deadlineMs: 900_000,
  plan,
  observe,
  interpret,
};
