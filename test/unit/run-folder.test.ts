import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { byTargetCheckSubject, sealer } from '../../src/assurance/seal.ts';
import { UsageError } from '../../src/model/fault.ts';
import type { Verdict } from '../../src/model/result.ts';
import { jsonText } from '../../src/report/json.ts';
import { sealInto } from '../../src/run-folder.ts';
import { hostileRun } from '../support/hostile-run.ts';
import { companyRun } from '../support/run-builder.ts';

const { input, run } = companyRun();
const verdicts: readonly Verdict[] = input.verdicts.toSorted(byTargetCheckSubject);

function inFolder(work: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'probity-run-'));
  try {
    work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('names that would hide or steer are escapes in run.json, however it is written', () => {
  const hostile = hostileRun();
  const sorted = hostile.input.verdicts
    .map((verdict) => ({
      ...verdict,
      check: verdict.check.toWellFormed(),
      target: verdict.target.toWellFormed(),
      subject: verdict.subject.toWellFormed(),
    }))
    .toSorted(byTargetCheckSubject);
  inFolder((folder) => {
    sealInto(sealer(hostile.input), sorted, { folder, inputs: '{}', keep: false });

    assert.equal(readFileSync(join(folder, 'run.json'), 'utf8'), jsonText(hostile.run));
  });
});

test('a run that is written result by result has the bytes of the whole one, and its results can be read back', () => {
  inFolder((folder) => {
    const sealed = sealInto(sealer(input), verdicts, { folder, inputs: '{}', keep: false });

    assert.equal(readFileSync(join(folder, 'run.json'), 'utf8'), jsonText(run));
    assert.deepEqual(sealed.run.results, JSON.parse(JSON.stringify(run.results)));
    assert.equal(sealed.run.results, sealed.run.results);
    assert.deepEqual(readdirSync(folder).sort(), ['inputs.json', 'run.json']);
  });
});

test('the findings of a run are its fails and errors, with all counts', () => {
  const { findings, run: whole } = sealInto(sealer(input), verdicts, { folder: undefined, inputs: '', keep: false });

  assert.deepEqual(
    findings.results,
    run.results.filter(({ status }) => status === 'fail' || status === 'error'),
  );
  assert.ok(findings.results.length > 0 && findings.results.length < run.results.length);
  assert.deepEqual(findings.summary, run.summary);
  assert.deepEqual(whole, run);
});

test('verdicts that come out of order are refused, and nothing half written stays', () => {
  inFolder((folder) => {
    assert.throws(
      () => sealInto(sealer(input), verdicts.toReversed(), { folder, inputs: '{}', keep: false }),
      /out of order/,
    );
    assert.deepEqual(readdirSync(folder), ['inputs.json']);
  });
});

test('a folder that cannot be written to is a mistake that is named', () => {
  inFolder((folder) => {
    const missing = join(folder, 'gone');
    assert.throws(() => sealInto(sealer(input), verdicts, { folder: missing, inputs: '{}', keep: false }), UsageError);
  });
});
