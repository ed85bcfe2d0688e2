/** JSON Pointer (RFC 6901): how a verdict points into evidence. */
import { isArray, isObject, type Json } from './json.ts';

export function escapeToken(token: string): string {
  return token.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** A pointer from its tokens: `pointer('records', 0)` is `/records/0`; no token is the whole document, `''`. */
export function pointer(...tokens: readonly (string | number)[]): string {
  return tokens.map((token) => `/${escapeToken(String(token))}`).join('');
}

export function tokensOf(text: string): string[] {
  if (text === '') return [];
  return text
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The value a pointer names, or undefined where it names nothing. */
export function resolvePointer(document: Json, text: string): Json | undefined {
  if (text !== '' && !text.startsWith('/')) return undefined;
  let value: Json | undefined = document;
  for (const token of tokensOf(text)) {
    if (isArray(value)) {
      // RFC 6901 §4: an array index has no leading zero
      value = /^(?:0|[1-9][0-9]*)$/.test(token) ? value[Number(token)] : undefined;
    } else if (isObject(value)) {
      value = Object.hasOwn(value, token) ? value[token] : undefined;
    } else {
      return undefined;
    }
    if (value === undefined) return undefined;
  }
  return value;
}
