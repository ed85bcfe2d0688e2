import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { merkleRoot } from '../../../src/assurance/root.ts';
import { sealRun } from '../../../src/assurance/seal.ts';
import { canonicalJson } from '../../../src/model/canonical.ts';
import type { Json } from '../../../src/model/json.ts';
import { checkOf, companyRun, largeRun, target, verdictOf } from '../../support/run-builder.ts';

const sha = (...parts: readonly (string | Uint8Array)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

test('results are sorted by target, check and subject, whatever the order of the verdicts', () => {
  const { input, run } = companyRun();

  const again = sealRun({
    ...input,
    verdicts: input.verdicts.toReversed(),
    evidence: input.evidence.toReversed(),
    targets: input.targets.toReversed(),
  });

  assert.deepEqual(again, run);
  const keys = run.results.map((result) => [result.target, result.check, result.subject].join('\u0000'));
  assert.deepEqual(keys, keys.toSorted());
});

test('a fingerprint is the digest of check, target and subject only', () => {
  const { run } = companyRun();
  const [result] = run.results;
  assert.ok(result !== undefined);

  const expected = sha(JSON.stringify([result.check, result.target, result.subject])).toString('hex');

  assert.equal(result.fingerprint, `sha256:${expected}`);
});

test('the Merkle root is over evidence digests by id, then the canonical results', () => {
  const check = checkOf('a.one', 'domain', 'dns', 'low', 'x');
  const [result] = companyRun().run.results;
  assert.ok(result !== undefined);
  const digest = (text: string): string => `sha256:${sha(text).toString('hex')}`;
  const entry = { collector: 'dns', target: 'domain:x', observedAt: '', digest: digest('second') };
  const evidence = [
    { ...entry, id: 'ev-2' },
    { ...entry, id: 'ev-1', digest: digest('first') },
  ];

  const root = merkleRoot(evidence, [result]);

  const first = sha(Uint8Array.of(0), sha('first'));
  const second = sha(Uint8Array.of(0), sha('second'));
  const third = sha(Uint8Array.of(0), canonicalJson(result as unknown as Json));
  assert.equal(root, `sha256:${sha('\u0001', sha('\u0001', first, second), third).toString('hex')}`);
  assert.equal(check.id, 'a.one');
});

test('a digest of another algorithm or length is refused', () => {
  const entry = { id: 'ev-1', collector: 'dns', target: 'domain:x', observedAt: '' };
  for (const digest of [
    'sha1:00',
    `sha512:${'0'.repeat(64)}`,
    `sha256:${'0'.repeat(63)}`,
    `sha256:${'G'.repeat(64)}`,
    '',
  ]) {
    assert.throws(() => merkleRoot([{ ...entry, digest }], []), /not a sha256 digest/);
  }
});

test('the summary counts unwaived fails by severity, and coverage keeps errors in its denominator', () => {
  const { summary } = companyRun().run;

  assert.deepEqual(summary.byStatus, { pass: 4, fail: 10, error: 8, 'not-applicable': 1, manual: 1 });
  assert.deepEqual(summary.bySeverity, { critical: 1, high: 3, medium: 3, low: 1, info: 1 });
  assert.deepEqual(summary.coverage, { judged: 14, applicable: 23 });
});

test('a text cut inside a surrogate pair does not stop the run from being sealed', () => {
  const check = checkOf('a.one', 'domain', 'dns', 'low', 'x');
  const of = target('domain', 'domain:x.example');
  const { input } = companyRun();

  const run = sealRun({
    ...input,
    verdicts: [verdictOf(check, of, 'fail', { subject: '\ud83d', message: 'cut \ud83d' })],
  });

  assert.equal(run.results[0]?.message, 'cut \ufffd');
  assert.equal(run.results[0]?.subject, '\ufffd');
});

test('run.json prints the three AWS kinds as one, and the members of a result in the order of the contract', () => {
  const { run } = companyRun();

  assert.deepEqual(
    run.targets.filter(({ id }) => id.startsWith('aws:')).map(({ kind }) => kind),
    ['aws', 'aws', 'aws'],
  );
  const failed = run.results.find((result) => result.waiver !== undefined);
  assert.deepEqual(Object.keys(failed ?? {}), [
    'check', 'version', 'title', 'severity', 'target', 'subject', 'status', 'message', 'reasons', 'fingerprint',
    'references', 'remediation', 'waiver',
  ]); // prettier-ignore
});

test('a large run is sealed completely', () => {
  const { run } = largeRun(2_000);

  assert.equal(run.results.length, 2_000);
  assert.equal(new Set(run.results.map(({ fingerprint }) => fingerprint)).size, 2_000);
});
