/** Finds all keywords of all detectors in one pass over bytes: Aho-Corasick as a dense automaton, ASCII case folded. */

export interface Automaton {
  /** Row times 256, plus byte, to row. Sixteen bits: the rows that texts use stay in the processor's cache. */
  readonly table: Uint16Array;
  /** Rows from here on accept: one comparison in the loop. */
  readonly accepting: number;
  /** By row minus `accepting`: the numbers of the keywords that end here. */
  readonly outputs: readonly Uint16Array[];
  /** Byte length by keyword number. */
  readonly lengths: Uint16Array;
}

const MAX_ROWS = 65_536;

interface Trie {
  readonly next: Map<number, number>;
  fail: number;
  readonly ends: number[];
}

export function buildAutomaton(keywords: readonly string[]): Automaton {
  const words = keywords.map((word) => Buffer.from(word.toLowerCase(), 'latin1'));
  const trie = growTrie(words);
  if (trie.length > MAX_ROWS) throw new RangeError('the keywords of all detectors together are too long');
  return { ...layOut(trie, linkFailures(trie)), lengths: Uint16Array.from(words, (word) => word.length) };
}

function growTrie(words: readonly Uint8Array[]): Trie[] {
  const trie: Trie[] = [{ next: new Map(), fail: 0, ends: [] }];
  for (const [number, word] of words.entries()) {
    let node = trie[0];
    for (const byte of word) {
      const to = node?.next.get(byte) ?? trie.length;
      if (to === trie.length) trie.push({ next: new Map(), fail: 0, ends: [] });
      node?.next.set(byte, to);
      node = trie[to];
    }
    if (word.length > 0) node?.ends.push(number);
  }
  return trie;
}

/** Breadth first: where to go on when a word breaks off; what ends there ends here too. Yields the order of the walk. */
function linkFailures(trie: readonly Trie[]): number[] {
  const order: number[] = [0];
  for (let i = 0; i < order.length; i++) {
    const at = order[i] ?? 0;
    for (const [symbol, to] of trie[at]?.next ?? []) {
      order.push(to);
      let fail = trie[at]?.fail ?? 0;
      while (fail !== 0 && trie[fail]?.next.has(symbol) !== true) fail = trie[fail]?.fail ?? 0;
      const target = at === 0 ? 0 : (trie[fail]?.next.get(symbol) ?? 0);
      const node = trie[to];
      if (node === undefined) continue;
      node.fail = target;
      node.ends.push(...(trie[target]?.ends ?? []));
    }
  }
  return order;
}

/** Rows in the order: the root, those that accept nothing, those that accept; the shallow ones, which are hot, together. */
function layOut(trie: readonly Trie[], order: readonly number[]): Pick<Automaton, 'table' | 'accepting' | 'outputs'> {
  const accepts = (at: number): boolean => (trie[at]?.ends.length ?? 0) > 0;
  const rows = [...order.filter((at) => !accepts(at)), ...order.filter((at) => accepts(at))];
  const rowOf = new Uint16Array(trie.length);
  for (const [row, at] of rows.entries()) rowOf[at] = row;
  const table = new Uint16Array(trie.length * 256);
  // a row begins as a copy of the row to fall back to, which is nearer to the root and so is done
  for (const at of order) {
    const base = (rowOf[at] ?? 0) << 8;
    if (at !== 0) {
      const fallback = (rowOf[trie[at]?.fail ?? 0] ?? 0) << 8;
      table.copyWithin(base, fallback, fallback + 256);
    }
    for (const [byte, to] of trie[at]?.next ?? []) {
      const row = rowOf[to] ?? 0;
      table[base + byte] = row;
      if (byte >= 0x61 && byte <= 0x7a) table[base + byte - 32] = row;
    }
  }
  const outputs = rows.filter((at) => accepts(at)).map((at) => Uint16Array.from(trie[at]?.ends ?? []));
  return { table, accepting: rows.filter((at) => !accepts(at)).length, outputs };
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

/** All keywords in `bytes[from, to)`, in the order of their ends. */
export function findKeywords(automaton: Automaton, bytes: Uint8Array, from: number, to: number, hits: Hits): void {
  const { table, accepting, outputs } = automaton;
  let row = 0;
  hits.length = 0;
  for (let i = from; i < to; i++) {
    // both indexes are in range by construction; the hot loop has no other check
    row = table[(row << 8) | (bytes[i] as number)] as number;
    if (row >= accepting) {
      for (const keyword of outputs[row - accepting] ?? []) hits.push(keyword, i + 1);
    }
  }
}
