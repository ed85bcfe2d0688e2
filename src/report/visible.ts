/** Makes what a reader could not see, or a terminal would obey, visible in text from outside. */

// C0, DEL, C1; soft hyphen, zero-width and joiners, word joiner and invisible operators, BOM; bidi marks, embeddings, overrides
// and isolates; line and paragraph separators; lone surrogates, tag characters. One class, no repetition: linear.
const HIDDEN =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u001F\u007F-\u009F\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF9-\uFFFB]|[\u{E0000}-\u{E0FFF}]|\p{Cs}/gu;

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
