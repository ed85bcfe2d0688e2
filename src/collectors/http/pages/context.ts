/** What all fact builders of a page share: the page read again from raw, its links, and the answers to them. */
import { type FaultCode, isFaultCode } from '../../../model/fault.ts';
import { unknown } from '../../../model/facts.ts';
import { isArray, type Json, own } from '../../../model/json.ts';
import { pointer } from '../../../model/pointer.ts';
import { builtInLists, publicSuffix, registrableUnder } from '../../../wire/psl/suffixes.ts';
import { readChain, type Response } from '../raw.ts';
import { readPage, type WebLink, webLinks } from './read.ts';
import type { PageText } from './text.ts';

export interface Answer {
  /** The last response; undefined where there is none. */
  readonly last: Response | undefined;
  readonly code: FaultCode | undefined;
}

export interface Context {
  readonly raw: Json;
  readonly read: PageText;
  readonly base: string | undefined;
  readonly links: readonly WebLink[];
  /** Why more may stand on the page than was read. */
  readonly gap: FaultCode | undefined;
  /** Undefined where nobody knows whose page it is. */
  isOwn(url: URL): boolean | undefined;
  chain(part: 'links' | 'controls' | 'status', key: string): Answer;
  /** The kept part of what an address gave speaks of this. */
  mentions(url: URL, word: string): boolean;
}

export function contextOf(raw: Json): Context {
  const page = own(raw, 'page') ?? null;
  const read = readPage(page);
  const url = own(page, 'url');
  const base = typeof url === 'string' && URL.canParse(url) ? url : undefined;
  const home = base === undefined ? undefined : registered(new URL(base).hostname);
  const chain: Context['chain'] = (part, key) => answerOf(own(own(raw, part), key));
  return {
    raw,
    read,
    base,
    links: webLinks(page, read),
    gap: own(page, 'truncated') === true || read.cut ? 'http.limit' : undefined,
    isOwn: (link) => (home === undefined ? undefined : registered(link.hostname) === home),
    chain,
    mentions: (link, word) => {
      const { last } = chain('links', link.href);
      return last !== undefined && JSON.stringify(last.headers).toLowerCase().includes(word);
    },
  };
}

function registered(host: string): string {
  const { whole } = builtInLists();
  return registrableUnder(publicSuffix(whole, host), host) ?? host;
}

/** Of a link that was asked twice the last answer. */
function answerOf(raw: Json | undefined): Answer {
  const chain = readChain(isArray(raw) ? raw.at(-1) : raw, '');
  if (chain.fault !== undefined) return { last: undefined, code: chain.fault };
  const last = chain.hops.at(-1);
  return last?.is === 'response' ? { last, code: undefined } : { last: undefined, code: 'evidence.missing' };
}

/** Where in raw the answers to a link stand. */
export function pathOf(url: URL): string {
  return pointer('links', url.href);
}

/** 200 with the body of a path that cannot exist, or with a title that says that nothing is there. */
export function isSoft404(context: Context, url: URL): Json {
  const { last, code } = context.chain('links', url.href);
  if (last === undefined) return unknown(isFaultCode(code) ? code : 'evidence.missing');
  if (last.status !== 200) return false;
  const title = own(last.body.raw, 'title');
  if (
    typeof title === 'string' &&
    /\bnot found\b|^404\b|\b404 error\b|\bpage (?:does not|doesn.t) exist\b/i.test(title)
  )
    return true;
  // the front page of a site may be what it gives for everything
  if (url.pathname === '/') return false;
  const control = context.chain('controls', url.origin);
  if (control.last === undefined) return unknown(control.code ?? 'evidence.missing');
  return control.last.status === 200 && control.last.body.sha256 === last.body.sha256;
}
