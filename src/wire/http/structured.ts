/** Structured Field Values (RFC 9651 §4.2): dictionaries, lists and items by the letter; undefined where a browser ignores the field. */

export type BareItem =
  | { readonly is: 'token'; readonly value: string }
  | { readonly is: 'string'; readonly value: string }
  | { readonly is: 'integer' | 'decimal' | 'date'; readonly value: number }
  | { readonly is: 'boolean'; readonly value: boolean }
  | { readonly is: 'bytes'; readonly value: string }
  | { readonly is: 'display'; readonly value: string };

export interface Item {
  readonly is: 'item';
  readonly bare: BareItem;
  readonly parameters: ReadonlyMap<string, BareItem>;
}

export interface InnerList {
  readonly is: 'list';
  readonly items: readonly Item[];
  readonly parameters: ReadonlyMap<string, BareItem>;
}

export type Member = Item | InnerList;

/** RFC 9651 §4.2.2. Lines of one name are joined with a comma before. */
export function parseDictionary(text: string): ReadonlyMap<string, Member> | undefined {
  return attempt(text, (reader) => reader.dictionary());
}

/** RFC 9651 §4.2.1. */
export function parseList(text: string): readonly Member[] | undefined {
  return attempt(text, (reader) => reader.list());
}

/** RFC 9651 §4.2.3. */
export function parseItem(text: string): Item | undefined {
  return attempt(text, (reader) => reader.item());
}

/** Thrown and caught inside this file only: the field does not parse. */
class SyntaxFault extends Error {}

function attempt<T>(text: string, read: (reader: Reader) => T): T | undefined {
  // oxlint-disable-next-line no-control-regex -- ASCII is the class meant
  if (/[^\u0000-\u007f]/.test(text)) return undefined;
  const reader = new Reader(text);
  try {
    reader.skipSpaces();
    const value = read(reader);
    reader.skipSpaces();
    return reader.atEnd() ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxFault) return undefined;
    throw error;
  }
}

/** A cursor over the text; every method reads one production and leaves the cursor behind it. */
class Reader {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  atEnd(): boolean {
    return this.at >= this.text.length;
  }

  skipSpaces(): void {
    while (this.peek() === ' ') this.at += 1;
  }

  dictionary(): Map<string, Member> {
    const members = new Map<string, Member>();
    while (!this.atEnd()) {
      const key = this.key();
      const value = this.take('=')
        ? this.member()
        : { is: 'item' as const, bare: { is: 'boolean' as const, value: true }, parameters: this.parameters() };
      // §4.2.2: of a repeated key the last value counts
      members.set(key, value);
      if (!this.separator()) break;
    }
    return members;
  }

  list(): Member[] {
    const members: Member[] = [];
    while (!this.atEnd()) {
      members.push(this.member());
      if (!this.separator()) break;
    }
    return members;
  }

  item(): Item {
    const bare = this.bareItem();
    return { is: 'item', bare, parameters: this.parameters() };
  }

  private peek(): string {
    return this.text.charAt(this.at);
  }

  private take(char: string): boolean {
    if (this.peek() !== char) return false;
    this.at += 1;
    return true;
  }

  /** A comma with white space round it and something behind it; false at the end. */
  private separator(): boolean {
    this.skipWhitespace();
    if (this.atEnd()) return false;
    if (!this.take(',')) throw new SyntaxFault();
    this.skipWhitespace();
    // §4.2.1: a trailing comma fails
    if (this.atEnd()) throw new SyntaxFault();
    return true;
  }

  private skipWhitespace(): void {
    while (this.peek() === ' ' || this.peek() === '\t') this.at += 1;
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) throw new SyntaxFault();
    this.at += found.length;
    return found;
  }

  private key(): string {
    return this.match(/[a-z*][a-z0-9_\-.*]*/y);
  }

  private member(): Member {
    return this.peek() === '(' ? this.innerList() : this.item();
  }

  private innerList(): InnerList {
    this.at += 1;
    const items: Item[] = [];
    for (;;) {
      this.skipSpaces();
      if (this.take(')')) return { is: 'list', items, parameters: this.parameters() };
      items.push(this.item());
      if (this.peek() !== ' ' && this.peek() !== ')') throw new SyntaxFault();
    }
  }

  private parameters(): Map<string, BareItem> {
    const parameters = new Map<string, BareItem>();
    while (this.take(';')) {
      this.skipSpaces();
      const key = this.key();
      parameters.set(key, this.take('=') ? this.bareItem() : { is: 'boolean', value: true });
    }
    return parameters;
  }

  private bareItem(): BareItem {
    const first = this.peek();
    if (first === '-' || (first >= '0' && first <= '9')) return this.number();
    if (first === '"') return this.string();
    if (first === ':') return { is: 'bytes', value: this.match(/:[A-Za-z0-9+/]*={0,2}:/y).slice(1, -1) };
    if (first === '?') return { is: 'boolean', value: this.match(/\?[01]/y) === '?1' };
    if (first === '@') {
      this.at += 1;
      const date = this.number();
      if (date.is !== 'integer') throw new SyntaxFault();
      return { is: 'date', value: date.value };
    }
    if (first === '%')
      return { is: 'display', value: this.match(/%"(?:[\u0020-\u0021\u0023\u0024\u0026-\u007e]|%[0-9a-f]{2})*"/y) };
    // §3.3.4: a token begins with a letter or an asterisk
    return { is: 'token', value: this.match(/[A-Za-z*][!#$%&'*+\-.^_`|~0-9A-Za-z:/]*/y) };
  }

  private number(): { readonly is: 'integer' | 'decimal'; readonly value: number } {
    const text = this.match(/-?[0-9]+(?:\.[0-9]*)?/y);
    const [whole = '', fraction] = text.replace('-', '').split('.');
    if (fraction === undefined) {
      if (whole.length > 15) throw new SyntaxFault();
      return { is: 'integer', value: Number(text) };
    }
    if (whole.length > 12 || fraction.length < 1 || fraction.length > 3) throw new SyntaxFault();
    return { is: 'decimal', value: Number(text) };
  }

  private string(): BareItem {
    const raw = this.match(/"(?:[\u0020\u0021\u0023-\u005b\u005d-\u007e]|\\["\\])*"/y);
    return { is: 'string', value: raw.slice(1, -1).replaceAll(/\\(["\\])/g, '$1') };
  }
}
