/** The JSON Schema of probity.yaml, made from the option table and the keys that only the file has. */
import { OPTIONS, type OptionSpec } from './option-table.ts';
import { SUBJECT_OPTIONS } from './subject-options.ts';

type JsonSchema = { readonly [key: string]: unknown };

function valueSchema(option: OptionSpec): JsonSchema {
  const described = { description: option.help };
  switch (option.type) {
    case 'switch':
      return { type: 'boolean', ...described };
    case 'integer':
      return { type: 'integer', minimum: 0, maximum: 9_999_999, ...described };
    case 'duration':
    case 'size':
      return { type: ['string', 'integer'], ...described };
    default:
      break;
  }
  const text: JsonSchema = {
    type: 'string',
    minLength: 1,
    ...(option.values === undefined ? {} : { enum: option.values }),
  };
  return option.repeatable === true ? { type: 'array', items: text, ...described } : { ...text, ...described };
}

const LABELS: JsonSchema = {
  type: 'object',
  additionalProperties: { type: 'string' },
  description: 'labels as key: value',
};

/** JSON Schema 2020-12 of the configuration file. */
export function configSchema(): JsonSchema {
  const properties: { [key: string]: JsonSchema } = {
    targets: {
      type: 'array',
      description: 'what is looked at',
      items: {
        anyOf: [
          { type: 'string', minLength: 1 },
          {
            type: 'object',
            required: ['target'],
            additionalProperties: false,
            properties: { target: { type: 'string', minLength: 1 }, labels: LABELS, options: SUBJECT_OPTIONS },
          },
        ],
      },
    },
    options: SUBJECT_OPTIONS,
    scope: {
      type: 'object',
      description: 'framework: labels as key:value',
      additionalProperties: {
        type: 'array',
        items: { type: 'string', pattern: '^[^:]+:.+$', description: 'key:value' },
      },
    },
  };
  for (const option of OPTIONS) {
    if (option.key !== undefined && option.commands.includes('audit')) properties[option.key] = valueSchema(option);
  }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'probity.yaml',
    type: 'object',
    additionalProperties: false,
    properties,
  };
}
