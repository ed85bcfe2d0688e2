/** SPF macro strings (RFC 7208 §7): parsed once into parts, expanded with the data of one mail. */

export type MacroPart =
  | { readonly is: 'literal'; readonly text: string }
  | {
      readonly is: 'macro';
      /** Lower case. */
      readonly letter: string;
      /** Upper case in the record: the value is URL-escaped (§7.3). */
      readonly escape: boolean;
      /** Right-hand labels to keep; 0: all. */
      readonly keep: number;
      readonly reverse: boolean;
      readonly delimiters: string;
    };

export interface MacroString {
  readonly parts: readonly MacroPart[];
  readonly problems: readonly string[];
}

const LETTERS = 'slodipvh';
const LETTERS_OF_EXP = 'crt';
const DELIMITERS = '.-+,/_=';
const ESCAPES: { readonly [character: string]: string } = { '%': '%', _: ' ', '-': '%20' };

/** Parses macro-string; `explanation` allows c, r and t, and spaces between the words (§7.1, §6.2). */
export function parseMacros(text: string, explanation = false): MacroString {
  const parts: MacroPart[] = [];
  const problems: string[] = [];
  let literal = '';
  const flush = () => {
    if (literal !== '') parts.push({ is: 'literal', text: literal });
    literal = '';
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character !== '%') {
      literal += character;
      continue;
    }
    const next = text.charAt(at + 1);
    const escaped = ESCAPES[next];
    if (escaped !== undefined) {
      literal += escaped;
      at += 1;
      continue;
    }
    const close = next === '{' ? text.indexOf('}', at) : -1;
    if (close < 0) {
      problems.push(next === '{' ? 'a macro has no closing brace' : `"%${next}" is no macro; a percent sign is "%%"`);
      literal += character;
      continue;
    }
    const macro = parseMacro(text.slice(at + 2, close), explanation);
    if (typeof macro === 'string') problems.push(macro);
    else {
      flush();
      parts.push(macro);
    }
    at = close;
  }
  flush();
  return { parts, problems };
}

/** The inside of `%{…}`, or what is wrong with it. */
function parseMacro(inside: string, explanation: boolean): MacroPart | string {
  const shown = `"%{${inside}}"`;
  const letter = inside.charAt(0).toLowerCase();
  if (LETTERS_OF_EXP.includes(letter) && letter !== '' && !explanation) {
    return `${shown}: the letter ${letter} is allowed in explanations only`;
  }
  if (letter === '' || !(LETTERS + LETTERS_OF_EXP).includes(letter)) return `${shown}: unknown macro letter`;
  const match = /^([0-9]*)([rR]?)(.*)$/s.exec(inside.slice(1));
  const digits = match?.[1] ?? '';
  const delimiters = match?.[3] ?? '';
  if (digits !== '' && !/[1-9]/.test(digits)) return `${shown}: the number of labels must not be zero`;
  for (const delimiter of delimiters) {
    if (!DELIMITERS.includes(delimiter)) return `${shown}: ${JSON.stringify(delimiter)} is no delimiter`;
  }
  return {
    is: 'macro',
    letter,
    escape: inside.charAt(0) !== letter,
    // more labels than a name can have are all of them
    keep: digits === '' ? 0 : Math.min(Number(digits.slice(-9)) + (digits.length > 9 ? 1e9 : 0), 1e9),
    reverse: match?.[2] !== '',
    delimiters,
  };
}

/** The value of a macro letter, before transformation. */
export type MacroValues = (letter: string) => string;

export function expandMacros(parts: readonly MacroPart[], values: MacroValues): string {
  let text = '';
  for (const part of parts) text += part.is === 'literal' ? part.text : transform(part, values(part.letter));
  return text;
}

/** RFC 7208 §7.3: split, reverse, keep the right-hand parts, join with dots, escape. */
function transform(part: Extract<MacroPart, { is: 'macro' }>, value: string): string {
  let result = value;
  if (part.keep > 0 || part.reverse || part.delimiters !== '') {
    let pieces = split(value, part.delimiters === '' ? '.' : part.delimiters);
    if (part.reverse) pieces = pieces.reverse();
    if (part.keep > 0) pieces = pieces.slice(-part.keep);
    result = pieces.join('.');
  }
  return part.escape ? urlEscape(result) : result;
}

function split(value: string, delimiters: string): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const character of value) {
    if (delimiters.includes(character)) {
      pieces.push(piece);
      piece = '';
    } else piece += character;
  }
  return [...pieces, piece];
}

/** RFC 3986 §2.3: everything but unreserved characters. */
function urlEscape(text: string): string {
  return text.replaceAll(
    /[^A-Za-z0-9._~-]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

/** RFC 7208 §7.3: a name of more than 253 octets loses labels from the left. */
export function fitName(name: string): string {
  let fitted = name;
  while (fitted.length > 253) {
    const dot = fitted.indexOf('.');
    if (dot < 0) return fitted;
    fitted = fitted.slice(dot + 1);
  }
  return fitted;
}
