/** What encoded runs are made of: base64 and base64url, hex, percent. */

export const ENCODINGS = { base64: 1, hex: 2, percent: 4 } as const;

/** By byte: the encodings that use it. */
export const ENCODING_OF = new Uint8Array(256);
for (const char of '0123456789abcdefABCDEF') {
  ENCODING_OF[char.charCodeAt(0)] = ENCODINGS.base64 | ENCODINGS.hex | ENCODINGS.percent;
}
for (const char of 'GHIJKLMNOPQRSTUVWXYZghijklmnopqrstuvwxyz+/-_=') ENCODING_OF[char.charCodeAt(0)] = ENCODINGS.base64;
ENCODING_OF[0x25] = ENCODINGS.percent;

/** What a digit of base64 or base64url stands for. */
export const BASE64_DIGITS = new Uint8Array(256);
for (const [value, char] of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.split('').entries())
  BASE64_DIGITS[char.charCodeAt(0)] = value;
for (const [from, to] of ['-+', '_/'])
  BASE64_DIGITS[(from ?? '').charCodeAt(0)] = BASE64_DIGITS[(to ?? '').charCodeAt(0)] ?? 0;

/** Shorter runs hold no credential of a form of its own. */
export const SHORTEST_RUN = 24;
export const LONGEST_RUN = 64 * 1024;

/** No printable ASCII and no white space. */
export function isStrange(byte: number): boolean {
  return (byte < 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) || byte > 0x7e;
}
