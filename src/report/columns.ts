/** Text laid out for a terminal: how many columns it takes, and lines wrapped to a width. */

// East Asian wide and fullwidth, and emoji: two columns (a terminal's own table may differ for rare signs)
const WIDE =
  /[\u1100-\u115E\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97C\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}]/u;
const ZERO = /\p{Mn}|\p{Me}/u;

const PLAIN = /^[ -~]*$/;

export function columnsOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let columns = 0;
  for (const char of text) columns += WIDE.test(char) ? 2 : char > '\u02FF' && ZERO.test(char) ? 0 : 1;
  return columns;
}

/** The text cut to a number of columns, with … where something was lost. */
export function fit(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  let kept = '';
  let used = 1;
  for (const char of text) {
    const width = columnsOf(char);
    if (used + width > columns) break;
    kept += char;
    used += width;
  }
  return `${kept}…`;
}

/** Lines of at most `width` columns, each with the indent; words longer than a line are broken. */
export function wrap(text: string, width: number, indent = ''): string[] {
  const room = Math.max(20, width - indent.length);
  const lines: string[] = [];
  let line = '';
  const flush = (): void => {
    if (line !== '') lines.push(indent + line);
    line = '';
  };
  for (const word of text.split(' ').filter((part) => part !== '')) {
    if (line !== '' && columnsOf(line) + 1 + columnsOf(word) > room) flush();
    let rest = word;
    while (columnsOf(rest) > room) {
      const head = fit(rest, room + 1).slice(0, -1);
      lines.push(indent + head);
      rest = rest.slice(head.length);
    }
    line = line === '' ? rest : `${line} ${rest}`;
  }
  flush();
  return lines;
}
