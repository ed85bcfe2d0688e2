/** A lexed file: tokens with their brackets matched, and the small questions that rules ask of them. Every answer is total. */
import type { Language } from './language.ts';
import { tokensOf, type Token } from './lex.ts';

export interface Code {
  readonly language: Language;
  readonly text: string;
  readonly tokens: readonly Token[];
  /** Of a bracket, the index of its partner; -1 where it has none, and for everything else. */
  readonly match: Int32Array;
  /** The index of the innermost bracket that is open at a token; -1 at the top. */
  readonly parent: Int32Array;
  /** Names that the file assigns once, to the index of the first token of the value. */
  readonly constants: ReadonlyMap<string, number>;
  /** Reads lazily: the functions of the file, innermost found first. */
  cache: { functions?: readonly FunctionRange[]; readonly mentions: Map<string, boolean> };
}

export interface FunctionRange {
  readonly name: string | undefined;
  /** Indexes of the tokens of the body, brackets included where it has some. */
  readonly from: number;
  readonly to: number;
  /** Index of the first token of the whole definition, for decorators and exports. */
  readonly head: number;
}

/** Tokens of one object that are looked at for a key. */
const MAX_KEYS = 4000;

const NONE: Token = { kind: 'mark', text: '', at: 0, end: 0, starts: false };

export function codeOf(language: Language, text: string, from = 0, to = text.length): Code | undefined {
  const tokens = tokensOf(language, text, from, to);
  if (tokens === undefined) return undefined;
  const { match, parent } = brackets(tokens);
  let constants: ReadonlyMap<string, number> | undefined;
  return {
    language,
    text,
    tokens,
    match,
    parent,
    // few rules follow a name
    get constants() {
      return (constants ??= constantsOf(language, tokens));
    },
    cache: { mentions: new Map() },
  };
}

export function tokenAt(code: Code, index: number): Token {
  return code.tokens[index] ?? NONE;
}

/** The text of a mark or word; of a string nothing, so that its content is never taken for code. */
export function textAt(code: Code, index: number): string {
  const token = code.tokens[index];
  return token === undefined || token.kind === 'string' ? '' : token.text;
}

export function isString(code: Code, index: number): boolean {
  return code.tokens[index]?.kind === 'string';
}

/** Round, square and curly brackets: 0, 1 and 2; a closing one is told by its sign (~kind); undefined for other marks. */
function bracketOf(text: string): number | undefined {
  if (text.length > 2) return undefined;
  switch (text.charCodeAt(0)) {
    case 0x28:
      return 0;
    case 0x5b:
      return 1;
    case 0x7b:
      return 2;
    case 0x29:
      return ~0;
    case 0x5d:
      return ~1;
    case 0x7d:
      return ~2;
    default:
      return text === '${' ? 2 : undefined;
  }
}

/** A closing bracket whose kind is open closes up to it; one whose kind is not open is passed over. */
function brackets(tokens: readonly Token[]): { readonly match: Int32Array; readonly parent: Int32Array } {
  const match = new Int32Array(tokens.length).fill(-1);
  const parent = new Int32Array(tokens.length);
  const stack: number[] = [];
  const kinds: number[] = [];
  const open = [0, 0, 0];
  let innermost = -1;
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] ?? NONE;
    parent[index] = innermost;
    if (token.kind !== 'mark') continue;
    const bracket = bracketOf(token.text);
    if (bracket === undefined) continue;
    if (bracket >= 0) {
      stack.push(index);
      kinds.push(bracket);
      open[bracket] = (open[bracket] ?? 0) + 1;
      innermost = index;
      continue;
    }
    if ((open[~bracket] ?? 0) === 0) continue;
    for (let kind = kinds.pop(), at = stack.pop(); kind !== undefined && at !== undefined;) {
      open[kind] = (open[kind] ?? 0) - 1;
      innermost = stack.at(-1) ?? -1;
      if (kind === ~bracket) {
        match[at] = index;
        match[index] = at;
        parent[index] = innermost;
        break;
      }
      kind = kinds.pop();
      at = stack.pop();
    }
  }
  return { match, parent };
}

const ASSIGNS = new Set(['=', ':=', '+=', '|=']);

/** Names assigned once: `const x = …`, `x := …`, `X = …`; a second assignment takes the name out. */
function constantsOf(language: Language, tokens: readonly Token[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const twice = new Set<string>();
  for (let index = 1; index < tokens.length - 1; index++) {
    const token = tokens[index] ?? NONE;
    if (token.kind !== 'mark' || !token.text.endsWith('=') || !ASSIGNS.has(token.text)) continue;
    let name = tokens[index - 1] ?? NONE;
    let before = tokens[index - 2] ?? NONE;
    // `const x: Type = …`, also with one type argument
    if (language === 'js' || language === 'kotlin' || language === 'rust' || language === 'python') {
      if (name.kind === 'word' && before.text === ':' && before.kind === 'mark') {
        name = tokens[index - 3] ?? NONE;
        before = tokens[index - 4] ?? NONE;
      }
    }
    if (name.kind !== 'word' || before.text === '.' || before.text === '?.' || before.text === '->') continue;
    // keyword arguments and defaults of Python are no assignments
    if (language === 'python' && !name.starts && before.text !== ':') continue;
    if (found.has(name.text)) twice.add(name.text);
    else found.set(name.text, index + 1);
  }
  for (const name of twice) found.delete(name);
  return found;
}

/** The names of a member chain that ends at a word: `this.logger.info` gives three, and where the chain begins. */
export interface Chain {
  readonly names: readonly string[];
  readonly from: number;
}

export function chainTo(code: Code, index: number): Chain {
  const names: string[] = [];
  let at = index;
  let from = index;
  while (names.length < 16) {
    const token = tokenAt(code, at);
    if (token.kind === 'word') {
      names.unshift(token.text);
      from = at;
    } else if (token.text === ')' || token.text === ']') {
      const opening = code.match[at] ?? -1;
      if (opening <= 0) break;
      from = opening;
      at = opening - 1;
      const callee = tokenAt(code, at);
      if (callee.kind !== 'word' && callee.text !== ')' && callee.text !== ']') break;
      continue;
    } else break;
    const link = textAt(code, at - 1);
    if (link !== '.' && link !== '?.' && link !== '->' && link !== '::' && link !== '&.') break;
    at -= 2;
  }
  return { names, from };
}

/** Whether a word is what is called: `name(`, `name?.(`, `name<T>(`. Yields the index of the opening bracket. */
export function callOf(code: Code, index: number): number | undefined {
  if (tokenAt(code, index).kind !== 'word') return undefined;
  const next = textAt(code, index + 1);
  if (next === '(') return index + 1;
  if (next === '?.' && textAt(code, index + 2) === '(') return index + 2;
  if (next === '!' && code.language === 'rust' && textAt(code, index + 2) === '(') return index + 2;
  if (next === '<' && code.language !== 'python') {
    // type arguments, a few words of them
    for (let at = index + 2; at < index + 12; at++) {
      const text = textAt(code, at);
      if (text === '>') return textAt(code, at + 1) === '(' ? at + 1 : undefined;
      if (tokenAt(code, at).kind !== 'word' && !/^[,.[\]|<]$/.test(text)) return undefined;
    }
  }
  return undefined;
}

/** Ranges of the arguments of a call or the parts of a bracket: [from, to) in tokens. */
export function partsOf(code: Code, opening: number): readonly (readonly [from: number, to: number])[] {
  const closing = code.match[opening] ?? -1;
  const end = closing < 0 ? Math.min(code.tokens.length, opening + 400) : closing;
  const parts: (readonly [number, number])[] = [];
  let from = opening + 1;
  for (let at = from; at < end; at++) {
    const text = textAt(code, at);
    const partner = code.match[at] ?? -1;
    if (partner > at) at = partner;
    else if (text === ',') {
      parts.push([from, at]);
      from = at + 1;
    }
  }
  if (from < end) parts.push([from, end]);
  return parts;
}

/** The token after `key:`, `key=`, `key =>`, `"key":`; undefined where the word or string at `index` is no key. */
export function valueOf(code: Code, index: number): number | undefined {
  const next = textAt(code, index + 1);
  if (next === ':' || next === '=' || next === '=>' || next === ':=') return index + 2;
  // obj["key"] = …
  if (next === ']' && textAt(code, index - 1) === '[') {
    return textAt(code, index + 2) === '=' ? index + 3 : undefined;
  }
  return undefined;
}

/** Follows a name that the file assigns once, one step; anything else is its own value. */
export function followed(code: Code, index: number): number {
  const token = tokenAt(code, index);
  if (token.kind !== 'word') return index;
  const next = textAt(code, index + 1);
  if (next === '.' || next === '(' || next === '?.' || next === '[') return index;
  return code.constants.get(token.text) ?? index;
}

/** Whether the value at `index` (one step of assignment followed) is false: `false`, `False`, `0`, `!1`, `'0'` never. */
export function isFalse(code: Code, index: number): boolean {
  const at = followed(code, index);
  const token = tokenAt(code, at);
  if (token.kind === 'word') return /^(?:false|False|FALSE)$/.test(token.text) && ends(code, at + 1);
  if (token.kind === 'number') return token.text === '0' && ends(code, at + 1);
  return token.text === '!' && token.kind === 'mark' && tokenAt(code, at + 1).text === '1';
}

export function isTrue(code: Code, index: number): boolean {
  const at = followed(code, index);
  const token = tokenAt(code, at);
  if (token.kind === 'word') return /^(?:true|True|TRUE)$/.test(token.text) && ends(code, at + 1);
  return token.text === '!' && token.kind === 'mark' && tokenAt(code, at + 1).text === '0';
}

/** The value ends here: no operator goes on with it (`false || x` is no literal, `false | true` a type; `false as const` is). */
function ends(code: Code, index: number): boolean {
  const token = tokenAt(code, index);
  if (token.kind !== 'mark' || token.starts) return true;
  return !/^(?:\?|\|\|?|&&|\?\?|\.|===?|!==?|\+|\()$/.test(token.text);
}

/** The text of a plain string at `index`, one step of assignment followed; undefined for anything else, and for parts of a template. */
export function literalAt(code: Code, index: number): string | undefined {
  const at = followed(code, index);
  const token = code.tokens[at];
  if (token?.kind !== 'string' || textAt(code, at + 1) === '${') return undefined;
  return token.text;
}

/** The index of the bracket of this kind that encloses the token, up to `steps` brackets away. */
export function enclosing(code: Code, index: number, kind: '(' | '[' | '{', steps = 1): number {
  let at = code.parent[index] ?? -1;
  for (let step = 0; at >= 0 && step < steps; step++) {
    if (textAt(code, at) === kind) return at;
    at = code.parent[at] ?? -1;
  }
  return -1;
}

/** Whether the file says something anywhere. Asked once a file and pattern: rules ask it at every place. */
export function mentions(code: Code, pattern: RegExp): boolean {
  const key = `${pattern.source}/${pattern.flags}`;
  const known = code.cache.mentions.get(key);
  if (known !== undefined) return known;
  const said = pattern.test(code.text);
  code.cache.mentions.set(key, said);
  return said;
}

/** The key or callee that a bracket belongs to: `ssl: {` gives `ssl`, `new Pool({` gives `Pool` for the round one. */
export function ownerOf(code: Code, opening: number): string {
  const before = tokenAt(code, opening - 1);
  if (before.kind === 'word') return before.text;
  if (before.text === ':' || before.text === '=' || before.text === '=>') {
    const key = tokenAt(code, opening - 2);
    return key.kind === 'word' || key.kind === 'string' ? key.text : '';
  }
  return '';
}

/** Whether a key stands directly in the bracket. Yields its index, or -1. */
export function keyIn(code: Code, opening: number, name: RegExp): number {
  const closing = code.match[opening] ?? -1;
  const end = closing < 0 ? opening : closing;
  for (let at = opening + 1, steps = 0; at < end && steps < MAX_KEYS; at++, steps++) {
    const token = tokenAt(code, at);
    if ((token.kind === 'word' || token.kind === 'string') && name.test(token.text)) {
      const next = textAt(code, at + 1);
      if (next === ':' || next === '=' || next === '=>' || next === ',' || next === '}') return at;
    }
    const partner = code.match[at] ?? -1;
    if (partner > at) at = partner;
  }
  return -1;
}
