/**
 * Finds all keywords of all detectors in one pass over bytes. Two tables, asked by pairs of bytes, rule out most places without
 * a look at single bytes; a table of all beginnings of three bytes rules out nearly all others; then the keywords are compared.
 */

export interface Keyword {
  /** Lower case where its spelling does not matter. */
  readonly text: string;
  /** Found in this spelling only. */
  readonly exact: boolean;
}

export interface Keywords {
  /** By pair of bytes: groups of keywords that may begin with the first byte (low half) or with the second (high half). */
  readonly here: Int32Array;
  /** By the pair that follows: groups that may go on so. */
  readonly after: Int32Array;
  /** By byte: its column in `beginnings`; 0 for bytes of no keyword. Both cases of a letter have the same. */
  readonly columns: Uint8Array;
  readonly width: number;
  /** By the columns of three bytes: which list of `candidates` may stand there; 0 for none. */
  readonly beginnings: Uint16Array;
  /** By list times width, plus the column of the fourth byte: whether a candidate goes on so. */
  readonly fourths: Uint8Array;
  readonly candidates: readonly (readonly Candidate[])[];
  readonly lengths: Uint16Array;
}

interface Candidate {
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly exact: boolean;
}

/** Keywords of a group share the bits of the tables: few similar words in each keep them telling. */
const GROUPS = 16;
export const SHORTEST_KEYWORD = 3;
const MAX_LISTS = 65_535;

/** A pair as a Uint16Array reads it on this machine. */
const FIRST_LOW = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
const pairOf = (first: number, second: number): number => (FIRST_LOW ? first | (second << 8) : (first << 8) | second);

function fold(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte;
}

function spellings(byte: number, exact: boolean): readonly number[] {
  return !exact && byte >= 0x61 && byte <= 0x7a ? [byte, byte - 32] : [byte];
}

export function buildKeywords(keywords: readonly Keyword[]): Keywords {
  const words = keywords.map(({ text, exact }, number) => ({
    number,
    exact,
    bytes: Buffer.from(exact ? text : text.toLowerCase(), 'latin1'),
  }));
  return {
    ...pairsOf(words),
    ...beginningsOf(words),
    lengths: Uint16Array.from(words, (word) => word.bytes.length),
  };
}

const PAIRS = 65_536;

function pairsOf(words: readonly Candidate[]): Pick<Keywords, 'here' | 'after'> {
  const here = new Int32Array(PAIRS);
  const after = new Int32Array(PAIRS);
  // what only one byte of a pair decides is gathered by that byte, and spread over the pairs at the end
  const beginsSecond = new Int32Array(256);
  const endsFirst = new Int32Array(256);
  const sorted = [...words].sort((a, b) => Buffer.compare(a.bytes, b.bytes));
  for (const [rank, { bytes, exact }] of sorted.entries()) {
    const group = Math.floor((rank * GROUPS) / sorted.length);
    const low = 1 << group;
    const high = 1 << (group + GROUPS);
    const [one = [], two = [], three = [], four] = Array.from(bytes.subarray(0, 4), (byte) => spellings(byte, exact));
    add(here, low, one, two);
    if (four === undefined) for (const byte of three) endsFirst[byte] = (endsFirst[byte] ?? 0) | low;
    else add(after, low, three, four);
    for (const byte of one) beginsSecond[byte] = (beginsSecond[byte] ?? 0) | high;
    add(after, high, two, three);
  }
  for (let first = 0; first < 256; first++) {
    for (let second = 0; second < 256; second++) {
      const pair = pairOf(first, second);
      here[pair] = (here[pair] ?? 0) | (beginsSecond[second] ?? 0);
      after[pair] = (after[pair] ?? 0) | (endsFirst[first] ?? 0);
    }
  }
  return { here, after };
}

function add(table: Int32Array, bit: number, firsts: readonly number[], seconds: readonly number[]): void {
  for (const first of firsts) {
    for (const second of seconds) {
      const pair = pairOf(first, second);
      table[pair] = (table[pair] ?? 0) | bit;
    }
  }
}

function beginningsOf(
  words: readonly Candidate[],
): Pick<Keywords, 'columns' | 'width' | 'beginnings' | 'fourths' | 'candidates'> {
  const used = [...new Set(words.flatMap(({ bytes }) => Array.from(bytes.subarray(0, SHORTEST_KEYWORD + 1), fold)))];
  const columns = Uint8Array.from({ length: 256 }, (_, byte) => used.indexOf(fold(byte)) + 1);
  const width = used.length + 1;
  const beginnings = new Uint16Array(width ** SHORTEST_KEYWORD);
  const candidates: Candidate[][] = [[]];
  for (const word of words) {
    let index = 0;
    for (const byte of word.bytes.subarray(0, SHORTEST_KEYWORD)) index = index * width + (columns[byte] ?? 0);
    const list = beginnings[index] ?? 0;
    if (list === 0) beginnings[index] = candidates.push([word]) - 1;
    else candidates[list]?.push(word);
  }
  if (candidates.length > MAX_LISTS) throw new RangeError('the detectors have too many keywords');
  const fourths = new Uint8Array(candidates.length * width);
  for (const [list, some] of candidates.entries()) {
    for (const { bytes } of some) {
      const fourth = bytes[SHORTEST_KEYWORD];
      if (fourth === undefined) fourths.fill(1, list * width, (list + 1) * width);
      else fourths[list * width + (columns[fourth] ?? 0)] = 1;
    }
  }
  return { columns, width, beginnings, fourths, candidates };
}

/** Growing list of hits: keyword number and end offset, in pairs. */
export class Hits {
  data = new Uint32Array(4096);
  length = 0;

  push(keyword: number, end: number): void {
    if (this.length + 2 > this.data.length) {
      const larger = new Uint32Array(this.data.length * 2);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.length++] = keyword;
    this.data[this.length++] = end;
  }
}

/** Adds the keywords that begin at `start`. */
function look(keywords: Keywords, bytes: Uint8Array, start: number, to: number, hits: Hits): void {
  if (start + SHORTEST_KEYWORD > to) return;
  const { columns, width, beginnings, candidates } = keywords;
  const first = columns[bytes[start] as number] as number;
  const second = columns[bytes[start + 1] as number] as number;
  const third = columns[bytes[start + 2] as number] as number;
  const list = beginnings[(first * width + second) * width + third] as number;
  if (list === 0) return;
  for (const { number, bytes: word, exact } of candidates[list] ?? []) {
    let length = start + word.length <= to ? 0 : Infinity;
    while (length < word.length) {
      const byte = bytes[start + length] as number;
      if (byte !== word[length] && (exact || fold(byte) !== word[length])) break;
      length++;
    }
    if (length === word.length) hits.push(number, start + length);
  }
}

/** So many pairs at a time: their places stay in the processor's nearest cache. */
const BLOCK = 4096;
const PLACES = new Int32Array(BLOCK * 2);
const NO_PAIRS = new Uint16Array();

/**
 * The places among `pairs[from, to)` where the tables of pairs and of beginnings allow a keyword, in PLACES. A place is written
 * before it is known to count, so that the loops have no branch that the processor could guess wrong.
 */
function placesIn(keywords: Keywords, pairs: Uint16Array, from: number, to: number): number {
  const { here, after } = keywords;
  let count = 0;
  let groups = here[pairs[from] as number] as number;
  for (let i = from + 1; i < to; i++) {
    // all indexes are in range by construction; the hot loop has no other check
    const pair = pairs[i] as number;
    PLACES[count] = i - 1;
    count += (groups & (after[pair] as number)) !== 0 ? 1 : 0;
    groups = here[pair] as number;
  }
  return count;
}

/** All keywords in `bytes[from, to)`, in the order of their beginnings. */
export function findKeywords(keywords: Keywords, bytes: Uint8Array, from: number, to: number, hits: Hits): void {
  const { columns, width, beginnings, fourths } = keywords;
  hits.length = 0;
  // pairs begin at even addresses; the last bytes are left to the end, where a place looks beyond the pair that follows it
  const first = from + ((bytes.byteOffset + from) & 1);
  const count = Math.max(0, (to - first - 2) >> 1);
  const pairs = count === 0 ? NO_PAIRS : new Uint16Array(bytes.buffer, bytes.byteOffset + first, count);
  for (let start = from; start < Math.min(first, to); start++) look(keywords, bytes, start, to, hits);
  for (let block = 0; block + 1 < count; block += BLOCK) {
    const places = placesIn(keywords, pairs, block, Math.min(count, block + BLOCK + 1));
    let sure = 0;
    for (let i = 0; i < places; i++) {
      const start = first + (PLACES[i] as number) * 2;
      const one = columns[bytes[start] as number] as number;
      const two = columns[bytes[start + 1] as number] as number;
      const three = columns[bytes[start + 2] as number] as number;
      const four = columns[bytes[start + 3] as number] as number;
      const five = columns[bytes[start + 4] as number] as number;
      const even = beginnings[(one * width + two) * width + three] as number;
      const odd = beginnings[(two * width + three) * width + four] as number;
      PLACES[sure] = start;
      sure += (fourths[even * width + four] as number) | (fourths[odd * width + five] as number);
    }
    for (let i = 0; i < sure; i++) {
      const start = PLACES[i] as number;
      look(keywords, bytes, start, to, hits);
      look(keywords, bytes, start + 1, to, hits);
    }
  }
  for (let start = first + Math.max(0, count - 1) * 2; start < to; start++) look(keywords, bytes, start, to, hits);
}
