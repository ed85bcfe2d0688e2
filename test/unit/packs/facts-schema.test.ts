/** Facts against their schema, with `$unknown` in any place and lists known in part. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Json } from '../../../src/model/json.ts';
import {
  boolean,
  dateTime,
  integer,
  list,
  map,
  number,
  object,
  oneOf,
  type Schema,
  string,
} from '../../../src/model/schema.ts';
import { validateFacts } from '../../../src/packs/facts-schema.ts';

const SCHEMA = object({
  name: string({ format: 'domain' }),
  'policy?': oneOf('none', 'reject'),
  'score?': number(),
  'count?': integer(),
  'when?': dateTime(),
  'keep?': string({ format: 'duration' }),
  'ip?': string({ format: 'ip' }),
  'net?': string({ format: 'cidr' }),
  'release?': string({ format: 'version' }),
  'blob?': string({ format: 'base64' }),
  'keys?': list(object({ arn: string(), 'on?': boolean() })),
  'headers?': map(string()),
  'either?': { anyOf: [string(), list(string())] },
});

const valid: readonly Json[] = [
  { name: 'example.com' },
  { name: { $unknown: 'dns.timeout' } },
  { $unknown: 'evidence.missing' },
  { name: 'a.b', policy: 'none', score: 1.5, count: 2, when: '2026-01-01T00:00:00Z', keep: '36h' },
  { name: 'a.b', ip: '::1', net: '10.0.0.0/8', release: '1.2.3', blob: 'AAAA' },
  { name: 'a.b', keys: [{ arn: 'x' }, { arn: { $unknown: 'aws.gone' }, on: true }, { $unknown: 'aws.gone' }] },
  { name: 'a.b', keys: { $items: [{ arn: 'x' }], $unknown: 'aws.throttled' } },
  { name: 'a.b', headers: { server: 'x', other: { $unknown: 'http.limit' } } },
  { name: 'a.b', either: 'x' },
  { name: 'a.b', either: { $items: ['x'], $unknown: 'http.limit' } },
];

const invalid: readonly (readonly [Json, string])[] = [
  [{}, '/name'],
  [null, ''],
  [[], ''],
  ['x', ''],
  [{ name: '' }, '/name'],
  [{ name: null }, '/name'],
  [{ name: 'a.b', policy: 'quarantine' }, '/policy'],
  [{ name: 'a.b', count: 1.5 }, '/count'],
  [{ name: 'a.b', score: '1' }, '/score'],
  [{ name: 'a.b', when: '2026-01-01' }, '/when'],
  [{ name: 'a.b', keep: 'P1D' }, '/keep'],
  [{ name: 'a.b', ip: '1.2.3' }, '/ip'],
  [{ name: 'a.b', net: '10.0.0.0' }, '/net'],
  [{ name: 'a.b', release: 'latest' }, '/release'],
  [{ name: 'a.b', blob: 'A' }, '/blob'],
  [{ name: 'a.b', unknown: 1 }, '/unknown'],
  [{ name: 'a.b', keys: {} }, '/keys'],
  [{ name: 'a.b', keys: [{ on: true }] }, '/keys/0/arn'],
  [{ name: 'a.b', keys: [{ arn: 'x', on: 'yes' }] }, '/keys/0/on'],
  [{ name: 'a.b', keys: { $items: [{}], $unknown: 'aws.throttled' } }, '/keys/0/arn'],
  [{ name: 'a.b', keys: { $items: 3, $unknown: 'aws.throttled' } }, '/keys/$items'],
  [{ name: 'a.b', keys: { $items: [] } }, '/keys'],
  [{ name: { $unknown: 'no.such-code' } }, '/name'],
  [{ name: { $unknown: 'dns.timeout', more: 1 } }, '/name/more'],
  [{ name: { $items: [], $unknown: 'dns.timeout' } }, '/name'],
  [{ name: 'a.b', headers: { a: 1 } }, '/headers/a'],
  [{ name: 'a.b', either: 3 }, '/either'],
];

test('facts that keep to the schema, known or not, have no problem', () => {
  for (const facts of valid) assert.deepEqual(validateFacts(SCHEMA, facts), [], JSON.stringify(facts));
});

test('facts that do not are told where', () => {
  for (const [facts, pointer] of invalid) {
    assert.deepEqual(
      validateFacts(SCHEMA, facts).map((problem) => problem.pointer),
      [pointer],
      JSON.stringify(facts),
    );
  }
});

test('the number of problems is bounded, and no value makes it throw', () => {
  const many = { name: 'a.b', keys: Array.from({ length: 10_000 }, () => 1) };
  assert.equal(validateFacts(SCHEMA, many).length, 20);
  const schemas: readonly Schema[] = [
    SCHEMA,
    {},
    list(SCHEMA),
    map(SCHEMA),
    { anyOf: [SCHEMA, integer()] },
    { type: 'null' },
  ];
  fc.assert(
    fc.property(fc.constantFrom(...schemas), fc.jsonValue(), (schema, facts) => {
      validateFacts(schema, facts as Json);
    }),
  );
});
