/** At a replay with lost evidence: each verdict that the run had given by it becomes an error, so that none vanishes. */
import { byTargetCheckSubject } from './assurance/seal.ts';
import type { Check } from './model/check.ts';
import type { Fault } from './model/fault.ts';
import type { Reason, Result, Verdict } from './model/result.ts';
import type { Observation } from './engine/observed.ts';

interface Loss {
  readonly fault: Fault;
  readonly evidence: string;
}

const keyOf = (check: string, target: string): string => `${check} ${target}`;

/** Evidence that is not there, or not what the run saw: by collector and target. */
function losses(observations: readonly Observation[]): ReadonlyMap<string, Loss> {
  const lost = new Map<string, Loss>();
  for (const { target, collectors } of observations) {
    for (const [id, seen] of Object.entries(collectors)) {
      if (seen.is === 'fault' && seen.fault.code.startsWith('evidence.'))
        lost.set(keyOf(id, target.id), { fault: seen.fault, evidence: seen.id });
    }
  }
  return lost;
}

function unknownReason(check: Check, { fault, evidence }: Loss): Reason {
  return { path: check.each?.path ?? '', op: 'present', expected: null, actual: null, unknown: fault.code, evidence };
}

/**
 * The verdicts of a replay. Where evidence is lost, the subjects of a check (the keys of a region, the findings of a tree) can only be
 * known from what the run had said; each of them is an error now.
 */
export function lostVerdicts(
  judged: Iterable<Verdict>,
  observations: readonly Observation[],
  checks: readonly Check[],
  before: readonly Result[],
): Iterable<Verdict> {
  const lost = losses(observations);
  if (lost.size === 0) return judged;
  const verdicts = [...judged];
  const byId = new Map(checks.map((check) => [check.id, check]));
  const said = new Map(verdicts.map((verdict) => [keyOf(verdict.check, verdict.target), verdict]));
  const replaced = new Set<string>();
  const added: Verdict[] = [];
  for (const result of before) {
    const check = byId.get(result.check);
    const loss = check?.needs
      .map((collector) => lost.get(keyOf(collector, result.target)))
      .find((entry) => entry !== undefined);
    if (check === undefined || loss === undefined) continue;
    replaced.add(keyOf(result.check, result.target));
    added.push({
      check: check.id,
      version: check.version,
      title: check.title,
      severity: result.severity,
      target: result.target,
      subject: result.subject,
      status: 'error',
      message: `${result.subject}: could not be judged again: ${loss.fault.message}`.slice(0, 300),
      reasons: said.get(keyOf(result.check, result.target))?.reasons ?? [unknownReason(check, loss)],
      fault: { code: loss.fault.code, message: loss.fault.message },
      references: check.references,
      remediation: check.remediation,
    });
  }
  const kept = verdicts.filter((verdict) => !replaced.has(keyOf(verdict.check, verdict.target)));
  return [...kept, ...added].sort(byTargetCheckSubject);
}
