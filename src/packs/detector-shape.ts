/** The JSON Schema of a detector file; `probity schema detector` prints it. */
import { SEVERITIES } from '../model/check.ts';
import { CHECKSUMS, STRUCTURES } from '../model/detector.ts';
import type { JsonObject } from '../model/json.ts';

const text: JsonObject = { type: 'string', minLength: 1 };
const pattern: JsonObject = { type: 'string', minLength: 1, maxLength: 2000, description: 'a pattern in RE2 syntax' };
const severity: JsonObject = { type: 'string', enum: SEVERITIES };
const flag: JsonObject = { type: 'boolean' };

function shape(properties: JsonObject, required: readonly string[]): JsonObject {
  return { type: 'object', properties, required, additionalProperties: false };
}

function some(items: JsonObject): JsonObject {
  return { type: 'array', minItems: 1, items };
}

const keywords: JsonObject = {
  ...some({ type: 'string', pattern: '^[ -@\\[-~]{3,40}$', description: 'three characters or more, lower case' }),
  description: 'texts of which one stands in every match or in the name beside it',
  uniqueItems: true,
};

const example: JsonObject = {
  type: ['string', 'object'],
  if: { type: 'object' },
  // oxlint-disable-next-line unicorn/no-thenable -- `then` is JSON Schema's keyword; nothing awaits it
  then: shape({ text, path: text }, ['text']),
  else: { minLength: 1 },
};

export const DETECTOR_SHAPE: JsonObject = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'probity:detector',
  title: 'A detector: what a credential of one kind looks like',
  ...shape(
    {
      id: { type: 'string', pattern: '^[a-z0-9][a-z0-9-]{1,62}$', description: 'an id such as github-pat' },
      title: { type: 'string', minLength: 1, maxLength: 120 },
      description: text,
      severity,
      keywords,
      pattern,
      context: shape(
        { words: keywords, value: pattern, also: pattern, segment: flag, last: flag, quoted: flag, mixed: flag },
        ['value'],
      ),
      uri: shape({ schemes: some(text) }, ['schemes']),
      files: pattern,
      public: { type: 'boolean', description: 'made to be public: looked for with the profile secrets-all only' },
      fixed: flag,
      entropy: { type: 'number', minimum: 0, maximum: 8 },
      checksum: { type: 'string', enum: CHECKSUMS },
      structure: { type: 'string', enum: STRUCTURES },
      placeholders: flag,
      sequences: flag,
      lower: some(shape({ pattern, severity, note: text }, ['pattern', 'severity', 'note'])),
      allow: shape(
        {
          values: some(pattern),
          names: some(pattern),
          lines: some(pattern),
          paths: some(pattern),
          published: some({ type: 'string', pattern: '^[0-9a-f]{32}$' }),
        },
        [],
      ),
      replaces: some(text),
      references: {
        ...some(
          shape(
            {
              spec: text,
              section: text,
              url: { type: 'string', pattern: '^https://[^\\s]+$', description: 'an https:// address' },
            },
            ['spec'],
          ),
        ),
      },
      remediation: text,
      examples: shape({ positive: { ...some(example), minItems: 2 }, negative: { ...some(example), minItems: 2 } }, [
        'positive',
        'negative',
      ]),
    },
    ['id', 'title', 'severity', 'references', 'examples'],
  ),
};
