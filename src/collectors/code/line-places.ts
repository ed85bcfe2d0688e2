/** From offsets to lines and columns, both counted from 1, and the text around a place. */

export interface Places {
  at(offset: number): { readonly line: number; readonly column: number };
  /** The line of the offset, and the one above where that is a comment; each bounded. */
  around(offset: number): string;
}

const MAX_LINE = 2000;

export function linePlaces(text: string): Places {
  let starts: number[] | undefined;
  const lines = (): number[] => {
    if (starts !== undefined) return starts;
    starts = [0];
    for (let feed = text.indexOf('\n'); feed >= 0; feed = text.indexOf('\n', feed + 1)) starts.push(feed + 1);
    return starts;
  };
  const lineAt = (offset: number): number => {
    const all = lines();
    let [low, high] = [0, all.length];
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if ((all[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low;
  };
  const lineText = (line: number): string => {
    const from = lines()[line] ?? 0;
    return text.slice(from, Math.min((lines()[line + 1] ?? text.length + 1) - 1, from + MAX_LINE));
  };
  return {
    at(offset) {
      const line = lineAt(offset);
      return { line: line + 1, column: offset - (lines()[line] ?? 0) + 1 };
    },
    around(offset) {
      const line = lineAt(offset);
      const above = line === 0 ? '' : lineText(line - 1);
      // a comment behind code speaks of that code
      return /^\s*(?:\/\/|#|\/\*|\*|<!--|--|;|\{\/\*|rem\b)/i.test(above)
        ? `${above}\n${lineText(line)}`
        : lineText(line);
    },
  };
}
