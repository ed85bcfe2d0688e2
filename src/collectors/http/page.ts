/** Which response is the page that HTML rules are about. */
import { type Json, own } from '../../model/json.ts';
import { linesOf, parseMediaType } from '../../wire/http/fields.ts';
import type { Chain, Response } from './raw.ts';
import { isOwn, type View } from './view.ts';

/** Answers without a page, or with a part of one (RFC 9110 §15.3.5-7, §15.4.5). */
const NO_PAGE = new Set([204, 205, 206, 304]);

/** By its media type, or by its first bytes where it names none. */
export function isPage(response: Response): boolean {
  if (response.next !== undefined || NO_PAGE.has(response.status)) return false;
  const line = linesOf(response.headers, 'content-type')[0];
  if (line === undefined) return own(response.body.raw, 'html') !== undefined;
  return isHtmlType(parseMediaType(line)?.essence);
}

export function isHtmlType(essence: string | undefined): boolean {
  return essence === 'text/html' || essence === 'application/xhtml+xml';
}

/** The last response of the https chain on the own host that is HTML; absent where the host only sends elsewhere. */
export function pageOf(view: View): Response | undefined {
  return lastPage(view, view.https);
}

export function lastPage(view: View, chain: Chain): Response | undefined {
  return chain.hops.filter((hop) => isOwn(view, hop)).findLast(isPage);
}

/** The elements that were kept of it; undefined where raw lacks them. */
export function htmlOf(response: Response): Json | undefined {
  return own(response.body.raw, 'html');
}
