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

// JSON allows these raw; an editor or a terminal obeys or hides them. All are in the basic plane: one escape each.
const RAW_IN_JSON = /[\u007F-\u009F\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]/g;
// The same, and what could end or change a script element: `</script>`, `<!--`, `<script`
const RAW_IN_ISLAND = new RegExp(`[<>&${RAW_IN_JSON.source.slice(1)}`, 'g');

const escapeOf = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** JSON text with what hides or steers written as escapes: the same value to every parser. */
export function visibleJson(json: string): string {
  return json.replace(RAW_IN_JSON, escapeOf);
}

/** The same for JSON inside a script element. */
export function visibleIslandJson(json: string): string {
  return json.replace(RAW_IN_ISLAND, escapeOf);
}
