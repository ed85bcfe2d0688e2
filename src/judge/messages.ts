/** One sentence a person understands for a verdict: what it is about, what was found, what was expected. */
import type { Status } from '../model/check.ts';
import { type FaultCode, FAULTS, isFaultCode } from '../model/fault.ts';
import { isArray, type Json } from '../model/json.ts';
import type { Reason } from '../model/result.ts';
import type { Fact } from './lookup.ts';
import { cut, MAX_MESSAGE, type Unit, visible, withUnit } from './words.ts';

/** A decisive leaf, with what its sentence is made of. */
export interface Ground {
  readonly reason: Reason;
  /** The path as a person reads it. */
  readonly words: string;
  readonly phrases: Phrases;
  readonly unit: Unit;
  readonly fact: Fact;
  /** Why it is unknown; undefined where it is known. */
  readonly code: FaultCode | undefined;
  /** Index of the needed collector whose fact it is. */
  readonly source: number;
  /** How it stands beside its neighbours: all of them are wanted, or one. */
  readonly joiner: 'and' | 'or';
}

/** `subject: ...` on one visible line; never longer than 300 characters. */
export function sentence(subject: string, text: string): string {
  return cut(opening(subject) + visible(text), MAX_MESSAGE);
}

// Most checks of a target are about the same subject, one after the other
let lastSubject = '';
let lastOpening = ': ';

/** The subject, visible and short, and the colon behind it. */
function opening(subject: string): string {
  if (subject !== lastSubject) {
    lastSubject = subject;
    lastOpening = `${visible(shortSubject(subject))}: `;
  }
  return lastOpening;
}

function shortSubject(subject: string): string {
  return subject.length > 100 ? cut(subject, 100) : subject;
}

/** The sentence of a verdict from its decisive leaves. */
export function verdictMessage(subject: string, status: Status, grounds: readonly Ground[]): string {
  const lead = status === 'not-applicable' ? 'does not apply: ' : status === 'error' ? 'could not tell: ' : '';
  const only = grounds[0];
  if (grounds.length === 1 && only !== undefined) {
    return cut(opening(subject) + lead + visibleClause(only, status), MAX_MESSAGE);
  }
  const said = clauses(grounds, status);
  if (said.length === 0) return sentence(subject, `${lead}nothing to judge`);
  let text = lead + (said[0] ?? '');
  let left = said.length - 1;
  for (let index = 1; index < said.length; index += 1) {
    const next = said[index] ?? '';
    // Room for the subject and for what is left over
    if (text.length + next.length + shortSubject(subject).length > MAX_MESSAGE - 24) break;
    text += `; ${next}`;
    left -= 1;
  }
  if (left > 0) text += `; and ${String(left)} more`;
  // What passes or does not apply was put together from visible clauses
  const isVisible = status === 'pass' || status === 'not-applicable';
  return isVisible ? cut(opening(subject) + text, MAX_MESSAGE) : sentence(subject, text);
}

/** One clause for each leaf; the unknown ones that share a fault together. */
function clauses(grounds: readonly Ground[], status: Status): readonly string[] {
  if (status === 'fail') return failures(grounds);
  if (status !== 'error') return grounds.map((ground) => visibleClause(ground, status));
  const unknown = Map.groupBy(grounds, ({ code }) => code);
  const found = new Set<string>();
  for (const ground of grounds) {
    const sharing = ground.code === undefined ? [] : (unknown.get(ground.code) ?? []);
    if (sharing.length < 2 || ground.code === undefined) found.add(clause(ground, status));
    else found.add(`${words(sharing)} are unknown, ${FAULTS[ground.code].title} (${ground.code})`);
  }
  return [...found];
}

/** Several expectations of one fact become one clause: `p is "x"; expected absent or "y"`. */
function failures(grounds: readonly Ground[]): readonly string[] {
  const found: string[] = [];
  let last: Ground | undefined;
  for (const ground of grounds) {
    const same = last !== undefined && last.reason.path === ground.reason.path && last.joiner === ground.joiner;
    const before = found.at(-1);
    if (same && before !== undefined) found[found.length - 1] = `${before} ${ground.joiner} ${ground.phrases.expected}`;
    else found.push(clause(ground, 'fail'));
    last = ground;
  }
  return found;
}

function words(grounds: readonly Ground[]): string {
  const names = [...new Set(grounds.map((ground) => ground.words))];
  const shown = names.length > 4 ? [...names.slice(0, 3), `${String(names.length - 3)} more`] : names;
  return shown.length === 1 ? shown.join() : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1) ?? ''}`;
}

/** What a leaf's clause says after the value, by the outcome. */
export interface Phrases {
  readonly pass: string;
  readonly fail: string;
  readonly notApplicable: string;
  readonly expected: string;
  /** The clause that a small value made last: the same leaf meets the same values on target after target. */
  readonly remembered: Map<unknown, { readonly status: Status; readonly words: string; readonly text: string }>;
}

/** `says`: a value that passes says already what was required, as with `eq`. */
export function phrasesOf(expected: string, why?: string, says = false): Phrases {
  const reason = why === undefined ? '' : ` (${why})`;
  return {
    pass: says ? `, as required${reason}` : `; required: ${expected}${reason}`,
    fail: `; expected ${expected}${reason}`,
    expected: `${expected}${reason}`,
    notApplicable: ` (asked only where it is ${expected})`,
    remembered: new Map(),
  };
}

const MAX_REMEMBERED = 256;
/** Every empty list is told alike. */
const EMPTY: readonly Json[] = [];

/** The clause of one leaf. The same leaf meets the same small values on target after target: their words are made once. */
function visibleClause(ground: Ground, status: Status): string {
  const { fact, phrases, code, words } = ground;
  const isEmpty = isArray(fact) && fact.length === 0;
  const small =
    isEmpty ||
    fact === undefined ||
    typeof fact === 'number' ||
    typeof fact === 'boolean' ||
    (typeof fact === 'string' && fact.length <= 32);
  if (code !== undefined || !small) return visible(clause(ground, status));
  const known = phrases.remembered;
  const key = isEmpty ? EMPTY : fact;
  const entry = known.get(key);
  if (entry !== undefined && entry.status === status && entry.words === words) return entry.text;
  const text = visible(clause(ground, status));
  if (known.size < MAX_REMEMBERED || entry !== undefined) known.set(key, { status, words, text });
  return text;
}

function clause({ words, phrases, fact, code, unit }: Ground, status: Status): string {
  if (code !== undefined) return `${words} is unknown, ${FAULTS[code].title} (${code})`;
  const actual = fact === undefined ? 'absent' : withUnit(fact, unit);
  const tail = status === 'pass' ? phrases.pass : status === 'not-applicable' ? phrases.notApplicable : phrases.fail;
  return `${words} is ${actual}${tail}`;
}

/** The title of a fault code, or the code itself where it is not of our list. */
export function faultTitle(code: string): string {
  return isFaultCode(code) ? FAULTS[code].title : code;
}
