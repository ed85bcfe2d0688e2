import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diffExitCode, diffRuns } from '../../../src/assurance/diff.ts';
import type { Drift, DriftState } from '../../../src/model/drift.ts';
import { sealRun } from '../../../src/assurance/seal.ts';
import type { Status } from '../../../src/model/check.ts';
import type { Run, Verdict } from '../../../src/model/result.ts';
import { checkOf, companyRun, target, verdictOf } from '../../support/run-builder.ts';

const { input } = companyRun();
const site = target('domain', 'domain:shop.example');
const check = checkOf('kms.rotation.off', 'domain', 'dns', 'high', 'x');

interface Shape {
  readonly verdicts?: readonly Verdict[];
  readonly complete?: boolean;
  readonly planned?: number;
  readonly observed?: number;
  readonly without?: boolean;
}

function runOf({ verdicts = [], complete = true, planned = 1, observed = 1, without = false }: Shape): Run {
  const targets = without ? [] : [{ target: site, jobs: { planned, observed, faulted: planned - observed } }];
  return sealRun({ ...input, targets, verdicts, complete, evidence: [], checks: [], frameworks: [] });
}

function one(status: Status | undefined, extra: Partial<Verdict> = {}): Shape {
  return { verdicts: status === undefined ? [] : [verdictOf(check, site, status, { subject: 'key 1', ...extra })] };
}

function state(drifts: readonly Drift[]): string {
  return drifts.map((entry) => [entry.state, ...entry.notes].join(', ')).join('; ');
}

const other = verdictOf(check, site, 'pass', { subject: 'key 2' });
const waiver = { id: 'w', reason: 'r' };

const ROWS: readonly (readonly [string, Shape, Shape, string])[] = [
  ['nothing to fail', one(undefined), one('fail'), 'new'],
  ['nothing to error', one(undefined), one('error'), 'unknown'],
  ['nothing to pass', one(undefined), one('pass'), ''],
  ['fail to fail', one('fail'), one('fail'), 'still'],
  ['fail to pass', one('fail'), one('pass'), 'fixed'],
  ['fail to not applicable', one('fail'), one('not-applicable'), 'fixed'],
  ['fail to error', one('fail'), one('error'), 'unknown'],
  ['fail to manual', one('fail'), one('manual'), 'unknown'],
  ['pass to fail', one('pass'), one('fail'), 'new'],
  ['not applicable to fail', one('not-applicable'), one('fail'), 'new'],
  ['pass to error', one('pass'), one('error'), 'unknown, lost sight'],
  ['error to error', one('error'), one('error'), 'unknown'],
  ['error to fail', one('error'), one('fail'), 'new'],
  ['error to pass', one('error'), one('pass'), ''],
  ['pass to nothing', one('pass'), one(undefined), ''],
  ['a waiver added', one('fail'), one('fail', { waiver }), 'still, waiver added'],
  ['a waiver ended', one('fail', { waiver }), one('fail'), 'still, waiver ended'],
  ['a check changed', one('fail'), one('fail', { version: 2 }), 'still, check changed'],
  ['a subject gone from a complete listing', one('fail'), { verdicts: [other] }, 'fixed, the subject is gone'],
  [
    'a subject gone from a listing in part',
    one('fail'),
    { verdicts: [other, verdictOf(check, site, 'error')] },
    'unknown, no result, and no complete listing; unknown',
  ],
  ['no result and no listing', one('fail'), one(undefined), 'unknown, no result, and no complete listing'],
  ['a target not wholly observed', one('fail'), { planned: 2, observed: 1, verdicts: [other] }, 'unknown, the target was not wholly observed'],
  ['an incomplete run', one('fail'), { complete: false, verdicts: [other] }, 'unknown, the run is incomplete'],
  ['a target that left', one('fail'), { without: true }, 'gone, target left'],
]; // prettier-ignore

for (const [say, before, after, expected] of ROWS) {
  test(`${say}: ${expected === '' ? 'nothing' : expected}`, () => {
    assert.equal(state(diffRuns(runOf(before), runOf(after))), expected);
  });
}

test('a check that the newer pack does not have is gone, not fixed', () => {
  const drifts = diffRuns(runOf(one('fail')), runOf({ verdicts: [] }), { checks: ['tls.*'] });

  assert.equal(state(drifts), 'gone, check retired');
});

test('a fail that was fixed before is a regression', () => {
  const history = [runOf(one('pass')), runOf(one('fail'))];

  assert.equal(state(diffRuns(runOf(one('pass')), runOf(one('fail')), { history })), 'regressed');
  assert.equal(state(diffRuns(runOf(one('pass')), runOf(one('fail')))), 'new');
});

test('a fail that could not be seen in between is still the old one', () => {
  const history = [runOf(one('fail'))];

  assert.equal(
    state(diffRuns(runOf(one('error')), runOf(one('fail')), { history })),
    'still, could not be determined in between',
  );
});

test('a line number or a message changes nothing', () => {
  const drifts = diffRuns(
    runOf(one('fail', { message: 'a', location: { file: 'x', line: 1 } })),
    runOf(one('fail', { message: 'b', location: { file: 'x', line: 9 } })),
  );

  assert.equal(state(drifts), 'still');
});

test('exit codes: new and regressed first, then unknown; what is accepted does not count', () => {
  const code = (before: Shape, after: Shape): number => {
    const newer = runOf(after);
    return diffExitCode(diffRuns(runOf(before), newer), newer);
  };

  assert.equal(code(one('pass'), one('fail')), 1);
  assert.equal(code(one('pass'), one('fail', { waiver })), 0);
  assert.equal(code(one('fail'), one('error')), 3);
  assert.equal(code(one('fail'), one('fail')), 0);
  assert.equal(code(one('fail'), one('pass')), 0);
  assert.equal(code(one('fail'), { without: true }), 0);
  assert.equal(code(one('pass'), { ...one('pass'), complete: false }), 3);
});

test('a run beside itself has nothing new, and errors are never fixed', () => {
  const { run } = companyRun();

  const states = new Map<DriftState, number>();
  for (const entry of diffRuns(run, run)) states.set(entry.state, (states.get(entry.state) ?? 0) + 1);

  assert.deepEqual(Object.fromEntries(states), { unknown: 8, still: 10 });
});
