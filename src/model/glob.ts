/** Globs over check ids: `*` is any run of characters, `?` any one; everything else stands for itself. */

/** A test for one glob; linear in the text whatever the glob. */
export function globMatcher(glob: string): (text: string) => boolean {
  if (!/[*?]/.test(glob)) return (text) => text === glob;
  return (text) => matches(glob, text);
}

/** Greedy with one step back: on a mismatch only the last star grows. */
function matches(glob: string, text: string): boolean {
  let g = 0;
  let t = 0;
  let star = -1;
  let mark = 0;
  while (t < text.length) {
    if (glob[g] === '*') {
      star = g;
      mark = t;
      g += 1;
    } else if (g < glob.length && (glob[g] === '?' || glob[g] === text[t])) {
      g += 1;
      t += 1;
    } else if (star >= 0) {
      g = star + 1;
      mark += 1;
      t = mark;
    } else {
      return false;
    }
  }
  while (glob[g] === '*') g += 1;
  return g === glob.length;
}

/** Whether a glob names something, rather than everything. */
export function namesSomething(glob: string): boolean {
  return !/^\*+$/.test(glob);
}
