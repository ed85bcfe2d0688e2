/** Hostile strings as facts, keys and subjects: verdicts stay one visible line, can be digested, and never pass by accident. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalJson } from '../../src/model/canonical.ts';
import { OPERATORS } from '../../src/model/check.ts';
import type { Json } from '../../src/model/json.ts';
import { checkOf, judgeFacts, judgeLeaf } from '../support/judging.ts';
import { conformanceFile, needsConformance } from '../support/conformance.ts';

/** One JSON string a line. */
function hostileStrings(): string[] {
  const lines = conformanceFile('reports/hostile-strings.txt').toString('utf8').split('\n');
  return lines.filter((line) => line.trim() !== '').map((line) => JSON.parse(line) as string);
}

test('hostile strings stay data in messages, subjects and reasons', needsConformance(), () => {
  const strings = hostileStrings();
  const check = checkOf({
    each: { path: 'items', as: 'item', subject: 'item.name', onEmpty: 'fail' },
    assert: { path: 'item.value', op: 'eq', value: 'what nobody sends' },
  });
  const facts = { items: strings.map((text): Json => ({ name: text, value: text, [text]: text })) };

  const verdicts = judgeFacts(check, facts);

  assert.ok(strings.length > 50);
  assert.equal(verdicts.length, strings.length);
  for (const verdict of verdicts) {
    assert.equal(verdict.status, 'fail', verdict.message);
    assert.ok(verdict.message.length <= 300);
    assert.doesNotMatch(verdict.message, /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2066-\u2069]/u);
    canonicalJson(verdict as unknown as Json);
  }
});

test(
  'no operator throws over a hostile string, and none passes that asks for another kind of value',
  needsConformance(),
  () => {
    const operands: { readonly [op: string]: Json } = {
      gt: 1,
      gte: 1,
      lt: 1,
      lte: 1,
      between: [1, 2],
      count: { lte: 5 },
      contains: 'a',
      'contains-none': 'a',
      'contains-all': ['a'],
      'subset-of': ['a'],
      'superset-of': ['a'],
      disjoint: ['a'],
      before: 'now',
      after: 'now',
      within: '36h',
      'in-cidr': ['0.0.0.0/0'],
      'none-in-cidr': ['10.0.0.0/8'],
      'version-gte': '0',
      'version-lt': '99999999',
    };
    for (const op of OPERATORS) {
      const value = operands[op];
      if (value === undefined) continue;
      for (const text of hostileStrings()) {
        for (const fact of [text, { [text]: text }, null]) {
          const outcome = judgeLeaf({ op, value }, fact);
          assert.notEqual(outcome, 'engine.bug', op);
          // A version or an address that happens to stand in the list would be no surprise
          if (!op.startsWith('version') && !op.includes('cidr'))
            assert.notEqual(outcome, 'pass', `${op} ${JSON.stringify(fact)}`);
        }
      }
    }
  },
);
