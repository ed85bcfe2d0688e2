import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  addTally,
  CONTROL_STATUSES,
  controlStatus,
  emptyTally,
  joinControl,
  rollUp as rollUpOf,
  type Population,
  type Tally,
} from '../../../src/assurance/controls.ts';
import type { Status } from '../../../src/model/check.ts';
import { mappingOf, type Framework } from '../../../src/model/framework.ts';
import type { ControlResult, ControlStatus, Verdict } from '../../../src/model/result.ts';
import { checkOf, target, verdictOf } from '../../support/run-builder.ts';

function frameworkOf(checks: readonly (readonly string[])[], unmapped: readonly string[] = [], id = 'own'): Framework {
  const controls = checks.map((keys, index) => ({ id: `${String(index)}.10`, label: 'A control', checks: keys }));
  return { id, name: 'Own rules', version: '1.0', publisher: 'us', rights: 'public-domain', controls, unmapped };
}

const WAIVER = { id: 'w', reason: 'accepted' };
const CHECKS = ['a.one', 'a.two', 'a.three', 'a.four'].map((id) => checkOf(id, 'domain', 'dns', 'low', id));
const TARGETS = ['x', 'y'].map((name) => target('domain', `domain:${name}.example`));

/** A verdict of each check on each target, decided by the list: undefined is a result that is missing. */
const anyCase: fc.Arbitrary<readonly (readonly [Status, boolean] | undefined)[]> = fc.array(
  fc.option(fc.tuple(fc.constantFrom<Status>('pass', 'fail', 'error', 'not-applicable', 'manual'), fc.boolean()), {
    nil: undefined,
  }),
  { minLength: CHECKS.length * TARGETS.length, maxLength: CHECKS.length * TARGETS.length },
);

function verdictsOf(cases: readonly (readonly [Status, boolean] | undefined)[]): Verdict[] {
  const verdicts: Verdict[] = [];
  for (const [index, entry] of cases.entries()) {
    const check = CHECKS[index % CHECKS.length];
    const of = TARGETS[Math.floor(index / CHECKS.length)];
    if (entry === undefined || check === undefined || of === undefined) continue;
    const [status, waived] = entry;
    verdicts.push(verdictOf(check, of, status, waived && status === 'fail' ? { waiver: WAIVER } : {}));
  }
  return verdicts;
}

interface Judged extends Population {
  readonly results: readonly Verdict[];
}

function rollUp(
  { results, ...population }: Judged,
  frameworks: readonly Framework[],
  scope: { readonly [framework: string]: readonly string[] } = {},
): ControlResult[] {
  const controls = rollUpOf(population, frameworks, scope);
  for (const result of results) controls.add(result);
  return controls.finish();
}

function statusOf(results: readonly Verdict[], checks = CHECKS): ControlStatus {
  const [control] = rollUp({ results, targets: TARGETS, checks }, [frameworkOf([['a']])]);
  assert.ok(control !== undefined);
  return control.status;
}

test('each row of the lattice is decided as the contract says', () => {
  const rows: readonly (readonly [Partial<Tally>, ControlStatus])[] = [
    [{ fail: 1, pass: 3, expected: 4 }, 'contradicted'],
    [{ fail: 2, waived: 1, error: 1, expected: 3 }, 'contradicted'],
    [{ fail: 1, waived: 1, pass: 1, error: 1, expected: 3 }, 'accepted'],
    [{ error: 1, pass: 3, expected: 4 }, 'undetermined'],
    [{ pass: 3, expected: 4 }, 'undetermined'],
    [{ expected: 1 }, 'undetermined'],
    [{ pass: 1, notApplicable: 2, manual: 1, expected: 4 }, 'supported'],
    [{ notApplicable: 2, manual: 1, expected: 3 }, 'not-applicable'],
    [{ manual: 2, expected: 2 }, 'not-assessed'],
    [{}, 'not-assessed'],
  ];

  for (const [tally, status] of rows) {
    assert.equal(controlStatus({ ...emptyTally(), ...tally }), status, JSON.stringify(tally));
  }
});

test('the join of statuses is commutative, associative and idempotent', () => {
  const any = fc.constantFrom(...CONTROL_STATUSES);
  fc.assert(
    fc.property(any, any, any, (a, b, c) => {
      assert.equal(joinControl(a, b), joinControl(b, a));
      assert.equal(joinControl(joinControl(a, b), c), joinControl(a, joinControl(b, c)));
      assert.equal(joinControl(a, a), a);
    }),
  );
});

test('shards merged by their counts have the joined status of the parts', () => {
  const part = fc.record({
    pass: fc.nat(2),
    fail: fc.nat(2),
    waived: fc.constant(0),
    error: fc.nat(1),
    notApplicable: fc.nat(2),
    manual: fc.nat(1),
    expected: fc.constant(0),
  });
  const complete = part.map((tally) => ({
    ...tally,
    expected: tally.pass + tally.fail + tally.error + tally.notApplicable + tally.manual,
  }));
  fc.assert(
    fc.property(complete, complete, (a, b) => {
      const sum = emptyTally();
      addTally(sum, a);
      addTally(sum, b);
      assert.equal(controlStatus(sum), joinControl(controlStatus(a), controlStatus(b)));
    }),
  );
});

test('the order of results, checks and targets does not matter', () => {
  fc.assert(
    fc.property(anyCase, fc.func(fc.integer()), (cases, key) => {
      const results = verdictsOf(cases);
      const mixed = results.toSorted((a, b) => key(a.check, a.target) - key(b.check, b.target));
      const population: Judged = { results, targets: TARGETS, checks: CHECKS };
      const reversed: Judged = { results: mixed, targets: TARGETS.toReversed(), checks: CHECKS.toReversed() };
      assert.deepEqual(
        rollUp(population, [frameworkOf([['a'], ['a.one']])]),
        rollUp(reversed, [frameworkOf([['a'], ['a.one']])]),
      );
    }),
  );
});

test('adding a fail never improves a control', () => {
  fc.assert(
    fc.property(anyCase, fc.boolean(), (cases, waived) => {
      const results = verdictsOf(cases);
      const [check] = CHECKS;
      const [of] = TARGETS;
      assert.ok(check !== undefined && of !== undefined);
      const more = verdictOf(check, of, 'fail', { subject: 'another', ...(waived ? { waiver: WAIVER } : {}) });
      const before = CONTROL_STATUSES.indexOf(statusOf(results));
      const after = CONTROL_STATUSES.indexOf(statusOf([...results, more]));
      assert.ok(after <= before);
    }),
  );
});

test('dropping a result that was the only one of its check and target leaves the control undetermined or worse', () => {
  fc.assert(
    fc.property(anyCase, fc.nat(), (cases, pick) => {
      const results = verdictsOf(cases);
      fc.pre(results.length > 0);
      const dropped = results.toSpliced(pick % results.length, 1);
      assert.ok(CONTROL_STATUSES.indexOf(statusOf(dropped)) <= CONTROL_STATUSES.indexOf('undetermined'));
    }),
  );
});

test('counts add up to what was expected, and what never ran is missing from them', () => {
  const [one, two] = CHECKS;
  const [x] = TARGETS;
  assert.ok(one !== undefined && two !== undefined && x !== undefined);

  const [control] = rollUp(
    {
      results: [verdictOf(one, x, 'pass'), verdictOf(one, x, 'pass', { subject: 'key 2' })],
      targets: TARGETS,
      checks: [one, two],
    },
    [frameworkOf([['a']])],
  );

  assert.deepEqual(control?.counts, { pass: 2, fail: 0, error: 0, notApplicable: 0, manual: 0, expected: 5 });
  assert.equal(control?.status, 'undetermined');
});

test('a check whose collector has nothing to ask of a target, and a silent detector, are not expected', () => {
  const [one] = CHECKS;
  const [x] = TARGETS;
  assert.ok(one !== undefined && x !== undefined);
  const detector = checkOf('a.detector', 'domain', 'dns', 'high', 'x', {
    each: { path: 'findings', as: 'finding', subject: 'finding.path', onEmpty: 'silent' },
  });

  const [control] = rollUp(
    {
      results: [verdictOf(one, x, 'pass')],
      targets: TARGETS,
      checks: [one, detector],
      planned: (_, id) => id === x.id,
    },
    [frameworkOf([['a']])],
  );

  assert.equal(control?.counts.expected, 1);
  assert.equal(control?.status, 'supported');
});

test('the longest key of a framework decides, at whole segments only', () => {
  const controlsOf = mappingOf(frameworkOf([['dns'], ['dns.caa', 'tls'], ['dmarc.p', 'tls']], ['dns.ns.count']));

  assert.deepEqual(controlsOf('dns'), [0]);
  assert.deepEqual(controlsOf('dns.soa.serial'), [0]);
  assert.deepEqual(controlsOf('dns.caa.missing'), [1]);
  assert.deepEqual(controlsOf('dns.ns.count'), []);
  assert.deepEqual(controlsOf('dns.ns.count.low'), []);
  assert.deepEqual(controlsOf('dmarc.p.none'), [2]);
  assert.deepEqual(controlsOf('dmarc.psd'), []);
  assert.deepEqual(controlsOf('tls.proto'), [1, 2]);
  assert.deepEqual(controlsOf('constructor'), []);
});

test('a scope filters by label, over the targets that led to a target too', () => {
  const [one] = CHECKS;
  assert.ok(one !== undefined);
  const card = target('domain', 'domain:pay.example', { labels: { env: 'cde' } });
  const child = target('domain', 'domain:mx.pay.example', { parent: card.id });
  const other = target('domain', 'domain:blog.example', { labels: { env: 'public' } });
  const results = [verdictOf(one, card, 'pass'), verdictOf(one, child, 'pass'), verdictOf(one, other, 'fail')];
  const population: Judged = { results, targets: [card, child, other], checks: [one] };
  const frameworks = [frameworkOf([['a']], [], 'pci'), frameworkOf([['a']], [], 'soc2')];

  const [pci, soc2] = rollUp(population, frameworks, { pci: ['env:cde'] });

  assert.deepEqual([pci?.status, pci?.counts.expected], ['supported', 2]);
  assert.deepEqual([soc2?.status, soc2?.counts.expected], ['contradicted', 3]);
});
