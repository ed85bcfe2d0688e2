/** The forms of raw evidence and of facts about source code. The facts have one place for every rule of the table. */
import { SEVERITIES } from '../../model/check.ts';
import { boolean, integer, list, map, object, oneOf, string, type Schema } from '../../model/schema.ts';
import { KINDS, RULES } from './rules.ts';
import { PROVIDERS } from './rules/webhook-providers.ts';

const place = oneOf('code', 'test', 'example');

const hit = object({
  rule: string(),
  file: string(),
  line: integer(),
  column: integer(),
  seen: string({ description: 'names, hosts and fixed words only; never a value' }),
  severity: oneOf(...SEVERITIES),
  place,
  'unsure?': boolean({ description: 'only a person can tell' }),
  'allowed?': string({ description: 'the reason of an inline probity:allow' }),
});

const tally = object({ reason: string(), count: integer(), examples: list(string()) });

export const rawSchema: Schema = object({
  files: map(integer(), { description: 'files of each kind that there are, vendored ones left out' }),
  coverage: object({
    read: integer(),
    bytes: integer(),
    skipped: list(tally, { description: 'left out on purpose, by reason' }),
  }),
  unread: list(object({ kind: oneOf(...KINDS), code: string(), count: integer(), examples: list(string()) }), {
    description: 'selected and not read, or not understood',
  }),
  hits: list(hit),
  handlers: list(
    object({
      provider: oneOf(...PROVIDERS),
      file: string(),
      line: integer(),
      column: integer(),
      'verified?': integer({ description: 'the line of the verification on its path' }),
      'weak?': boolean({ description: 'only a SHA-1 signature is looked at' }),
      'allowed?': string(),
    }),
    { description: 'webhook handlers outside tests and examples' },
  ),
  calls: list(object({ provider: oneOf(...PROVIDERS), file: string(), line: integer() }), {
    description: 'verifications of webhook signatures, on a path or not',
  }),
  truncated: boolean({ description: 'there were more findings than are listed' }),
});

const location = object({ file: string(), line: integer(), column: integer() });
const waiver = object({ id: string(), reason: string() });

const hitFact = object({
  file: string(),
  location,
  // what should not be there: a check asserts its absence
  'seen?': string(),
  says: string(),
  severity: oneOf(...SEVERITIES),
  place,
  'unsure?': boolean(),
  'waiver?': waiver,
});

/** `files` decides whether a rule applies, `hits` is what it found. */
const ruleFact = object({
  files: integer({ description: 'files that the rule looks at' }),
  hits: list(hitFact),
});

const handlerFact = object({
  file: string(),
  location,
  level: oneOf('on-path', 'elsewhere', 'none'),
  says: string(),
  'waiver?': waiver,
});
const webhookFact = object({ files: integer(), handlers: list(handlerFact) });

/** The groups are optional only so that examples need not name them all: facts have every one. */
function factProperties(): { readonly [name: string]: Schema } {
  const groups = new Map<string, { [name: string]: Schema }>();
  const add = (path: string, schema: Schema): void => {
    const [group = '', name = ''] = path.split('.');
    const members = groups.get(group) ?? {};
    members[`${name}?`] = schema;
    groups.set(group, members);
  };
  for (const { fact } of Object.values(RULES)) if (fact.includes('.')) add(fact, ruleFact);
  for (const provider of PROVIDERS) add(`webhook.${provider}`, webhookFact);
  const properties: { [name: string]: Schema } = {};
  for (const { fact } of Object.values(RULES)) if (!fact.includes('.')) properties[`${fact}?`] = ruleFact;
  for (const [group, members] of groups) properties[`${group}?`] = object(members);
  return properties;
}

export const factsSchema: Schema = object({
  coverage: object({
    files: integer({ description: 'files that were read' }),
    bytes: integer(),
    skipped: string({ description: 'what was left out on purpose: reasons and counts' }),
  }),
  ...factProperties(),
});
