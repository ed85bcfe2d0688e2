/** The shapes of the lookalikes collector: who registered a name that looks like ours. */
import { anything, boolean, integer, list, map, object, type Schema, string } from '../../model/schema.ts';

export const rawSchema: Schema = {
  type: 'object',
  properties: {
    host: string(),
    generated: integer(),
    asked: integer(),
    registered: list(map(anything()), { description: 'name, shown, kind, mail' }),
    faults: map(integer(), { description: 'fault code to the number of names that it hid' }),
    defensive: list(map(anything())),
  },
  required: ['host', 'generated', 'asked', 'registered', 'faults'],
  additionalProperties: anything(),
};

export const factsSchema: Schema = object({
  'shown?': string({ description: 'the name as a person sees it' }),
  'scripts?': list(string(), { description: 'of the letters of its labels, by label the most mixed one' }),
  'mixedScript?': boolean(),
  'generated?': integer(),
  'asked?': integer(),
  'registered?': list(
    object({
      name: string(),
      'shown?': string(),
      'kind?': string(),
      'own?': boolean({ description: 'the user says that it is theirs' }),
      'homoglyph?': boolean({ description: 'its skeleton equals ours: a reader takes it for ours' }),
      'mail?': boolean({ description: 'it has an MX' }),
      'copy?': boolean({ description: 'its page shows our title or our words; asked with the option `copies`' }),
    }),
  ),
  'confusables?': string({ description: 'by which table letters look alike, with its version' }),
  'certificates?': list(object({ name: string(), lookalike: string(), 'own?': boolean() }), {
    description: 'names of --seen-certificates under a name that looks like ours; absent without that file',
  }),
  'topDomain?': boolean({ description: 'on the list of --top-domains' }),
  'defensive?': list(object({ name: string(), 'spfDenies?': boolean(), 'nullMx?': boolean() })),
});
