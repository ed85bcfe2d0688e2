/** Reads a pattern in RE2's syntax into a tree; what RE2 refuses is refused here, with the offset. */
import { ANY, bothCases, complement, PERL, POSIX, setOf, type ByteSet, type Node } from './ast.ts';

/** A pattern that is not RE2 syntax, or that asks for what this dialect does not hold. */
export class PatternError extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.name = 'PatternError';
    this.offset = offset;
  }
}

export interface Pattern {
  readonly source: string;
  readonly root: Node;
  /** Capturing groups, without the whole match. */
  readonly groups: number;
}

interface Flags {
  readonly ignoreCase: boolean;
  readonly dotAll: boolean;
  readonly multiLine: boolean;
  readonly swapGreed: boolean;
}

const MAX_LENGTH = 20_000;
const MAX_DEPTH = 200;
/** RE2 itself refuses larger counts. */
const MAX_COUNT = 1000;
const NOT_LF = complement([[0x0a, 0x0a]]);
const ESCAPES: { readonly [letter: string]: number } = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };
const BEYOND_ASCII: ByteSet = [[0x80, 0xff]];
/** Unicode classes, as far as bytes can say: their ASCII part; letters and marks beyond ASCII are any byte above 0x7F. */
const UNICODE: { readonly [name: string]: ByteSet } = {
  L: setOf([0x41, 0x5a], [0x61, 0x7a], [0x80, 0xff]),
  Lu: setOf([0x41, 0x5a], [0x80, 0xff]),
  Ll: setOf([0x61, 0x7a], [0x80, 0xff]),
  N: setOf([0x30, 0x39], [0x80, 0xff]),
  Nd: setOf([0x30, 0x39], [0x80, 0xff]),
  P: setOf(
    [0x21, 0x23],
    [0x25, 0x2a],
    [0x2c, 0x2f],
    [0x3a, 0x3b],
    [0x3f, 0x40],
    [0x5b, 0x5d],
    [0x5f, 0x5f],
    [0x7b, 0x7b],
    [0x7d, 0x7d],
    [0x80, 0xff],
  ),
  S: setOf(
    [0x24, 0x24],
    [0x2b, 0x2b],
    [0x3c, 0x3e],
    [0x5e, 0x5e],
    [0x60, 0x60],
    [0x7c, 0x7c],
    [0x7e, 0x7e],
    [0x80, 0xff],
  ),
  Z: setOf([0x20, 0x20], [0x80, 0xff]),
  Cc: setOf([0, 0x1f], [0x7f, 0x7f]),
};

class Reader {
  readonly text: string;
  at = 0;
  groups = 0;
  depth = 0;
  constructor(text: string) {
    this.text = text;
  }
  get done(): boolean {
    return this.at >= this.text.length;
  }
  peek(length = 1): string {
    return this.text.slice(this.at, this.at + length);
  }
  eat(word: string): boolean {
    if (!this.text.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }
  /** Every match of `sticky` begins with `word`: elsewhere it is not tried. */
  match(word: string, sticky: RegExp): RegExpExecArray | null {
    if (!this.text.startsWith(word, this.at)) return null;
    sticky.lastIndex = this.at;
    const found = sticky.exec(this.text);
    if (found !== null) this.at += found[0].length;
    return found;
  }
  /** One code point of the source. */
  char(): number {
    const code = this.text.codePointAt(this.at);
    if (code === undefined) throw this.error('the pattern ends too early');
    this.at += code > 0xffff ? 2 : 1;
    return code;
  }
  error(message: string, at = this.at): PatternError {
    return new PatternError(message, at);
  }
}

export function parsePattern(source: string): Pattern {
  const reader = new Reader(source);
  if (source.length > MAX_LENGTH) throw reader.error(`a pattern may have at most ${String(MAX_LENGTH)} characters`);
  const root = choice(reader, { ignoreCase: false, dotAll: false, multiLine: false, swapGreed: false });
  if (!reader.done) throw reader.error('unexpected )');
  return { source, root, groups: reader.groups };
}

function choice(reader: Reader, outer: Flags): Node {
  if (++reader.depth > MAX_DEPTH) throw reader.error('groups are nested too deeply');
  const branches: Node[] = [];
  let flags = outer;
  let items: Node[] = [];
  for (;;) {
    if (reader.done || reader.peek() === ')') break;
    if (reader.eat('|')) {
      branches.push(sequence(items));
      items = [];
      continue;
    }
    const changed = flagsOnly(reader, flags);
    if (changed !== undefined) {
      flags = changed;
      continue;
    }
    if (reader.eat('\\Q')) {
      // a quantifier after \E binds to the last character only
      const chars = quoted(reader, flags);
      items.push(...chars.slice(0, -1));
      const last = chars.at(-1);
      if (last !== undefined) items.push(repeated(reader, last, flags));
      continue;
    }
    items.push(repeated(reader, atom(reader, flags), flags));
  }
  reader.depth--;
  branches.push(sequence(items));
  const [first] = branches;
  return branches.length === 1 && first !== undefined ? first : { is: 'choice', items: branches };
}

function sequence(items: readonly Node[]): Node {
  const [first] = items;
  return items.length === 1 && first !== undefined ? first : { is: 'sequence', items };
}

const FLAGS_ONLY = /\(\?([imsU]*)(?:-([imsU]+))?\)/y;

/** `(?i)` in the middle of a group: the flags hold to the end of that group. */
function flagsOnly(reader: Reader, flags: Flags): Flags | undefined {
  const found = reader.match('(?', FLAGS_ONLY);
  return found === null ? undefined : withFlags(flags, found[1] ?? '', found[2] ?? '');
}

function withFlags(flags: Flags, on: string, off: string): Flags {
  const set = (letter: string, before: boolean): boolean =>
    (on.includes(letter) ? true : before) && !off.includes(letter);
  return {
    ignoreCase: set('i', flags.ignoreCase),
    dotAll: set('s', flags.dotAll),
    multiLine: set('m', flags.multiLine),
    swapGreed: set('U', flags.swapGreed),
  };
}

const COUNT = /\{(\d{1,6})(?:(,)(\d{0,6}))?\}/y;

function repeated(reader: Reader, first: Node, flags: Flags): Node {
  let item = first;
  let count = 0;
  for (;;) {
    const at = reader.at;
    let min: number;
    let max: number;
    if (reader.eat('*')) [min, max] = [0, Infinity];
    else if (reader.eat('+')) [min, max] = [1, Infinity];
    else if (reader.eat('?')) [min, max] = [0, 1];
    else {
      const found = reader.match('{', COUNT);
      if (found === null) return item;
      min = Number(found[1]);
      max = found[2] === undefined ? min : found[3] === '' ? Infinity : Number(found[3]);
      if (min > MAX_COUNT || (max !== Infinity && max > MAX_COUNT)) {
        throw reader.error(`a repetition count may be at most ${String(MAX_COUNT)}`, at);
      }
      if (max < min) throw reader.error('a repetition whose bounds are the wrong way round', at);
    }
    // RE2: `a**` is an error, so that nobody believes `a*+` to be possessive
    if (++count > 1) throw reader.error('a repetition of a repetition needs a group', at);
    const lazy = reader.eat('?') !== flags.swapGreed;
    item = { is: 'repeat', item, min, max, lazy };
  }
}

const GROUP = /\(\?(?:P?<([A-Za-z_][A-Za-z0-9_]{0,63})>|([imsU]*)(?:-([imsU]+))?:)/y;

function atom(reader: Reader, flags: Flags): Node {
  switch (reader.peek()) {
    case '(':
      return group(reader, flags);
    case '[':
      return { is: 'set', set: bracket(reader, flags) };
    case '*':
    case '+':
    case '?':
      throw reader.error('nothing to repeat');
    case '.':
      reader.at++;
      return { is: 'set', set: flags.dotAll ? ANY : NOT_LF };
    case '^':
      reader.at++;
      return { is: 'anchor', anchor: flags.multiLine ? 'line-start' : 'text-start' };
    case '$':
      reader.at++;
      return { is: 'anchor', anchor: flags.multiLine ? 'line-end' : 'text-end' };
    case '\\':
      return escape(reader, flags);
    default:
      return literal(reader.char(), flags);
  }
}

function escape(reader: Reader, flags: Flags): Node {
  const start = reader.at;
  if (reader.eat('\\A')) return { is: 'anchor', anchor: 'text-start' };
  if (reader.eat('\\z')) return { is: 'anchor', anchor: 'text-end' };
  if (reader.eat('\\b')) return { is: 'anchor', anchor: 'word' };
  if (reader.eat('\\B')) return { is: 'anchor', anchor: 'not-word' };
  const named = namedSet(reader);
  if (named !== undefined) return { is: 'set', set: flags.ignoreCase ? bothCases(named) : named };
  return literal(escaped(reader, start), flags);
}

function group(reader: Reader, flags: Flags): Node {
  const start = reader.at;
  let inner = flags;
  let index: number | undefined;
  if (reader.peek(2) === '(?') {
    const found = reader.match('(?', GROUP);
    if (found === null) throw reader.error(`this kind of group is not in the dialect: ${reader.peek(4)}`);
    if (found[1] === undefined) inner = withFlags(flags, found[2] ?? '', found[3] ?? '');
    else index = ++reader.groups;
  } else {
    reader.at++;
    index = ++reader.groups;
  }
  const item = choice(reader, inner);
  if (!reader.eat(')')) throw reader.error('a group is not closed', start);
  return index === undefined ? item : { is: 'group', index, item };
}

function quoted(reader: Reader, flags: Flags): Node[] {
  const items: Node[] = [];
  while (!reader.done && !reader.eat('\\E')) items.push(literal(reader.char(), flags));
  return items;
}

/** Of most patterns most is letters: each is made once, as it is and in both cases. */
const LETTERS = { exact: new Map<number, Node>(), folded: new Map<number, Node>() };

/** A literal character: one byte, or the bytes of its UTF-8 form. */
function literal(code: number, { ignoreCase }: Flags): Node {
  if (code < 0x80) {
    const letters = ignoreCase ? LETTERS.folded : LETTERS.exact;
    const known = letters.get(code);
    if (known !== undefined) return known;
    const set: ByteSet = [[code, code]];
    const node: Node = { is: 'set', set: ignoreCase ? bothCases(set) : set };
    letters.set(code, node);
    return node;
  }
  const bytes = [...new TextEncoder().encode(String.fromCodePoint(code))];
  return { is: 'sequence', items: bytes.map((byte) => ({ is: 'set', set: [[byte, byte]] })) };
}

const HEX = /\\x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})/y;
const OCTAL = /\\(0[0-7]{0,2}|[1-7][0-7]{2})/y;

/** The character that an escape means. */
function escaped(reader: Reader, start: number): number {
  const hex = reader.match('\\x', HEX);
  if (hex !== null) {
    const code = Number.parseInt(hex[1] ?? hex[2] ?? '', 16);
    if (code > 0x10ffff) throw reader.error('no such character', start);
    return code;
  }
  const octal = reader.match('\\', OCTAL);
  if (octal !== null) return Number.parseInt(octal[1] ?? '', 8);
  reader.at++;
  if (reader.done) throw reader.error('a backslash at the end', start);
  const letter = reader.peek();
  const control = ESCAPES[letter];
  const code = reader.char();
  if (control !== undefined) return control;
  // RE2: only punctuation may be escaped for nothing; \1 and \k are back references, \Z and \h are other dialects
  if (/[0-9A-Za-z]/.test(letter)) throw reader.error(`\\${letter} is not in the dialect`, start);
  return code;
}

const CLASS_ESCAPE = /\\(?:([dDsSwW])|([pP])(?:\{(\^?)([A-Za-z]{1,32})\}|([A-Z])))/y;

function namedSet(reader: Reader): ByteSet | undefined {
  const start = reader.at;
  const found = reader.match('\\', CLASS_ESCAPE);
  if (found === null) return undefined;
  const letter = found[1];
  if (letter !== undefined) {
    const set = PERL[letter.toLowerCase()] ?? ANY;
    return letter === letter.toLowerCase() ? set : complement(set);
  }
  const set = UNICODE[found[4] ?? found[5] ?? ''];
  if (set === undefined) throw reader.error(`${found[0]} is not in the dialect`, start);
  if ((found[2] === 'P') === (found[3] === '^')) return set;
  return setOf(...complement(set), ...BEYOND_ASCII);
}

const POSIX_CLASS = /\[:(\^?)([a-z]{1,10}):\]/y;

function bracket(reader: Reader, flags: Flags): ByteSet {
  const start = reader.at;
  reader.at++;
  const negated = reader.eat('^');
  const ranges: (readonly [number, number])[] = [];
  let first = true;
  for (;;) {
    if (reader.done) throw reader.error('a class is not closed', start);
    if (!first && reader.eat(']')) break;
    first = false;
    const at = reader.at;
    const posix = reader.match('[:', POSIX_CLASS);
    if (posix !== null) {
      const set = POSIX[posix[2] ?? ''];
      if (set === undefined) throw reader.error(`no class of the name ${posix[0]}`, at);
      ranges.push(...(posix[1] === '^' ? complement(set) : set));
      continue;
    }
    const named = namedSet(reader);
    if (named !== undefined) {
      ranges.push(...named);
      continue;
    }
    const low = classChar(reader);
    let high = low;
    if (reader.peek() === '-' && reader.peek(2) !== '-]' && reader.peek(2).length === 2) {
      reader.at++;
      high = classChar(reader);
    }
    if (high < low) throw reader.error('a range whose ends are the wrong way round', at);
    if (low < 0x80) ranges.push([low, Math.min(high, 0x7f)]);
    if (high >= 0x80) ranges.push(...BEYOND_ASCII);
  }
  const set = setOf(...ranges);
  const folded = flags.ignoreCase ? bothCases(set) : set;
  return negated ? complement(folded) : folded;
}

function classChar(reader: Reader): number {
  const start = reader.at;
  return reader.peek() === '\\' ? escaped(reader, start) : reader.char();
}
