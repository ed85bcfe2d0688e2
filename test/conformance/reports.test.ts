/** Every report format that has a schema, against it: an honest run, a hostile one, an empty one and a larger one. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatEntry } from '../../src/report/registry.ts';
import { sealRun } from '../../src/assurance/seal.ts';
import { sarifText } from '../../src/report/sarif.ts';
import { needsConformance } from '../support/conformance.ts';
import { hostileRun } from '../support/hostile-run.ts';
import { reportValidator, type SchemaName } from '../support/report-schemas.ts';
import { companyRun, largeRun, shippedFrameworks, viewOf, type Built } from '../support/run-builder.ts';

function emptyRun(): Built {
  const built = companyRun();
  const input = { ...built.input, verdicts: [], evidence: [], targets: [], checks: [] };
  return { ...built, input, run: sealRun(input) };
}

const RUNS: readonly (readonly [string, () => Built])[] = [
  ['a company', companyRun],
  ['hostile texts', hostileRun],
  ['nothing', emptyRun],
  ['500 results', () => largeRun(500, shippedFrameworks())],
];

const NAMES: readonly SchemaName[] = ['sarif', 'ocsf', 'oscal', 'hdf', 'cyclonedx'];

describe('reports against the schemas of their formats', needsConformance(), () => {
  for (const name of NAMES) {
    test(`${name} is valid for every run`, async () => {
      const validate = reportValidator(name);
      const entry = formatEntry(name);
      assert.ok(entry !== undefined);
      const reporter = await entry.load();
      for (const [title, build] of RUNS) {
        const document = JSON.parse(reporter.render(viewOf(build()))) as unknown;
        const items: readonly unknown[] = name === 'ocsf' ? (document as unknown[]) : [document];
        for (const item of items) {
          assert.ok(validate(item), `${title}: ${JSON.stringify(validate.errors?.slice(0, 3))}`);
        }
      }
    });

    test(`the schema of ${name} refuses what is broken`, async () => {
      const validate = reportValidator(name);
      const entry = formatEntry(name);
      const text = (await entry?.load())?.render(viewOf(companyRun())) ?? '';
      const broken = text.replace(/"(?:version|uuid|class_uid|bomFormat)":/, '"nonsense":');
      const document = JSON.parse(broken) as unknown;

      assert.notEqual(broken, text);
      assert.equal(validate(name === 'ocsf' ? (document as unknown[])[0] : document), false);
    });
  }

  test('SARIF with passes is valid too', () => {
    const validate = reportValidator('sarif');
    for (const [title, build] of RUNS) {
      const document = JSON.parse(sarifText(viewOf(build()), true)) as unknown;
      assert.ok(validate(document), `${title}: ${JSON.stringify(validate.errors?.slice(0, 3))}`);
    }
  });
});
