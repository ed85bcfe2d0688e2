/** Reads the text of a pattern into a tree; refuses what other engines can only run by going back (facts/engine §3). */

/** Inclusive ranges of code points. */
export type Ranges = readonly (readonly [low: number, high: number])[];

export type Node =
  | { readonly is: 'set'; readonly ranges: Ranges; readonly negated: boolean }
  | { readonly is: 'sequence'; readonly parts: readonly Node[] }
  | { readonly is: 'choice'; readonly options: readonly Node[] }
  | { readonly is: 'repeat'; readonly part: Node; readonly min: number; readonly max: number };

const MAX_PATTERN = 200;
const MAX_REPEAT = 255;
const MAX_GROUPS = 10;

const DIGITS: Ranges = [[0x30, 0x39]];
const WORD: Ranges = [...DIGITS, [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]];
const LINE_ENDS: Ranges = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
];
const CONTROLS: { readonly [letter: string]: number } = { t: 9, n: 10, r: 13 };

/** Why a pattern is refused, as a sentence. */
export class PatternError extends Error {}

export function readPattern(source: string): Node {
  if (source.length > MAX_PATTERN)
    throw new PatternError(`the pattern is longer than ${String(MAX_PATTERN)} characters`);
  const reader = new Reader(source);
  const node = reader.choice(0);
  if (!reader.done()) throw new PatternError(`unexpected "${reader.rest()}" in the pattern`);
  return node;
}

/** Reads the pattern's text once, from left to right. */
class Reader {
  private position = 0;
  private readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  done(): boolean {
    return this.position >= this.source.length;
  }

  rest(): string {
    return this.source.slice(this.position, this.position + 10);
  }

  choice(depth: number): Node {
    if (depth > MAX_GROUPS) throw new PatternError(`groups are nested deeper than ${String(MAX_GROUPS)}`);
    const options = [this.sequence(depth)];
    while (this.take('|')) options.push(this.sequence(depth));
    return options.length === 1 && options[0] !== undefined ? options[0] : { is: 'choice', options };
  }

  private sequence(depth: number): Node {
    const parts: Node[] = [];
    while (!this.done() && this.peek() !== '|' && this.peek() !== ')') parts.push(this.quantified(depth));
    return { is: 'sequence', parts };
  }

  private quantified(depth: number): Node {
    const part = this.atom(depth);
    const bounds = this.bounds();
    if (bounds === undefined) return part;
    const after = this.peek();
    if (after === '*' || after === '+' || after === '?' || after === '{') {
      throw new PatternError(`two quantifiers in a row ("${this.rest()}")`);
    }
    const [min, max] = bounds;
    // A fixed count inside a loop is harmless; anything else inside one is what makes other engines back-track
    if (hasLoop(part) && !(min === 1 && max === 1)) throw new PatternError('a quantifier inside a quantified group');
    return { is: 'repeat', part, min, max };
  }

  private bounds(): readonly [number, number] | undefined {
    if (this.take('*')) return [0, Number.POSITIVE_INFINITY];
    if (this.take('+')) return [1, Number.POSITIVE_INFINITY];
    if (this.take('?')) return [0, 1];
    if (this.peek() !== '{') return undefined;
    const match = /^\{(\d{1,3})(?:(,)(\d{1,3})?)?\}/.exec(this.source.slice(this.position));
    if (match === null) throw new PatternError(`"${this.rest()}" is no count; write \\{ for the character`);
    this.position += match[0].length;
    const min = Number(match[1]);
    const max = match[3] !== undefined ? Number(match[3]) : match[2] === undefined ? min : Number.POSITIVE_INFINITY;
    if (min > MAX_REPEAT || (max > MAX_REPEAT && max !== Number.POSITIVE_INFINITY) || max < min) {
      throw new PatternError(`the count ${match[0]} is out of bounds (0 to ${String(MAX_REPEAT)})`);
    }
    return [min, max];
  }

  private atom(depth: number): Node {
    const character = this.next();
    switch (character) {
      case '(':
        return this.group(depth);
      case '[':
        return this.set();
      case '.':
        return { is: 'set', ranges: LINE_ENDS, negated: true };
      case '\\':
        return { is: 'set', ranges: this.escape(), negated: false };
      case '^':
      case '$':
        throw new PatternError(`the pattern always matches the whole text: remove the "${character}"`);
      case '*':
      case '+':
      case '?':
      case '{':
        throw new PatternError(`"${character}" has nothing to repeat`);
      default:
        return { is: 'set', ranges: [codeRange(character)], negated: false };
    }
  }

  private group(depth: number): Node {
    if (this.take('?') && !this.take(':')) {
      throw new PatternError('look-around and named groups are not allowed; use (?: ... )');
    }
    const node = this.choice(depth + 1);
    if (!this.take(')')) throw new PatternError('a group is not closed');
    return node;
  }

  private set(): Node {
    const negated = this.take('^');
    const ranges: (readonly [number, number])[] = [];
    while (!this.take(']')) {
      if (this.done()) throw new PatternError('a character class is not closed');
      const low = this.classItem();
      const [first] = low;
      if (this.peek() === '-' && this.source[this.position + 1] !== ']' && low.length === 1 && first !== undefined) {
        this.next();
        const [high] = this.classItem();
        if (high === undefined || high[1] < first[0]) throw new PatternError('a range in a class runs backwards');
        ranges.push([first[0], high[1]]);
      } else {
        ranges.push(...low);
      }
    }
    if (ranges.length === 0) throw new PatternError('a character class is empty');
    return { is: 'set', ranges, negated };
  }

  private classItem(): Ranges {
    const character = this.next();
    return character === '\\' ? this.escape() : [codeRange(character)];
  }

  private escape(): Ranges {
    const character = this.next();
    if (character === 'd') return DIGITS;
    if (character === 'w') return WORD;
    const control = Object.hasOwn(CONTROLS, character) ? CONTROLS[character] : undefined;
    if (control !== undefined) return [[control, control]];
    if (character === 'x' || character === 'u') {
      const digits = this.source.slice(this.position, this.position + (character === 'x' ? 2 : 4));
      if (!/^(?:[0-9A-Fa-f]{2}|[0-9A-Fa-f]{4})$/.test(digits))
        throw new PatternError(`\\${character} needs hex digits`);
      this.position += digits.length;
      const code = Number.parseInt(digits, 16);
      return [[code, code]];
    }
    if (/^[A-Za-z0-9]$/.test(character)) {
      throw new PatternError(`\\${character} is not allowed; write an explicit class`);
    }
    return [codeRange(character)];
  }

  private peek(): string | undefined {
    return this.source[this.position];
  }

  private take(character: string): boolean {
    if (this.peek() !== character) return false;
    this.position += 1;
    return true;
  }

  private next(): string {
    const code = this.source.codePointAt(this.position);
    if (code === undefined) throw new PatternError('the pattern ends too early');
    const character = String.fromCodePoint(code);
    this.position += character.length;
    return character;
  }
}

function codeRange(character: string): readonly [number, number] {
  const code = character.codePointAt(0) ?? 0;
  return [code, code];
}

function hasLoop(node: Node): boolean {
  switch (node.is) {
    case 'set':
      return false;
    case 'sequence':
      return node.parts.some(hasLoop);
    case 'choice':
      return node.options.some(hasLoop);
    default:
      return node.min !== node.max || hasLoop(node.part);
  }
}
