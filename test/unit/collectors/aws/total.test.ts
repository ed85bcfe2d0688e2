/** Interpretation of both AWS collectors is total: any JSON in, facts by the schema out, and nothing known where nothing was seen. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { awsGlobal } from '../../../../src/collectors/aws/global.ts';
import { aws } from '../../../../src/collectors/aws/regional.ts';
import { globalFacts, regionalFacts } from '../../../../src/collectors/aws/schema.ts';
import type { Json } from '../../../../src/model/json.ts';
import { validateFacts } from '../../../../src/packs/facts-schema.ts';

/** Member names that interpretation looks for, so that random objects reach its depths. */
const NAMES = [
  'items',
  'rest',
  'kms',
  'acm',
  'ec2',
  'rds',
  'elb',
  'secrets',
  'security',
  'iam',
  's3',
  'cloudtrail',
  'cloudfront',
  'contact',
  'keys',
  'certificates',
  'listing',
  'ListKeys',
  'DescribeKey',
  'GetKeyPolicy',
  'Policy',
  'trails',
  'buckets',
  'distributions',
  'DescribeSecurityGroups',
  'IpPermissions',
  'IpRanges',
  'DescribeInstances',
  'Instances',
  'DescribeVpcs',
  'DescribeFlowLogs',
  'DescribeDBInstances',
  'DescribeDBClusters',
  'DescribeListeners',
  'DescribeLoadBalancers',
  'GetCredentialReport',
  'rows',
  'GetAccountAuthorizationDetails',
  'kind',
  'inline',
  'PolicyDocument',
  'account',
  'partition',
  'region',
  'Status',
  'NotAfter',
  '$fault',
  '$unknown',
  '__proto__',
  'Statement',
  'origins',
  'policies',
  'restore',
  'Routes',
  'routeTables',
  'Associations',
];
const VALUES = [
  'user',
  'role',
  'policy',
  'ISSUED',
  'true',
  'aws',
  '123456789012',
  'aws.throttled',
  '2026-01-01T00:00:00.000Z',
  '{"Statement":[]}',
  '0.0.0.0/0',
  '-1',
];

const { raw } = fc.letrec<{ raw: Json; leaf: Json }>((tie) => ({
  raw: fc.oneof(
    { maxDepth: 7, withCrossShrink: true },
    tie('leaf'),
    fc.array(tie('raw'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...NAMES), tie('raw'), { maxKeys: 6 }),
  ),
  leaf: fc.oneof(fc.constantFrom<Json>(null, true, false, 0, 1, -1, ...VALUES), fc.string()),
}));

for (const [collector, schema] of [
  [aws, regionalFacts],
  [awsGlobal, globalFacts],
] as const) {
  test(`${collector.id}: any JSON becomes facts by the schema`, () => {
    fc.assert(
      fc.property(fc.oneof(raw, fc.jsonValue() as fc.Arbitrary<Json>), (value) => {
        const { facts } = collector.interpret(value);
        assert.deepEqual(validateFacts(schema, facts), []);
      }),
      { numRuns: 400 },
    );
  });

  test(`${collector.id}: from no evidence nothing is known`, () => {
    const { facts } = collector.interpret({});

    const known: string[] = [];
    const walk = (value: Json, path: string): void => {
      if (typeof value !== 'object' || value === null) known.push(path);
      else if (!Object.hasOwn(value, '$unknown'))
        for (const [key, member] of Object.entries(value)) walk(member, `${path}/${key}`);
    };
    walk(facts, '');
    assert.deepEqual(known, []);
  });
}
