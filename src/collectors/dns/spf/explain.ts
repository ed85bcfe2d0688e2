/** The exp= modifier of a record, and the macros that its terms use. */
import type { FaultCode } from '../../../model/fault.ts';
import { canonicalName } from '../../../wire/dns/name.ts';
import type { Answers } from '../answers.ts';
import { textsOf } from '../records.ts';
import { parseMacros } from './macro.ts';
import type { Mechanism, Modifier } from './record.ts';
import type { SpfNode } from './tree.ts';

export function usesLetter(term: Mechanism | Modifier, letters: string): boolean {
  return term.spec?.parts.some((part) => part.is === 'macro' && letters.includes(part.letter)) === true;
}

/** The whole labels behind the last macro of a term's name; undefined where it has no macro, or ends in one. */
export function fixedEnd(term: Mechanism | Modifier): string | undefined {
  const parts = term.spec?.parts ?? [];
  const last = parts.at(-1);
  if (last?.is !== 'literal' || !parts.some((part) => part.is === 'macro')) return undefined;
  const dot = last.text.indexOf('.');
  const end = dot < 0 ? '' : canonicalName(last.text.slice(dot + 1));
  return /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/.test(end) ? end : undefined;
}

/**
 * RFC 7208 §6.2: exactly one TXT, US-ASCII, with macros that expand; anything else and the receiver's own text is used. A record that
 * is redirected to speaks with its own exp=.
 */
export function expProblems(
  answers: Answers,
  nodes: readonly SpfNode[],
): { problems: string[]; code: FaultCode | undefined; places: string[] } {
  const problems: string[] = [];
  const places: string[] = [];
  let code: FaultCode | undefined;
  for (const node of nodes) {
    const modifier = node.record?.terms.find((term) => term.is === 'modifier' && term.name === 'exp');
    const name = modifier?.spec?.fixed;
    if (name === undefined) continue;
    const answer = answers.ask(name, 'TXT');
    if (answer.at !== '') places.push(answer.at);
    if (answer.is !== 'unknown') problems.push(...textProblems(textsOf(answer), name));
    else if (answer.code === 'dns.bad-name') problems.push(`${name} is no name that can be asked`);
    else code ??= answer.code;
  }
  return { problems, code, places: places.length > 0 ? places : nodes.map(({ at }) => at) };
}

function textProblems(texts: readonly string[], name: string): string[] {
  const text = texts[0];
  if (text === undefined) return [`${name} has no TXT record`];
  if (texts.length > 1) return [`${name} has ${String(texts.length)} TXT records`];
  const ascii = /[^\t\x20-\x7e]/.test(text) ? [`the text at ${name} is not US-ASCII`] : [];
  return [...ascii, ...parseMacros(text, true).problems];
}
