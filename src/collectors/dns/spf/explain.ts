/** The exp= modifier of a record, and the macros that its terms use. */
import type { FaultCode } from '../../../model/fault.ts';
import type { Answers } from '../answers.ts';
import { textsOf } from '../records.ts';
import { parseMacros } from './macro.ts';
import type { Mechanism, Modifier } from './record.ts';
import type { SpfNode } from './tree.ts';

export function usesLetter(term: Mechanism | Modifier, letters: string): boolean {
  return term.spec?.parts.some((part) => part.is === 'macro' && letters.includes(part.letter)) === true;
}

/** RFC 7208 §6.2: exactly one TXT, US-ASCII, with macros that expand; anything else and the receiver's own text is used. */
export function expProblems(
  answers: Answers,
  node: SpfNode,
): { problems: string[]; code: FaultCode | undefined; at: string } {
  const modifier = node.record?.terms.find((term) => term.is === 'modifier' && term.name === 'exp');
  const name = modifier?.spec?.fixed;
  if (name === undefined) return { problems: [], code: undefined, at: node.at };
  const answer = answers.ask(name, 'TXT');
  if (answer.is === 'unknown' && answer.code === 'dns.bad-name')
    return { problems: [`${name} is no name that can be asked`], code: undefined, at: node.at };
  if (answer.is === 'unknown') return { problems: [], code: answer.code, at: answer.at };
  const texts = textsOf(answer);
  const text = texts[0];
  const problems: string[] = [];
  if (text === undefined) problems.push(`${name} has no TXT record`);
  else if (texts.length > 1) problems.push(`${name} has ${String(texts.length)} TXT records`);
  else {
    if (/[^\t\x20-\x7e]/.test(text)) problems.push(`the text at ${name} is not US-ASCII`);
    problems.push(...parseMacros(text, true).problems);
  }
  return { problems, code: undefined, at: answer.at };
}
