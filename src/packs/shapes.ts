/** The JSON Schemas of the files a person writes: check, profile. `probity schema` prints them. */
/* oxlint-disable unicorn/no-thenable -- `then` is JSON Schema's keyword; nothing awaits these */
import { OPERATORS, SEVERITIES, STATUSES } from '../model/check.ts';
import type { JsonObject } from '../model/json.ts';
import { TARGET_KINDS } from '../model/target.ts';

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';

export const ID = '^[a-z][a-z0-9]*(?:\\.[a-z0-9][a-z0-9_-]*)+$';
const NAME = '^[A-Za-z_][A-Za-z0-9_-]*$';
const PATH = '^[A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]+)*$';

const text: JsonObject = { type: 'string', minLength: 1 };
const path: JsonObject = { type: 'string', pattern: PATH, description: 'a path: names joined by dots' };
const name: JsonObject = { type: 'string', pattern: NAME, description: 'a name of letters, digits, - and _' };
const severity: JsonObject = { type: 'string', enum: SEVERITIES };
const status: JsonObject = { type: 'string', enum: STATUSES };
const expr: JsonObject = { $ref: '#/$defs/expr' };

function shape(properties: JsonObject, required: readonly string[]): JsonObject {
  return { type: 'object', properties, required, additionalProperties: false };
}

const references: JsonObject = {
  type: 'array',
  minItems: 1,
  items: shape(
    {
      spec: text,
      section: { type: 'string', minLength: 1, description: 'quoted: as a number 6.10 would become 6.1' },
      url: { type: 'string', pattern: '^https://[^\\s]+$', description: 'an https:// address' },
    },
    ['spec'],
  ),
};

const parts: JsonObject = { type: 'array', minItems: 1, items: expr };

/** if/then instead of anyOf: so that the errors are those of the form that was meant. */
const expression: JsonObject = {
  type: 'object',
  if: { required: ['all'] },
  then: shape({ all: parts }, ['all']),
  else: {
    if: { required: ['any'] },
    then: shape({ any: parts }, ['any']),
    else: {
      if: { required: ['every'] },
      then: shape({ every: path, as: name, satisfies: expr, onEmpty: { enum: ['true', 'false', true, false] } }, [
        'every',
        'as',
        'satisfies',
        'onEmpty',
      ]),
      else: {
        if: { required: ['some'] },
        then: shape({ some: path, as: name, satisfies: expr }, ['some', 'as', 'satisfies']),
        else: shape(
          {
            path,
            op: { type: 'string', enum: OPERATORS },
            value: {},
            why: text,
            caseless: { type: 'boolean' },
            future: { type: 'boolean' },
          },
          ['path', 'op'],
        ),
      },
    },
  },
};

export const CHECK_SHAPE: JsonObject = {
  $schema: DRAFT,
  $id: 'probity:check',
  title: 'A check: one requirement, as data',
  $defs: { expr: expression },
  ...shape(
    {
      id: { type: 'string', pattern: ID, description: 'an id such as http.hsts.short' },
      version: { type: 'integer', minimum: 1 },
      title: { type: 'string', minLength: 1, maxLength: 160 },
      severity,
      needs: { type: ['string', 'array'], minItems: 1, minLength: 1, items: text, uniqueItems: true },
      target: { type: 'string', enum: TARGET_KINDS },
      subject: path,
      each: shape(
        {
          path,
          as: name,
          subject: path,
          onEmpty: { type: 'string', enum: ['pass', 'fail', 'not-applicable', 'silent'] },
          location: path,
          waiver: path,
        },
        ['path', 'as', 'subject', 'onEmpty'],
      ),
      severityWhen: { type: 'array', minItems: 1, items: shape({ when: expr, severity }, ['when', 'severity']) },
      references,
      description: text,
      says: { type: 'string', minLength: 1, maxLength: 200, description: 'what a fail says, with facts in braces' },
      when: expr,
      manualWhen: shape({ when: expr, manual: text }, ['when', 'manual']),
      assert: { type: 'object', if: { required: ['manual'] }, then: shape({ manual: text }, ['manual']), else: expr },
      remediation: text,
      deep: { type: 'boolean' },
      examples: {
        type: 'array',
        minItems: 1,
        items: shape(
          {
            facts: { type: 'object' },
            expect: {
              type: ['string', 'object'],
              if: { type: 'string' },
              then: status,
              else: { minProperties: 1, additionalProperties: status },
            },
            asOf: { type: 'string', description: 'an instant such as 2026-01-01T00:00:00Z' },
            title: text,
          },
          ['facts', 'expect'],
        ),
      },
    },
    ['id', 'version', 'title', 'severity', 'needs', 'target', 'references', 'assert', 'remediation', 'examples'],
  ),
};

const globs: JsonObject = { type: 'array', items: text };

export const PROFILE_SHAPE: JsonObject = {
  $schema: DRAFT,
  $id: 'probity:profile',
  title: 'A profile: which checks, how severe, and the operands they take from it',
  ...shape(
    {
      id: {
        type: 'string',
        pattern: '^[A-Za-z_][A-Za-z0-9_.-]*$',
        description: 'a name of letters, digits, ., - and _',
      },
      title: text,
      include: { ...globs, minItems: 1 },
      exclude: globs,
      severity: { type: 'object', additionalProperties: severity },
      references: { type: 'object', additionalProperties: references },
      data: { type: 'object' },
    },
    ['id', 'title', 'include'],
  ),
};
