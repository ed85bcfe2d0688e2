/** Finds all keywords of all detectors in one pass over bytes: Aho-Corasick as a dense automaton, ASCII case folded. */

export interface Automaton {
  /** Byte to class of bytes; class 0 is "in no keyword". */
  readonly classes: Uint8Array;
  /** Row and class to row, both premultiplied by the number of classes. */
  readonly table: Uint32Array;
  /** Rows from here on accept: one comparison in the loop. */
  readonly accepting: number;
  readonly width: number;
  /** By `(row - accepting) / width`: the numbers of the keywords that end here. */
  readonly outputs: readonly Uint16Array[];
  /** Byte length by keyword number. */
  readonly lengths: Uint16Array;
}

interface Trie {
  readonly next: Map<number, number>;
  fail: number;
  readonly ends: number[];
}

export function buildAutomaton(keywords: readonly string[]): Automaton {
  const classes = new Uint8Array(256);
  let width = 1;
  const words = keywords.map((word) => Buffer.from(word.toLowerCase(), 'latin1'));
  for (const byte of words.flatMap((word) => [...word])) if (classes[byte] === 0) classes[byte] = width++;
  for (let byte = 0x41; byte <= 0x5a; byte++) classes[byte] = classes[byte + 32] ?? 0;

  const trie = growTrie(words, classes);
  const order = linkFailures(trie);
  return { ...layOut(trie, order, width), classes, width, lengths: Uint16Array.from(words, (word) => word.length) };
}

function growTrie(words: readonly Uint8Array[], classes: Uint8Array): Trie[] {
  const trie: Trie[] = [{ next: new Map(), fail: 0, ends: [] }];
  for (const [number, word] of words.entries()) {
    let node = trie[0];
    for (const byte of word) {
      const symbol = classes[byte] ?? 0;
      const to = node?.next.get(symbol) ?? trie.length;
      if (to === trie.length) trie.push({ next: new Map(), fail: 0, ends: [] });
      node?.next.set(symbol, to);
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

/** Rows in the order: the root, those that accept nothing, those that accept. */
function layOut(
  trie: readonly Trie[],
  order: readonly number[],
  width: number,
): Pick<Automaton, 'table' | 'accepting' | 'outputs'> {
  const accepts = (at: number): boolean => (trie[at]?.ends.length ?? 0) > 0;
  const rows = [...order.filter((at) => !accepts(at)), ...order.filter((at) => accepts(at))];
  const rowOf = new Uint32Array(trie.length);
  for (const [row, at] of rows.entries()) rowOf[at] = row * width;
  const accepting = rows.filter((at) => !accepts(at)).length * width;
  const table = new Uint32Array(trie.length * width);
  for (const at of order) {
    const base = rowOf[at] ?? 0;
    const fallback = at === 0 ? -1 : (rowOf[trie[at]?.fail ?? 0] ?? 0);
    for (let symbol = 0; symbol < width; symbol++) {
      const to = trie[at]?.next.get(symbol);
      if (to !== undefined) table[base + symbol] = rowOf[to] ?? 0;
      else table[base + symbol] = fallback < 0 ? 0 : (table[fallback + symbol] ?? 0);
    }
  }
  const outputs = rows.filter((at) => accepts(at)).map((at) => Uint16Array.from(trie[at]?.ends ?? []));
  return { table, accepting, outputs };
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
  const { classes, table, accepting, width, outputs } = automaton;
  let row = 0;
  hits.length = 0;
  for (let i = from; i < to; i++) {
    // both indexes are in range by construction; the hot loop has no other check
    row = table[row + (classes[bytes[i] as number] as number)] as number;
    if (row >= accepting) {
      for (const keyword of outputs[(row - accepting) / width] ?? []) hits.push(keyword, i + 1);
    }
  }
}
