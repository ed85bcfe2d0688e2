/** Reads shell text into simple commands: words, assignments, the operators between, and what runs inside substitutions. Linear, never throws. */

export interface Word {
  /** Without its quotes; substitutions stand as `$(…)`. */
  readonly text: string;
  readonly at: number;
}

/** One without words and assignments is a place between operators. */
export interface Command {
  /** Leading assignments left out. */
  readonly words: readonly Word[];
  readonly assignments: readonly { readonly name: string; readonly value: string; readonly at: number }[];
  /** The operator behind it: `|`, `&&`, `;`, a line end… */
  readonly after: string;
  readonly at: number;
  /** Index in the list of the command in whose substitution it stands. */
  readonly inside: number | undefined;
}

const MAX_COMMANDS = 100_000;
const MAX_DEPTH = 24;

export function commandsOf(text: string, base = 0): readonly Command[] {
  return new ShellReader(text, base).read();
}

/** Words that stand before a command and are none. */
const KEYWORDS = /^(?:if|then|else|elif|fi|do|done|while|until|!|\{|\}|time|esac|in|RUN|@|-)$/;

interface Draft {
  words: Word[];
  assignments: { name: string; value: string; at: number }[];
  after: string;
  at: number;
  inside: number | undefined;
  readonly index: number;
}

class ShellReader {
  private readonly text: string;
  private readonly base: number;
  private readonly commands: Draft[] = [];
  private at = 0;
  private heredocs: { readonly id: string; readonly tabs: boolean }[] = [];

  constructor(text: string, base: number) {
    this.text = text;
    this.base = base;
  }

  read(): readonly Command[] {
    while (this.at < this.text.length && this.commands.length < MAX_COMMANDS) {
      const before = this.at;
      this.list('', undefined, 0);
      if (this.at === before) this.at++;
    }
    return this.commands.filter(
      (one) => one.words.length > 0 || one.assignments.length > 0 || one.inside !== undefined,
    );
  }

  /** Commands up to the closing mark (`)` or a backtick), which is taken too. */
  private list(closing: string, inside: number | undefined, depth: number): void {
    const { text } = this;
    let current = this.begin(inside);
    const end = (operator: string): void => {
      current.after = operator;
      if (current.words.length === 0 && current.assignments.length === 0) {
        current.at = this.base + this.at;
        return;
      }
      current = this.begin(inside);
    };
    while (this.at < text.length && this.commands.length < MAX_COMMANDS) {
      const char = text[this.at] ?? '';
      if (closing !== '' && char === closing) {
        this.at++;
        return;
      }
      if (char === '\n') {
        this.at++;
        this.bodies();
        end('\n');
      } else if (char === ' ' || char === '\t' || char === '\r') this.at++;
      else if (char === '\\' && /^\\\r?\n/.test(text.slice(this.at, this.at + 3)))
        this.at += text[this.at + 1] === '\r' ? 3 : 2;
      else if (char === '#') this.toLineEnd();
      else if (char === ';' || char === '&' || char === '|') {
        const operator = text[this.at + 1] === char ? char + char : char;
        this.at += operator.length;
        // `&>` and `2>&1` are redirections
        if (operator === '&' && text[this.at] === '>') continue;
        end(operator);
      } else if (char === '(' || char === ')') {
        this.at++;
        end(char);
      } else if (char === '<' || char === '>') this.redirection(current, depth);
      else this.word(current, closing, depth);
    }
  }

  private begin(inside: number | undefined): Draft {
    const draft: Draft = {
      words: [],
      assignments: [],
      after: '',
      at: this.base + this.at,
      inside,
      index: this.commands.length,
    };
    this.commands.push(draft);
    return draft;
  }

  private toLineEnd(): void {
    const feed = this.text.indexOf('\n', this.at);
    this.at = feed < 0 ? this.text.length : feed;
  }

  private redirection(current: Draft, depth: number): void {
    const { text } = this;
    const heredoc = /<<(-?)[ \t]*(["']?)([A-Za-z_]\w{0,60})\2/y;
    heredoc.lastIndex = this.at;
    const found = heredoc.exec(text);
    if (found !== null && !text.startsWith('<<<', this.at)) {
      this.heredocs.push({ id: found[3] ?? '', tabs: found[1] === '-' });
      this.at += found[0].length;
      return;
    }
    if ((text.startsWith('<(', this.at) || text.startsWith('>(', this.at)) && depth < MAX_DEPTH) {
      const at = this.base + this.at;
      current.words.push({ text: '<(…)', at });
      this.nested(current, 2, ')', depth);
      return;
    }
    while (/[<>&]/.test(text[this.at] ?? '')) this.at++;
  }

  private nested(current: Draft, opening: number, closing: string, depth: number): void {
    this.at += opening;
    this.list(closing, current.index, depth + 1);
  }

  private bodies(): void {
    for (const { id, tabs } of this.heredocs) {
      for (;;) {
        const feed = this.text.indexOf('\n', this.at);
        const end = feed < 0 ? this.text.length : feed;
        const one = this.text.slice(this.at, Math.min(end, this.at + 200)).replace(/\r$/, '');
        this.at = Math.min(end + 1, this.text.length);
        if ((tabs ? one.trimStart() : one) === id || one.trim() === id || feed < 0) break;
      }
    }
    this.heredocs = [];
  }

  private word(current: Draft, closing: string, depth: number): void {
    const from = this.at;
    const value = this.wordText(current, closing, depth);
    if (this.at === from) {
      this.at++;
      return;
    }
    const at = this.base + from;
    const assigned = /^([A-Za-z_][A-Za-z0-9_]{0,200})\+?=([\s\S]*)$/.exec(value);
    const exporting =
      /^(?:export|env|local|declare|readonly|cross-env|cross-env-shell|typeset|setx?|sudo|dotenv)$/.test(
        current.words[0]?.text ?? '',
      );
    if (assigned !== null && (current.words.length === 0 || exporting)) {
      current.assignments.push({ name: assigned[1] ?? '', value: assigned[2] ?? '', at });
      return;
    }
    if (current.words.length === 0) {
      if (KEYWORDS.test(value)) return;
      current.at = at;
    }
    current.words.push({ text: value, at });
  }

  private wordText(current: Draft, closing: string, depth: number): string {
    const { text } = this;
    let value = '';
    while (this.at < text.length) {
      const char = text[this.at] ?? '';
      if (/[\s;&|<>()]/.test(char) || (closing !== '' && char === closing)) break;
      if (char === "'") {
        const end = text.indexOf("'", this.at + 1);
        const stop = end < 0 ? text.length : end;
        value += text.slice(this.at + 1, stop);
        this.at = stop + 1;
      } else if (char === '"') value += this.quoted(current, depth);
      else if (char === '\\') {
        const next = text[this.at + 1] ?? '';
        if (next !== '\n' && next !== '\r') value += next;
        else if (next === '\n' || text[this.at + 2] === '\n') break;
        this.at += 2;
      } else if (char === '$' || char === '`') value += this.substitution(current, depth);
      else {
        value += char;
        this.at++;
      }
    }
    return value;
  }

  private quoted(current: Draft, depth: number): string {
    const { text } = this;
    let value = '';
    this.at++;
    while (this.at < text.length) {
      const char = text[this.at] ?? '';
      if (char === '"') {
        this.at++;
        break;
      }
      if (char === '\\') {
        value += text[this.at + 1] ?? '';
        this.at += 2;
      } else if (char === '$' || char === '`') value += this.substitution(current, depth);
      else {
        value += char;
        this.at++;
      }
    }
    return value;
  }

  private substitution(current: Draft, depth: number): string {
    const { text } = this;
    const char = text[this.at] ?? '';
    if (char === '`' && depth < MAX_DEPTH) {
      this.nested(current, 1, '`', depth);
      return '$(…)';
    }
    if (text.startsWith('$(', this.at) && !text.startsWith('$((', this.at) && depth < MAX_DEPTH) {
      this.nested(current, 2, ')', depth);
      return '$(…)';
    }
    if (text.startsWith('${', this.at)) {
      // `${{ github.x }}` and `${NAME:-default}`; without its end it is text
      const end = text.indexOf('}', this.at);
      const stop =
        end < 0 || end - this.at > 300
          ? this.at + 1
          : text[end + 1] === '}' && text[this.at + 2] === '{'
            ? end + 1
            : end;
      const taken = text.slice(this.at, stop + 1);
      this.at = stop + 1;
      return taken;
    }
    this.at++;
    return char;
  }
}
