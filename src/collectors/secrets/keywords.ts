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
}

/** One memory for the tables of several plans and for the texts that are searched. */
export class Search {
  readonly plans: readonly Keywords[];
  readonly tables: SearchTables;
  readonly #program: Program;
  readonly #piece: number;
  readonly #texts: number;

  constructor(plans: readonly (readonly Keyword[])[], tables: SearchTables = tablesOf(plans)) {
    this.tables = tables;
    this.#piece = MEMORY.rest + tables.image.length + LOOK_BACK;
    // the byte before a text is a NUL
    this.#texts = this.#piece + PIECE + 2 * MARGIN;
    this.#program = startProgram(tables.program, this.#texts);
    new Uint8Array(this.#program.memory.buffer).set(tables.image, MEMORY.rest);
    let table: number = MEMORY.rest;
    this.plans = plans.map((keywords) => {
      const plan = { search: this, table, slots: table + PAIRS * 8, lengths: Uint16Array.from(keywords, lengthOf) };
      table += sizeOf(keywords);
      return plan;
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
      const view = new DataView(memory.buffer);
      const end = MEMORY.found + view.getUint32(MEMORY.count, true);
      const told: number[] = [];
      for (let one: number = MEMORY.found; one < end; one += 4) told.push(view.getUint32(one, true));
      for (let i = 0; i < told.length; i += 3) {
        take((told[i] ?? 0) - base, (told[i + 1] ?? 0) - base, told[i + 2] ?? 0);
      }
    }
  }

  #run(keywords: Keywords, base: number, from: number, stop: number, to: number, limit: number, hits: Hits): void {
    const { memory, search } = this.#program;
    const view = new DataView(memory.buffer);
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

interface Word extends Keyword {
  readonly number: number;
  readonly slot: number;
  readonly bytes: Uint8Array;
  /** Bits that may be set or not in each byte: the case of a letter. */
  readonly masks: Uint8Array;
}

function wordsOf(keywords: readonly Keyword[]): readonly Word[] {
  return keywords.map((keyword, number) => {
    const bytes = Buffer.from(keyword.exact ? keyword.text : keyword.text.toLowerCase(), 'latin1');
    if (bytes.length < SHORTEST_KEYWORD) throw new RangeError('a keyword is too short');
    const masks = bytes.map((byte) => (!keyword.exact && byte >= 0x61 && byte <= 0x7a ? 0x20 : 0));
    const [one = 0, two = 0, three = 0] = bytes;
    return { ...keyword, number, slot: slotOf(one | (two << 8) | (three << 16)), bytes, masks };
  });
}

function lengthOf({ text }: Keyword): number {
  return text.length;
}

/** A table, the beginnings of all slots, the records, the texts. */
function sizeOf(keywords: readonly Keyword[]): number {
  const texts = keywords.reduce((sum, keyword) => sum + lengthOf(keyword) * 2, 0);
  return PAIRS * 8 + NEXT + SLOTS * 8 + keywords.length * RECORD.size + texts;
}

function tablesOf(plans: readonly (readonly Keyword[])[]): SearchTables {
  const image = new Uint8Array(plans.reduce((sum, keywords) => sum + sizeOf(keywords), 0));
  const view = new DataView(image.buffer);
  let start = 0;
  for (const keywords of plans) {
    const words = wordsOf(keywords);
    writeTable(image, start, words);
    writeRecords(view, image, start + PAIRS * 8, words);
    start += sizeOf(keywords);
  }
  return { program: compileProgram(), image };
}

function spellings({ bytes, masks }: Word, at: number): readonly number[] {
  const byte = bytes[at] ?? 0;
  return masks[at] === 0 ? [byte] : [byte, byte - 32];
}

/** How this machine orders the bytes of a number; WebAssembly has the lowest first. */
const LOW_FIRST = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** By pair of bytes: the groups of keywords that may begin so, and those that may go on so with their third and fourth byte. */
function writeTable(memory: Uint8Array, start: number, words: readonly Word[]): void {
  const sorted = [...words].sort((a, b) => Buffer.compare(a.bytes, b.bytes));
  const table = new Uint32Array(PAIRS * 2);
  const mark = (half: number, bit: number, firsts: readonly number[], seconds: readonly number[]): void => {
    for (const first of firsts) {
      for (const second of seconds) {
        const at = (first | (second << 8)) * 2 + half;
        table[at] = (table[at] ?? 0) | bit;
      }
    }
  };
  // the third byte of keywords that end with it: any byte may follow
  const lasts = new Uint32Array(256);
  for (const [rank, word] of sorted.entries()) {
    const bit = 1 << Math.floor((rank * GROUPS) / sorted.length);
    mark(0, bit, spellings(word, 0), spellings(word, 1));
    if (word.bytes.length > SHORTEST_KEYWORD) mark(1, bit, spellings(word, 2), spellings(word, 3));
    else for (const last of spellings(word, 2)) lasts[last] = (lasts[last] ?? 0) | bit;
  }
  for (const [last, bits] of lasts.entries()) {
    if (bits === 0) continue;
    for (let at = last * 2 + 1; at < table.length; at += 512) table[at] = (table[at] ?? 0) | bits;
  }
  const bytes = Buffer.from(table.buffer);
  memory.set(LOW_FIRST ? bytes : bytes.swap32(), start);
}

/** The keywords by the slot of their first three letters; in a slot, by number. Addresses are those of the program's memory. */
function writeRecords(view: DataView, memory: Uint8Array, slots: number, words: readonly Word[]): void {
  const sorted = [...words].sort((a, b) => a.slot - b.slot || a.number - b.number);
  let record = slots + NEXT + SLOTS * 8;
  let text = record + words.length * RECORD.size;
  let next = 0;
  for (const { slot, bytes, masks, gates, shortest, run, number } of sorted) {
    for (; next <= slot; next++) view.setUint32(slots + next * 4, MEMORY.rest + record, true);
    view.setUint32(record + RECORD.text, MEMORY.rest + text, true);
    view.setUint16(record + RECORD.length, bytes.length, true);
    view.setUint8(record + RECORD.gates, gates);
    view.setUint8(record + RECORD.shortest, shortest);
    view.setUint8(record + RECORD.run, run);
    view.setUint32(record + RECORD.number, number, true);
    for (const [at, half] of [
      [3, 0],
      [4, 4],
    ] as const) {
      const place = slots + NEXT + slot * 8 + half;
      // the case of a letter is none of these bits; behind its end a keyword allows every byte
      const allowed = bytes.length > at ? 1 << ((bytes[at] ?? 0) & 31) : -1;
      view.setUint32(place, view.getUint32(place, true) | allowed, true);
    }
    memory.set(bytes, text);
    memory.set(masks, text + bytes.length);
    text += bytes.length * 2;
    record += RECORD.size;
  }
  for (; next <= SLOTS; next++) view.setUint32(slots + next * 4, MEMORY.rest + record, true);
}
