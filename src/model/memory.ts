/** Remembers what a pure function made of its last texts: the same records stand behind many names. */

/** Longer texts are rare, and would cost more to keep than to read again. */
const LONGEST = 4096;

/** The same function, faster; it keeps at most `most` results and forgets all of them when there are more. */
export function remembering<T>(make: (text: string) => T, most: number): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined || known.has(text)) return before as T;
    const made = make(text);
    if (text.length > LONGEST) return made;
    if (known.size >= most) known.clear();
    known.set(text, made);
    return made;
  };
}
