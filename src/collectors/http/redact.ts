/** What may leave the collector: header lines and URLs without cookie values, tokens and passwords. */
import { asciiLower } from '../../wire/http/chars.ts';
import { redactSetCookie } from '../../wire/http/cookie.ts';
import type { HeaderLine } from '../../wire/http/fields.ts';

const SECRET_NAME = /token|secret|api-?key|^authorization|session|csrf|xsrf|password|jwt|credential$/;
const URL_HEADERS = new Set(['location', 'content-location', 'refresh', 'link']);

export function redactHeaders(headers: readonly HeaderLine[]): HeaderLine[] {
  return headers.map(([name, value]) => {
    const lower = asciiLower(name);
    if (lower === 'set-cookie') return [name, redactSetCookie(value)];
    if (URL_HEADERS.has(lower)) return [name, redactUrls(value)];
    return SECRET_NAME.test(lower) ? [name, `[${String(value.length)} octets]`] : [name, value];
  });
}

/** Long values in query strings and all passwords before an `@` become `[redacted]`; what is no URL text stays as it is. */
export function redactUrls(text: string): string {
  return text
    .replaceAll(/(\/\/[^/?#@\s:]{0,200}):[^/?#@\s]{1,200}@/g, '$1:[redacted]@')
    .replaceAll(/([?&#][^=&#\s]{0,100}=)[A-Za-z0-9_\-.~%+/=]{16,}/g, '$1[redacted]');
}
