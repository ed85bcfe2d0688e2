/** Finds the keywords of detectors in bytes: writes tables for the search program (search.ts), and brings texts into its memory. */
import { ENCODING_OF, LONGEST_RUN } from './encodings.ts';
import { compileProgram, MEMORY, NEXT, RECORD, reserve, slotOf, SLOTS, startProgram, type Program } from './search.ts';

export interface Keyword {
  /** Lower case where its spelling does not matter. */
  readonly text: string;
  /** Found in this spelling only. */
  readonly exact: boolean;
  /** What must hold around it, one of several: bits of GATES. */
  readonly gates: number;
  /** With `assigned`: the value has so many letters in a row, without blanks, quotes and brackets; 0 where any value counts. */
  readonly shortest: number;
  /** With `notInWord`: so many letters of that kind stand in a row from its beginning; 0 where any text counts. */
  readonly run: number;
}

/** The keywords of one plan, in the memory of a search. */
export interface Keywords {
  readonly search: Search;
  readonly table: number;
  readonly slots: number;
  readonly lengths: Uint16Array;
}

export const SHORTEST_KEYWORD = 3;
/** Keywords of a group share the bits of the table: few similar words in each keep them telling. */
const GROUPS = 32;
const PAIRS = 65_536;
/** Texts that stand elsewhere are searched piece by piece, with what stands around each piece. */
const PIECE = 256 * 1024;
const LOOK_BACK = 64;
const LOOK_AHEAD = 2048;
/** More than either search brings with a piece. */
const MARGIN = LONGEST_RUN + LOOK_AHEAD;

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

/** What the search of all plans reads beside the text: made once, and copied into the memory of each thread. */
export interface SearchTables {
  readonly program: object;
  readonly image: Uint8Array;
  readonly plans: readonly PlanTables[];
}

interface PlanTables {
  /** Where in the image. */
  readonly start: number;
  /** By keyword number. */
  readonly lengths: Uint16Array;
}

/** One memory for the tables of several plans and for the texts that are searched. */
export class Search {
  readonly plans: readonly Keywords[];
  readonly tables: SearchTables;
  readonly #program: Program;
  readonly #piece: number;
  readonly #texts: number;
  #view: DataView | undefined;

  constructor(plans: readonly (readonly Keyword[])[], tables: SearchTables = tablesOf(plans)) {
    this.tables = tables;
    this.#piece = MEMORY.rest + tables.image.length + LOOK_BACK;
    // the byte before a text is a NUL
    this.#texts = this.#piece + PIECE + 2 * MARGIN;
    this.#program = startProgram(tables.program, this.#texts);
    new Uint8Array(this.#program.memory.buffer).set(tables.image, MEMORY.rest);
    this.plans = tables.plans.map(({ start, lengths }) => {
      const table = MEMORY.rest + start;
      return { search: this, table, slots: table + PAIRS * 8, lengths };
    });
  }

  /** A buffer that is searched without being copied first; valid until the next call. */
  room(length: number): Buffer {
    reserve(this.#program.memory, this.#texts + length);
    return Buffer.from(this.#program.memory.buffer, this.#texts, length);
  }

  /** Adds the keywords in `bytes[from, to)`, in the order of their beginnings; what stands around them may reach to `limit`. */
  find(keywords: Keywords, bytes: Uint8Array, from: number, to: number, limit: number, hits: Hits): void {
    const { memory } = this.#program;
    if (bytes.buffer === memory.buffer) {
      this.#run(keywords, bytes.byteOffset, from, to, to, limit, hits);
      return;
    }
    const all = new Uint8Array(memory.buffer);
    for (let at = from; at < to; at += PIECE) {
      const begin = Math.max(0, at - LOOK_BACK);
      const end = Math.min(bytes.length, to + LOOK_AHEAD, at + PIECE + LOOK_AHEAD);
      all.fill(0, this.#piece - LOOK_BACK, this.#piece);
      all.set(bytes.subarray(begin, end), this.#piece - (at - begin));
      const base = this.#piece - at;
      this.#run(keywords, base, at, Math.min(to, at + PIECE), Math.min(to, end), Math.min(limit, end), hits);
    }
  }

  /** Tells of the encoded runs in `[least, most)` that touch `[from, to)` and begin as text does, in order. */
  runs(
    bytes: Uint8Array,
    from: number,
    to: number,
    least: number,
    most: number,
    take: (start: number, end: number, kinds: number) => void,
  ): void {
    const { memory, runs } = this.#program;
    const here = bytes.buffer === memory.buffer;
    for (let at = from; at < to;) {
      let [stop, base, first, last] = [to, bytes.byteOffset, least, most];
      if (!here) {
        stop = Math.min(to, at + PIECE);
        first = runStart(bytes, at, least);
        last = runEnd(bytes, stop, most);
        base = this.#piece - first;
        new Uint8Array(memory.buffer).set(bytes.subarray(first, last), this.#piece);
      }
      at = runs(base + at, base + stop, base + first, base + last) - base;
      // what is told of may be searched in the same memory
      const view = this.#numbers();
      const end = MEMORY.found + view.getUint32(MEMORY.count, true);
      const told: number[] = [];
      for (let one: number = MEMORY.found; one < end; one += 4) told.push(view.getUint32(one, true));
      for (let i = 0; i < told.length; i += 3) {
        take((told[i] ?? 0) - base, (told[i + 1] ?? 0) - base, told[i + 2] ?? 0);
      }
    }
  }

  /** Made anew where the memory has grown. */
  #numbers(): DataView {
    const { buffer } = this.#program.memory;
    if (this.#view?.buffer !== buffer) this.#view = new DataView(buffer);
    return this.#view;
  }

  #run(keywords: Keywords, base: number, from: number, stop: number, to: number, limit: number, hits: Hits): void {
    const { search } = this.#program;
    const view = this.#numbers();
    const last = base + Math.min(stop, to - SHORTEST_KEYWORD + 1);
    for (let at = base + from; at < last;) {
      at = search(keywords.table, keywords.slots, at, last, base + to, base + limit);
      const end = MEMORY.found + view.getUint32(MEMORY.count, true);
      for (let hit: number = MEMORY.found; hit < end; hit += 8) {
        hits.push(view.getUint32(hit, true), view.getUint32(hit + 4, true) - base);
      }
    }
  }
}

/** Where the run around an offset begins, and where it ends; one that is longer than the longest is not followed. */
function runStart(bytes: Uint8Array, from: number, least: number): number {
  let at = from;
  while (at > least && from - at <= LONGEST_RUN && ENCODING_OF[bytes[at - 1] ?? 0] !== 0) at--;
  return at;
}

function runEnd(bytes: Uint8Array, from: number, most: number): number {
  let at = from;
  while (at < most && at - from <= LONGEST_RUN && ENCODING_OF[bytes[at] ?? 0] !== 0) at++;
  return at;
}

/** All keywords in `bytes[from, to)`, in the order of their beginnings. */
export function findKeywords(
  keywords: Keywords,
  bytes: Uint8Array,
  from: number,
  to: number,
  hits: Hits,
  limit: number = to,
): void {
  hits.length = 0;
  keywords.search.find(keywords, bytes, from, to, limit, hits);
}

/** The keywords of a plan; numbers in it are indexes of them. */
interface Words {
  readonly keywords: readonly Keyword[];
  readonly lengths: Uint16Array;
  /** The letters of each, and behind them for each letter the bits that may be set or not: its case. */
  readonly letters: Buffer;
  readonly starts: Uint32Array;
}

function wordsOf(keywords: readonly Keyword[]): Words {
  const lengths = new Uint16Array(keywords.length);
  const starts = new Uint32Array(keywords.length);
  let text = '';
  for (const [number, keyword] of keywords.entries()) {
    const word = keyword.exact ? keyword.text : keyword.text.toLowerCase();
    if (word.length < SHORTEST_KEYWORD) throw new RangeError('a keyword is too short');
    lengths[number] = word.length;
    starts[number] = text.length;
    text += word + '\0'.repeat(word.length);
  }
  const letters = Buffer.from(text, 'latin1');
  for (const [number, { exact }] of keywords.entries()) {
    if (exact) continue;
    const length = lengths[number] ?? 0;
    const start = starts[number] ?? 0;
    for (let at = start; at < start + length; at++) {
      const letter = letters[at] ?? 0;
      if (letter >= 0x61 && letter <= 0x7a) letters[at + length] = 0x20;
    }
  }
  return { keywords, lengths, letters, starts };
}

/** A table, the beginnings of all slots, the records, the letters. */
function sizeOf({ keywords, letters }: Words): number {
  return lettersAt(keywords.length) + letters.length;
}

/** What stands before the letters are whole numbers of 32 bits. */
function lettersAt(count: number): number {
  return PAIRS * 8 + NEXT + SLOTS * 8 + count * RECORD.size;
}

function tablesOf(plans: readonly (readonly Keyword[])[]): SearchTables {
  const all = plans.map((keywords) => wordsOf(keywords));
  const sizes = all.map((words) => Math.ceil(sizeOf(words) / 8) * 8);
  // threads read it where it stands
  const memory = new SharedArrayBuffer(sizes.reduce((sum, size) => sum + size, 0));
  let start = 0;
  const tables = all.map((words, at) => {
    const numbers = new Uint32Array(memory, start, lettersAt(words.keywords.length) / 4);
    writeTable(numbers, words);
    writeRecords(numbers.subarray(PAIRS * 2), MEMORY.rest + start + PAIRS * 8, words);
    if (!LOW_FIRST) Buffer.from(memory, start, numbers.byteLength).swap32();
    new Uint8Array(memory).set(words.letters, start + numbers.byteLength);
    const plan = { start, lengths: words.lengths };
    start += sizes[at] ?? 0;
    return plan;
  });
  return { program: compileProgram(), image: new Uint8Array(memory), plans: tables };
}

/** How this machine orders the bytes of a number; WebAssembly has the lowest first. */
const LOW_FIRST = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Numbers of things in the order of a whole number that each has. */
function inOrderOf(count: number, orderOf: (number: number) => number): Float64Array {
  const sorted = new Float64Array(count);
  for (let number = 0; number < count; number++) sorted[number] = orderOf(number) * count + number;
  sorted.sort();
  for (let rank = 0; rank < count; rank++) sorted[rank] = (sorted[rank] ?? 0) % count;
  return sorted;
}

// These few functions run once in a process, before anything has made them fast: they ask for no more than numbers in arrays

/** Sets a bit for two letters at `at`, in each of their cases; `masks` lie `length` behind the letters. */
function markPair(
  table: Uint32Array,
  half: number,
  bit: number,
  letters: Uint8Array,
  at: number,
  length: number,
): void {
  const first = letters[at] ?? 0;
  const second = letters[at + 1] ?? 0;
  const firsts = letters[at + length] ?? 0;
  const seconds = letters[at + length + 1] ?? 0;
  for (let other = 0; other <= firsts; other += 0x20) {
    for (let another = 0; another <= seconds; another += 0x20) {
      const place = ((first - other) | ((second - another) << 8)) * 2 + half;
      table[place] = (table[place] ?? 0) | bit;
    }
  }
}

/** By pair of bytes: the groups of keywords that may begin so, and those that may go on so with their third and fourth byte. */
function writeTable(table: Uint32Array, { letters, starts, lengths }: Words): void {
  const count = lengths.length;
  // the third byte of keywords that end with it: any byte may follow
  const lasts = new Uint32Array(256);
  const order = inOrderOf(count, (one) => bigEndian(letters, starts[one] ?? 0));
  for (let rank = 0; rank < count; rank++) {
    const number = order[rank] ?? 0;
    const bit = 1 << Math.floor((rank * GROUPS) / count);
    const at = starts[number] ?? 0;
    const length = lengths[number] ?? 0;
    markPair(table, 0, bit, letters, at, length);
    if (length > SHORTEST_KEYWORD) markPair(table, 1, bit, letters, at + 2, length);
    else {
      const last = letters[at + 2] ?? 0;
      const other = last - (letters[at + 2 + length] ?? 0);
      lasts[last] = (lasts[last] ?? 0) | bit;
      lasts[other] = (lasts[other] ?? 0) | bit;
    }
  }
  for (let last = 0; last < 256; last++) {
    const bits = lasts[last] ?? 0;
    if (bits === 0) continue;
    for (let at = last * 2 + 1; at < PAIRS * 2; at += 512) table[at] = (table[at] ?? 0) | bits;
  }
}

/** Four letters as a number in whose order they sort. */
function bigEndian(letters: Uint8Array, at: number): number {
  return (
    (letters[at] ?? 0) * 0x1_00_00_00 +
    (((letters[at + 1] ?? 0) << 16) | ((letters[at + 2] ?? 0) << 8) | (letters[at + 3] ?? 0))
  );
}

/** The keywords by the slot of their first three letters; in a slot, by number. `address` is where `slots` stand in the program's memory. */
function writeRecords(slots: Uint32Array, address: number, { keywords, letters, starts, lengths }: Words): void {
  const count = keywords.length;
  const slotsOf = new Uint16Array(count);
  for (let number = 0; number < count; number++) {
    const at = starts[number] ?? 0;
    slotsOf[number] = slotOf((letters[at] ?? 0) | ((letters[at + 1] ?? 0) << 8) | ((letters[at + 2] ?? 0) << 16));
  }
  const nexts = NEXT / 4;
  let record = nexts + SLOTS * 2;
  const texts = address + (record + (count * RECORD.size) / 4) * 4;
  let next = 0;
  const order = inOrderOf(count, (number) => slotsOf[number] ?? 0);
  for (let rank = 0; rank < count; rank++) {
    const number = order[rank] ?? 0;
    const { gates = 0, shortest = 0, run = 0 } = keywords[number] ?? {};
    const at = starts[number] ?? 0;
    const length = lengths[number] ?? 0;
    const slot = slotsOf[number] ?? 0;
    for (; next <= slot; next++) slots[next] = address + record * 4;
    for (let half = 0; half < 2; half++) {
      const letter = SHORTEST_KEYWORD + half;
      const place = nexts + slot * 2 + half;
      // the case of a letter is none of these bits; behind its end a keyword allows every byte
      const allowed = length > letter ? 1 << ((letters[at + letter] ?? 0) & 31) : -1;
      slots[place] = (slots[place] ?? 0) | allowed;
    }
    // as RECORD says
    slots[record] = texts + at;
    slots[record + 1] = length | (gates << 16) | (shortest << 24);
    slots[record + 2] = number;
    slots[record + 3] = run;
    record += RECORD.size / 4;
  }
  for (; next <= SLOTS; next++) slots[next] = address + record * 4;
}
