/** Judges 100 checks on 1,000 targets and prints the best of five runs; the goal is at most 150 ms. */
import type { Check } from '../../src/model/check.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { type Observation, verdictsOf } from '../../src/judge/judge.ts';

const CHECKS = 100;
const TARGETS = 1000;
const RUNS = 5;

function check(index: number): Check {
  const variants = [
    { assert: { path: 'hsts.maxAge', op: 'gte', value: 15_552_000 } },
    { assert: { path: 'policy', op: 'in', value: ['quarantine', 'reject'] } },
    {
      when: { path: 'hsts', op: 'present', value: null },
      assert: {
        all: [
          { path: 'hsts.valid', op: 'eq', value: true },
          {
            any: [
              { path: 'policy', op: 'eq', value: 'reject' },
              { path: 'suites', op: 'contains', value: 'a' },
            ],
          },
        ],
      },
    },
    {
      assert: { every: 'chain', as: 'one', onEmpty: 'false', satisfies: { path: 'one.bits', op: 'gte', value: 2048 } },
    },
    { assert: { path: 'expires', op: 'after', value: 'now+30d' } },
  ] as const;
  return {
    id: `bench.check${String(index).padStart(3, '0')}`,
    version: 1,
    title: 'A check of the benchmark',
    severity: 'medium',
    needs: ['bench'],
    target: 'domain',
    references: [{ spec: 'RFC 6797', section: '6.1.1' }],
    remediation: 'None.',
    examples: [],
    ...(variants[index % variants.length] ?? variants[0]),
  };
}

function facts(index: number): JsonObject {
  return {
    hsts: { valid: index % 3 > 0, maxAge: index % 2 === 0 ? 63_072_000 : 300 },
    policy: ['none', 'quarantine', 'reject'][index % 3] ?? 'none',
    suites: ['a', 'b', 'c'].slice(index % 3),
    chain: [{ bits: 2048 }, { bits: index % 4 === 0 ? 1024 : 4096 }, { bits: 4096 }],
    expires: index % 5 === 0 ? '2026-01-15T00:00:00Z' : '2027-01-01T00:00:00Z',
  };
}

function observation(index: number): Observation {
  return {
    target: { kind: 'domain', id: `domain:t${String(index).padStart(4, '0')}.example`, labels: {} },
    collectors: {
      bench: {
        is: 'facts',
        id: `ev-${String(index).padStart(16, '0')}`,
        facts: facts(index),
        at: {
          '/hsts': '/answers/0',
          '/policy': '/answers/1',
          '/chain/0': '/chain/0',
          '/chain/1': '/chain/1',
          '/chain/2': '/chain/2',
        },
      },
    },
  };
}

const checks = Array.from({ length: CHECKS }, (_, index) => check(index));
const observations = Array.from({ length: TARGETS }, (_, index) => observation(index));
let best = Number.POSITIVE_INFINITY;
let count = 0;
let letters = 0;
for (let run = 0; run < RUNS; run += 1) {
  const started = performance.now();
  count = 0;
  letters = 0;
  // One at a time, as a run takes them: each is sealed and written before the next
  for (const { message, reasons } of verdictsOf(checks, observations, '2026-01-01T00:00:00Z')) {
    count += 1;
    letters += message.length + reasons.length;
  }
  best = Math.min(best, performance.now() - started);
}
console.log(
  `${String(CHECKS)} checks x ${String(TARGETS)} targets: ${String(count)} verdicts, best of ${String(RUNS)}: ` +
    `${best.toFixed(0)} ms (goal 150), ${Math.round(count / best).toString()} verdicts/ms, ${String(letters)} letters and reasons`,
);
