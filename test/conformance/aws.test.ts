/** The forty AWS scenarios beside the checkout: each state is served by the lab's endpoint, observed, interpreted and judged. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { interpretEvidence, observedAws } from '../support/aws-run.ts';
import { conformanceFile, needsConformance } from '../support/conformance.ts';
import { loadAwsChecks } from '../support/aws-run.ts';
import type { KeyState } from '../../src/lab/aws/state.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { judge } from '../../src/judge/judge.ts';

interface Scenario {
  readonly id: string;
  readonly words: string;
  readonly state: { readonly keys: readonly KeyState[]; readonly certificates: readonly JsonObject[] };
  readonly expect: readonly {
    readonly check: string;
    readonly subject: string;
    readonly status: string;
    readonly fault?: string;
  }[];
}

interface Scenarios {
  readonly asOf: string;
  readonly account: string;
  readonly region: string;
  readonly scenarios: readonly Scenario[];
}

test('the AWS scenarios get the verdicts that are written beside them', needsConformance(), async (t) => {
  const file = JSON.parse(conformanceFile('aws/scenarios.json').toString('utf8')) as Scenarios;
  const checks = await loadAwsChecks(fileURLToPath(new URL('../../checks/', import.meta.url)));
  assert.equal(file.scenarios.length, 40);

  for (const scenario of file.scenarios) {
    await t.test(`${scenario.id}: ${scenario.words}`, async () => {
      const state = {
        account: file.account,
        regions: { [file.region]: scenario.state, 'eu-west-1': { keys: [], certificates: [] } },
      };
      const { target, raw } = await observedAws(state, checks, { regions: [file.region, 'eu-west-1'] });
      const verdicts = judge(checks, [{ target, collectors: { aws: interpretEvidence(raw) } }], file.asOf);

      for (const expected of scenario.expect) {
        const found = verdicts.find(({ check, subject }) => check === expected.check && subject === expected.subject);
        assert.equal(
          found?.status,
          expected.status,
          `${expected.check} ${expected.subject}: ${found?.message ?? 'no result'}`,
        );
        if (expected.fault !== undefined) assert.equal(found?.fault?.code, expected.fault);
      }
    });
  }
});
