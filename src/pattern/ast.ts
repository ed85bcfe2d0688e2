/** The tree of a pattern: what RE2's syntax says, over bytes (a text is a latin1 string, one character a byte). */

/** Sorted, disjoint ranges of bytes. */
export type ByteSet = readonly (readonly [low: number, high: number])[];

export type Anchor = 'text-start' | 'text-end' | 'line-start' | 'line-end' | 'word' | 'not-word';

export type Node =
  | { readonly is: 'set'; readonly set: ByteSet }
  | { readonly is: 'anchor'; readonly anchor: Anchor }
  | { readonly is: 'sequence'; readonly items: readonly Node[] }
  | { readonly is: 'choice'; readonly items: readonly Node[] }
  | { readonly is: 'group'; readonly index: number; readonly item: Node }
  | {
      readonly is: 'repeat';
      readonly item: Node;
      readonly min: number;
      /** Infinity where the pattern sets no bound. */
      readonly max: number;
      readonly lazy: boolean;
    };

export const ANY: ByteSet = [[0, 255]];

export function setOf(...ranges: readonly (readonly [number, number])[]): ByteSet {
  if (isByteSet(ranges)) return ranges;
  const sorted = ranges.filter(([low, high]) => low <= high).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const merged: [number, number][] = [];
  for (const [low, high] of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else merged.push([low, high]);
  }
  return merged;
}

/** Sorted and disjoint, as most are written. */
function isByteSet(ranges: readonly (readonly [number, number])[]): boolean {
  let next = 0;
  for (const [low, high] of ranges) {
    if (low < next || high < low) return false;
    next = high + 2;
  }
  return true;
}

export function complement(set: ByteSet): ByteSet {
  const rest: [number, number][] = [];
  let next = 0;
  for (const [low, high] of set) {
    if (low > next) rest.push([next, low - 1]);
    next = high + 1;
  }
  if (next <= 255) rest.push([next, 255]);
  return rest;
}

export function overlaps(a: ByteSet, b: ByteSet): boolean {
  return a.some(([low, high]) => b.some(([from, to]) => low <= to && from <= high));
}

/** The set with both cases of every ASCII letter in it. */
export function bothCases(set: ByteSet): ByteSet {
  const more: [number, number][] = [];
  for (const [low, high] of set) {
    more.push([low, high]);
    const upper: readonly [number, number] = [Math.max(low, 0x41), Math.min(high, 0x5a)];
    if (upper[0] <= upper[1]) more.push([upper[0] + 32, upper[1] + 32]);
    const lower: readonly [number, number] = [Math.max(low, 0x61), Math.min(high, 0x7a)];
    if (lower[0] <= lower[1]) more.push([lower[0] - 32, lower[1] - 32]);
  }
  return setOf(...more);
}

/** Words of RE2 for sets: Perl classes and POSIX classes, all ASCII. */
export const PERL: { readonly [letter: string]: ByteSet } = {
  d: [[0x30, 0x39]],
  s: setOf([0x09, 0x0a], [0x0c, 0x0d], [0x20, 0x20]),
  w: setOf([0x30, 0x39], [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]),
};

export const POSIX: { readonly [name: string]: ByteSet } = {
  alnum: setOf([0x30, 0x39], [0x41, 0x5a], [0x61, 0x7a]),
  alpha: setOf([0x41, 0x5a], [0x61, 0x7a]),
  ascii: [[0, 0x7f]],
  blank: setOf([0x09, 0x09], [0x20, 0x20]),
  cntrl: setOf([0, 0x1f], [0x7f, 0x7f]),
  digit: [[0x30, 0x39]],
  graph: [[0x21, 0x7e]],
  lower: [[0x61, 0x7a]],
  print: [[0x20, 0x7e]],
  punct: setOf([0x21, 0x2f], [0x3a, 0x40], [0x5b, 0x60], [0x7b, 0x7e]),
  space: setOf([0x09, 0x0d], [0x20, 0x20]),
  upper: [[0x41, 0x5a]],
  word: setOf([0x30, 0x39], [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]),
  xdigit: setOf([0x30, 0x39], [0x41, 0x46], [0x61, 0x66]),
};
