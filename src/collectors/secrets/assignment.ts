/** Reads the value that belongs to a name, by hand over bytes: `NAME = "value"` as languages, formats and shells write it. */
import { TOKEN as TOKEN_BYTES } from '../../pattern/measure.ts';

export interface Assigned {
  /** Where the value begins and ends. */
  readonly start: number;
  readonly end: number;
  readonly quoted: boolean;
  /** Where the separator stands: what lies between the word and it is the rest of the name. */
  readonly nameEnd: number;
}

export const NAME = 1;
export const SEPARATOR = 2;
export const SPACE = 4;
export const OPENER = 8;
const VALUE_END = 16;
export const CLOSER = 32;
/** What values without blanks, quotes and brackets are made of. */
export const TOKEN = 64;

/** What each byte may be, so that the loops ask one table. */
export const KIND = new Uint8Array(256);
for (const char of '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-.') KIND[char.charCodeAt(0)] = NAME;
for (const char of '=:>|,(?~') KIND[char.charCodeAt(0)] = SEPARATOR;
for (const char of ' \t') KIND[char.charCodeAt(0)] = SPACE | VALUE_END;
for (const char of '"\'`') KIND[char.charCodeAt(0)] = OPENER | VALUE_END | CLOSER;
for (const char of ')]}[$@\\/') KIND[char.charCodeAt(0)] = CLOSER;
for (const char of '\r\n;,<>)}]\\') KIND[char.charCodeAt(0)] = (KIND[char.charCodeAt(0)] ?? 0) | VALUE_END;

for (const [low, high] of TOKEN_BYTES) {
  for (let byte = low; byte <= high; byte++) KIND[byte] = (KIND[byte] ?? 0) | TOKEN;
}

/** From the word to the last separator that counts. */
export const MAX_NAME = 40;
export const MAX_VALUE = 512;
/** `f("name", { key: "value" })`: the value may stand behind the second or third separator. */
const MAX_CANDIDATES = 3;

/** Between the name and the literal of a declaration: `Optional[str]`, `string | undefined`. */
const MAX_TYPE = 40;
const IN_TYPE = new Uint8Array(256);
for (const char of '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_.&?!<>|[] ')
  IN_TYPE[char.charCodeAt(0)] = 1;

/** The values that may belong to the word at `[start, from)`, nearest first. */
export function assignedValues(bytes: Uint8Array, start: number, from: number, limit: number): Assigned[] {
  const found: Assigned[] = [];
  const last = Math.min(limit, from + MAX_NAME);
  let at = from;
  while (found.length < MAX_CANDIDATES) {
    while (at < last && ((KIND[bytes[at] ?? 0] ?? 0) & (NAME | SPACE | OPENER | CLOSER)) !== 0) at++;
    const separator = bytes[at] ?? 0;
    if (at >= last || ((KIND[separator] ?? 0) & SEPARATOR) === 0) break;
    const nameEnd = at;
    while (at < limit && at < nameEnd + 4 && ((KIND[bytes[at] ?? 0] ?? 0) & SEPARATOR) !== 0) at++;
    // `pointer->member` assigns nothing
    if (separator === 0x3e && bytes[nameEnd - 1] === 0x2d) continue;
    // no blank and no quote stands between a name and its type
    const declared = separator === 0x3a && ((KIND[bytes[nameEnd - 1] ?? 0] ?? 0) & NAME) !== 0;
    const from = declared ? afterType(bytes, at, limit) : afterTag(bytes, separator, at, limit);
    const value = valueAt(bytes, from, limit);
    // after a comma or a bracket stands an argument: a value only where it is a literal
    const argument = at === nameEnd + 1 && (separator === 0x2c || separator === 0x28);
    if (value === undefined) continue;
    // behind a comma `"name":` begins the next member
    if (argument && isKey(bytes, value.end)) break;
    if (value.quoted || !argument) found.push({ ...value, nameEnd });
  }
  const flag = flagValue(bytes, start, from, limit);
  return flag === undefined ? found : [flag, ...found];
}

/** `<key>`, line feed, indented value. */
function afterTag(bytes: Uint8Array, separator: number, from: number, limit: number): number {
  let at = from;
  if (separator !== 0x3e) return at;
  const stop = Math.min(limit, from + 64);
  while (at < stop && isBlank(bytes[at] ?? 0)) at++;
  return at;
}

/** `name: string = "value"`, `NAME: &'static str = "value"`: behind a type stands the literal; anything else is no type. */
function afterType(bytes: Uint8Array, from: number, limit: number): number {
  let at = afterBlanks(bytes, from);
  const stop = Math.min(limit, at + MAX_TYPE);
  if (!isLetter(bytes[at] ?? 0) && bytes[at] !== 0x26 && bytes[at] !== 0x5b) return from;
  while (at < stop && (IN_TYPE[bytes[at] ?? 0] === 1 || (bytes[at] === 0x27 && bytes[at - 1] === 0x26))) at++;
  if (at >= stop || bytes[at] !== 0x3d) return from;
  at = afterBlanks(bytes, at + 1);
  return isQuote(bytes[at] ?? 0) ? at : from;
}

function afterBlanks(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < from + 4 && bytes[at] === 0x20) at++;
  return at;
}

/** `--password VALUE`: a blank is the separator where the name begins with a dash. */
function flagValue(bytes: Uint8Array, start: number, from: number, limit: number): Assigned | undefined {
  const first = identifierStart(bytes, start);
  if (bytes[first] !== 0x2d || !isBlank(bytes[first - 1] ?? 0x20)) return undefined;
  const nameEnd = identifierEnd(bytes, from, limit);
  if (bytes[nameEnd] !== 0x20) return undefined;
  const value = valueAt(bytes, nameEnd + 1, limit);
  return value === undefined ? undefined : { ...value, nameEnd };
}

/** The quoted text that ends here is the name of a member. */
function isKey(bytes: Uint8Array, end: number): boolean {
  let at = end;
  while (at < end + 6 && (bytes[at] === 0x5c || isQuote(bytes[at] ?? 0) || bytes[at] === 0x20)) at++;
  return bytes[at] === 0x3a;
}

const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
const isQuote = (byte: number): boolean => byte === 0x22 || byte === 0x27 || byte === 0x60;

function valueAt(bytes: Uint8Array, from: number, limit: number): Omit<Assigned, 'nameEnd'> | undefined {
  let at = from;
  let opening = Math.min(limit, from + 12);
  // spaces, brackets and escaped quotes before the value: `= [ "`, `: \"`, `=(`, `= @"`
  while (at < opening && (isOpening(bytes[at] ?? 0) || (bytes[at] === 0x40 && isQuote(bytes[at + 1] ?? 0)))) at++;
  at = afterWrapping(bytes, at, limit);
  if (at > opening) opening = at + 4;
  if (at < opening && isQuote(bytes[at] ?? 0)) {
    // `"""value"""`, `'"value"'`: the innermost quote ends it
    while (at < opening && (isQuote(bytes[at] ?? 0) || (bytes[at] === 0x5c && isQuote(bytes[at + 1] ?? 0)))) at++;
    const escaped = at > from + 1 && bytes[at - 2] === 0x5c;
    const end = closing(bytes, at, Math.min(limit, at + MAX_VALUE), bytes[at - 1] ?? 0, escaped);
    return end === undefined || end === at ? undefined : { start: at, end, quoted: true };
  }
  let end = at;
  const stop = Math.min(limit, at + MAX_VALUE);
  while (end < stop && ((KIND[bytes[end] ?? 0] ?? 0) & VALUE_END) === 0) end++;
  return end === at ? undefined : { start: at, end, quoted: false };
}

/** What may stand before a literal: `b"…"`, `[]byte("…")` behind its bracket, a call that only wraps it. */
const WRAPPING = /^(?:[bBrRuULN]{1,2}(?=["'])|\]byte\((?=["`])|Buffer\.from\((?=["'`])|SecretStr\((?=["']))/;
const MAX_WRAPPING = 14;
/** How far the next line may be indented. */
const MAX_INDENT = 40;

/** Where the literal begins, if it stands behind a wrapping or on the next line; else where it was. */
function afterWrapping(bytes: Uint8Array, at: number, limit: number): number {
  const byte = bytes[at] ?? 0;
  if (byte === 0x0a || byte === 0x0d) {
    // `NAME =` and `NAME = (` go on in the next line with a literal
    let before = at - 1;
    while (bytes[before] === 0x20) before--;
    if (bytes[before] !== 0x3d && bytes[before] !== 0x28) return at;
    const next = afterTag(bytes, 0x3e, at, Math.min(limit, at + MAX_INDENT));
    return isQuote(bytes[next] ?? 0) ? next : at;
  }
  // a block of YAML: `>-`, `|`, then the next line
  if (byte === 0x3e || byte === 0x7c) {
    const sign = bytes[at + 1] === 0x2d || bytes[at + 1] === 0x2b ? at + 2 : at + 1;
    return bytes[sign] === 0x0a || bytes[sign] === 0x0d
      ? afterTag(bytes, 0x3e, sign, Math.min(limit, sign + MAX_INDENT))
      : at;
  }
  if (!isLetter(byte) && byte !== 0x5d) return at;
  if (!isQuote(bytes[at + 1] ?? 0) && !isQuote(bytes[at + 2] ?? 0) && !isCall(bytes, at)) return at;
  const text = String.fromCharCode(...bytes.subarray(at, Math.min(limit, at + MAX_WRAPPING)));
  return at + (WRAPPING.exec(text)?.[0].length ?? 0);
}

/** `]byte(`, `Buffer.from(`, `SecretStr(`. */
function isCall(bytes: Uint8Array, at: number): boolean {
  return bytes[at + 5] === 0x28 || bytes[at + 9] === 0x28 || bytes[at + 11] === 0x28;
}

/** Space, tab, opening brackets and the backslash of an escaped quote. */
function isOpening(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x5b || byte === 0x28 || byte === 0x7b || byte === 0x5c;
}

function closing(bytes: Uint8Array, from: number, stop: number, quote: number, escaped: boolean): number | undefined {
  for (let at = from; at < stop; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === quote) return at;
    if (byte === 0x0a || byte === 0x0d) return undefined;
    if (byte === 0x5c) {
      if (escaped) return at;
      at++;
    }
  }
  return undefined;
}

/** The bytes of the identifier around `[start, end)`. */
export function identifierStart(bytes: Uint8Array, start: number): number {
  let at = start;
  const stop = Math.max(0, start - MAX_NAME);
  while (at > stop && ((KIND[bytes[at - 1] ?? 0] ?? 0) & NAME) !== 0) at--;
  return at;
}

export function identifierEnd(bytes: Uint8Array, end: number, limit: number): number {
  let at = end;
  const stop = Math.min(limit, end + MAX_NAME);
  while (at < stop && ((KIND[bytes[at] ?? 0] ?? 0) & NAME) !== 0) at++;
  return at;
}

/** `word` at `[start, end)` is a segment of its own: `api_key`, `apiKey`, `KEY`; never `monkey` or `keyboard`. */
export function isSegment(bytes: Uint8Array, start: number, end: number): boolean {
  const before = bytes[start - 1] ?? 0x20;
  const first = bytes[start] ?? 0;
  const last = bytes[end - 1] ?? 0;
  const after = bytes[end] ?? 0x20;
  const camelStart = isUpper(first) && isLower(bytes[start + 1] ?? 0) && isLower(before);
  if (isLetter(before) && !camelStart) return false;
  if (!isLetter(after)) return true;
  // `apiKeyFor`, `tokens`: a capital begins the next segment; a plural s belongs to the word
  if (isLower(last) && isUpper(after)) return true;
  return (after | 0x20) === 0x73 && !isLetter(bytes[end + 1] ?? 0x20);
}

/**
 * `word` begins a segment, and no hump of camel case runs on behind it: `myAlgoliaKey`, `gitHub_token`;
 * never `rookTable` (okta), `sumOfAll` (sumo).
 */
export function isWordStart(bytes: Uint8Array, start: number, end: number): boolean {
  const before = bytes[start - 1] ?? 0x20;
  const first = bytes[start] ?? 0;
  if (isLetter(before) && !(isUpper(first) && isLower(before))) return false;
  for (let at = start + 1; at < end; at++) {
    if (isUpper(bytes[at] ?? 0) && isLower(bytes[at - 1] ?? 0)) return !isLower(bytes[end] ?? 0x20);
  }
  return true;
}

const isUpper = (byte: number): boolean => byte >= 0x41 && byte <= 0x5a;
const isLower = (byte: number): boolean => byte >= 0x61 && byte <= 0x7a;
const isLetter = (byte: number): boolean => isUpper(byte) || isLower(byte);

export interface UserInfo {
  readonly schemeStart: number;
  readonly passwordStart: number;
  readonly passwordEnd: number;
  readonly hostStart: number;
  readonly hostEnd: number;
}

export const MAX_AUTHORITY = 512;

/** Reads `scheme://user:password@host` around a `://` that ends at `from`; undefined where there is no password. */
export function userInfoAt(bytes: Uint8Array, from: number, limit: number): UserInfo | undefined {
  const stop = Math.min(limit, from + MAX_AUTHORITY);
  let colon = -1;
  let sign = -1;
  let at = from;
  for (; at < stop; at++) {
    const byte = bytes[at] ?? 0;
    // RFC 3986 §3.2: the authority ends at a slash, question mark or number sign; quotes and blanks end the text
    if (
      byte <= 0x20 ||
      byte === 0x22 ||
      byte === 0x27 ||
      byte === 0x60 ||
      byte === 0x3c ||
      byte === 0x3e ||
      byte === 0x5c
    )
      break;
    if (byte === 0x2f && bytes[at + 1] === 0x2f) break;
    if (byte === 0x3f || byte === 0x23 || (byte === 0x2f && (colon < 0 || sign >= 0))) break;
    if (byte === 0x3a && colon < 0) colon = at;
    // the last @ before the path: passwords hold unescaped ones
    if (byte === 0x40) sign = at;
  }
  if (colon < 0 || sign < 0 || sign <= colon + 1) return undefined;
  // `host:443/path@x`: a port
  let digits = colon + 1;
  while (digits < sign && (bytes[digits] ?? 0) >= 0x30 && (bytes[digits] ?? 0) <= 0x39) digits++;
  if (bytes[digits] === 0x2f && digits > colon + 1 && digits <= colon + 6) return undefined;
  let scheme = from - 3;
  while (
    scheme > 0 &&
    from - scheme < 40 &&
    (((KIND[bytes[scheme - 1] ?? 0] ?? 0) & NAME) !== 0 || bytes[scheme - 1] === 0x2b)
  )
    scheme--;
  let hostEnd = sign + 1;
  while (hostEnd < at && ((KIND[bytes[hostEnd] ?? 0] ?? 0) & NAME) !== 0) hostEnd++;
  if (hostEnd === sign + 1) return undefined;
  return { schemeStart: scheme, passwordStart: colon + 1, passwordEnd: sign, hostStart: sign + 1, hostEnd };
}
