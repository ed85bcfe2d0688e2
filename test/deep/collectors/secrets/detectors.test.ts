/** Our detector files: every example holds, and every finding names its detector. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampler } from '../../../../src/collectors/secrets/sample.ts';
import { detectorCheck, testDetectors } from '../../../../src/packs/detectors.ts';
import { ownDetectors, ownDetectorSet } from '../../../support/detectors.ts';

const files = ownDetectors();

test('every example of every detector holds', () => {
  const sample = sampler(ownDetectorSet());

  const problems = testDetectors(files, (path, text) => sample(path, text).found.map((found) => found.detector));

  assert.deepEqual(problems, []);
  assert.ok(files.length >= 40, `only ${String(files.length)} detectors`);
});

test('each detector is a check of its own that is silent where nothing was found', () => {
  const checks = files.map((file) => detectorCheck(file));

  assert.equal(new Set(checks.map((check) => check.id)).size, files.length);
  for (const check of checks) {
    assert.match(check.id, /^secret\.[a-z0-9-]+$/);
    assert.equal(check.each?.onEmpty, 'silent');
    assert.ok(check.references.length > 0 && check.remediation.length > 20);
  }
});
