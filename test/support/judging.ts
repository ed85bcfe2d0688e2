/** Short ways to judge one leaf or expression over facts, for the tests of the judge. */
import type { Check, Expr, Leaf } from '../../src/model/check.ts';
import type { Json } from '../../src/model/json.ts';
import type { Verdict } from '../../src/model/result.ts';
import type { Target } from '../../src/model/target.ts';
import { judge, type Observed } from '../../src/judge/judge.ts';

export const TARGET: Target = { kind: 'domain', id: 'domain:example.com', labels: {} };
export const AS_OF = '2026-01-01T00:00:00Z';

/** A status, or the code of the fault where it is an error. */
export type Outcome = string;

/** A check over the collector `x`; everything that a test does not care about is filled in. */
export function checkOf(parts: Partial<Check> & Pick<Check, 'assert'>): Check {
  return {
    id: 'test.check',
    version: 1,
    title: 'A check of the tests',
    severity: 'medium',
    needs: ['x'],
    target: 'domain',
    references: [{ spec: 'RFC 1' }],
    remediation: 'Mend it.',
    examples: [],
    ...parts,
  };
}

export function seen(facts: Json, at: { readonly [pointer: string]: string } = {}): Observed {
  return { is: 'facts', id: 'ev-0123456789abcdef', facts, at };
}

export function judgeFacts(check: Check, facts: Json, asOf = AS_OF): Verdict[] {
  return judge([check], [{ target: TARGET, collectors: { x: seen(facts) } }], asOf);
}

/** What a single verdict says: its status, or the fault's code. */
export function outcomeOf(verdicts: readonly Verdict[]): Outcome {
  const [verdict] = verdicts;
  if (verdict === undefined || verdicts.length !== 1) throw new Error(`${String(verdicts.length)} verdicts`);
  return verdict.fault?.code ?? verdict.status;
}

export function judgeExpr(expr: Expr, facts: Json, asOf = AS_OF): Outcome {
  return outcomeOf(judgeFacts(checkOf({ assert: expr }), facts, asOf));
}

/** Judges one leaf over the fact `f`; `undefined` is absence. */
export function judgeLeaf(leaf: Omit<Leaf, 'path'>, fact: Json | undefined, asOf = AS_OF): Outcome {
  return judgeExpr({ path: 'f', ...leaf }, fact === undefined ? {} : { f: fact }, asOf);
}
