/** One check on one target: what its subjects are, whether it applies, whether it holds, and why. */
import { type Check, SEVERITIES, type Severity, type Status } from '../model/check.ts';
import type { FaultCode } from '../model/fault.ts';
import type { Location, Reason, ResultWaiver, Verdict } from '../model/result.ts';
import type { Target } from '../model/target.ts';
import { actualOf } from './actual.ts';
import type { CompiledCheck, CompiledEach } from './compile.ts';
import { evaluate, factAt, type Frame } from './evaluate.ts';
import { evidenceOf, type Source, WHOLE, wordsOfFault } from './evidence.ts';
import { grounds } from './explain.ts';
import { locationOf, waiverOf } from './item.ts';
import { codeOf, type Fact, listParts } from './lookup.ts';
import { faultTitle, type Ground, sentence, verdictMessage } from './messages.ts';
import { cut, MAX_MESSAGE, visible } from './words.ts';

const MAX_SUBJECT = 4096;
const NO_SLOT = -1;

/** A check specialised for a profile says so in its subject. */
export function withProfile(check: Check, subject: string): string {
  return check.profile === undefined ? subject : `${subject}@${check.profile}`;
}

/** A verdict that is made when its turn has come, so that those of a long list need not stand side by side. */
export interface Pending {
  readonly subject: string;
  make(): Verdict;
}

/** It is the scene of its own explanations: what the frame holds, and which item is bound. */
export class Case {
  private readonly compiled: CompiledCheck;
  private readonly check: Check;
  private readonly target: Target;
  /** The target's name, as the subject of what names nothing smaller. */
  private readonly name: string;
  readonly sources: readonly Source[];
  readonly frame: Frame;
  itemSlot = NO_SLOT;
  itemPointer = '';

  constructor(compiled: CompiledCheck, target: Target, name: string, sources: readonly Source[]) {
    this.compiled = compiled;
    this.check = compiled.check;
    this.target = target;
    this.name = name;
    this.sources = sources;
    this.frame = compiled.frame;
    for (let index = 0; index < this.frame.length; index += 1) this.frame[index] = sources[index]?.root;
  }

  /** Adds what there is to say. The frame is this case's until the last pending verdict is made. */
  judge(into: (Verdict | Pending)[]): void {
    const silent = this.check.each?.onEmpty === 'silent';
    const closed = this.target.parent === undefined ? undefined : this.nothingListens();
    const { each, subject } = this.compiled;
    if (closed !== undefined) {
      if (!silent) into.push(closed);
    } else if (each === undefined) {
      const named = subject === undefined ? undefined : factAt(subject, this.frame);
      into.push(this.verdict(textOr(named, this.name)));
    } else {
      this.items(each, silent, into);
    }
  }

  /** CONTRACT §2: where an endpoint that the plan derived refuses the connection, its checks do not apply. */
  private nothingListens(): Verdict | undefined {
    const index = this.sources.findIndex(
      ({ observed }) => observed.is === 'fault' && observed.fault.code === 'net.refused',
    );
    const source = this.sources[index];
    if (source === undefined) return undefined;
    const subject = withProfile(this.check, this.name);
    const reason: Reason = {
      path: this.check.needs[index] ?? '',
      op: 'present',
      expected: true,
      actual: null,
      unknown: 'net.refused',
      evidence: evidenceOf(source, '', WHOLE, undefined),
    };
    const message = sentence(subject, 'does not apply: nothing listens there (net.refused)');
    return this.make(subject, this.check.severity, 'not-applicable', message, [reason]);
  }

  /** One verdict for each item; for an empty, absent, unknown or partial list one about the target. */
  private items(each: CompiledEach, silent: boolean, into: (Verdict | Pending)[]): void {
    const fact = factAt(each.list, this.frame);
    const parts = listParts(fact);
    const items = parts?.items ?? [];
    const counts = new Map<string, number>();
    for (const [index, item] of items.entries()) {
      this.frame[each.item] = item;
      const name = textOr(factAt(each.subject, this.frame), `${this.name}#${String(index + 1)}`);
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      const subject = count === 1 ? name : `${name}~${String(count)}`;
      into.push({
        subject: withProfile(this.check, subject),
        make: () => this.item(each, index, item, subject),
      });
    }
    const whole = parts !== undefined && parts.rest === undefined;
    if (silent || (whole && items.length > 0)) return;
    const rest = this.withoutItem(each, fact);
    // Where `when` is false whatever the unseen items are, there is nothing more to say beside the seen ones
    if (rest.status !== 'not-applicable' || items.length === 0) into.push(rest);
  }

  private item(each: CompiledEach, index: number, item: Fact, subject: string): Verdict {
    this.frame[each.item] = item;
    this.itemSlot = each.item;
    this.itemPointer = `${each.list.pointer}/${String(index)}`;
    try {
      const verdict = this.verdict(subject);
      return { ...verdict, ...this.extras(each, verdict.status) };
    } catch (error) {
      // facts/engine §2: a throw anywhere is an error, never a pass, never dropped
      return bugVerdict(this.check, this.target, subject, error);
    }
  }

  private extras(each: CompiledEach, status: Status): { location?: Location; waiver?: ResultWaiver } {
    const location = each.location === undefined ? undefined : locationOf(factAt(each.location, this.frame));
    const waiver =
      each.waiver === undefined || status !== 'fail' ? undefined : waiverOf(factAt(each.waiver, this.frame));
    return { ...(location === undefined ? {} : { location }), ...(waiver === undefined ? {} : { waiver }) };
  }

  /** What is said of the target where a list has no item, or an unseen rest. */
  private withoutItem(each: CompiledEach, fact: Fact): Verdict {
    const subject = this.name;
    this.itemSlot = NO_SLOT;
    const parts = listParts(fact);
    const unseen = parts === undefined ? (fact === undefined ? undefined : codeOf(fact)) : parts.rest;
    this.frame[each.item] = { $unknown: unseen ?? 'engine.not-run' };
    const { when } = this.compiled;
    const applies = when === undefined ? true : evaluate(when, this.frame);
    if (when !== undefined && (applies === false || (applies === 'unknown' && !each.whenUsesItem))) {
      const why = grounds(when, applies, this);
      return this.conclude(subject, applies === false ? 'not-applicable' : 'error', why);
    }
    const why = [this.listGround(each, fact, unseen)];
    if (unseen !== undefined) return this.conclude(subject, 'error', why);
    const onEmpty = this.check.each?.onEmpty ?? 'fail';
    // An absent list is an empty one only where the schema says so; otherwise something that should be there is missing
    const absent = fact === undefined && this.check.each?.optionalList !== true;
    return this.conclude(subject, onEmpty === 'silent' || (onEmpty === 'pass' && absent) ? 'fail' : onEmpty, why);
  }

  private listGround({ list, phrases }: CompiledEach, fact: Fact, code: FaultCode | undefined): Ground {
    const source = this.sources[list.source];
    const evidence = source === undefined ? '' : evidenceOf(source, '', list, fact);
    const reason = { path: list.path, op: 'each', expected: phrases.expected, ...actualOf(fact, code), evidence };
    return {
      reason,
      words: list.words,
      phrases,
      unit: undefined,
      fact,
      code,
      source: list.source,
      joiner: 'and',
    };
  }

  private verdict(subject: string): Verdict {
    const { when, manualWhen, assert } = this.compiled;
    // All three are evaluated in every case: a defect in one shows even where another decides
    const applies = when === undefined ? true : evaluate(when, this.frame);
    const asks = manualWhen === undefined ? false : evaluate(manualWhen.when, this.frame);
    const holds = assert.is === 'manual' ? 'unknown' : evaluate(assert, this.frame);
    if (when !== undefined && applies !== true) {
      return this.conclude(subject, applies === false ? 'not-applicable' : 'error', grounds(when, applies, this));
    }
    if (manualWhen !== undefined && asks !== false) {
      const why = grounds(manualWhen.when, asks, this);
      return asks === true ? this.manual(subject, manualWhen.manual, why) : this.conclude(subject, 'error', why);
    }
    if (assert.is === 'manual') return this.manual(subject, assert.manual, []);
    const status = holds === true ? 'pass' : holds === false ? 'fail' : 'error';
    return this.conclude(subject, status, grounds(assert, holds, this));
  }

  private manual(name: string, question: string, why: readonly Ground[]): Verdict {
    const subject = withProfile(this.check, name);
    return this.make(subject, this.severity(), 'manual', sentence(subject, question), reasonsOf(why));
  }

  private conclude(name: string, status: Status, why: readonly Ground[]): Verdict {
    const subject = withProfile(this.check, name);
    if (status !== 'error') {
      const said = status === 'fail' ? this.said() : undefined;
      const message = said === undefined ? verdictMessage(subject, status, why) : sentence(subject, said);
      return this.make(subject, this.severity(), status, message, reasonsOf(why));
    }
    const fault = this.faultOf(why);
    if (why.length > 0 && why.every(({ code }) => code === 'aws.gone')) {
      const message = sentence(subject, 'does not apply: it was deleted during the scan (aws.gone)');
      return this.make(subject, this.severity(), 'not-applicable', message, reasonsOf(why));
    }
    const whole = why.length > 0 && why.every(({ source }) => this.sources[source]?.observed.is === 'fault');
    const isSaid = fault.message !== faultTitle(fault.code);
    const message =
      whole || isSaid
        ? sentence(subject, `could not be observed: ${fault.message} (${fault.code})`)
        : verdictMessage(subject, status, why);
    return { ...this.make(subject, this.severity(), status, message, reasonsOf(why)), fault };
  }

  /** What the check says of a fail; undefined where it says nothing, or a fact of it is neither a value nor a list of some. */
  private said(): string | undefined {
    let text = '';
    for (const part of this.compiled.says ?? []) {
      const words = typeof part === 'string' ? part : spoken(factAt(part, this.frame));
      if (words === undefined) return undefined;
      text += words;
    }
    return text === '' ? undefined : text;
  }

  /** The fault of the first leaf that could not be told; a job's own message where the whole job failed. */
  private faultOf(why: readonly Ground[]): { code: string; message: string } {
    const first = why.find(({ code }) => code !== undefined);
    const observed = first === undefined ? undefined : this.sources[first.source]?.observed;
    if (observed?.is === 'fault') return { code: observed.fault.code, message: observed.fault.message };
    const code = first?.code ?? 'engine.bug';
    const source = first === undefined ? undefined : this.sources[first.source];
    const said = source === undefined || first === undefined ? undefined : wordsOfFault(source, first.reason.evidence);
    return { code, message: said === undefined ? faultTitle(code) : cut(visible(said), MAX_MESSAGE) };
  }

  private make(
    subject: string,
    severity: Severity,
    status: Status,
    message: string,
    reasons: readonly Reason[],
  ): Verdict {
    const { id, version, title, references, remediation } = this.check;
    const target = this.target.id;
    return { check: id, version, title, severity, target, subject, status, message, reasons, references, remediation };
  }

  /** The first rule that holds decides; one that only might hold can make the verdict more severe, never less. */
  private severity(): Severity {
    if (this.compiled.severityWhen.length === 0) return this.check.severity;
    let possible: Severity = 'info';
    for (const { when, severity } of this.compiled.severityWhen) {
      const truth = evaluate(when, this.frame);
      if (truth === true) return moreSevere(possible, severity);
      if (truth === 'unknown') possible = moreSevere(possible, severity);
    }
    return moreSevere(possible, this.check.severity);
  }
}

/** What stands in the place of a verdict where a defect of ours threw. */
export function bugVerdict(check: Check, target: Target, name: string, error: unknown): Verdict {
  const { id, version, title, severity, references, remediation } = check;
  const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const fault = { code: 'engine.bug', message: cut(said, 200) };
  const subject = withProfile(check, name);
  return {
    check: id,
    version,
    title,
    severity,
    target: target.id,
    subject,
    status: 'error',
    message: sentence(subject, `could not tell: ${faultTitle(fault.code)} (${fault.code})`),
    reasons: [],
    references,
    remediation,
    fault,
  };
}

function reasonsOf(why: readonly Ground[]): readonly Reason[] {
  const only = why[0];
  return why.length === 1 && only !== undefined ? [only.reason] : why.map(({ reason }) => reason);
}

function moreSevere(a: Severity, b: Severity): Severity {
  return SEVERITIES.indexOf(a) <= SEVERITIES.indexOf(b) ? a : b;
}

/** The text of a subject's fact, bounded and well-formed; another name where there is none. */
/** Items of a list that are said; the evidence holds them all. */
const MAX_SPOKEN = 8;

function isSpeakable(fact: Fact): fact is string | number | boolean {
  return typeof fact === 'string' || typeof fact === 'number' || typeof fact === 'boolean';
}

function spoken(fact: Fact): string | undefined {
  if (isSpeakable(fact)) return String(fact);
  const items = listParts(fact)?.items ?? [];
  if (items.length === 0 || !items.every(isSpeakable)) return undefined;
  const more = items.length > MAX_SPOKEN ? `; and ${String(items.length - MAX_SPOKEN)} more` : '';
  return `${items.slice(0, MAX_SPOKEN).join('; ')}${more}`;
}

function textOr(fact: Fact, otherwise: string): string {
  return typeof fact === 'string' && fact !== '' ? cut(fact.toWellFormed(), MAX_SUBJECT) : otherwise;
}
