/** Decides whether a site has a security.txt at all: a soft 404 is none, and what could not be asked is unknown. */
import type { FaultCode } from '../../model/fault.ts';
import { parseSecurityTxt, FIELDS, type SecurityTxt } from '../../wire/http/security-txt.ts';
import { looksLikeHtml } from '../../wire/http/sniff.ts';
import type { Chain, Response } from './raw.ts';
import { bodyBytes, bodyText, type View } from './view.ts';

export type Place = 'well-known' | 'root' | 'plain';

export interface Found {
  readonly is: 'file';
  readonly place: Place;
  readonly chain: Chain;
  readonly last: Response;
  readonly utf8: boolean;
  readonly parsed: SecurityTxt;
}

export type Finding = Found | { readonly is: 'none' } | { readonly is: 'unknown'; readonly code: FaultCode };

export interface Search {
  readonly best: Finding;
  readonly byPlace: { readonly [place in Place]: Finding };
}

export function findSecurityTxt(view: View): Search {
  const control = digestOf(view.sectxt.control);
  const byPlace = {
    'well-known': look(view.sectxt.wellKnown, 'well-known', control),
    root: look(view.sectxt.root, 'root', control),
    plain: look(view.sectxt.plain, 'plain', control),
  };
  const order = [byPlace['well-known'], byPlace.root, byPlace.plain];
  const best = order.find(({ is }) => is === 'file') ?? order.find(({ is }) => is === 'unknown') ?? { is: 'none' };
  return { best, byPlace };
}

/** The digest of what a path gives that cannot exist; undefined where that is refused as it should be. */
function digestOf(chain: Chain): string | undefined {
  const last = chain.hops.at(-1);
  return last?.is === 'response' && last.status === 200 ? last.body.sha256 : undefined;
}

function look(chain: Chain, place: Place, control: string | undefined): Finding {
  if (chain.fault !== undefined) return { is: 'unknown', code: chain.fault };
  const last = chain.hops.at(-1);
  if (!chain.asked || last?.is !== 'response' || chain.end !== 'response') return { is: 'none' };
  // a server that is down or busy says nothing about the file
  if (last.status === 429 || last.status >= 500) return { is: 'unknown', code: 'http.unavailable' };
  if (last.status !== 200) return { is: 'none' };
  const text = bodyText(last);
  const bytes = text ?? bodyBytes(last);
  if (bytes === undefined) return { is: 'unknown', code: 'evidence.missing' };
  if (looksLikeHtml(bytes) || last.body.sha256 === control) return { is: 'none' };
  const parsed = parseSecurityTxt(bytes);
  // some text that knows none of the fields is an answer to any path, not a security.txt
  const genuine = parsed.signed || parsed.fields.some(({ name }) => FIELDS.includes(name));
  return genuine ? { is: 'file', place, chain, last, utf8: text !== undefined, parsed } : { is: 'none' };
}
