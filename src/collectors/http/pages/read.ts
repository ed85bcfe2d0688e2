/** What stands on the page, as far as raw evidence holds it: links with their addresses, security contacts, claims of the page itself. */
import { type Json, own } from '../../../model/json.ts';
import { domainOf } from '../links.ts';
import { readHtml } from './read-html.ts';
import { readMarkdown } from './read-markdown.ts';
import type { PageLink, PageText } from './text.ts';

export function readPage(page: Json): PageText {
  const text = own(page, 'text');
  const whole = typeof text === 'string' ? text : '';
  return own(page, 'html') === true ? readHtml(whole) : readMarkdown(whole);
}

export interface WebLink {
  readonly link: PageLink;
  readonly url: URL;
}

/** The links to the web, each address once; what a link within the page or to a mailbox is not. */
export function webLinks(page: Json, { links }: PageText): WebLink[] {
  const base = own(page, 'url');
  const found = new Map<string, WebLink>();
  for (const link of links) {
    const url = resolve(link.href, typeof base === 'string' ? base : undefined);
    if (url !== undefined && !found.has(url.href)) found.set(url.href, { link, url });
  }
  return [...found.values()];
}

/** Undefined for what is no web address, or relative to a page whose address nobody knows. */
export function resolve(href: string, base: string | undefined): URL | undefined {
  if (href === '' || href.startsWith('#')) return undefined;
  const url = URL.parse(href, base) ?? undefined;
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : undefined;
}

/** Relative links of a file: where they lead is known to its site only. */
export function isUnresolved(href: string, base: string | undefined): boolean {
  return base === undefined && href !== '' && !href.startsWith('#') && URL.parse(href) === null && !isBareAddress(href);
}

export function isBareAddress(href: string): boolean {
  return /^[^\s@/:?#]{1,64}@[^\s@/]{1,253}$/.test(href);
}

const ADDRESS = /[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}/g;
const LOCAL =
  /^(?:security|psirt|cert|csirt|vulnerabilit(?:y|ies)|vulns?|infosec|appsec|bug-?bounty|disclosures?|responsible-?disclosure)/i;
const REPORTING =
  /\bvulnerab|\bsecurity (?:issue|bug|flaw|report|problem|researcher|team|incident)|\bdisclos|\breport(?:ing)? (?:a|an|any|it|security)/i;

export interface Contact {
  readonly address: string;
  readonly domain: string;
  readonly line: number;
}

/** Addresses given for security reports: by their name, or by the sentence that they stand in. */
export function contactsOf({ lines, links }: PageText): Contact[] {
  const found = new Map<string, Contact>();
  const add = (address: string, line: number): void => {
    const lower = address.toLowerCase();
    const domain = domainOf(lower);
    if (domain !== '' && !found.has(lower)) found.set(lower, { address: lower, domain, line });
  };
  for (const { line, text } of lines) {
    for (const sentence of text.slice(0, 4000).split(/(?<=[.!?])\s+(?=[A-Z])/)) {
      for (const [address] of sentence.matchAll(ADDRESS)) {
        if (LOCAL.test(address) || REPORTING.test(sentence)) add(address, line);
      }
    }
  }
  for (const { href, line, text } of links) {
    const address = /^mailto:\s{0,4}([^?\s]{1,320})/i.exec(href)?.[1];
    if (address !== undefined && (LOCAL.test(address) || REPORTING.test(text))) add(address, line);
  }
  return [...found.values()].slice(0, 50);
}
