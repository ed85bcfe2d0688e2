/** Seals a run: order, fingerprints, counts, controls and the Merkle root over evidence and results. */
import type { Check } from '../model/check.ts';
import type { Framework } from '../model/framework.ts';
import { byCodeUnit, isArray, isObject, type Json } from '../model/json.ts';
import type { EvidenceEntry, Reason, Result, Run, RunTarget, Verdict } from '../model/result.ts';
import { publicKind, type Target } from '../model/target.ts';
import { rollUp } from './controls.ts';
import { fingerprintOf } from './digest.ts';
import { type Hash, leafHash, treeHasher } from './merkle.ts';
import { resultTexts } from './result-text.ts';
import { digestText, evidenceLeaves } from './root.ts';
import { summary } from './summary.ts';

/** What is known before the first result. */
export interface SealContext {
  readonly toolVersion: string;
  readonly id: string;
  readonly asOf: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly complete: boolean;
  readonly configDigest: string;
  readonly packs: Run['packs'];
  readonly targets: readonly { readonly target: Target; readonly jobs: RunTarget['jobs'] }[];
  readonly evidence: readonly EvidenceEntry[];
  /** The checks that were selected. */
  readonly checks: readonly Check[];
  readonly frameworks: readonly Framework[];
  /** Framework to labels as key:value. */
  readonly scope?: { readonly [framework: string]: readonly string[] };
  /** Whether a job of this collector was planned for this target; without it, every check is expected on every target of its kind. */
  readonly planned?: (collector: string, target: string) => boolean;
  readonly claims?: readonly Json[];
}

export interface SealInput extends SealContext {
  readonly verdicts: readonly Verdict[];
}

/** A message cut inside a surrogate pair must not stop a run from being sealed. */
function wellFormed(value: Json): Json {
  if (typeof value === 'string') return value.toWellFormed();
  if (isArray(value)) return value.map(wellFormed);
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key.toWellFormed(), wellFormed(member)]));
  }
  return value;
}

/** A reason with its members in one order: the bytes of run.json do not depend on who built it. */
function reasonOf({ path, op, expected, actual, absent, unknown, truncated, why, evidence }: Reason): Reason {
  return {
    path,
    op,
    expected,
    actual,
    ...(absent === undefined ? {} : { absent }),
    ...(unknown === undefined ? {} : { unknown }),
    ...(truncated === undefined ? {} : { truncated }),
    ...(why === undefined ? {} : { why }),
    evidence,
  };
}

/** A result with its members in the order of the contract. */
function resultOf(clean: Verdict): Result {
  return {
    check: clean.check,
    version: clean.version,
    title: clean.title,
    severity: clean.severity,
    target: clean.target,
    subject: clean.subject,
    status: clean.status,
    message: clean.message,
    reasons: clean.reasons.map(reasonOf),
    ...(clean.fault === undefined ? {} : { fault: clean.fault }),
    ...(clean.location === undefined ? {} : { location: clean.location }),
    fingerprint: fingerprintOf(clean),
    references: clean.references,
    remediation: clean.remediation,
    ...(clean.waiver === undefined ? {} : { waiver: clean.waiver }),
  };
}

/** A result, its line in run.json and its leaf of the tree. */
interface Sealed {
  readonly result: Result;
  readonly line: string;
  readonly leaf: Hash;
}

function sealed(verdict: Verdict): Sealed {
  try {
    return withTexts(resultOf(verdict));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return withTexts(resultOf(wellFormed(verdict as unknown as Json) as unknown as Verdict));
  }
}

function withTexts(result: Result): Sealed {
  const { plain, canonical } = resultTexts(result);
  return { result, line: plain, leaf: leafHash(canonical) };
}

export function byTargetCheckSubject(
  a: Pick<Verdict, 'target' | 'check' | 'subject'>,
  b: Pick<Verdict, 'target' | 'check' | 'subject'>,
): number {
  return byCodeUnit(a.target, b.target) || byCodeUnit(a.check, b.check) || byCodeUnit(a.subject, b.subject);
}

function runTarget({ target, jobs }: SealContext['targets'][number]): RunTarget {
  return {
    id: target.id,
    kind: publicKind(target.kind),
    labels: target.labels,
    ...(target.parent === undefined ? {} : { parent: target.parent }),
    jobs: { planned: jobs.planned, observed: jobs.observed, faulted: jobs.faulted },
  };
}

/** The members of a run before its results, and those after them, in the order of the contract. */
export type RunHead = Omit<Run, 'results' | keyof RunTail>;
export type RunTail = Pick<Run, 'claims' | 'controls' | 'summary' | 'evidence' | 'merkleRoot'>;

/** A run that is sealed result by result; of those that were added nothing is kept but counts and hashes. */
export interface Sealer {
  readonly head: RunHead;
  /** The next result and its JSON, in which nothing hides. Throws a TypeError where it does not come after the one before it. */
  add(verdict: Verdict): { readonly result: Result; readonly line: string };
  finish(): RunTail;
}

export function sealer(input: SealContext): Sealer {
  const evidence = input.evidence
    .map(({ id, collector, target, observedAt, digest }) => ({ id, collector, target, observedAt, digest }))
    .sort((a, b) => byCodeUnit(a.id, b.id));
  const targets = input.targets.map(({ target }) => target);
  const { checks, planned } = input;
  const controls = rollUp(
    { targets, checks, ...(planned === undefined ? {} : { planned }) },
    input.frameworks,
    input.scope,
  );
  const counts = summary();
  const tree = treeHasher();
  for (const leaf of evidenceLeaves(evidence)) tree.add(leaf);
  let last: Result | undefined;
  return {
    head: {
      schema: 'run/1',
      tool: { name: 'probity', version: input.toolVersion },
      id: input.id,
      asOf: input.asOf,
      startedAt: input.startedAt,
      finishedAt: input.finishedAt,
      complete: input.complete,
      configDigest: input.configDigest,
      packs: input.packs.map(({ name, digest }) => ({ name, digest })),
      targets: input.targets.map(runTarget).sort((a, b) => byCodeUnit(a.id, b.id)),
    },
    add(verdict) {
      const { result, line, leaf } = sealed(verdict);
      if (last !== undefined && byTargetCheckSubject(last, result) > 0) {
        throw new TypeError(`the result of ${result.check} on ${result.target} is out of order`);
      }
      last = result;
      tree.add(leaf);
      counts.add(result);
      controls.add(result);
      return { result, line };
    },
    finish: () => ({
      claims: input.claims ?? [],
      controls: controls.finish(),
      summary: counts.finish(),
      evidence,
      merkleRoot: digestText(tree.root()),
    }),
  };
}

/** Seals verdicts in any order. */
export function sealRun({ verdicts, ...input }: SealInput): Run {
  const seal = sealer(input);
  // Lone surrogates go first: they would change the order after it was made
  const clean = verdicts.map((verdict) => ({
    ...verdict,
    check: verdict.check.toWellFormed(),
    target: verdict.target.toWellFormed(),
    subject: verdict.subject.toWellFormed(),
  }));
  const results = clean.sort(byTargetCheckSubject).map((verdict) => seal.add(verdict).result);
  return { ...seal.head, results, ...seal.finish() };
}
