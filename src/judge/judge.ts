/** Checks × observations → verdicts. Pure: the same input gives the same output, in any order (ARCHITECTURE §4, §6). */
import { type Check, SEVERITIES, type Severity, type Status } from '../model/check.ts';
import type { FaultCode } from '../model/fault.ts';
import { byCodeUnit, isObject, own } from '../model/json.ts';
import type { Location, ResultWaiver, Verdict } from '../model/result.ts';
import { subjectOf, type Target } from '../model/target.ts';
import { type CompiledCheck, compileCheck, type CompiledEach, type Place } from './compile.ts';
import { evaluate, factAt, type Frame } from './evaluate.ts';
import { evidenceOf, type Observed } from './evidence.ts';
import { type Ground, grounds, type Scene } from './explain.ts';
import { codeOf, type Fact, listParts } from './lookup.ts';
import { faultTitle, sentence, verdictMessage } from './messages.ts';
import { actualOf } from './actual.ts';
import { parseInstant } from './time.ts';
import { cut } from './words.ts';

export type { Observed } from './evidence.ts';

/** A target, and what each collector saw of it. A needed collector that is missing here was not run. */
export interface Observation {
  readonly target: Target;
  readonly collectors: { readonly [id: string]: Observed };
}

const MAX_SUBJECT = 4096;
const NOT_RUN: Observed = { is: 'fault', fault: { code: 'engine.not-run', message: faultTitle('engine.not-run') } };

/** All verdicts, sorted by target, check and subject. `asOf` is an RFC 3339 instant in UTC. */
export function judge(checks: readonly Check[], observations: readonly Observation[], asOf: string): Verdict[] {
  const time = parseInstant(asOf);
  if (time === undefined) throw new TypeError(`asOf "${asOf}" is no RFC 3339 instant in UTC`);
  const byKind = new Map<string, (readonly Judgeable[])[]>();
  for (const group of groups(checks, time)) {
    const kind = group[0]?.check.target;
    if (kind === undefined) continue;
    const list = byKind.get(kind) ?? [];
    list.push(group);
    byKind.set(kind, list);
  }
  const verdicts: Verdict[] = [];
  for (const observation of [...observations].sort((a, b) => byCodeUnit(a.target.id, b.target.id))) {
    for (const group of byKind.get(observation.target.kind) ?? []) {
      const found = group.flatMap((judgeable) => judgeOne(judgeable, observation));
      if (found.length > 1) found.sort((a, b) => byCodeUnit(a.subject, b.subject));
      verdicts.push(...found);
    }
  }
  return verdicts;
}

type Judgeable = CompiledCheck | { readonly check: Check; readonly broken: string };

/** Compiled checks by id; those that profiles made of one check together. */
function groups(checks: readonly Check[], time: number): Judgeable[][] {
  const sorted = [...checks].sort(
    (a, b) => byCodeUnit(a.id, b.id) || byCodeUnit(a.target, b.target) || byCodeUnit(a.profile ?? '', b.profile ?? ''),
  );
  const found: Judgeable[][] = [];
  for (const check of sorted) {
    const last = found.at(-1);
    const compiled = compileSafely(check, time);
    if (last?.[0]?.check.id === check.id && last[0].check.target === check.target) last.push(compiled);
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

function judgeOne(judgeable: Judgeable, observation: Observation): Verdict[] {
  const { check } = judgeable;
  if ('broken' in judgeable) return [bug(check, observation.target, judgeable.broken)];
  try {
    return new Case(judgeable, observation).verdicts();
  } catch (error) {
    // facts/engine §2: a throw anywhere is an error of that check, never a pass, never dropped
    return [bug(check, observation.target, messageOf(error))];
  }
}

function messageOf(error: unknown): string {
  return cut(error instanceof Error ? `${error.name}: ${error.message}` : String(error), 200);
}

function bug(check: Check, target: Target, message: string): Verdict {
  const subject = withProfile(check, subjectOf(target));
  const fault = { code: 'engine.bug', message };
  const text = sentence(subject, `could not tell: ${faultTitle(fault.code)} (${fault.code})`);
  return {
    ...base(check, target),
    severity: check.severity,
    subject,
    status: 'error',
    message: text,
    reasons: [],
    fault,
  };
}

function base(check: Check, target: Target) {
  const { id, version, title, references, remediation } = check;
  return { check: id, version, title, target: target.id, references, remediation };
}

function withProfile(check: Check, subject: string): string {
  return check.profile === undefined ? subject : `${subject}@${check.profile}`;
}

/** One check on one target. */
class Case {
  private readonly compiled: CompiledCheck;
  private readonly check: Check;
  private readonly target: Target;
  private readonly observed: readonly Observed[];
  private readonly frame: Frame;

  constructor(compiled: CompiledCheck, { target, collectors }: Observation) {
    this.compiled = compiled;
    this.check = compiled.check;
    this.target = target;
    this.observed = this.check.needs.map(
      (id) => (Object.hasOwn(collectors, id) ? collectors[id] : undefined) ?? NOT_RUN,
    );
    this.frame = Array.from<Fact>({ length: compiled.slots });
    for (const [index, seen] of this.observed.entries()) {
      this.frame[index] = seen.is === 'facts' ? seen.facts : { $unknown: seen.fault.code };
    }
  }

  verdicts(): Verdict[] {
    const silent = this.check.each?.onEmpty === 'silent';
    const closed = this.nothingListens();
    if (closed !== undefined) return silent ? [] : [closed];
    const { each } = this.compiled;
    return each === undefined ? [this.single()] : this.items(each, silent);
  }

  /** CONTRACT §2: where an endpoint that the plan derived refuses the connection, its checks do not apply. */
  private nothingListens(): Verdict | undefined {
    if (this.target.parent === undefined) return undefined;
    const refused = this.observed.find((seen) => seen.is === 'fault' && seen.fault.code === 'net.refused');
    if (refused === undefined) return undefined;
    const subject = subjectOf(this.target);
    const reason = {
      path: this.check.needs[this.observed.indexOf(refused)] ?? '',
      op: 'present',
      expected: true,
      actual: null,
      unknown: 'net.refused',
      evidence: evidenceOf(refused, ''),
    };
    const message = sentence(subject, 'does not apply: nothing listens there (net.refused)');
    return { ...this.about(subject, this.check.severity), status: 'not-applicable', message, reasons: [reason] };
  }

  private single(): Verdict {
    const named = this.compiled.subject === undefined ? undefined : factAt(this.compiled.subject, this.frame);
    return this.verdict(typeof named === 'string' ? named : subjectOf(this.target), new Map());
  }

  /** One verdict for each item; for an empty, absent, unknown or partial list one about the target. */
  private items(each: CompiledEach, silent: boolean): Verdict[] {
    const fact = factAt(each.list, this.frame);
    const parts = listParts(fact);
    const items = parts?.items ?? [];
    const found: Verdict[] = [];
    const counts = new Map<string, number>();
    const base = factPointer(each.list);
    for (const [index, item] of items.entries()) {
      this.frame[each.item] = item;
      const name = this.itemSubject(each, index);
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      const pointers = new Map([[each.item, `${base}/${String(index)}`]]);
      const verdict = this.verdict(count === 1 ? name : `${name}~${String(count)}`, pointers);
      found.push({ ...verdict, ...this.extras(each, verdict.status) });
    }
    const whole = parts !== undefined && parts.rest === undefined;
    if (silent || (whole && items.length > 0)) return found;
    const rest = this.withoutItem(each, fact);
    // Where `when` is false whatever the unseen items are, there is nothing more to say beside the seen ones
    if (rest.status === 'not-applicable' && items.length > 0) return found;
    return [...found, rest];
  }

  private itemSubject(each: CompiledEach, index: number): string {
    const fact = factAt(each.subject, this.frame);
    return typeof fact === 'string' && fact !== ''
      ? cut(fact.toWellFormed(), MAX_SUBJECT)
      : `${subjectOf(this.target)}#${String(index + 1)}`;
  }

  private extras(each: CompiledEach, status: Status): { location?: Location; waiver?: ResultWaiver } {
    const location = each.location === undefined ? undefined : locationOf(factAt(each.location, this.frame));
    const waiver =
      each.waiver === undefined || status !== 'fail' ? undefined : waiverOf(factAt(each.waiver, this.frame));
    return { ...(location === undefined ? {} : { location }), ...(waiver === undefined ? {} : { waiver }) };
  }

  /** What is said of the target where a list has no item, or an unseen rest. */
  private withoutItem(each: CompiledEach, fact: Fact): Verdict {
    const subject = subjectOf(this.target);
    const unseen =
      listParts(fact)?.rest ?? (fact === undefined || listParts(fact) !== undefined ? undefined : codeOf(fact));
    this.frame[each.item] = { $unknown: unseen ?? 'engine.not-run' };
    const scene = this.scene(new Map());
    const { when } = this.compiled;
    const applies = when === undefined ? true : evaluate(when, this.frame);
    if (when !== undefined && (applies === false || (applies === 'unknown' && !each.whenUsesItem))) {
      return this.conclude(subject, applies === false ? 'not-applicable' : 'error', grounds(when, applies, scene));
    }
    const onEmpty = this.check.each?.onEmpty ?? 'fail';
    if (unseen !== undefined) return this.conclude(subject, 'error', [this.listGround(each.list, fact, unseen)]);
    const optional = fact !== undefined || this.check.each?.optionalList === true;
    // An absent list is an empty one only where the schema says so: then nothing that should be there is missing
    const status = onEmpty === 'silent' || (onEmpty === 'pass' && !optional) ? 'fail' : onEmpty;
    return this.conclude(subject, status, [this.listGround(each.list, fact, undefined)]);
  }

  private listGround(list: Place, fact: Fact, code: FaultCode | undefined): Ground {
    const onEmpty = this.check.each?.onEmpty;
    const expected = onEmpty === 'pass' ? 'no item, or items that satisfy the rule' : 'at least one item';
    const observed = this.observed[list.source] ?? NOT_RUN;
    const reason = {
      path: list.path,
      op: 'each',
      expected,
      ...actualOf(fact, code),
      evidence: evidenceOf(observed, factPointer(list)),
    };
    return { reason, words: list.path, expected, fact, code, source: list.source };
  }

  private scene(pointers: ReadonlyMap<number, string>): Scene {
    return { frame: this.frame, observed: this.observed, pointers };
  }

  private verdict(subject: string, pointers: ReadonlyMap<number, string>): Verdict {
    const { when, manualWhen, assert } = this.compiled;
    const scene = this.scene(pointers);
    const applies = when === undefined ? true : evaluate(when, this.frame);
    // Evaluated in every case: a defect in it shows even where `when` is false
    const asks = manualWhen === undefined ? false : evaluate(manualWhen.when, this.frame);
    const holds = assert.is === 'manual' ? 'unknown' : evaluate(assert, this.frame);
    if (when !== undefined && applies !== true) {
      return this.conclude(subject, applies === false ? 'not-applicable' : 'error', grounds(when, applies, scene));
    }
    if (manualWhen !== undefined && asks !== false) {
      const why = grounds(manualWhen.when, asks, scene);
      return asks === true ? this.manual(subject, manualWhen.manual, why) : this.conclude(subject, 'error', why);
    }
    if (assert.is === 'manual') return this.manual(subject, assert.manual, []);
    const status = holds === true ? 'pass' : holds === false ? 'fail' : 'error';
    return this.conclude(subject, status, grounds(assert, holds, scene));
  }

  private manual(subject: string, question: string, why: readonly Ground[]): Verdict {
    const about = this.about(subject, this.severity());
    return {
      ...about,
      status: 'manual',
      message: sentence(about.subject, question),
      reasons: why.map(({ reason }) => reason),
    };
  }

  private conclude(subject: string, status: Status, why: readonly Ground[]): Verdict {
    const about = this.about(subject, this.severity());
    const reasons = why.map(({ reason }) => reason);
    const fault = status === 'error' ? this.faultOf(why) : undefined;
    const whole = why.length > 0 && why.every(({ source }) => this.observed[source]?.is === 'fault');
    const message =
      fault !== undefined && whole
        ? sentence(about.subject, `could not be observed: ${fault.message} (${fault.code})`)
        : verdictMessage(about.subject, status, why);
    return { ...about, status, message, reasons, ...(fault === undefined ? {} : { fault }) };
  }

  /** The fault of the first leaf that could not be told; a job's own message where the whole job failed. */
  private faultOf(why: readonly Ground[]): { code: string; message: string } {
    const first = why.find(({ code }) => code !== undefined);
    const observed = first === undefined ? undefined : this.observed[first.source];
    if (observed?.is === 'fault') return { code: observed.fault.code, message: observed.fault.message };
    const code = first?.code ?? 'engine.bug';
    return { code, message: faultTitle(code) };
  }

  private about(subject: string, severity: Severity) {
    return { ...base(this.check, this.target), severity, subject: withProfile(this.check, subject) };
  }

  /** The first rule that holds decides; one that might hold can only make the verdict more severe. */
  private severity(): Severity {
    let possible: Severity = 'info';
    for (const { when, severity } of this.compiled.severityWhen) {
      const truth = evaluate(when, this.frame);
      if (truth === true) return moreSevere(possible, severity);
      if (truth === 'unknown') possible = moreSevere(possible, severity);
    }
    return moreSevere(possible, this.check.severity);
  }
}

function moreSevere(a: Severity, b: Severity): Severity {
  return SEVERITIES.indexOf(a) <= SEVERITIES.indexOf(b) ? a : b;
}

/** The fact pointer of a list that starts at a collector's facts. */
function factPointer(place: Place): string {
  return place.pointer;
}

function locationOf(fact: Fact): Location | undefined {
  const file = own(fact, 'file');
  if (!isObject(fact) || typeof file !== 'string') return undefined;
  const { line, column, commit } = fact;
  return {
    file,
    ...(typeof line === 'number' ? { line } : {}),
    ...(typeof column === 'number' ? { column } : {}),
    ...(typeof commit === 'string' ? { commit } : {}),
  };
}

function waiverOf(fact: Fact): ResultWaiver | undefined {
  const id = own(fact, 'id');
  const reason = own(fact, 'reason');
  return typeof id === 'string' && typeof reason === 'string' ? { id, reason } : undefined;
}
