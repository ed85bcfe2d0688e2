/** Every operator by table: true, false, absent, unknown, mismatch and boundary rows (facts/engine §3). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { OPERATORS, type Operator } from '../../../src/model/check.ts';
import type { Json } from '../../../src/model/json.ts';
import { OPERATIONS } from '../../../src/judge/operators.ts';
import { judgeLeaf, type Outcome } from '../../support/judging.ts';

type Row = readonly [
  fact: Json | undefined,
  value: Json,
  expected: Outcome,
  flags?: { caseless?: boolean; future?: boolean },
];

const AS_OF = '2026-01-01T00:00:00Z';
const UNKNOWN = { $unknown: 'dns.timeout' };
const partial = (...items: Json[]): Json => ({ $items: items, $unknown: 'aws.throttled' });

/** The rows that all operators share are added below: absent and unknown. */
const TABLE: { readonly [op in Operator]: readonly Row[] } = {
  eq: [
    ['a', 'a', 'pass'],
    ['A', 'a', 'fail'],
    ['A', 'a', 'pass', { caseless: true }],
    ['É', 'é', 'fail', { caseless: true }],
    [1, 1, 'pass'],
    [-0, 0, 'pass'],
    [true, true, 'pass'],
    [false, true, 'fail'],
    ['1', 1, 'engine.type'],
    [1, '1', 'engine.type'],
    [0, false, 'engine.type'],
    [['a'], 'a', 'engine.type'],
    [{ a: 1 }, 'a', 'engine.type'],
    ['', 'a', 'fail'],
  ],
  ne: [
    ['none', 'reject', 'pass'],
    ['reject', 'reject', 'fail'],
    ['REJECT', 'reject', 'fail', { caseless: true }],
    [1, 2, 'pass'],
    [1, 'reject', 'engine.type'],
    [[], 'a', 'engine.type'],
  ],
  in: [
    ['b', ['a', 'b'], 'pass'],
    ['c', ['a', 'b'], 'fail'],
    ['B', ['a', 'b'], 'pass', { caseless: true }],
    [2, [1, 2], 'pass'],
    [1, ['1'], 'engine.type'],
    [['a'], ['a'], 'engine.type'],
  ],
  'none-in': [
    ['c', ['a', 'b'], 'pass'],
    ['b', ['a', 'b'], 'fail'],
    [1, ['1'], 'engine.type'],
    [true, ['true'], 'engine.type'],
  ],
  gt: [
    [3, 2, 'pass'],
    [2, 2, 'fail'],
    ['3', 2, 'engine.type'],
    ['123456789012345678901', 2, 'engine.type'],
    ['37h', '36h', 'pass'],
    ['36h', '36h', 'fail'],
    ['2026-01-01T00:00:01Z', '2026-01-01T00:00:00Z', 'pass'],
    ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000Z', 'fail'],
    ['P1Y', '36h', 'engine.type'],
  ],
  gte: [
    [2, 2, 'pass'],
    [1.999, 2, 'fail'],
    [-0, 0, 'pass'],
    ['2d', '48h', 'pass'],
    ['yes', 2, 'engine.type'],
    [true, 1, 'engine.type'],
  ],
  lt: [
    [1, 2, 'pass'],
    [2, 2, 'fail'],
    [[1], 2, 'engine.type'],
    ['2026-01-01', '2026-01-02T00:00:00Z', 'engine.type'],
  ],
  lte: [
    [2, 2, 'pass'],
    [3, 2, 'fail'],
    [{}, 2, 'engine.type'],
  ],
  between: [
    [2, [2, 4], 'pass'],
    [4, [2, 4], 'pass'],
    [5, [2, 4], 'fail'],
    [1, [2, 4], 'fail'],
    ['3', [2, 4], 'engine.type'],
    ['1h', ['30m', '2h'], 'pass'],
  ],
  count: [
    [['a', 'b'], { eq: 2 }, 'pass'],
    [['a'], { eq: 2 }, 'fail'],
    [['a', 'b', 'c'], { gte: 1, lte: 3 }, 'pass'],
    [[], { gte: 1 }, 'fail'],
    [[], { eq: 0 }, 'pass'],
    ['ab', { eq: 2 }, 'engine.type'],
    [partial('a'), { gte: 1 }, 'pass'],
    [partial('a'), { gte: 2 }, 'aws.throttled'],
    [partial('a'), { lte: 3 }, 'aws.throttled'],
    [partial('a', 'b'), { lte: 1 }, 'fail'],
    [partial('a'), { eq: 1 }, 'aws.throttled'],
    [partial(), { eq: 0 }, 'aws.throttled'],
  ],
  contains: [
    [['a', 'b'], 'a', 'pass'],
    [['ab'], 'a', 'fail'],
    [[], 'a', 'fail'],
    ['abc', 'a', 'engine.type'],
    [partial('a'), 'a', 'pass'],
    [partial('b'), 'a', 'aws.throttled'],
    [['a', UNKNOWN], 'a', 'pass'],
    [['b', UNKNOWN], 'a', 'dns.timeout'],
    [[1], 'a', 'engine.type'],
  ],
  'contains-none': [
    [['b'], ['a', 'c'], 'pass'],
    [['b', 'c'], ['a', 'c'], 'fail'],
    [[], 'a', 'pass'],
    ['b', 'a', 'engine.type'],
    [partial('b'), 'a', 'aws.throttled'],
    [partial('a'), 'a', 'fail'],
    [['b', 1], 'a', 'engine.type'],
    [['b', { a: 1 }], 'a', 'engine.type'],
  ],
  'contains-all': [
    [['a', 'b', 'c'], ['a', 'b'], 'pass'],
    [['a'], ['a', 'b'], 'fail'],
    [partial('a', 'b'), ['a', 'b'], 'pass'],
    [partial('a'), ['a', 'b'], 'aws.throttled'],
    [3, ['a'], 'engine.type'],
  ],
  'subset-of': [
    [['a'], ['a', 'b'], 'pass'],
    [['a', 'c'], ['a', 'b'], 'fail'],
    [[], ['a'], 'pass'],
    [partial('a'), ['a'], 'aws.throttled'],
    [partial('c'), ['a'], 'fail'],
    [[1], ['a'], 'engine.type'],
    ['a', ['a'], 'engine.type'],
    [[1, 2], [1, 2, 3], 'pass'],
  ],
  'superset-of': [
    [['a', 'b'], ['a'], 'pass'],
    [['b'], ['a'], 'fail'],
    [[], ['a'], 'fail'],
    [partial('a'), ['a'], 'pass'],
    [partial('b'), ['a'], 'aws.throttled'],
    ['a', ['a'], 'engine.type'],
  ],
  disjoint: [
    [['c'], ['a', 'b'], 'pass'],
    [['a'], ['a', 'b'], 'fail'],
    [[], ['a'], 'pass'],
    [partial('c'), ['a'], 'aws.throttled'],
    [partial('a'), ['a'], 'fail'],
    [['c', 7], ['a'], 'engine.type'],
  ],
  matches: [
    ['abc', '[a-c]+', 'pass'],
    ['xabc', '[a-c]+', 'fail'],
    ['abc\n', '[a-c]+', 'fail'],
    ['', '[a-c]+', 'fail'],
    ['', '[a-c]*', 'pass'],
    ['a'.repeat(4096), 'a+', 'pass'],
    ['a'.repeat(4097), 'a+', 'engine.type'],
    [1, 'a', 'engine.type'],
    [['a'], 'a', 'engine.type'],
  ],
  'starts-with': [
    ['abc', 'ab', 'pass'],
    ['xab', 'ab', 'fail'],
    ['ab', 'ab', 'pass'],
    [1, '1', 'engine.type'],
  ],
  'ends-with': [
    ['abc', 'bc', 'pass'],
    ['bcx', 'bc', 'fail'],
    [['bc'], 'bc', 'engine.type'],
  ],
  before: [
    ['2025-12-31T23:59:59Z', 'now', 'pass'],
    ['2026-01-01T00:00:00Z', 'now', 'fail'],
    ['2026-01-30T00:00:00Z', 'now+30d', 'pass'],
    ['2026-01-31T00:00:00Z', 'now+30d', 'fail'],
    ['2026-02-30T00:00:00Z', 'now', 'engine.type'],
    ['yesterday', 'now', 'engine.type'],
    [0, 'now', 'engine.type'],
  ],
  after: [
    ['2026-01-01T00:00:00.001Z', 'now', 'pass'],
    ['2026-01-01T00:00:00Z', 'now', 'fail'],
    ['9999-12-31T23:59:59Z', 'now', 'pass'],
    ['2025-12-31T00:00:00Z', '2025-12-30T00:00:00Z', 'pass'],
    ['2025-12-02T00:00:00Z', 'now-30d', 'fail'],
    ['2025-12-02T00:00:00.1Z', 'now-30d', 'pass'],
    ['2026-01-01', 'now', 'engine.type'],
    ['2026-01-01T00:00:00+00:00', 'now', 'engine.type'],
  ],
  within: [
    ['2025-12-31T00:00:00Z', '36h', 'pass'],
    ['2025-12-30T12:00:00Z', '36h', 'pass'],
    ['2025-12-30T11:59:59Z', '36h', 'fail'],
    ['2026-01-01T00:00:01Z', '36h', 'fail'],
    ['2026-01-01T00:00:01Z', '36h', 'pass', { future: true }],
    ['2026-01-01T00:00:00Z', '36h', 'pass'],
    ['never', '36h', 'engine.type'],
  ],
  'in-cidr': [
    ['10.1.2.3', ['10.0.0.0/8'], 'pass'],
    ['11.0.0.0', ['10.0.0.0/8'], 'fail'],
    ['::ffff:10.1.2.3', ['10.0.0.0/8'], 'pass'],
    ['010.1.2.3', ['10.0.0.0/8'], 'engine.type'],
    ['10.1.2', ['10.0.0.0/8'], 'engine.type'],
    ['10.1.0.0/16', ['10.0.0.0/8'], 'pass'],
    ['8.0.0.0/5', ['10.0.0.0/8'], 'fail'],
    ['2001:db8::1', ['2001:db8::/32'], 'pass'],
    ['2001:db9::1', ['2001:db8::/32'], 'fail'],
    ['0.0.0.0', ['::/0'], 'fail'],
    ['255.255.255.255', ['255.255.255.255/32'], 'pass'],
    ['1.2.3.4', ['0.0.0.0/0'], 'pass'],
    [['10.0.0.1', '10.0.0.2'], ['10.0.0.0/8'], 'pass'],
    [['10.0.0.1', '11.0.0.2'], ['10.0.0.0/8'], 'fail'],
    [['10.0.0.1', 'x'], ['10.0.0.0/8'], 'engine.type'],
    [partial('10.0.0.1'), ['10.0.0.0/8'], 'aws.throttled'],
    [1, ['10.0.0.0/8'], 'engine.type'],
  ],
  'none-in-cidr': [
    ['11.0.0.1', ['10.0.0.0/8'], 'pass'],
    ['10.255.255.255', ['10.0.0.0/8'], 'fail'],
    ['8.0.0.0/5', ['10.0.0.0/8'], 'fail'],
    [['11.0.0.1', '10.0.0.1'], ['10.0.0.0/8', '192.168.0.0/16'], 'fail'],
    [partial('11.0.0.1'), ['10.0.0.0/8'], 'aws.throttled'],
    [partial('10.0.0.1'), ['10.0.0.0/8'], 'fail'],
    ['::ffff:0a00:0001', ['10.0.0.0/8'], 'fail'],
    ['no address', ['10.0.0.0/8'], 'engine.type'],
  ],
  'domain-within': [
    ['example.com', 'example.com', 'pass'],
    ['mail.Example.COM.', 'example.com', 'pass'],
    ['notexample.com', 'example.com', 'fail'],
    ['com', 'example.com', 'fail'],
    ['a.example.net', ['example.com', 'example.net'], 'pass'],
    ['', 'example.com', 'engine.type'],
    ['a..b', 'example.com', 'engine.type'],
    ['bücher.example', 'example.com', 'engine.type'],
    [3, 'example.com', 'engine.type'],
  ],
  'version-gte': [
    ['1.10.0', '1.9', 'pass'],
    ['1.9', '1.9.0', 'pass'],
    ['1.8.9', '1.9', 'fail'],
    ['2.0.0-rc.1', '2.0.0', 'fail'],
    ['2.0.0-rc.10', '2.0.0-rc.9', 'pass'],
    ['latest', '1.0', 'engine.type'],
    [1.9, '1.9', 'engine.type'],
  ],
  'version-lt': [
    ['1.9', '1.10', 'pass'],
    ['1.10', '1.9', 'fail'],
    ['1.10', '1.10.0', 'fail'],
    ['1.0.0-alpha', '1.0.0', 'pass'],
    ['v1', '2', 'engine.type'],
  ],
  present: [
    ['', null, 'pass'],
    [[], null, 'pass'],
    [false, true, 'pass'],
    [partial(), null, 'pass'],
  ],
  absent: [
    ['x', null, 'fail'],
    [[], true, 'fail'],
    [partial(), null, 'fail'],
  ],
};

for (const op of OPERATORS) {
  test(`${op} keeps its table`, () => {
    const rows = TABLE[op];
    const value = rows[0]?.[1] ?? null;
    const shared: readonly Row[] = [
      [undefined, value, op === 'absent' ? 'pass' : 'fail'],
      [UNKNOWN, value, 'dns.timeout'],
      [{ $unknown: 'no such code' }, value, 'engine.type'],
      [null, value, 'engine.type'],
      [{ $items: 'no list', $unknown: 'dns.timeout' }, value, 'dns.timeout'],
    ];
    for (const [fact, operand, expected, flags] of [...rows, ...shared]) {
      const found = judgeLeaf({ op, value: operand, ...flags }, fact, AS_OF);
      assert.equal(found, expected, `${op} ${JSON.stringify(operand)} of ${JSON.stringify(fact)?.slice(0, 80)}`);
    }
  });
}

test('every table has a true, a false and a mismatch row, but presence, which has no type', () => {
  for (const op of OPERATORS) {
    const outcomes = new Set<Outcome>(TABLE[op].map(([, , outcome]) => outcome));

    if (op !== 'absent') assert.ok(outcomes.has('pass'), op);
    if (op !== 'present') assert.ok(outcomes.has('fail'), op);
    if (op !== 'present' && op !== 'absent') assert.ok(outcomes.has('engine.type'), op);
  }
});

test('an operand of the wrong kind is refused with a sentence', () => {
  const bad: readonly (readonly [Operator, Json])[] = [
    ['eq', null],
    ['eq', ['a']],
    ['in', []],
    ['in', 'a'],
    ['none-in', [null]],
    ['gt', 'soon'],
    ['gt', 'P1Y'],
    ['gte', true],
    ['between', [1]],
    ['between', [4, 2]],
    ['between', [1, '2d']],
    ['count', 3],
    ['count', {}],
    ['count', { gt: 1 }],
    ['count', { gte: 1.5 }],
    ['contains', []],
    ['contains', [{}]],
    ['subset-of', 'a'],
    ['disjoint', []],
    ['matches', '(a+)+'],
    ['matches', 3],
    ['starts-with', ''],
    ['before', 'tomorrow'],
    ['before', 'now+1y'],
    ['within', '1y'],
    ['in-cidr', '10.0.0.0/8'],
    ['in-cidr', ['10.0.0.0/33']],
    ['in-cidr', []],
    ['domain-within', []],
    ['domain-within', ''],
    ['version-gte', 1.1],
    ['version-lt', '1.x'],
    ['present', false],
    ['absent', 'yes'],
  ];

  for (const [op, value] of bad) {
    const prepared = OPERATIONS[op](value, { asOf: 0 });

    assert.equal(typeof prepared, 'string', `${op} ${JSON.stringify(value)}`);
  }
});

test('no operator throws or passes over a fact of a random type that its words do not allow', () => {
  const value = (op: Operator): Json => TABLE[op][0]?.[1] ?? null;
  fc.assert(
    fc.property(fc.constantFrom(...OPERATORS), fc.jsonValue({ maxDepth: 3 }), (op, fact) => {
      const found = judgeLeaf({ op, value: value(op) }, fact as Json, AS_OF);

      assert.notEqual(found, 'engine.bug');
      if (op !== 'present' && typeof fact === 'object' && fact !== null && !Array.isArray(fact)) {
        assert.notEqual(found, 'pass');
      }
    }),
    { numRuns: 500 },
  );
});

test('what is not a number never compares: NaN, infinities', () => {
  for (const fact of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    for (const op of ['gt', 'gte', 'lt', 'lte', 'eq', 'ne'] as const) {
      assert.equal(judgeLeaf({ op, value: 5 }, fact, AS_OF), 'engine.type', `${op} ${String(fact)}`);
    }
    assert.equal(judgeLeaf({ op: 'disjoint', value: [5] }, [fact], AS_OF), 'engine.type');
    assert.equal(judgeLeaf({ op: 'in', value: [5] }, fact, AS_OF), 'engine.type');
  }
});
