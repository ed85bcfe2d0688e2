/** Checks × observations → verdicts. Pure: the same input gives the same output, in any order (ARCHITECTURE §4, §6). */
import type { Check } from '../model/check.ts';
import { byCodeUnit } from '../model/json.ts';
import type { Verdict } from '../model/result.ts';
import { subjectOf, type Target } from '../model/target.ts';
import { bugVerdict, Case, type Pending } from './case.ts';
import { type CompiledCheck, compileCheck, forget, type Ways } from './compile.ts';
import { type Observed, type Source, sourceOf } from './evidence.ts';
import { faultTitle } from './messages.ts';
import { parseInstant } from './time.ts';

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
 * The verdicts one after the other, sorted by target, check and subject, each made when it is asked for; so a run of any size needs
 * little room. `asOf` is an RFC 3339 instant in UTC.
 */
export function* verdictsOf(
  checks: readonly Check[],
  observations: readonly Observation[],
  asOf: string,
): Generator<Verdict, void, undefined> {
  const time = parseInstant(asOf);
  if (time === undefined) throw new TypeError(`asOf "${asOf}" is no RFC 3339 instant in UTC`);
  const ways: Ways = new Map();
  const byKind = Map.groupBy(groups(checks, time, ways), (group) => group[0]?.check.target);
  let verdicts: Verdict[] = [];
  for (const observation of [...observations].sort((a, b) => byCodeUnit(a.target.id, b.target.id))) {
    const sight: Sight = { ...observation, name: subjectOf(observation.target), sources: new Map() };
    for (const group of byKind.get(observation.target.kind) ?? []) {
      const found: (Verdict | Pending)[] = [];
      for (const judgeable of group) judgeOne(judgeable, sight, found);
      if (found.length > 1) found.sort((a, b) => byCodeUnit(a.subject, b.subject));
      const isLong = found.length >= BATCH;
      if (!isLong) for (const one of found) verdicts.push(made(one));
      if (!isLong && verdicts.length < BATCH) continue;
      for (const verdict of verdicts) yield verdict;
      verdicts = [];
      if (isLong) for (const one of found) yield made(one);
    }
    forget(ways);
  }
  for (const verdict of verdicts) yield verdict;
}

function made(one: Verdict | Pending): Verdict {
  return 'make' in one ? one.make() : one;
}

type Judgeable = CompiledCheck | { readonly check: Check; readonly broken: unknown };

/** Compiled checks by id; those that profiles made of one check together. */
function groups(checks: readonly Check[], time: number, ways: Ways): Judgeable[][] {
  const sorted = [...checks].sort(
    (a, b) => byCodeUnit(a.id, b.id) || byCodeUnit(a.target, b.target) || byCodeUnit(a.profile ?? '', b.profile ?? ''),
  );
  const found: Judgeable[][] = [];
  for (const check of sorted) {
    const first = found.at(-1)?.[0]?.check;
    const compiled = compileSafely(check, time, ways);
    if (first?.id === check.id && first.target === check.target) found.at(-1)?.push(compiled);
    else found.push([compiled]);
  }
  return found;
}

function compileSafely(check: Check, time: number, ways: Ways): Judgeable {
  try {
    return compileCheck(check, time, ways);
  } catch (error) {
    return { check, broken: error };
  }
}

/** An observation while it is judged: its name, and what its checks need together, found once. */
interface Sight extends Observation {
  readonly name: string;
  readonly sources: Map<string, readonly Source[]>;
}

function judgeOne(judgeable: Judgeable, sight: Sight, into: (Verdict | Pending)[]): void {
  const { check } = judgeable;
  const start = into.length;
  if ('broken' in judgeable) {
    into.push(bugVerdict(check, sight.target, sight.name, judgeable.broken));
    return;
  }
  try {
    let seen = sight.sources.get(judgeable.needs);
    if (seen === undefined) {
      seen = sourcesFor(check.needs, sight);
      sight.sources.set(judgeable.needs, seen);
    }
    new Case(judgeable, sight.target, sight.name, seen).judge(into);
  } catch (error) {
    // facts/engine §2: a throw anywhere is an error of that check, never a pass, never dropped
    into.length = start;
    into.push(bugVerdict(check, sight.target, sight.name, error));
  }
}

/** Not by map(), which makes arrays of another kind once it is compiled: then what was compiled for the first kind is thrown away. */
function sourcesFor(needs: readonly string[], sight: Sight): readonly Source[] {
  const sources: Source[] = [];
  for (const id of needs) sources.push(sourceFor(id, sight));
  return sources;
}

function sourceFor(id: string, { collectors, sources }: Sight): Source {
  const alone = sources.get(id)?.[0];
  if (alone !== undefined) return alone;
  const source = sourceOf((Object.hasOwn(collectors, id) ? collectors[id] : undefined) ?? NOT_RUN);
  sources.set(id, [source]);
  return source;
}
