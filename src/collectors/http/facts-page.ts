/** Page facts: the security headers of the page and what its markup loads, sends and trusts. */
import { partialList, unknown } from '../../model/facts.ts';
import type { FaultCode } from '../../model/fault.ts';
import { isArray, type Json, type JsonObject, own } from '../../model/json.ts';
import { asciiLower } from '../../wire/http/chars.ts';
import { parseAltSvc } from '../../wire/http/alt-svc.ts';
import { parsePolicies } from '../../wire/http/csp.ts';
import { firstLine, linesOf, listOf, parseMediaType } from '../../wire/http/fields.ts';
import { parseDictionary, parseItem } from '../../wire/http/structured.ts';
import { htmlOf, lastPage, pageOf } from './page.ts';
import type { Chain, Response } from './raw.ts';
import { type Area, headersAt, present, shown, unknownArea, type View } from './view.ts';

export function pageFacts(view: View): Area {
  const plain = plainPage(view);
  const page = pageOf(view);
  const { fault, at } = view.https;
  // a hop that was not seen could have been a later page; what all hops showed is known
  if (fault !== undefined) return join(unknownArea(['page', 'content'], fault, at), plain);
  if (page === undefined) return join({ facts: {}, at: { '/page': at, '/content': at } }, plain);
  if (page.headersCut) return join(unknownArea(['page', 'content'], 'http.limit', page.at), plain);
  const content = contentOf(page);
  return join(
    {
      facts: { page: pageHeaders(page), content: content.facts },
      at: {
        '/page': `${page.at}/headers`,
        '/page/url': `${page.at}/url`,
        '/page/status': `${page.at}/status`,
        ...headerPlaces(page),
        '/content': `${page.at}/body/html`,
        ...content.at,
      },
    },
    plain,
  );
}

function join(one: Area, other: Area): Area {
  return { facts: { ...one.facts, ...other.facts }, at: { ...one.at, ...other.at } };
}

function pageHeaders(page: Response): Json {
  const { headers } = page;
  const referrer = listOf(headers, 'referrer-policy').map(asciiLower);
  const nosniff = listOf(headers, 'x-content-type-options')[0];
  const permissions = linesOf(headers, 'permissions-policy');
  const altSvc = linesOf(headers, 'alt-svc');
  // HTML "X-Frame-Options": a set of values, without case
  const frameOptions = [...new Set(listOf(headers, 'x-frame-options').map((value) => asciiLower(shown(value))))];
  const alternatives = altSvc.length === 0 ? undefined : parseAltSvc(altSvc.join(', '), page.host);
  return present({
    url: page.url,
    status: page.status,
    scheme: page.scheme,
    // Fetch "determine nosniff": the first value of the list decides
    contentTypeOptions: nosniff === undefined ? undefined : asciiLower(shown(nosniff)),
    referrer:
      referrer.length === 0
        ? undefined
        : present({ line: shown(referrer.join(', ')), policy: referrer.findLast((token) => REFERRER.has(token)) }),
    frameOptions,
    frameKinds: frameOptions.map(frameKind),
    frameAncestors: parsePolicies(linesOf(headers, 'content-security-policy')).some(({ directives }) =>
      directives.has('frame-ancestors'),
    ),
    permissions:
      permissions.length === 0
        ? undefined
        : { line: shown(permissions.join(', ')), valid: parseDictionary(permissions.join(', ')) !== undefined },
    coop: tokenFact(linesOf(headers, 'cross-origin-opener-policy'), COOP),
    coep: tokenFact(linesOf(headers, 'cross-origin-embedder-policy'), COEP),
    corp: tokenFact(linesOf(headers, 'cross-origin-resource-policy'), CORP),
    altSvc: alternatives === undefined ? undefined : { line: shown(altSvc.join(', ')), ...alternatives },
    ...contentType(page),
  });
}

function frameKind(value: string): string {
  if (value === 'deny' || value === 'sameorigin') return value;
  return value.startsWith('allow-from') ? 'allow-from' : 'other';
}

const COOP = ['same-origin', 'same-origin-allow-popups', 'noopener-allow-popups', 'unsafe-none'];
const COEP = ['require-corp', 'credentialless', 'unsafe-none'];
const CORP = ['same-site', 'same-origin', 'cross-origin'];

/** RFC 9651 items that must be one of a few tokens; browsers ignore the header otherwise. */
function tokenFact(lines: readonly string[], known: readonly string[]): Json | undefined {
  if (lines.length === 0) return undefined;
  const line = lines.join(', ');
  const bare = parseItem(line)?.bare;
  return present({
    line: shown(line),
    token: bare?.is === 'token' && known.includes(bare.value) ? bare.value : undefined,
  });
}

/** A type, and for HTML a charset in it or in the first 1024 bytes (HTML "charset"). */
function contentType(page: Response): { readonly [name: string]: Json | undefined } {
  const line = firstLine(page.headers, 'content-type');
  const media = line === undefined ? undefined : parseMediaType(line);
  const declared = elementsOf(page).some(
    (element) =>
      own(element, 'tag') === 'meta' &&
      (own(element, 'charset') !== undefined || asciiLower(text(element, 'http-equiv')) === 'content-type'),
  );
  const html = htmlOf(page);
  return {
    contentType: media?.essence,
    charset:
      media?.charset !== undefined || declared
        ? true
        : html === undefined
          ? unknown(page.body.fault ?? 'evidence.missing')
          : false,
  };
}

/** Referrer Policy §3: the tokens browsers recognise; of a list the last recognised one holds. */
const REFERRER = new Set([
  'no-referrer',
  'no-referrer-when-downgrade',
  'same-origin',
  'origin',
  'strict-origin',
  'origin-when-cross-origin',
  'strict-origin-when-cross-origin',
  'unsafe-url',
]);

function elementsOf(page: Response): readonly Json[] {
  const elements = own(htmlOf(page), 'elements');
  return isArray(elements) ? elements : [];
}

function text(element: Json, name: string): string {
  const value = own(element, name);
  return typeof value === 'string' ? value.trim() : '';
}

/** Why more of the markup may exist than was read. */
function gapOf(page: Response): FaultCode | undefined {
  if (htmlOf(page) === undefined || !isArray(own(htmlOf(page), 'elements')))
    return page.body.fault ?? 'evidence.missing';
  if (page.body.fault !== undefined) return page.body.fault;
  return page.body.truncated || own(htmlOf(page), 'cut') !== false ? 'http.limit' : undefined;
}

interface Loaded {
  readonly tag: string;
  readonly url: string;
}

/** Facts of the page that one header line says. */
const SAID_BY: { readonly [fact: string]: string } = {
  contentType: 'content-type',
  contentTypeOptions: 'x-content-type-options',
  referrer: 'referrer-policy',
  frameOptions: 'x-frame-options',
  frameKinds: 'x-frame-options',
  permissions: 'permissions-policy',
  coop: 'cross-origin-opener-policy',
  coep: 'cross-origin-embedder-policy',
  corp: 'cross-origin-resource-policy',
  altSvc: 'alt-svc',
};

/** The line, where there is one; that there is none is said by all lines together, and several are all meant. */
function headerPlaces(page: Response): { [fact: string]: string } {
  return Object.fromEntries(
    Object.entries(SAID_BY).flatMap(([fact, name]) => {
      const lines = headersAt(page, name);
      return lines.length === 1 ? [[`/page/${fact}`, lines[0]?.at ?? page.at]] : [];
    }),
  );
}

function contentOf(page: Response): { readonly facts: JsonObject; readonly at: { readonly [fact: string]: string } } {
  const gap = gapOf(page);
  const elements = elementsOf(page);
  const baseElement = elements.find((element) => text(element, 'tag') === 'base' && text(element, 'href') !== '');
  const base = baseElement === undefined ? URL.parse(page.url) : URL.parse(text(baseElement, 'href'), page.url);
  const at: { [fact: string]: string } = {};
  const collect = (name: string, find: (element: Json) => readonly JsonObject[]): { readonly [name: string]: Json } => {
    const items: JsonObject[] = [];
    for (const [index, element] of elements.entries()) {
      for (const item of find(element)) {
        at[`/content/${name}/${String(items.length)}`] = `${page.at}/body/html/elements/${String(index)}`;
        items.push(item);
      }
    }
    return { [name]: partialList(items, gap) };
  };
  const facts = {
    url: page.url,
    scheme: page.scheme,
    ...collect('mixedActive', (element) => plainOnly(activeLoads(element))),
    ...collect('mixedPassive', (element) => plainOnly(passiveLoads(element))),
    ...collect('formsHttp', (element) => plainOnly(formTargets(element))),
    ...collect('baseHttp', (element) => (text(element, 'tag') === 'base' ? plainOnly([load(element, 'href')]) : [])),
    ...collect('sri', (element) => sriOf(element, URL.parse(page.url), base)),
  };
  return { facts, at };
}

function load(element: Json, name: string): Loaded {
  // URL standard §4.4: tabs and line feeds are dropped, and controls at the beginning
  const url = text(element, name)
    .replaceAll(/[\t\n\r]/g, '')
    .replace(CONTROLS, '');
  return { tag: text(element, 'tag'), url };
}

// oxlint-disable-next-line no-control-regex -- these are what a URL may not begin with
const CONTROLS = /^[\u0000-\u0020]+/;

function plainOnly(loads: readonly Loaded[]): JsonObject[] {
  return loads.filter(({ url }) => /^http:/i.test(url)).map(({ tag, url }) => ({ tag, url: shown(url) }));
}

function relOf(element: Json): string[] {
  return asciiLower(text(element, 'rel')).split(/\s+/);
}

/** Mixed Content §5.3: what can change the page, browsers block it. */
function activeLoads(element: Json): Loaded[] {
  switch (text(element, 'tag')) {
    case 'script':
    case 'iframe':
    case 'frame':
    case 'embed':
      return [load(element, 'src')];
    case 'object':
      return [load(element, 'data')];
    case 'style':
      return [load(element, 'href')];
    case 'link':
      return relOf(element).some((rel) =>
        ['stylesheet', 'import', 'modulepreload', 'preload', 'manifest'].includes(rel),
      )
        ? [load(element, 'href')]
        : [];
    default:
      return [];
  }
}

/** Mixed Content §5.1: images, audio and video, which browsers try over https first. */
function passiveLoads(element: Json): Loaded[] {
  const tag = text(element, 'tag');
  const image = tag === 'input' && asciiLower(text(element, 'type')) === 'image';
  if (!image && !['img', 'audio', 'video', 'source', 'track'].includes(tag)) return [];
  const set = text(element, 'srcset')
    .split(',')
    .map((candidate) => candidate.trim().split(/\s+/)[0] ?? '');
  return [load(element, 'src'), load(element, 'poster'), ...set.map((url) => ({ tag, url }))];
}

function formTargets(element: Json): Loaded[] {
  const tag = text(element, 'tag');
  if (tag === 'form') return [load(element, 'action')];
  return tag === 'button' || tag === 'input' ? [load(element, 'formaction')] : [];
}

/** SRI §3: scripts and stylesheets of other origins, and what their integrity is worth. */
function sriOf(element: Json, page: URL | null, base: URL | null): JsonObject[] {
  const tag = text(element, 'tag');
  const url =
    tag === 'script'
      ? text(element, 'src')
      : tag === 'link' && relOf(element).includes('stylesheet')
        ? text(element, 'href')
        : '';
  if (url === '') return [];
  const target = URL.parse(url, base?.href ?? page?.href);
  if (target === null || page === null || target.origin === page.origin || !/^https?:$/.test(target.protocol))
    return [];
  const integrity = text(element, 'integrity');
  const state = integrity === '' ? 'missing' : integrity.split(/\s+/).some(isIntegrity) ? 'valid' : 'invalid';
  return [{ tag, url: shown(target.href), integrity: state, crossorigin: own(element, 'crossorigin') !== undefined }];
}

const DIGEST_BYTES: { readonly [name: string]: number } = { sha256: 32, sha384: 48, sha512: 64 };

/** SRI §3.3: an algorithm browsers know and a digest of its length. */
function isIntegrity(token: string): boolean {
  const match = /^(sha256|sha384|sha512)-([A-Za-z0-9+/_-]+={0,2})(?:\?|$)/i.exec(token);
  if (match?.[1] === undefined || match[2] === undefined) return false;
  const digits = match[2].replace(/=+$/, '').length;
  return Math.floor((digits * 3) / 4) === DIGEST_BYTES[match[1].toLowerCase()];
}

/** What plain http shows, where it shows a page at all. */
function plainPage(view: View): Area {
  const chain: Chain = view.http;
  if (!chain.asked) return { facts: {}, at: { '/plainPage': chain.at } };
  const first = chain.hops[0];
  if (first?.is === 'failed' && first.code === 'net.refused') return { facts: {}, at: { '/plainPage': first.at } };
  const page = lastPage(view, {
    ...chain,
    hops: chain.hops.filter((hop) => hop.is === 'response' && hop.scheme === 'http'),
  });
  if (page === undefined) {
    return chain.fault === undefined
      ? { facts: {}, at: { '/plainPage': chain.at } }
      : unknownArea(['plainPage'], chain.fault, chain.at);
  }
  const gap = gapOf(page);
  const elements = elementsOf(page);
  const passwords = elements.filter(
    (element) => text(element, 'tag') === 'input' && asciiLower(text(element, 'type')) === 'password',
  );
  const refresh = elements.some(
    (element) =>
      text(element, 'tag') === 'meta' &&
      asciiLower(text(element, 'http-equiv')) === 'refresh' &&
      /url\s{0,9}=/i.test(text(element, 'content')),
  );
  const script = own(htmlOf(page), 'scriptRedirect');
  return {
    facts: {
      plainPage: {
        url: page.url,
        status: page.status,
        passwordFields: partialList(
          passwords.map(() => ({ tag: 'input', url: page.url })),
          gap,
        ),
        sendsElsewhere:
          refresh || script === true
            ? true
            : typeof script === 'boolean' && gap === undefined
              ? false
              : unknown(gap ?? 'evidence.missing'),
      },
    },
    at: { '/plainPage': page.at },
  };
}
