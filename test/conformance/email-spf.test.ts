/** The RFC 7208 test suite against the evaluator, its zones answered in the process. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  evaluateSpf,
  type SpfMail,
  type SpfOutcome,
  type SpfQuestion,
  type SpfReply,
} from '../../src/collectors/dns/spf/evaluate.ts';
import { needsConformance } from '../support/conformance.ts';
import { accepted, spfScenarios, stubResolver } from '../support/spf-suite.ts';

function evaluate(mail: SpfMail, ask: (question: SpfQuestion) => SpfReply): SpfOutcome {
  const run = evaluateSpf(mail);
  let step = run.next();
  for (let questions = 0; step.done !== true; questions += 1) {
    assert.ok(questions < 150, 'more questions than the limits allow');
    step = run.next(ask(step.value));
  }
  return step.value;
}

test('203 of 203 results and 22 of 22 explanations of the RFC 7208 suite', needsConformance(), () => {
  const wrong: string[] = [];
  let results = 0;
  let explanations = 0;

  for (const scenario of spfScenarios()) {
    const ask = stubResolver(scenario);
    for (const [name, one] of Object.entries(scenario.tests)) {
      const outcome = evaluate({ ip: one.host, sender: one.mailfrom ?? '', helo: one.helo ?? '' }, ask);
      results += 1;
      if (!accepted(one).includes(outcome.result)) {
        wrong.push(`${name}: ${outcome.result} (${outcome.why ?? ''}), not ${accepted(one).join(' or ')}`);
      }
      if (one.explanation === undefined) continue;
      explanations += 1;
      const expected = one.explanation === 'DEFAULT' ? null : one.explanation;
      if (outcome.explanation !== expected) {
        wrong.push(`${name}: explanation ${JSON.stringify(outcome.explanation)}, not ${JSON.stringify(expected)}`);
      }
    }
  }

  assert.deepEqual(wrong, []);
  assert.deepEqual([results, explanations], [203, 22]);
});
