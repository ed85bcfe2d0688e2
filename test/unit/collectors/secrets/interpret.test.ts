/** Facts from any raw at all: total, by the schema, and never a silence that was not observed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { interpret as interpretPackages } from '../../../../src/collectors/packages/interpret.ts';
import * as packages from '../../../../src/collectors/packages/schema.ts';
import { interpret } from '../../../../src/collectors/secrets/interpret.ts';
import { factsSchema } from '../../../../src/collectors/secrets/schema.ts';
import { own, type Json } from '../../../../src/model/json.ts';
import { validateFacts } from '../../../../src/packs/facts-schema.ts';

const good = {
  detectors: 47,
  coverage: {
    files: 3,
    bytes: 99,
    foreign: 1,
    binary: 0,
    utf16: 0,
    skipped: [{ reason: 'symlink', count: 2, examples: ['a'] }],
    unread: [],
  },
  findings: [
    {
      detector: 'github-pat',
      file: 'a.ts',
      line: 3,
      column: 7,
      excerpt: 'ghp_…',
      secretId: 'ab'.repeat(16),
      severity: 'critical',
      proven: true,
    },
    {
      detector: 'jwt',
      file: 'b.ts',
      line: 1,
      column: 1,
      excerpt: 'eyj…',
      secretId: 'cd'.repeat(16),
      severity: 'low',
      note: 'it has expired',
      allowed: 'probity:allow',
    },
  ],
  truncated: false,
};

test('findings become lists by detector, with waivers and the worst severity', () => {
  const { facts, at } = interpret(good);

  assert.deepEqual(facts, {
    coverage: { detectors: 47, files: 3, bytes: 99, skipped: '2 symlink', reduced: 1 },
    leaks: 1,
    worst: 'critical',
    findings: {
      'github-pat': [
        {
          file: 'a.ts',
          location: { file: 'a.ts', line: 3, column: 7 },
          excerpt: 'ghp_…',
          secretId: 'ab'.repeat(16),
          severity: 'critical',
          note: 'its checksum is right',
        },
      ],
      jwt: [
        {
          file: 'b.ts',
          location: { file: 'b.ts', line: 1, column: 1 },
          excerpt: 'eyj…',
          secretId: 'cd'.repeat(16),
          severity: 'low',
          note: 'it has expired',
          waiver: { id: 'inline:probity:allow', reason: 'the comment probity:allow stands on the line' },
        },
      ],
    },
  });
  assert.equal(at['/findings/jwt/0'], '/findings/1');
});

test('raw that lacks a part never looks clean', () => {
  const clean = { ...good, findings: [] };
  assert.equal(own(interpret(clean).facts, 'leaks'), 0);
  const { detectors: _d, ...noDetectors } = clean;
  assert.deepEqual(own(own(interpret(noDetectors).facts, 'coverage'), 'detectors'), { $unknown: 'evidence.missing' });
  for (const broken of [
    {},
    { ...clean, findings: undefined },
    { ...clean, findings: [{}] },
    { ...clean, truncated: true },
    { ...clean, coverage: {} },
    { ...clean, coverage: { ...good.coverage, unread: 'x' } },
    { ...clean, coverage: { ...good.coverage, unread: [{}] } },
  ]) {
    const { facts } = interpret(JSON.parse(JSON.stringify(broken)) as Json);
    assert.notEqual(own(facts, 'leaks'), 0, JSON.stringify(broken));
  }
});

/** Real raw with one part replaced by anything. */
const mutated = fc.tuple(fc.nat(11), fc.jsonValue()).map(([place, value]) => {
  const copy = structuredClone(good) as unknown as {
    [key: string]: { [key: string]: unknown }[] & { [key: string]: unknown };
  };
  const holders: readonly [{ [key: string]: unknown } | undefined, string][] = [
    [copy, 'detectors'],
    [copy, 'coverage'],
    [copy, 'findings'],
    [copy, 'truncated'],
    [copy['coverage'], 'files'],
    [copy['coverage'], 'unread'],
    [copy['coverage'], 'skipped'],
    [copy['findings']?.[0], 'detector'],
    [copy['findings']?.[0], 'line'],
    [copy['findings']?.[0], 'severity'],
    [copy['findings']?.[1], 'allowed'],
    [copy['findings']?.[1], 'note'],
  ];
  const [holder, key] = holders[place] ?? [undefined, ''];
  if (holder !== undefined) holder[key] = value;
  return JSON.parse(JSON.stringify(copy)) as Json;
});

test('any JSON becomes facts by the schema', () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue() as fc.Arbitrary<Json>, mutated), (raw) => {
      assert.deepEqual(validateFacts(factsSchema, interpret(raw).facts), []);
      assert.deepEqual(validateFacts(packages.factsSchema, interpretPackages(raw).facts), []);
    }),
    { numRuns: 500 },
  );
});
