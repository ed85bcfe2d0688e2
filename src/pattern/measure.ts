/** What a pattern can match at all: its lengths, its literal beginning, and whether a backtracking engine may run away. */
import { ANY, overlaps, setOf, type ByteSet, type Node } from './ast.ts';

export interface Lengths {
  readonly min: number;
  readonly max: number;
}

export function lengthsOf(node: Node): Lengths {
  switch (node.is) {
    case 'set':
      return { min: 1, max: 1 };
    case 'anchor':
      return { min: 0, max: 0 };
    case 'group':
      return lengthsOf(node.item);
    case 'sequence': {
      let [min, max] = [0, 0];
      for (const item of node.items) {
        const inner = lengthsOf(item);
        min += inner.min;
        max += inner.max;
      }
      return { min, max };
    }
    case 'choice': {
      let [min, max] = [Infinity, 0];
      for (const item of node.items) {
        const inner = lengthsOf(item);
        min = Math.min(min, inner.min);
        max = Math.max(max, inner.max);
      }
      return { min, max };
    }
    default: {
      const inner = lengthsOf(node.item);
      return { min: inner.min * node.min, max: inner.max === 0 ? 0 : inner.max * node.max };
    }
  }
}

/** Anchors that look beyond the match: a window must then begin and end where the line or the text does. */
export function anchorsOf(node: Node): { readonly line: boolean; readonly text: boolean } {
  if (node.is === 'anchor') {
    return { line: node.anchor.startsWith('line-'), text: node.anchor.startsWith('text-') };
  }
  const found = childrenOf(node).map((item) => anchorsOf(item));
  return { line: found.some((one) => one.line), text: found.some((one) => one.text) };
}

function childrenOf(node: Node): readonly Node[] {
  if (node.is === 'sequence' || node.is === 'choice') return node.items;
  return node.is === 'group' || node.is === 'repeat' ? [node.item] : [];
}

/** The bytes with which a match may begin; everything where a match may be empty. */
export function firstOf(node: Node): ByteSet {
  switch (node.is) {
    case 'set':
      return node.set;
    case 'anchor':
      return [];
    case 'group':
      return firstOf(node.item);
    case 'repeat':
      return node.max === 0 ? [] : firstOf(node.item);
    case 'choice':
      return setOf(...node.items.flatMap((item) => [...firstOf(item)]));
    default: {
      const ranges: (readonly [number, number])[] = [];
      for (const item of node.items) {
        ranges.push(...firstOf(item));
        if (lengthsOf(item).min > 0) break;
      }
      return setOf(...ranges);
    }
  }
}

/** Every byte that occurs in a match. */
export function bytesOf(node: Node): ByteSet {
  if (node.is === 'set') return node.set;
  const sets = new Set<ByteSet>();
  addSets(node, sets);
  return setOf(...[...sets].flat());
}

function addSets(node: Node, sets: Set<ByteSet>): void {
  if (node.is === 'set') sets.add(node.set);
  else for (const item of childrenOf(node)) addSets(item, sets);
}

/** A repetition above this is treated as one without a bound: it multiplies like one. */
const MANY = 32;

/**
 * Why a backtracking engine may take more than polynomial time of a low degree, or undefined: a loop whose round can be
 * read in two ways (facts/engine §3: no nested quantifier). Loops whose rounds are parted by a byte of their own are fine.
 */
export function riskOf(node: Node): string | undefined {
  for (const item of childrenOf(node)) {
    const risk = riskOf(item);
    if (risk !== undefined) return risk;
  }
  if (node.is === 'sequence') return neighbours(node.items);
  if (node.is !== 'repeat' || node.max <= MANY) return undefined;
  const body = node.item.is === 'group' ? node.item.item : node.item;
  if (body.is === 'set') return undefined;
  if (lengthsOf(body).min === 0) return 'a loop over something that may be empty';
  const loops = variableLoops(body);
  if (loops.length > 0 && !parted(body, loops)) return 'a loop inside a loop, with nothing between the rounds';
  if (ambiguousChoice(body)) return 'a loop over alternatives that begin alike';
  return undefined;
}

function variableLoops(node: Node): Node[] {
  const inner = childrenOf(node).flatMap((item) => variableLoops(item));
  return node.is === 'repeat' && node.max !== node.min ? [node, ...inner] : inner;
}

/** A round begins or ends with a mandatory byte that no inner loop can eat. */
function parted(body: Node, loops: readonly Node[]): boolean {
  const inside = setOf(...loops.flatMap((loop) => [...bytesOf(loop)]));
  if (body.is === 'set') return true;
  if (body.is !== 'sequence') return false;
  const [first] = body.items;
  const last = body.items.at(-1);
  return [first, last].some((end) => end?.is === 'set' && !overlaps(end.set, inside));
}

function ambiguousChoice(node: Node): boolean {
  if (node.is === 'choice') {
    const firsts = node.items.map((item) => (lengthsOf(item).min === 0 ? ANY : firstOf(item)));
    if (firsts.some((a, i) => firsts.slice(i + 1).some((b) => overlaps(a, b)))) return true;
  }
  return childrenOf(node).some((item) => ambiguousChoice(item));
}

/** Three loops without a bound in a row that can eat the same bytes: cubic time and worse. */
function neighbours(items: readonly Node[]): string | undefined {
  let run: ByteSet[] = [];
  for (const item of items) {
    const bare = item.is === 'group' ? item.item : item;
    if (bare.is === 'repeat' && bare.max === Infinity) {
      run.push(bytesOf(bare.item));
      const last = run.slice(-3);
      const [a, b, c] = last;
      if (a !== undefined && b !== undefined && c !== undefined && overlaps(a, b) && overlaps(b, c)) {
        return 'three loops in a row over the same bytes';
      }
    } else if (lengthsOf(bare).min > 0) {
      run = run.filter((set) => overlaps(set, bytesOf(bare)));
    }
  }
  return undefined;
}

/** The literal texts with which every match begins, or none where a match can begin with too many. */
export function prefixesOf(node: Node): readonly string[] {
  const { prefixes } = grow(node, ['']);
  // one way to begin that no text tells, and the texts of the others tell nothing
  return prefixes.includes('') ? [] : prefixes;
}

const MOST_PREFIXES = 128;
const WIDEST_SET = 8;
/** Beginnings that are still too short to be looked for may be spelt out further. */
const WIDEST_SET_OF_SHORT = 16;
const SHORT = 3;

interface Growth {
  readonly prefixes: readonly string[];
  /** The node was consumed whole: what follows it may be appended. */
  readonly whole: boolean;
}

function grow(node: Node, before: readonly string[]): Growth {
  const stop: Growth = { prefixes: before, whole: false };
  switch (node.is) {
    case 'anchor':
      return { prefixes: before, whole: true };
    case 'group':
      return grow(node.item, before);
    case 'set': {
      const chars = node.set.flatMap(([low, high]) => Array.from({ length: high - low + 1 }, (_, i) => low + i));
      const widest = before.every((prefix) => prefix.length < SHORT) ? WIDEST_SET_OF_SHORT : WIDEST_SET;
      if (chars.length > widest || chars.length * before.length > MOST_PREFIXES) return stop;
      return { prefixes: before.flatMap((p) => chars.map((c) => p + String.fromCharCode(c))), whole: true };
    }
    case 'sequence': {
      let now: Growth = { prefixes: before, whole: true };
      for (const item of node.items) {
        now = grow(item, now.prefixes);
        if (!now.whole) break;
      }
      return now;
    }
    case 'choice': {
      const grown = node.items.map((item) => grow(item, before));
      const prefixes = [...new Set(grown.flatMap((one) => one.prefixes))];
      if (prefixes.length > MOST_PREFIXES) return stop;
      return { prefixes, whole: grown.every((one) => one.whole) };
    }
    default: {
      if (node.min !== 1 || node.max !== 1) {
        if (node.min === 0) return stop;
        const once = grow(node.item, before);
        return { prefixes: once.prefixes, whole: false };
      }
      return grow(node.item, before);
    }
  }
}

/** The bytes with which a match may end. */
export function lastOf(node: Node): ByteSet {
  switch (node.is) {
    case 'set':
      return node.set;
    case 'anchor':
      return [];
    case 'group':
      return lastOf(node.item);
    case 'repeat':
      return node.max === 0 ? [] : lastOf(node.item);
    case 'choice':
      return setOf(...node.items.flatMap((item) => [...lastOf(item)]));
    default: {
      const ranges: (readonly [number, number])[] = [];
      for (const item of node.items.toReversed()) {
        ranges.push(...lastOf(item));
        if (lengthsOf(item).min > 0) break;
      }
      return setOf(...ranges);
    }
  }
}

/** What values are made of that hold no blank, quote or bracket, and that no comma or semicolon ends. */
export const TOKEN: ByteSet = setOf(
  ...Array.from({ length: 0x5e }, (_, i) => i + 0x21)
    .filter((byte) => !'"\'`,;()<>[]{}\\'.includes(String.fromCharCode(byte)))
    .map((byte) => [byte, byte] as const),
);

/** So many bytes of TOKEN stand in a row in every match; 0 where others may be among them. */
export function tokenLengthOf(node: Node): number {
  const inside = bytesOf(node).every(([low, high]) => TOKEN.some(([from, to]) => from <= low && high <= to));
  return inside ? lengthsOf(node).min : 0;
}
