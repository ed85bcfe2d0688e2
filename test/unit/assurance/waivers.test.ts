import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyWaivers, endOf, waiverProblems } from '../../../src/assurance/waivers.ts';
import type { Waiver } from '../../../src/model/waiver.ts';
import { exitCode } from '../../../src/assurance/exit.ts';
import { summarise } from '../../../src/assurance/summary.ts';
import type { Verdict } from '../../../src/model/result.ts';
import { checkOf, target, verdictOf } from '../../support/run-builder.ts';

const AS_OF = '2026-11-22T10:00:00Z';
const site = target('domain', 'domain:shop.example');
const other = target('domain', 'domain:blog.example');
const check = checkOf('tls.proto.tls10', 'domain', 'tls', 'high', 'TLS 1.0 is refused');
const second = checkOf('dmarc.p.none', 'domain', 'dns', 'low', 'DMARC asks for more than none');

function waiver(extra: Partial<Waiver> = {}): Waiver {
  return {
    id: 'w1',
    check: 'tls.*',
    target: 'domain:shop.example',
    owner: 'ops',
    reason: 'old scanners',
    expires: '2027-03-31',
    ...extra,
  };
}

function apply(verdicts: readonly Verdict[], ...waivers: readonly Waiver[]): Verdict[] {
  return applyWaivers({ verdicts, waivers, asOf: AS_OF, observed: [site.id, other.id] });
}

const said = (verdicts: readonly Verdict[]): string[] =>
  verdicts
    .filter((verdict) => verdict.check.startsWith('waiver.'))
    .map((verdict) => `${verdict.check} ${verdict.severity} ${verdict.target} ${verdict.subject}`);

test('a waiver stands on the fails it covers, and changes no status', () => {
  const [covered, elsewhere, passed, unrelated] = apply(
    [
      verdictOf(check, site, 'fail'),
      verdictOf(check, other, 'fail'),
      verdictOf(check, site, 'pass', { subject: 'x' }),
      verdictOf(second, site, 'fail'),
    ],
    waiver(),
  );

  assert.deepEqual(covered?.waiver, { id: 'w1', owner: 'ops', reason: 'old scanners', expires: '2027-03-31' });
  assert.equal(covered?.status, 'fail');
  assert.deepEqual([elsewhere?.waiver, passed?.waiver, unrelated?.waiver], [undefined, undefined, undefined]);
});

test('the boundary of expiry is exact: a date holds through its day, an instant through its second', () => {
  const rows: readonly (readonly [string, boolean])[] = [
    ['2026-11-22', true],
    ['2026-11-21', false],
    ['2026-11-22T10:00:00Z', true],
    ['2026-11-22T09:59:59Z', false],
    ['2026-11-22T11:00:00+01:00', true],
    ['2026-11-22T10:59:59+01:00', false],
    ['soon', false],
    ['2026-02-30', false],
  ];
  for (const [expires, holds] of rows) {
    const [result, ...rest] = apply([verdictOf(check, site, 'fail')], waiver({ expires }));
    assert.equal(result?.waiver !== undefined, holds, expires);
    assert.equal(
      said(rest).some((text) => text.startsWith('waiver.expired')),
      !holds,
      expires,
    );
  }
  assert.equal(endOf('2024-02-29') !== undefined, true);
});

test('an expired waiver fails with the severity of what it covered, at least medium', () => {
  const expired = { expires: '2026-01-01' };

  assert.deepEqual(said(apply([verdictOf(check, site, 'fail')], waiver(expired))), [
    'waiver.expired high domain:shop.example w1',
  ]);
  assert.deepEqual(said(apply([verdictOf(second, site, 'fail')], waiver({ ...expired, check: 'dmarc.*' }))), [
    'waiver.expired medium domain:shop.example w1',
  ]);
});

test('what ends within 14 days, matches nothing, or stands for an error is told', () => {
  assert.deepEqual(said(apply([verdictOf(check, site, 'fail')], waiver({ expires: '2026-12-05' }))), [
    'waiver.expiring info domain:shop.example w1',
  ]);
  assert.deepEqual(said(apply([verdictOf(check, site, 'fail')], waiver({ expires: '2026-12-07' }))), []);
  assert.deepEqual(said(apply([verdictOf(check, site, 'fail')], waiver({ check: 'http.*' }))), [
    'waiver.unmatched low domain:shop.example w1',
  ]);
  assert.deepEqual(said(apply([], waiver({ target: 'domain:gone.example' }))), []);
  const [error, ...rest] = apply([verdictOf(check, site, 'error')], waiver());
  assert.equal(error?.waiver, undefined);
  assert.deepEqual(said(rest), ['waiver.of-error info domain:shop.example w1']);
  assert.deepEqual(said(apply([verdictOf(check, site, 'pass')], waiver())), []);
});

test('of two waivers the later end counts, and both are named', () => {
  const [result] = apply(
    [verdictOf(check, site, 'fail')],
    waiver(),
    waiver({ id: 'w2', expires: '2027-05-01' }),
    waiver({ id: 'w0', expires: '2020-01-01' }),
  );

  assert.equal(result?.waiver?.id, 'w2');
  assert.equal(result?.waiver?.reason, 'old scanners (also waived by w1)');
});

test('an inline waiver stays where no other covers the result, and is named where one does', () => {
  const inline = verdictOf(check, site, 'fail', { waiver: { id: 'src/a.ts:3', reason: 'test key' } });

  assert.equal(apply([inline])[0]?.waiver?.id, 'src/a.ts:3');
  assert.match(apply([inline], waiver())[0]?.waiver?.reason ?? '', /also waived by src\/a\.ts:3/);
});

test('a waiver takes a fail out of the exit code, and an expired one puts it back', () => {
  const code = (verdicts: readonly Verdict[]): number =>
    exitCode({ summary: summarise(verdicts), complete: true }, { failOn: 'low', allowIncomplete: false });
  const verdicts = [verdictOf(check, site, 'fail'), verdictOf(second, site, 'pass')];

  assert.equal(code(verdicts), 1);
  assert.equal(code(apply(verdicts, waiver())), 0);
  assert.equal(code(apply(verdicts, waiver({ expires: '2026-11-01' }))), 1);
});

test('what makes a waiver unacceptable is named by its key', () => {
  const rows: readonly (readonly [Partial<Waiver>, string | undefined])[] = [
    [{}, undefined],
    [{ owner: ' ' }, 'owner'],
    [{ reason: '' }, 'reason'],
    [{ expires: '' }, 'expires'],
    [{ expires: 'next year' }, 'expires'],
    [{ expires: '2027-11-23' }, undefined],
    [{ expires: '2027-11-25' }, 'expires'],
    [{ created: '2026-01-01', expires: '2027-01-02' }, undefined],
    [{ created: '2026-01-01', expires: '2027-01-03' }, 'expires'],
    [{ created: 'x' }, 'created'],
    [{ check: '*', target: '*' }, 'check'],
    [{ check: '*', target: '**' }, 'check'],
    [{ check: '*' }, undefined],
  ];
  for (const [extra, key] of rows) {
    const problems = waiverProblems(waiver(extra), AS_OF);
    assert.deepEqual(
      problems.map((problem) => problem.key),
      key === undefined ? [] : [key],
      JSON.stringify(extra),
    );
  }
});
