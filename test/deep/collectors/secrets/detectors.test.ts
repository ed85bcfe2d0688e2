/** Our detector files: every example holds, and every finding names its detector. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampler } from '../../../../src/collectors/secrets/sample.ts';
import { detectorCheck, testDetectors } from '../../../../src/packs/detectors.ts';
import { ownDetectors, ownDetectorSet } from '../../../support/detectors.ts';

const files = ownDetectors();

test('every example of every detector holds', () => {
  const sample = sampler(ownDetectorSet(true));

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

test('keys that are made to be public are looked for only when they are asked for', () => {
  const ids = files.filter(({ detector }) => detector.public === true).map(({ detector }) => detector.id);
  const known = (publicToo: boolean): readonly string[] => ownDetectorSet(publicToo).detectors.map(({ id }) => id);

  assert.ok(ids.length >= 7);
  assert.deepEqual(
    known(false).filter((id) => ids.includes(id)),
    [],
  );
  assert.deepEqual(
    known(true).filter((id) => ids.includes(id)),
    ids.toSorted(),
  );
  for (const { detector } of files) if (detector.public === true) assert.equal(detector.severity, 'info');
});
