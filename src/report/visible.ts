/** Makes what a reader could not see, or a terminal would obey, visible in text from outside. */

// Controls (C0, DEL, C1), formats (bidi, zero-width, tags), lone surrogates, line and paragraph separators, and all else that
// Unicode lets a renderer ignore (fillers, variation selectors). One class, no repetition: linear.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

function symbol(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  // the control pictures of Unicode: ␛ for ESC, ␀ for NUL
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return '␡';
  return `\\u{${code.toString(16).padStart(4, '0')}}`;
}

/** Every control, invisible or direction-changing character as a visible sign; nothing else changes. One line stays one line. */
export function visible(text: string): string {
  return text.replaceAll(HIDDEN, symbol);
}

/** The same, but line feeds and tabs stay: for blocks of raw text. */
export function visibleBlock(text: string): string {
  return text.replaceAll(HIDDEN, (char) => (char === '\n' || char === '\t' ? char : symbol(char)));
}

/** At most `max` UTF-16 units, never half a character, with a sign where something was cut. */
export function clip(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text.slice(0, Math.max(0, max - 1)).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
