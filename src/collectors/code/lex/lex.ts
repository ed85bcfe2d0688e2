/** The tokenizer: source text in, words, numbers, strings, regular expressions and marks out; comments are left out. Linear, never throws. */
import { traitsOf, type Language, type Quote } from './language.ts';

export interface Token {
  readonly kind: 'word' | 'number' | 'string' | 'regex' | 'mark';
  /** A string's content, or the part of it before or after an expression; everything else as written. */
  readonly text: string;
  readonly at: number;
  readonly end: number;
  /** It is the first of its line. */
  readonly starts: boolean;
}

/** More tokens than this are not read: the file is then named as too complex. */
export const MAX_TOKENS = 2_000_000;
/** Expressions inside strings inside expressions; deeper ones are read as text. */
const MAX_NESTED = 64;
const MAX_REGEX = 4096;
const MARKS = /(?:===|!==|\.\.\.|=>|==|=~|!=|->|<-|<=|>=|::|:=|\?\.|\?\?|\|\||&&|\+=|-=|\|=|\*\*|\+\+|--)/y;
/** Second letters of marks: most marks stand alone. */
const GOES_ON = new Set(Buffer.from('=.>~-:?|&*+'));
/** After these words a slash begins a regular expression. */
const BEFORE_REGEX = new Set(
  'return typeof case in of delete void throw new else do yield await instanceof and or not if unless when puts'.split(
    ' ',
  ),
);

interface Open {
  readonly quote: Quote;
  /** Braces open when the expression began. */
  readonly depth: number;
}

/** The tokens of the text from `from` to `to`; undefined where there are too many. */
export function tokensOf(language: Language, text: string, from = 0, to = text.length): Token[] | undefined {
  const lexer = new Lexer(language, text, from, to);
  return lexer.run() ? lexer.tokens : undefined;
}

class Lexer {
  readonly tokens: Token[] = [];
  private readonly traits;
  private readonly language: Language;
  private readonly text: string;
  private readonly to: number;
  private at: number;
  private starts = true;
  private depth = 0;
  private readonly open: Open[] = [];
  /** Up to here a quote of this kind was sought in vain: the ones before are no strings. */
  private readonly dead = new Map<string, number>();
  private heredocs: string[] = [];
  private lostHeredoc = false;

  constructor(language: Language, text: string, from: number, to: number) {
    this.language = language;
    this.traits = traitsOf(language);
    this.text = text;
    this.at = from;
    this.to = to;
  }

  run(): boolean {
    if (this.language === 'js' && this.text.startsWith('#!', this.at)) this.toLineEnd();
    while (this.at < this.to) {
      if (this.tokens.length > MAX_TOKENS) return false;
      this.step();
    }
    return true;
  }

  private step(): void {
    const code = this.text.charCodeAt(this.at);
    if (code === 0x0a) {
      this.at++;
      this.starts = true;
      if (this.heredocs.length > 0) this.bodies();
      return;
    }
    if (code <= 0x20 || code === 0xfeff || code === 0xa0) {
      this.at++;
      return;
    }
    if (this.comment(code) || this.string() || this.word(code) || this.number(code)) return;
    if (code === 0x2f && this.traits.regex === true && this.regex()) return;
    if (code === 0x3c && this.traits.heredoc !== undefined && this.heredoc()) return;
    this.mark(code);
  }

  private push(kind: Token['kind'], text: string, at: number, end: number): void {
    this.tokens.push({ kind, text, at, end, starts: this.starts });
    this.starts = false;
  }

  private toLineEnd(): void {
    const feed = this.text.indexOf('\n', this.at);
    this.at = feed < 0 ? this.to : Math.min(feed, this.to);
  }

  private comment(code: number): boolean {
    if (code === 0x23 && this.traits.hash && !(this.language === 'php' && this.text[this.at + 1] === '[')) {
      this.toLineEnd();
      return true;
    }
    if (code === 0x3d && this.language === 'ruby' && this.starts && this.text.startsWith('=begin', this.at)) {
      this.skipPast('\n=end');
      this.toLineEnd();
      return true;
    }
    if (code !== 0x2f || !this.traits.slashes) return false;
    const next = this.text.charCodeAt(this.at + 1);
    if (next === 0x2f) this.toLineEnd();
    else if (next === 0x2a) this.skipPast('*/');
    else return false;
    return true;
  }

  private skipPast(end: string): void {
    const found = this.text.indexOf(end, this.at + 2);
    const stop = found < 0 ? this.to : Math.min(found + end.length, this.to);
    if (this.text.slice(this.at, stop).includes('\n')) this.starts = true;
    this.at = stop;
  }

  /** Only a quote, or a letter that may stand before one, begins a string. */
  private mayOpen(): boolean {
    const { text, at } = this;
    const code = text.charCodeAt(at);
    if (code === 0x22 || code === 0x27 || code === 0x60) return true;
    if (code === 0x24 || code === 0x40) return this.language === 'csharp';
    if ((this.language !== 'python' && this.language !== 'rust') || !isLetter(code)) return false;
    for (let next = at + 1; next < at + 4; next++) {
      const char = text.charCodeAt(next);
      if (char === 0x22 || char === 0x27 || (char === 0x23 && this.language === 'rust')) return true;
      if (!isLetter(char)) return false;
    }
    return false;
  }

  private string(): boolean {
    if (!this.mayOpen()) return false;
    for (const [opening, quote] of this.traits.quotes) {
      if (!this.opens(opening)) continue;
      const from = this.at;
      const key = quote.close;
      if (!quote.multi && (this.dead.get(key) ?? -1) > from) return false;
      if (
        this.language === 'rust' &&
        key === "'" &&
        !/^'(?:\\.{1,8}|[^\\'])'/su.test(this.text.slice(from, from + 12))
      ) {
        return false;
      }
      return this.content(quote, from, from + opening.length);
    }
    return false;
  }

  private opens(opening: string): boolean {
    const { text, at } = this;
    if (text.startsWith(opening, at)) return true;
    if (this.language !== 'python' || opening.length === 1) return false;
    const quote = opening.search(/["']/);
    return (
      quote > 0 &&
      text.startsWith(opening.slice(quote), at + quote) &&
      text.slice(at, at + quote).toLowerCase() === opening.slice(0, quote)
    );
  }

  /** Reads a string, or what follows an expression in one; false where it does not end on its line. */
  private content(quote: Quote, start: number, from: number): boolean {
    const { text, to } = this;
    const first = quote.close.charCodeAt(0);
    let [at, part, begin] = [from, from, start];
    while (at < to) {
      const code = text.charCodeAt(at);
      if (code === 0x5c && quote.escape) {
        at += 2;
        continue;
      }
      if (code === first && text.startsWith(quote.close, at)) {
        if (quote.doubled === true && text.startsWith(quote.close, at + quote.close.length)) {
          at += 2 * quote.close.length;
          continue;
        }
        this.push('string', unescaped(text.slice(part, at), quote), begin, at + quote.close.length);
        this.at = at + quote.close.length;
        return true;
      }
      if (code === 0x0a && !quote.multi) {
        if (begin === start && part === from && from > start) {
          this.dead.set(quote.close, at);
          return false;
        }
        break;
      }
      const opened = quote.inside === undefined ? 0 : this.expressionAt(quote.inside, at);
      if (opened > 0 && this.open.length < MAX_NESTED) {
        this.push('string', unescaped(text.slice(part, at), quote), begin, at);
        this.push('mark', '${', at, at + opened);
        const bare = /^[$#]$/.test(text.slice(at, at + opened)) ? bareName(text, at + opened, to) : 0;
        if (bare === 0) {
          this.open.push({ quote, depth: this.depth });
          this.at = at + opened;
          return true;
        }
        this.push('word', text.slice(at + opened, bare), at + opened, bare);
        this.push('mark', '}', bare, bare);
        [at, part, begin] = [bare, bare, bare];
        continue;
      }
      at += quote.inside === '{' && code === 0x7b && text.charCodeAt(at + 1) === 0x7b ? 2 : 1;
    }
    const stop = Math.min(at, to);
    this.push('string', unescaped(text.slice(part, stop), quote), begin, stop);
    this.at = stop;
    return true;
  }

  /** How long the mark is that opens an expression at a place inside a string; 0 where none does. */
  private expressionAt(inside: NonNullable<Quote['inside']>, at: number): number {
    const { text } = this;
    const code = text.charCodeAt(at);
    if (inside === '{') return code === 0x7b && text.charCodeAt(at + 1) !== 0x7b ? 1 : 0;
    if (inside !== '$') return text.startsWith(inside, at) ? 2 : 0;
    if (this.language === 'php' && code === 0x7b && text.charCodeAt(at + 1) === 0x24) return 1;
    if (code !== 0x24) return 0;
    if (text.charCodeAt(at + 1) === 0x7b) return 2;
    return bareName(text, at + 1, this.to) > 0 ? 1 : 0;
  }

  private word(code: number): boolean {
    const { text, to, traits } = this;
    const marks = traits.wordMarks;
    const first = isLetter(code) || (code !== 0x2d && marks !== '' && marks.includes(text[this.at] ?? ' '));
    if (!first) return false;
    let end = this.at + 1;
    while (end < to) {
      const next = text.charCodeAt(end);
      if (!isLetter(next) && !isDigit(next) && (marks === '' || !marks.includes(text[end] ?? ' '))) break;
      end++;
    }
    this.push('word', text.slice(this.at, end), this.at, end);
    this.at = end;
    return true;
  }

  private number(code: number): boolean {
    if (!isDigit(code)) return false;
    let end = this.at + 1;
    while (end < this.to) {
      const next = this.text.charCodeAt(end);
      if (!isLetter(next) && !isDigit(next) && !(next === 0x2e && isDigit(this.text.charCodeAt(end + 1)))) break;
      end++;
    }
    this.push('number', this.text.slice(this.at, end), this.at, end);
    this.at = end;
    return true;
  }

  private regex(): boolean {
    const last = this.tokens.at(-1);
    const after =
      last === undefined ||
      (last.kind === 'mark' && !/^(?:\)|\]|\}|\+\+|--)$/.test(last.text)) ||
      (last.kind === 'word' && BEFORE_REGEX.has(last.text)) ||
      (last.text === '}' && this.starts);
    if (!after) return false;
    let inClass = false;
    const limit = Math.min(this.to, this.at + MAX_REGEX);
    for (let at = this.at + 1; at < limit; at++) {
      const code = this.text.charCodeAt(at);
      if (code === 0x0a) return false;
      if (code === 0x5c) at++;
      else if (code === 0x5b) inClass = true;
      else if (code === 0x5d) inClass = false;
      else if (code === 0x2f && !inClass) {
        this.push('regex', this.text.slice(this.at + 1, at), this.at, at + 1);
        this.at = at + 1;
        return true;
      }
    }
    return false;
  }

  private heredoc(): boolean {
    const pattern =
      this.traits.heredoc === '<<<' ? /<<<[ \t]*(["']?)([A-Za-z_]\w{0,80})\1/y : /<<[~-]?(["']?)([A-Z_]\w{0,80})\1/y;
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null || this.lostHeredoc) return false;
    this.heredocs.push(found[2] ?? '');
    this.at += found[0].length;
    return true;
  }

  /** The bodies of the heredocs that the line before opened, one string each. */
  private bodies(): void {
    for (const id of this.heredocs) {
      const from = this.at;
      let at = from;
      for (;;) {
        const feed = this.text.indexOf('\n', at);
        const end = feed < 0 || feed > this.to ? this.to : feed;
        const text = this.text.slice(at, end).trim();
        if (text === id || (text.startsWith(id) && !/^\w/.test(text.slice(id.length)))) {
          this.push('string', this.text.slice(from, at), from, at);
          this.at = this.traits.heredoc === '<<<' ? at + this.text.slice(at, end).indexOf(id) + id.length : end;
          break;
        }
        if (end >= this.to) {
          this.lostHeredoc = true;
          break;
        }
        at = end + 1;
      }
    }
    this.heredocs = [];
    this.starts = true;
  }

  private markHere(): string {
    if (GOES_ON.has(this.text.charCodeAt(this.at + 1))) {
      MARKS.lastIndex = this.at;
      const found = MARKS.exec(this.text);
      if (found !== null) return found[0];
    }
    return this.text[this.at] ?? '';
  }

  private mark(code: number): void {
    const found = this.markHere();
    if (code === 0x7d) {
      const top = this.open.at(-1);
      if (top !== undefined && top.depth === this.depth) {
        this.open.pop();
        this.push('mark', '}', this.at, this.at + 1);
        this.content(top.quote, this.at + 1, this.at + 1);
        return;
      }
      if (this.depth > 0) this.depth--;
    } else if (code === 0x7b) this.depth++;
    this.push('mark', found, this.at, this.at + found.length);
    this.at += Math.max(1, found.length);
  }
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f || code > 0xa0;
}

/** Where a bare name that begins here ends; 0 where none begins. */
function bareName(text: string, from: number, to: number): number {
  if (from >= to || !isLetter(text.charCodeAt(from))) return 0;
  let at = from + 1;
  while (at < to && (isLetter(text.charCodeAt(at)) || isDigit(text.charCodeAt(at)))) at++;
  return at;
}

/** The content with the usual escapes resolved, as far as rules look at it. */
function unescaped(content: string, quote: Quote): string {
  if (!quote.escape || !content.includes('\\')) return content;
  return content.replaceAll(/\\(?:u\{?([0-9a-fA-F]{4,6})\}?|x([0-9a-fA-F]{2})|([\s\S]))/g, (_, wide, byte, plain) => {
    const hex: unknown = wide ?? byte;
    if (typeof hex === 'string') {
      const point = Number.parseInt(hex, 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
    }
    return plain === 'n' ? '\n' : plain === 't' ? '\t' : plain === 'r' ? '\r' : plain === '\n' ? '' : String(plain);
  });
}
