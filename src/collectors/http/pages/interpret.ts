/** Raw evidence of a security page to facts: its links, its contacts, and what it promises to link. */
import { partialList, unknown } from '../../../model/facts.ts';
import type { FaultCode } from '../../../model/fault.ts';
import type { Interpretation } from '../../../model/evidence.ts';
import { isObject, type Json, type JsonObject, own } from '../../../model/json.ts';
import { pointer, resolvePointer } from '../../../model/pointer.ts';
import { contactDefect } from '../../../wire/http/security-txt-values.ts';
import { mailDead, webDead } from '../facts-links.ts';
import { present, shown } from '../view.ts';
import { updatedOn } from './dates.ts';
import { documentFacts } from './facts-documents.ts';
import { keyFacts, securityTxt } from './facts-keys.ts';
import { type Context, contextOf, isSoft404, pathOf } from './context.ts';
import { kindOf, retiredBy } from './kinds.ts';
import { contactsOf, isBareAddress, isUnresolved } from './read.ts';
import { factsSchema } from './schema.ts';

export function interpret(raw: Json): Interpretation {
  const page = own(raw, 'page');
  if (typeof own(page, 'text') !== 'string' || !isObject(own(raw, 'links'))) {
    const names = Object.keys(factsSchema.properties ?? {}).map((name) => name.replace('?', ''));
    return {
      facts: Object.fromEntries(names.map((name) => [name, unknown('evidence.missing')])),
      at: { '': '' },
    };
  }
  const context = contextOf(raw);
  const sectxt = securityTxt(raw);
  const links = linkFacts(context);
  const contacts = contactsOf(context.read);
  const documents = documentFacts(context);
  const keys = keyFacts(context, sectxt);
  const at: { [fact: string]: string } = {
    '': '',
    ...Object.fromEntries(
      ['mailtos', 'pgp', 'status', 'templates', 'updated', 'deprecated', 'title', 'url'].map((name) => [
        `/${name}`,
        name === 'url' ? '/page/url' : '/page/text',
      ]),
    ),
    '/contacts': '/mail',
    '/contactMatches': '/sectxt',
    '/statusApis': '/status',
    ...links.at,
    ...documents.at,
    ...keys.at,
  };
  return {
    facts: present({
      url: context.base === undefined ? undefined : shown(context.base),
      title: shown(context.read.title),
      links: links.value,
      mailtos: mailtos(context),
      contacts: partialList(
        contacts.map(({ address, domain, line }) => ({
          at: `#${String(line)}`,
          address: shown(address),
          dead: mailDead(own(own(raw, 'mail'), domain)),
        })),
        context.gap,
      ),
      contactMatches: contactMatches(
        context,
        sectxt,
        contacts.map(({ address }) => address),
      ),
      ...keys.facts,
      status: statusFact(context),
      statusApis: statusApis(context),
      ...documents.facts,
      templates: partialList(templates(context), context.gap),
      updated: updatedOf(context),
      deprecated: context.read.lines
        .slice(0, 15)
        .some(({ text }) => /\bdeprecated\b|\bno longer (?:maintained|updated)\b|\bthis page has moved\b/i.test(text)),
    }),
    at: Object.fromEntries(
      Object.entries(at).map(([fact, place]) => [fact, resolvePointer(raw, place) === undefined ? '' : place]),
    ),
  };
}

function updatedOf({ read }: Context): string | undefined {
  for (const { text } of read.lines) {
    const found = updatedOn(text.slice(0, 300));
    if (found !== undefined) return found;
  }
  return undefined;
}

interface ListFact {
  readonly value: Json;
  readonly at: { readonly [fact: string]: string };
}

function linkFacts(context: Context): ListFact {
  const items: { readonly fact: JsonObject; readonly at: string }[] = [];
  const promises = context.read.lines.some(({ text }) =>
    /\bhttps\b|\btls\b|\bssl\b|encrypt(?:ed|s)? (?:all )?(?:data |traffic )?in transit/i.test(text),
  );
  let gap: FaultCode | undefined = context.gap;
  for (const { link, url } of context.links) {
    const answers = own(own(context.raw, 'links'), url.href);
    const isOwn = context.isOwn(url);
    const dead = answers === undefined ? unknown('http.limit') : webDead(answers);
    items.push({
      fact: present({
        at: `#${String(link.line)}`,
        url: shown(url.href),
        own: isOwn,
        dead,
        soft404: dead === true ? false : isSoft404(context, url),
        insecure: url.protocol === 'http:' && (promises || isOwn === true),
        retired: retiredOf(url),
      }),
      at: answers === undefined ? '/page/text' : pathOf(url),
    });
  }
  for (const { href, line } of context.read.links) {
    if (/^#./.test(href)) {
      const id = decodeFragment(href.slice(1));
      const known = context.read.anchors.has(id) || id === 'top';
      const item = { at: `#${String(line)}`, url: shown(href), own: true, insecure: false, soft404: false };
      items.push({
        fact: { ...item, dead: known ? false : context.gap === undefined ? true : unknown(context.gap) },
        at: '/page/text',
      });
    } else if (isUnresolved(href, context.base)) gap ??= 'source.no-base';
  }
  const at = Object.fromEntries(items.map((item, index) => [pointer('links', index), item.at]));
  return {
    value: partialList(
      items.map(({ fact }) => fact),
      gap,
    ),
    at: { '/links': '/links', ...at },
  };
}

function retiredOf(url: URL): string | undefined {
  const retired = retiredBy(url);
  return retired === undefined
    ? undefined
    : `${retired.programme}, over since ${retired.since}; now ${retired.successor}`;
}

function decodeFragment(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

/** RFC 6068 §2: every mailto: link, and a bare address where a link should be. */
function mailtos(context: Context): Json {
  const items = context.read.links.flatMap(({ href, line }): JsonObject[] => {
    if (/^mailto:/i.test(href)) {
      return [present({ at: `#${String(line)}`, value: shown(href), defect: contactDefect(href) })];
    }
    return isBareAddress(href) ? [{ at: `#${String(line)}`, value: shown(href), defect: 'not-a-uri' }] : [];
  });
  return partialList(items, context.gap);
}

function contactMatches(
  { read }: Context,
  sectxt: ReturnType<typeof securityTxt>,
  addresses: readonly string[],
): Json | undefined {
  if (sectxt.is === 'none') return undefined;
  if (sectxt.is === 'unknown') return addresses.length === 0 ? undefined : unknown(sectxt.code);
  const hrefs = new Set(read.links.map(({ href }) => URL.parse(href)?.href));
  if (addresses.length === 0) return undefined;
  return sectxt.contacts.some((contact) => {
    const address = /^mailto:([^?]{1,320})/i.exec(contact)?.[1];
    return address === undefined ? hrefs.has(URL.parse(contact)?.href) : addresses.includes(address.toLowerCase());
  });
}

function statusFact(context: Context): Json {
  const links = context.links.filter(({ link, url }) => kindOf(link, url) === 'status');
  const claimed = links.length > 0 || context.read.lines.some(({ text }) => /\bstatus page\b/i.test(text));
  const states = links.map(({ url }) => {
    const dead = webDead(own(own(context.raw, 'links'), url.href));
    return dead === false ? isSoft404(context, url) : dead;
  });
  // one link that leads to a page is enough
  const linked = states.includes(false) ? true : (states.find((state) => typeof state !== 'boolean') ?? false);
  return { claimed, linked: linked === false && context.gap !== undefined ? unknown(context.gap) : linked };
}

/** Pages of the provider whose API others read: `status.indicator` is what it says in one word. */
function statusApis(context: Context): Json {
  const found = new Map<string, JsonObject>();
  for (const { link, url } of context.links) {
    if (kindOf(link, url) !== 'status' || found.has(url.origin)) continue;
    if (!/(?:^|\.)statuspage\.io$/.test(url.hostname) && !context.mentions(url, 'statuspage')) continue;
    const answer = context.chain('status', url.origin);
    const body = answer.last === undefined ? undefined : own(answer.last.body.raw, 'text');
    const code =
      answer.code ??
      (answer.last !== undefined && (answer.last.status === 429 || answer.last.status >= 500)
        ? 'http.unavailable'
        : undefined);
    found.set(url.origin, {
      url: shown(`${url.origin}/api/v2/status.json`),
      readable: code === undefined ? typeof body === 'string' && hasIndicator(body) : unknown(code),
    });
  }
  return [...found.values()];
}

function hasIndicator(text: string): boolean {
  try {
    return typeof own(own(JSON.parse(text) as Json, 'status'), 'indicator') === 'string';
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function templates({ read }: Context): JsonObject[] {
  const found: JsonObject[] = [];
  for (const { line, text } of read.lines) {
    const left = /\{\{[^{}]{1,200}\}\}|\{%[^{}]{1,200}%\}/.exec(text)?.[0];
    if (left !== undefined) found.push({ at: `#${String(line)}`, text: shown(left) });
  }
  for (const { href, line } of read.links) {
    if (/["'<>]|%22|\{\{|\{%/.test(href)) found.push({ at: `#${String(line)}`, text: shown(href) });
  }
  return found;
}
