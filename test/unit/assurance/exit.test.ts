import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitCode, type ExitRules } from '../../../src/assurance/exit.ts';
import { summarise } from '../../../src/assurance/summary.ts';
import type { Severity, Status } from '../../../src/model/check.ts';

interface Row {
  readonly say: string;
  readonly results: readonly (readonly [Status, Severity, 'waived'?])[];
  readonly rules?: Partial<ExitRules>;
  readonly complete?: boolean;
  readonly code: number;
}

const ROWS: readonly Row[] = [
  { say: 'everything passed', results: [['pass', 'low']], code: 0 },
  { say: 'nothing applied', results: [['not-applicable', 'low']], code: 0 },
  { say: 'no result at all', results: [], code: 3 },
  { say: 'no result at all, incomplete allowed', results: [], rules: { allowIncomplete: true }, code: 3 },
  { say: 'a fail at the threshold', results: [['fail', 'low'], ['pass', 'low']], code: 1 },
  { say: 'a fail below the threshold', results: [['fail', 'low'], ['pass', 'low']], rules: { failOn: 'medium' }, code: 0 },
  { say: 'an info fail by default', results: [['fail', 'info'], ['pass', 'low']], code: 0 },
  { say: 'an info fail when asked for', results: [['fail', 'info'], ['pass', 'low']], rules: { failOn: 'info' }, code: 1 },
  { say: 'only a fail below the threshold: nothing passed', results: [['fail', 'info']], code: 3 },
  { say: 'a waived fail beside a pass', results: [['fail', 'critical', 'waived'], ['pass', 'low']], code: 0 },
  { say: 'only waived fails', results: [['fail', 'critical', 'waived']], code: 3 },
  { say: 'an error', results: [['error', 'low'], ['pass', 'low']], code: 3 },
  { say: 'an error, allowed', results: [['error', 'low'], ['pass', 'low']], rules: { allowIncomplete: true }, code: 0 },
  { say: 'only errors, allowed', results: [['error', 'low']], rules: { allowIncomplete: true }, code: 3 },
  { say: 'a fail outranks an error', results: [['error', 'low'], ['fail', 'high']], code: 1 },
  { say: 'a low fail under a threshold does not hide an error', results: [['error', 'low'], ['fail', 'low']], rules: { failOn: 'high' }, code: 3 },
  { say: 'an incomplete run', results: [['pass', 'low']], complete: false, code: 3 },
  { say: 'an interrupted run', results: [['fail', 'high']], complete: false, rules: { interrupted: true }, code: 130 },
  { say: 'only a person can tell', results: [['manual', 'low']], code: 3 },
]; // prettier-ignore

for (const { say, results, rules, complete, code } of ROWS) {
  test(`exit ${String(code)}: ${say}`, () => {
    const list = results.map(([status, severity, waived]) => ({
      status,
      severity,
      ...(waived === undefined ? {} : { waiver: { id: 'w', reason: 'r' } }),
    }));

    const given = exitCode(
      { summary: summarise(list), complete: complete ?? true },
      { failOn: 'low', allowIncomplete: false, ...rules },
    );

    assert.equal(given, code);
  });
}
