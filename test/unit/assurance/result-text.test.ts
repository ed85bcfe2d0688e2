import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { resultTexts } from '../../../src/assurance/result-text.ts';
import { canonicalJson } from '../../../src/model/canonical.ts';
import type { Json } from '../../../src/model/json.ts';
import type { Reason, Result } from '../../../src/model/result.ts';
import { visibleJson } from '../../../src/model/visible-json.ts';
import { companyRun } from '../../support/run-builder.ts';

const text = fc.oneof(
  fc.constantFrom('', 'plain', 'a "b" \\ c', 'ä\u2028\u0000', '1', '__proto__', 'toJSON'),
  fc
    .array(fc.integer({ min: 0, max: 0x10ffff }), { maxLength: 12 })
    .map((points) => String.fromCodePoint(...points).toWellFormed()),
);
const value = fc.oneof(
  text,
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
  fc.array(text, { maxLength: 3 }),
  fc.record({ z: text, a: fc.integer(), '10': text }, { requiredKeys: [] }),
) as fc.Arbitrary<Json>;
const member = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined });

/** An object without the members that are undefined, in the order in which they are written. */
function compact(entries: { readonly [key: string]: unknown }): object {
  return Object.fromEntries(Object.entries(entries).filter(([, entry]) => entry !== undefined));
}

const reason = fc
  .record({
    path: text,
    op: text,
    expected: value,
    actual: value,
    absent: member(fc.constant(true)),
    unknown: member(text),
    truncated: member(fc.constant(true)),
    why: member(text),
    evidence: text,
  })
  .map(({ path, op, expected, actual, absent, unknown, truncated, why, evidence }) =>
    compact({ path, op, expected, actual, absent, unknown, truncated, why, evidence }),
  ) as unknown as fc.Arbitrary<Reason>;

const anyResult = fc
  .record({
    check: text,
    version: fc.nat(),
    title: text,
    severity: fc.constantFrom('high', 'low'),
    target: text,
    subject: text,
    status: fc.constantFrom('pass', 'fail', 'error'),
    message: text,
    reasons: fc.array(reason, { maxLength: 3 }),
    fault: member(fc.record({ message: text, code: text })),
    location: member(fc.record({ line: fc.nat(), file: text })),
    references: fc.array(fc.record({ spec: text, section: text }, { requiredKeys: ['spec'] }), { maxLength: 2 }),
    remediation: text,
    waiver: member(fc.record({ reason: text, id: text })),
  })
  .map((of) =>
    compact({
      check: of.check,
      version: of.version,
      title: of.title,
      severity: of.severity,
      target: of.target,
      subject: of.subject,
      status: of.status,
      message: of.message,
      reasons: of.reasons,
      fault: of.fault,
      location: of.location,
      fingerprint: `sha256:${'0'.repeat(64)}`,
      references: of.references,
      remediation: of.remediation,
      waiver: of.waiver,
    }),
  ) as unknown as fc.Arbitrary<Result>;

function insist(result: Result): void {
  const { plain, canonical } = resultTexts(result);
  assert.equal(plain, visibleJson(JSON.stringify(result)));
  assert.equal(canonical, canonicalJson(result as unknown as Json));
}

test('the texts of a result are those of the general writers, for any result', () => {
  fc.assert(fc.property(anyResult, insist));
});

test('the texts of a whole run are those of the general writers, again and again', () => {
  const { results } = companyRun().run;
  assert.ok(results.length > 20);
  for (const result of [...results, ...results]) insist(result);
});

test('a lone surrogate anywhere is refused, as in canonical JSON', () => {
  const [sample] = companyRun().run.results;
  assert.ok(sample !== undefined);
  const half = `a${String.fromCharCode(0xd800)}`;
  const [first] = sample.reasons;
  for (const change of [
    { message: half },
    { subject: half },
    { check: half },
    { fault: { code: half, message: 'x' } },
    { reasons: [{ path: half, op: 'eq', expected: 1, actual: 2, evidence: 'x' }] },
    { reasons: [{ ...first, actual: [half] }] },
  ]) {
    assert.throws(() => resultTexts({ ...sample, ...change } as Result), TypeError, JSON.stringify(change));
  }
});

test('more different texts than there is room for are written rightly', () => {
  const [sample] = companyRun().run.results;
  assert.ok(sample !== undefined);
  for (let index = 0; index < 21_000; index += 1) {
    const { plain } = resultTexts({ ...sample, subject: `subject ${String(index)}` });
    if (index % 1000 === 0) assert.equal(plain, JSON.stringify({ ...sample, subject: `subject ${String(index)}` }));
  }
});
