/** Checks × observations → verdicts. Pure: the same input gives the same output, in any order (ARCHITECTURE §4, §6). */
import type { Check } from '../model/check.ts';
import { byCodeUnit } from '../model/json.ts';
import type { Verdict } from '../model/result.ts';
import { subjectOf, type Target } from '../model/target.ts';
import { Case, withProfile } from './case.ts';
import { type CompiledCheck, compileCheck } from './compile.ts';
import { type Observed, type Source, sourceOf } from './evidence.ts';
import { faultTitle, sentence } from './messages.ts';
import { parseInstant } from './time.ts';
import { cut } from './words.ts';

export type { Observed } from './evidence.ts';

/** A target, and what each collector saw of it. A needed collector that is missing here was not run. */
export interface Observation {
  readonly target: Target;
  readonly collectors: { readonly [id: string]: Observed };
}

const NOT_RUN: Observed = { is: 'fault', fault: { code: 'engine.not-run', message: faultTitle('engine.not-run') } };

/** So many verdicts are made before they are handed on. */
const BATCH = 256;

/** All verdicts at once. */
export function judge(checks: readonly Check[], observations: readonly Observation[], asOf: string): Verdict[] {
  return [...verdictsOf(checks, observations, asOf)];
}

/**
 * The verdicts one after the other, sorted by target, check and subject; so a run of any size needs the room of one check on one
 * target. `asOf` is an RFC 3339 instant in UTC.
 */
export function* verdictsOf(
  checks: readonly Check[],
  observations: readonly Observation[],
  asOf: string,
): Generator<Verdict, void, undefined> {
  const time = parseInstant(asOf);
  if (time === undefined) throw new TypeError(`asOf "${asOf}" is no RFC 3339 instant in UTC`);
  const byKind = Map.groupBy(groups(checks, time), (group) => group[0]?.check.target);
  let verdicts: Verdict[] = [];
  for (const observation of [...observations].sort((a, b) => byCodeUnit(a.target.id, b.target.id))) {
    const sight: Sight = { ...observation, name: subjectOf(observation.target), sources: new Map() };
    for (const group of byKind.get(observation.target.kind) ?? []) {
      const start = verdicts.length;
      for (const judgeable of group) judgeOne(judgeable, sight, verdicts);
      if (verdicts.length - start > 1) sortFrom(verdicts, start);
      if (verdicts.length < BATCH) continue;
      for (const verdict of verdicts) yield verdict;
      verdicts = [];
    }
  }
  for (const verdict of verdicts) yield verdict;
}

/** Sorts the end of the list by subject. */
function sortFrom(verdicts: Verdict[], start: number): void {
  const end = verdicts.splice(start);
  end.sort((a, b) => byCodeUnit(a.subject, b.subject));
  for (const verdict of end) verdicts.push(verdict);
}

type Judgeable = CompiledCheck | { readonly check: Check; readonly broken: string };

/** Compiled checks by id; those that profiles made of one check together. */
function groups(checks: readonly Check[], time: number): Judgeable[][] {
  const sorted = [...checks].sort(
    (a, b) => byCodeUnit(a.id, b.id) || byCodeUnit(a.target, b.target) || byCodeUnit(a.profile ?? '', b.profile ?? ''),
  );
  const found: Judgeable[][] = [];
  for (const check of sorted) {
    const first = found.at(-1)?.[0]?.check;
    const compiled = compileSafely(check, time);
    if (first?.id === check.id && first.target === check.target) found.at(-1)?.push(compiled);
    else found.push([compiled]);
  }
  return found;
}

function compileSafely(check: Check, time: number): Judgeable {
  try {
    return compileCheck(check, time);
  } catch (error) {
    return { check, broken: messageOf(error) };
  }
}

/** An observation while it is judged: its name, and what its checks need together, found once. */
interface Sight extends Observation {
  readonly name: string;
  readonly sources: Map<string, readonly Source[]>;
}

function judgeOne(judgeable: Judgeable, sight: Sight, into: Verdict[]): void {
  const { check } = judgeable;
  const start = into.length;
  try {
    if ('broken' in judgeable) throw new TypeError(judgeable.broken);
    let seen = sight.sources.get(judgeable.needs);
    if (seen === undefined) {
      seen = check.needs.map((id) => sourceFor(id, sight));
      sight.sources.set(judgeable.needs, seen);
    }
    new Case(judgeable, sight.target, sight.name, seen).judge(into);
  } catch (error) {
    // facts/engine §2: a throw anywhere is an error of that check, never a pass, never dropped
    into.length = start;
    into.push(bug(check, sight.target, messageOf(error)));
  }
}

function sourceFor(id: string, { collectors, sources }: Sight): Source {
  const alone = sources.get(id)?.[0];
  if (alone !== undefined) return alone;
  const source = sourceOf((Object.hasOwn(collectors, id) ? collectors[id] : undefined) ?? NOT_RUN);
  sources.set(id, [source]);
  return source;
}

function messageOf(error: unknown): string {
  return cut(error instanceof Error ? `${error.name}: ${error.message}` : String(error), 200);
}

function bug(check: Check, target: Target, message: string): Verdict {
  const { id, version, title, severity, references, remediation } = check;
  const subject = withProfile(check, subjectOf(target));
  const fault = { code: 'engine.bug', message };
  const text = sentence(subject, `could not tell: ${faultTitle(fault.code)} (${fault.code})`);
  return {
    check: id,
    version,
    title,
    severity,
    target: target.id,
    subject,
    status: 'error',
    message: text,
    reasons: [],
    references,
    remediation,
    fault,
  };
}
