/** The character classes of RFC 9110 that every HTTP field grammar is built from. */

/** RFC 9110 §5.6.2: tchar. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** RFC 9110 §5.6.3: optional white space is SP and HTAB, nothing else (ECMAScript's trim takes far more). */
export function trimOws(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isOws(text.charCodeAt(start))) start += 1;
  while (end > start && isOws(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

export function isOws(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** RFC 9110 §5.6.4: qdtext and quoted-pair hold HTAB, SP, VCHAR and obs-text. */
export function isQuotable(code: number): boolean {
  return code === 0x09 || (code >= 0x20 && code !== 0x7f && code <= 0xff);
}

export interface Quoted {
  readonly text: string;
  /** The index behind the closing quote. */
  readonly end: number;
}

/** Reads a quoted-string that starts at `start`; undefined where it is not closed or holds a control character. */
export function readQuoted(input: string, start: number): Quoted | undefined {
  const parts: string[] = [];
  let at = start + 1;
  while (at < input.length) {
    const code = input.charCodeAt(at);
    if (code === 0x22) return { text: parts.join(''), end: at + 1 };
    if (code === 0x5c) at += 1;
    if (at >= input.length || !isQuotable(input.charCodeAt(at))) return undefined;
    parts.push(input.charAt(at));
    at += 1;
  }
  return undefined;
}

/** Splits at a separator that stands outside quoted-strings; an unclosed quote runs to the end. */
export function splitOutsideQuotes(input: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let at = 0;
  while (at < input.length) {
    const char = input.charAt(at);
    if (char === '"') {
      at = skipQuoted(input, at);
    } else {
      if (char === separator) {
        parts.push(input.slice(start, at));
        start = at + 1;
      }
      at += 1;
    }
  }
  parts.push(input.slice(start));
  return parts;
}

function skipQuoted(input: string, start: number): number {
  let at = start + 1;
  while (at < input.length && input.charAt(at) !== '"') at += input.charAt(at) === '\\' ? 2 : 1;
  return Math.min(at + 1, input.length);
}

const NOT_ASCII = /[^\0-\x7f]/;

/** ASCII lower case: header names, tokens and host names know no other letters. */
export function asciiLower(text: string): string {
  // of other letters toLowerCase knows too many (K, the Kelvin sign, would become k)
  return NOT_ASCII.test(text) ? text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text.toLowerCase();
}
