/** Where a redirect leads: Location by RFC 9110 §10.2.2, with what is wrong about it kept beside the answer. */
import type { HeaderLine } from './fields.ts';
import { linesOf } from './fields.ts';

export type LocationProblem = 'missing' | 'conflict' | 'not-a-reference' | 'scheme';

export interface Location {
  /** The first Location line as it came. */
  readonly raw: string | undefined;
  /** Absolute URL without fragment; undefined where nothing can be followed. */
  readonly url: string | undefined;
  readonly problem: LocationProblem | undefined;
}

/** RFC 9110 §15.4: a 3xx that sends the client elsewhere; 300 and 304 to 306 do not. */
export function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

/** RFC 3986 Appendix A: the characters a URI-reference may hold, `%` only before two hex digits. */
const REFERENCE = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*$/;

export function resolveLocation(base: string, headers: readonly HeaderLine[]): Location {
  const lines = linesOf(headers, 'location');
  const raw = lines[0];
  if (raw === undefined) return { raw, url: undefined, problem: 'missing' };
  const conflict = lines.some((line) => line !== raw);
  // Browsers follow what is no URI-reference too (spaces, raw UTF-8): the answer keeps both, the target and the defect
  const reference = raw !== '' && raw.length <= 16_384 && REFERENCE.test(raw);
  const url = raw === '' || raw.length > 16_384 ? null : URL.parse(raw, base);
  if (url === null) return { raw, url: undefined, problem: conflict ? 'conflict' : 'not-a-reference' };
  url.hash = '';
  const web = url.protocol === 'https:' || url.protocol === 'http:';
  const problem = conflict ? 'conflict' : !reference ? 'not-a-reference' : web ? undefined : 'scheme';
  return { raw, url: web ? url.href : undefined, problem };
}
