/** What the values of security.txt may be: RFC 9116 §2.5, field by field; an answer names the defect or is undefined. */
import { asciiLower } from './chars.ts';

export type ContactDefect = 'not-a-uri' | 'scheme' | 'space' | 'no-address';
export type UriDefect = 'not-a-uri' | 'http' | 'fingerprint';

/** RFC 3986 Appendix A, for absolute URIs: a scheme and only characters that a URI may hold. */
const URI = /^[A-Za-z][A-Za-z0-9+\-.]*:(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/;

/** RFC 9116 §2.5.3: a contact is a mailto:, tel: or https: URI. `http:` is well-formed: another rule judges it. */
export function contactDefect(value: string): ContactDefect | undefined {
  const scheme = schemeOf(value);
  if (scheme === undefined) return 'not-a-uri';
  if (!['mailto', 'tel', 'https', 'http'].includes(scheme)) return 'scheme';
  if (/\s/.test(value)) return 'space';
  if (!URI.test(value)) return 'not-a-uri';
  const rest = value.slice(scheme.length + 1);
  if (scheme === 'mailto') return isMailAddress(mailboxOf(rest)) ? undefined : 'no-address';
  // RFC 3966 §3: digits with visual separators; a local number carries its phone-context
  if (scheme === 'tel') return /^\+?[0-9][0-9().-]*(?:;.*)?$/.test(rest) ? undefined : 'not-a-uri';
  return webUrl(value) === undefined ? 'not-a-uri' : undefined;
}

/** The mail address of a mailto: URI (RFC 6068 §2), percent-decoding done; the text as it is where it cannot be decoded. */
export function mailboxOf(rest: string): string {
  const to = rest.split('?')[0] ?? '';
  try {
    return decodeURIComponent(to);
  } catch (error) {
    if (error instanceof URIError) return to;
    throw error;
  }
}

function isMailAddress(text: string): boolean {
  return text.split(',').every((address) => {
    const at = address.lastIndexOf('@');
    return (
      at > 0 &&
      // RFC 5322 §3.2.3: dot-atom; EAI characters are let through
      /^[^\s@<>()[\]\\,;:"]+$/.test(address.slice(0, at)) &&
      /^[^\s@<>()[\]\\,;:".]+(?:\.[^\s@<>()[\]\\,;:".]+)+$/.test(address.slice(at + 1))
    );
  });
}

export function schemeOf(value: string): string | undefined {
  const match = /^([A-Za-z][A-Za-z0-9+\-.]{0,31}):/.exec(value);
  return match?.[1] === undefined ? undefined : asciiLower(match[1]);
}

function webUrl(value: string): URL | undefined {
  const url = URL.parse(value);
  return url === null || url.hostname === '' ? undefined : url;
}

/** RFC 9116 §2.5: Acknowledgments, Canonical, Encryption, Hiring, Policy and CSAF hold URIs, web URIs https ones. */
export function uriDefect(value: string): UriDefect | undefined {
  const scheme = schemeOf(value);
  if (scheme === undefined || !URI.test(value)) return 'not-a-uri';
  // RFC 9116 §2.5.4: a key may be named by its fingerprint: 40 (v4) or 64 (v6) hex digits
  if (scheme === 'openpgp4fpr') {
    return /^(?:[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})$/.test(value.slice(12)) ? undefined : 'fingerprint';
  }
  if (scheme === 'http') return 'http';
  if (scheme === 'https') return webUrl(value) === undefined ? 'not-a-uri' : undefined;
  return undefined;
}

/** RFC 5646 §2.1 in outline: subtags of 1 to 8 letters or digits, the first one letters only. */
const LANGUAGE = /^(?:[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,8}|[ix](?:-[A-Za-z0-9]{1,8}){1,8})$/i;

/** RFC 9116 §2.5.8: a comma list of one or more language tags. */
export function isLanguageList(value: string): boolean {
  return value.split(',').every((tag) => LANGUAGE.test(tag.trim()));
}
