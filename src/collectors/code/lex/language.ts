/** What tells one language's text from another's: comments, quotes, interpolation. One tokenizer reads all of them by this table. */

export type Language = 'js' | 'json' | 'python' | 'go' | 'java' | 'kotlin' | 'csharp' | 'php' | 'ruby' | 'rust' | 'hcl';

/** How one kind of string ends, and what stands in it. */
export interface Quote {
  readonly close: string;
  /** It may run over lines. */
  readonly multi: boolean;
  /** A backslash takes the next character's meaning. */
  readonly escape: boolean;
  /** The closing mark twice is the mark itself. */
  readonly doubled?: boolean;
  /** What opens an expression inside; `$` also stands before a bare name. */
  readonly inside?: '${' | '#{' | '{' | '$';
}

interface Traits {
  /** `//` and slash-star. */
  readonly slashes: boolean;
  readonly hash: boolean;
  /** `/…/` after an operator. */
  readonly regex?: boolean;
  /** `<<ID` up to a line `ID`; PHP writes three. */
  readonly heredoc?: '<<' | '<<<';
  /** Characters of names beside letters, digits and `_`. */
  readonly wordMarks: string;
  /** Prefix letters and quotes to how the string reads; the longest that stands there wins. */
  readonly quotes: readonly (readonly [open: string, quote: Quote])[];
}

const line = (close: string, more: Partial<Quote> = {}): Quote => ({ close, multi: false, escape: true, ...more });
const text = (close: string, more: Partial<Quote> = {}): Quote => ({ close, multi: true, escape: true, ...more });

/** Python: any order and case of the prefix letters; `f` opens expressions, `r` keeps backslashes (they still hide a quote). */
function pythonQuotes(): (readonly [string, Quote])[] {
  const found: (readonly [string, Quote])[] = [];
  for (const prefix of ['', 'r', 'b', 'u', 'f', 'rb', 'br', 'fr', 'rf', 't', 'rt', 'tr']) {
    const inside = prefix.includes('f') || prefix.includes('t') ? ({ inside: '{' } as const) : {};
    for (const mark of ['"', "'"]) {
      found.push([prefix + mark.repeat(3), text(mark.repeat(3), inside)], [prefix + mark, line(mark, inside)]);
    }
  }
  return found;
}

const LANGUAGES: { readonly [language in Language]: Traits } = {
  js: {
    slashes: true,
    hash: false,
    regex: true,
    wordMarks: '$#',
    quotes: [
      ['"', line('"')],
      ["'", line("'")],
      ['`', text('`', { inside: '${' })],
    ],
  },
  // comments are not JSON, but tsconfig.json and its like hold them
  json: { slashes: true, hash: false, wordMarks: '', quotes: [['"', line('"')]] },
  python: { slashes: false, hash: true, wordMarks: '', quotes: pythonQuotes() },
  go: {
    slashes: true,
    hash: false,
    wordMarks: '',
    quotes: [
      ['"', line('"')],
      ["'", line("'")],
      ['`', text('`', { escape: false })],
    ],
  },
  java: {
    slashes: true,
    hash: false,
    wordMarks: '$',
    quotes: [
      ['"""', text('"""')],
      ['"', line('"')],
      ["'", line("'")],
    ],
  },
  kotlin: {
    slashes: true,
    hash: false,
    wordMarks: '',
    quotes: [
      ['"""', text('"""', { inside: '$', escape: false })],
      ['"', line('"', { inside: '$' })],
      ["'", line("'")],
    ],
  },
  csharp: {
    slashes: true,
    hash: false,
    wordMarks: '',
    quotes: [
      ['$@"', text('"', { inside: '{', escape: false, doubled: true })],
      ['@$"', text('"', { inside: '{', escape: false, doubled: true })],
      ['$"', line('"', { inside: '{' })],
      ['@"', text('"', { escape: false, doubled: true })],
      ['"""', text('"""', { escape: false })],
      ['"', line('"')],
      ["'", line("'")],
    ],
  },
  php: {
    slashes: true,
    hash: true,
    heredoc: '<<<',
    wordMarks: '$',
    quotes: [
      ['"', text('"', { inside: '$' })],
      ["'", text("'")],
    ],
  },
  ruby: {
    slashes: false,
    hash: true,
    regex: true,
    heredoc: '<<',
    wordMarks: '@$',
    quotes: [
      ['"', text('"', { inside: '#{' })],
      ["'", text("'")],
      ['`', text('`', { inside: '#{' })],
    ],
  },
  rust: {
    slashes: true,
    hash: false,
    wordMarks: '',
    quotes: [
      ['r#"', text('"#', { escape: false })],
      ['r"', text('"', { escape: false })],
      ['b"', text('"')],
      ['"', text('"')],
      ["'", line("'")],
    ],
  },
  hcl: { slashes: true, hash: true, heredoc: '<<', wordMarks: '-', quotes: [['"', line('"', { inside: '${' })]] },
};

export function traitsOf(language: Language): Traits {
  return LANGUAGES[language];
}
