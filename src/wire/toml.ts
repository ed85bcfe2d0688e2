/** Reads TOML 1.0 as JSON, with the line and column of every key; dates are refused, for nothing here has any. */
import type { Json } from '../model/json.ts';

/** Counted from 1. */
interface Position {
  readonly line: number;
  readonly column: number;
}

export class TomlError extends Error {
  readonly place: Position;
  constructor(message: string, place: Position) {
    super(message);
    this.name = 'TomlError';
    this.place = place;
  }
}

export interface Toml {
  readonly value: Table;
  /** Where a table or array of a value, or the key of a plain value in a table, stands. */
  placeOf(holder: object, key?: string): Position;
}

export interface Table {
  [key: string]: Json | Table;
}

const MAX_DEPTH = 64;

export function readToml(text: string): Toml {
  return new TomlReader(text).read();
}

class TomlReader {
  private readonly text: string;
  private at = 0;
  private readonly root: Table = Object.create(null) as Table;
  private table: Table = this.root;
  private readonly offsets = new WeakMap<object, Map<string, number>>();
  private readonly starts = new WeakMap<object, number>();
  /** Tables that a header opened: a second header of that name is an error. */
  private readonly opened = new Set<object>();

  constructor(text: string) {
    this.text = text.replace(/^\uFEFF/, '');
  }

  read(): Toml {
    for (;;) {
      this.blank(true);
      if (this.at >= this.text.length) break;
      if (this.text.startsWith('[[', this.at)) this.header(true);
      else if (this.text[this.at] === '[') this.header(false);
      else this.assignment(this.table);
      this.endOfLine();
    }
    return {
      value: this.root,
      placeOf: (holder, key) =>
        this.place(
          (key === undefined ? undefined : this.offsets.get(holder)?.get(key)) ?? this.starts.get(holder) ?? 0,
        ),
    };
  }

  private place(offset: number): Position {
    const before = this.text.slice(0, offset);
    const line = before.lastIndexOf('\n');
    return { line: before.split('\n').length, column: offset - line };
  }

  private fail(message: string, offset = this.at): never {
    throw new TomlError(message, this.place(offset));
  }

  private match(sticky: RegExp): RegExpExecArray | null {
    sticky.lastIndex = this.at;
    const found = sticky.exec(this.text);
    if (found !== null) this.at += found[0].length;
    return found;
  }

  private blank(lines: boolean): void {
    this.match(lines ? /(?:[ \t\r\n]|#[^\n]*)*/y : /[ \t]*/y);
  }

  private endOfLine(): void {
    this.blank(false);
    if (this.match(/(?:#[^\n]*)?(?:\r?\n|$)/y) === null) this.fail('expected the end of the line');
  }

  private header(list: boolean): void {
    const start = this.at;
    this.at += list ? 2 : 1;
    const keys = this.keys();
    this.blank(false);
    if (this.match(list ? /\]\]/y : /\]/y) === null) this.fail(`expected ${list ? ']]' : ']'}`);
    let table = this.root;
    for (const key of keys.slice(0, -1)) table = this.descend(table, key, start);
    const last = keys.at(-1) ?? '';
    const there = table[last];
    if (list) {
      const items = Array.isArray(there) ? there : [];
      if (there !== undefined && !Array.isArray(there)) this.fail(`"${last}" is no list of tables`, start);
      const item = this.newTable(start);
      items.push(item);
      this.set(table, last, items, start);
      this.table = item;
      return;
    }
    const next = there === undefined ? this.newTable(start) : this.descend(table, last, start);
    if (this.opened.has(next)) this.fail(`the table [${keys.join('.')}] stands here twice`, start);
    this.opened.add(next);
    this.set(table, last, next, start);
    this.table = next;
  }

  private newTable(start: number): Table {
    const table = Object.create(null) as Table;
    this.starts.set(table, start);
    return table;
  }

  private set(table: Table, key: string, value: Json | Table, offset: number): void {
    table[key] = value;
    const known = this.offsets.get(table) ?? new Map<string, number>();
    if (!known.has(key)) known.set(key, offset);
    this.offsets.set(table, known);
  }

  /** The table behind a key; of a list of tables its last one. */
  private descend(table: Table, key: string, start: number): Table {
    const there = table[key];
    if (there === undefined) {
      const made = this.newTable(start);
      this.set(table, key, made, start);
      return made;
    }
    const found: unknown = Array.isArray(there) ? there.at(-1) : there;
    if (typeof found !== 'object' || found === null || Array.isArray(found)) this.fail(`"${key}" is no table`, start);
    return found as Table;
  }

  private keys(): string[] {
    const keys: string[] = [];
    do {
      this.blank(false);
      const bare = this.match(/[A-Za-z0-9_-]+/y)?.[0];
      const quote = this.text[this.at];
      if (bare !== undefined) keys.push(bare);
      else if (quote === '"' || quote === "'") keys.push(this.string());
      else this.fail('expected a key');
      this.blank(false);
    } while (this.match(/\./y) !== null);
    if (keys.length > MAX_DEPTH) this.fail('nested too deeply');
    return keys;
  }

  private assignment(into: Table, depth = 0): void {
    const start = this.at;
    const keys = this.keys();
    if (this.match(/=/y) === null) this.fail('expected = after the key');
    this.blank(false);
    let table = into;
    for (const key of keys.slice(0, -1)) table = this.descend(table, key, start);
    const last = keys.at(-1) ?? '';
    if (table[last] !== undefined) this.fail(`"${last}" stands here twice`, start);
    this.set(table, last, this.value(depth), start);
  }

  private value(depth: number): Json | Table {
    if (depth > MAX_DEPTH) this.fail('nested too deeply');
    const start = this.at;
    const char = this.text[this.at];
    if (char === '"' || char === "'") return this.string();
    if (char === '[') return this.list(depth);
    if (char === '{') return this.inline(depth);
    const word = this.match(/[A-Za-z0-9_+.:-]+/y)?.[0] ?? this.fail('expected a value');
    if (word === 'true' || word === 'false') return word === 'true';
    const plain = word.replaceAll(/(?<=[0-9A-Fa-f])_(?=[0-9A-Fa-f])/g, '');
    if (/^[+-]?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(plain)) return Number(plain);
    if (/^0(?:x[0-9A-Fa-f]+|o[0-7]+|b[01]+)$/.test(plain)) return Number(plain);
    return this.fail(`"${word.slice(0, 40)}" is no value`, start);
  }

  private list(depth: number): Json {
    const start = this.at++;
    const items: (Json | Table)[] = [];
    this.starts.set(items, start);
    for (;;) {
      this.blank(true);
      if (this.match(/\]/y) !== null) return items;
      if (this.at >= this.text.length) this.fail('the list is not closed', start);
      items.push(this.value(depth + 1));
      this.blank(true);
      if (this.match(/,/y) !== null || this.text[this.at] === ']') continue;
      if (this.at >= this.text.length) this.fail('the list is not closed', start);
      this.fail('expected , or ]');
    }
  }

  private inline(depth: number): Table {
    const table = this.newTable(this.at++);
    this.blank(false);
    if (this.match(/\}/y) !== null) return table;
    for (;;) {
      this.assignment(table, depth + 1);
      this.blank(false);
      if (this.match(/\}/y) !== null) return table;
      if (this.match(/,/y) === null) this.fail('expected , or }');
      this.blank(false);
    }
  }

  private string(): string {
    const start = this.at;
    const long = this.match(/"""|'''/y)?.[0];
    if (long !== undefined) {
      this.match(/\r?\n/y);
      const end = this.closing(long, start);
      const text = this.text.slice(this.at, end);
      this.at = end + 3;
      return long === "'''" ? text : this.unescape(text.replaceAll(/\\[ \t]*\r?\n[ \t\r\n]*/g, ''), start);
    }
    const literal = this.match(/'([^'\n]*)'/y);
    if (literal !== null) return literal[1] ?? '';
    const basic = this.match(/"((?:[^"\\\n]|\\[^\n])*)"/y) ?? this.fail('the text is not closed', start);
    return this.unescape(basic[1] ?? '', start);
  }

  /** Where a long text ends; quotes that touch the end belong to it. */
  private closing(quote: string, start: number): number {
    for (let at = this.at; at < this.text.length; at++) {
      if (quote === '"""' && this.text[at] === '\\') at++;
      else if (this.text.startsWith(quote, at)) {
        let end = at;
        while (end < at + 2 && this.text[end + 3] === quote[0]) end++;
        return end;
      }
    }
    return this.fail('the text is not closed', start);
  }

  private unescape(text: string, start: number): string {
    const known: { readonly [letter: string]: string } = {
      b: '\b',
      t: '\t',
      n: '\n',
      f: '\f',
      r: '\r',
      '"': '"',
      '\\': '\\',
      e: '\u001b',
    };
    return text.replaceAll(
      /\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([\s\S]))/g,
      (whole, short?: string, wide?: string, letter = '') => {
        const code = short ?? wide;
        if (code === undefined) return known[letter as string] ?? this.fail(`${whole} is no escape`, start);
        const point = Number.parseInt(code, 16);
        if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) this.fail(`${whole} is no character`, start);
        return String.fromCodePoint(point);
      },
    );
  }
}
