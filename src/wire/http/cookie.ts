/** Set-Cookie by RFC 6265bis §5.6: one line to its name and attributes. Values are measured and dropped, never kept. */
import { asciiLower, trimOws } from './chars.ts';
import { parseCookieDate } from './time.ts';

export interface Cookie {
  /** Empty where the line has no name. */
  readonly name: string;
  /** Octets of name and value together. */
  readonly size: number;
  /** A reserved prefix at the start of a nameless cookie's value, as written. */
  readonly valuePrefix: string | undefined;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  readonly partitioned: boolean;
  /** As written; undefined where the attribute is missing. */
  readonly sameSite: string | undefined;
  readonly path: string | undefined;
  /** Lower case, without a leading dot; undefined where missing or empty. */
  readonly domain: string | undefined;
  /** Seconds by Max-Age; undefined where missing or not a number. */
  readonly maxAge: number | undefined;
  /** Milliseconds since 1970 by Expires; undefined where missing or no cookie-date. */
  readonly expires: number | undefined;
  /** Names of attributes whose value is over 1024 octets: browsers ignore them. */
  readonly oversized: readonly string[];
  /** %x00-08, %x0A-1F or %x7F in the line: browsers drop the cookie. */
  readonly controlCharacters: boolean;
}

const PREFIX = /^__(?:Secure|Host-Http|Host|Http)-/i;
// oxlint-disable-next-line no-control-regex -- RFC 6265bis §5.6 step 1 names these octets
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/;
const REDACTED = /^(__(?:Secure|Host-Http|Host|Http)-)?\[([0-9]{1,7}) octets\]/i;

interface Pair {
  readonly name: string;
  readonly value: string;
}

/** RFC 6265bis §5.6 steps 3-4: without an equals sign the name is empty and everything is the value. */
function pairOf(text: string): Pair {
  const equals = text.indexOf('=');
  if (equals === -1) return { name: '', value: trimOws(text) };
  return { name: trimOws(text.slice(0, equals)), value: trimOws(text.slice(equals + 1)) };
}

const KNOWN = new Set([
  'secure',
  'httponly',
  'partitioned',
  'samesite',
  'path',
  'domain',
  'max-age',
  'expires',
  'priority',
]);

/**
 * The line with the value replaced by its length, so that nothing a session could be stolen with leaves the collector.
 * What a rule needs stays: a reserved prefix at the start of a nameless value, control characters, known attributes.
 */
export function redactSetCookie(line: string): string {
  const [first = '', ...attributes] = line.split(';');
  const { name, value } = pairOf(first);
  const prefix = name === '' ? (PREFIX.exec(value)?.[0] ?? '') : '';
  // oxlint-disable-next-line no-control-regex -- the control characters themselves are what is kept
  const controls = value.replaceAll(/[^\u0000-\u0008\u000a-\u001f\u007f]/g, '').slice(0, 8);
  const kept = attributes.map((attribute) => {
    const part = pairOf(attribute);
    if (!attribute.includes('='))
      return KNOWN.has(asciiLower(part.value)) ? attribute : ` [${String(part.value.length)} octets]`;
    return KNOWN.has(asciiLower(part.name)) ? attribute : ` ${part.name}=[${String(part.value.length)} octets]`;
  });
  return [`${name}=${prefix}[${String(value.length)} octets]${controls}`, ...kept].join(';');
}

/** Reads a line as `redactSetCookie` left it. */
export function parseRedactedCookie(line: string): Cookie {
  const [first = '', ...attributes] = line.split(';');
  const { name, value } = pairOf(first);
  const redacted = REDACTED.exec(value);
  const valueLength = redacted === null ? value.length : Number(redacted[2]);
  const oversized: string[] = [];
  const values = new Map<string, string>();
  for (const attribute of attributes) {
    const equals = attribute.includes('=');
    const part = pairOf(attribute);
    const key = asciiLower(equals ? part.name : part.value);
    const text = equals ? part.value : '';
    // RFC 6265bis §5.6 step 8.6: an attribute value over 1024 octets is ignored
    if (text.length > 1024) oversized.push(key);
    else if (KNOWN.has(key)) values.set(key, text);
  }
  const domain = asciiLower(values.get('domain') ?? '').replace(/^\./, '');
  const maxAge = values.get('max-age');
  const expires = values.get('expires');
  return {
    name,
    size: name.length + valueLength,
    valuePrefix: redacted?.[1],
    secure: values.has('secure'),
    httpOnly: values.has('httponly'),
    partitioned: values.has('partitioned'),
    sameSite: values.get('samesite'),
    path: values.get('path'),
    domain: domain === '' ? undefined : domain,
    // RFC 6265bis §5.6.2: a digit or "-" first, then digits
    maxAge: maxAge !== undefined && /^-?[0-9]+$/.test(maxAge) ? clamp(Number(maxAge)) : undefined,
    expires: expires === undefined ? undefined : parseCookieDate(expires),
    oversized,
    controlCharacters: CONTROL.test(line),
  };
}

function clamp(seconds: number): number {
  return Math.max(Math.min(seconds, Number.MAX_SAFE_INTEGER), -1);
}

/** A value that, stolen, would let somebody in: by name, or because the server itself hides it from scripts. */
export function isSessionCookie(cookie: Pick<Cookie, 'name' | 'httpOnly'>): boolean {
  if (/csrf|xsrf/i.test(cookie.name) || EDGE.test(cookie.name)) return false;
  return cookie.httpOnly || /sess|sid$|^sid|auth|token|jwt|login|remember/i.test(cookie.name);
}

/** Cookies of content networks, balancers and bot filters: they authenticate nobody. */
const EDGE =
  /^(?:__cf_bm|_cfuvid|cf_clearance|AWSALB.*|ak_bmsc|bm_.*|incap_ses_.*|visid_incap_.*|TS01.*|BIGipServer.*)$/i;
