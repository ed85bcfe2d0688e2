/** Header facts: what the page sends, and what any own response gives away or repeats. */
import { isArray, type JsonObject, own } from '../../model/json.ts';
import { asciiLower } from '../../wire/http/chars.ts';
import { isSessionCookie, parseRedactedCookie } from '../../wire/http/cookie.ts';
import { linesOf, listOf } from '../../wire/http/fields.ts';
import type { Response } from './raw.ts';
import { type Area, cutOf, gapOf, headersAt, listFact, ownResponses, shown, type View } from './view.ts';

export function headerFacts(view: View): Area {
  const chains = [view.https, view.http].filter(({ asked }) => asked);
  const responses = ownResponses(view, chains);
  const gap = gapOf(view, chains) ?? cutOf(responses);
  const lists = [
    listFact('leaks', unique(responses, leaksOf), gap, view.https.at),
    listFact('dead', unique(responses, deadOf), gap, view.https.at),
    listFact('duplicates', unique(responses, duplicatesOf), gap, view.https.at),
    listFact('malformed', malformedOf(view), malformedGap(view), view.https.at),
    listFact('cachedCookies', responses.flatMap(cachedCookies), gap, view.https.at),
    listFact('earlyHints', unique(responses, earlyHintsOf), gap, view.https.at),
  ] as const;
  return {
    facts: {
      leaks: lists[0].value,
      dead: lists[1].value,
      duplicates: lists[2].value,
      malformed: lists[3].value,
      cachedCookies: lists[4].value,
      earlyHints: lists[5].value,
    },
    at: Object.assign({}, ...lists.map(({ at }) => at)) as { [factPointer: string]: string },
  };
}

/** RFC 9111 §7.3: a session cookie in an answer that shared caches may keep. */
function cachedCookies(response: Response): Item[] {
  const directives = listOf(response.headers, 'cache-control').map(asciiLower);
  const why = directives.find((directive) => directive === 'public' || directive.startsWith('s-maxage='));
  const age = linesOf(response.headers, 'age')[0];
  const aged = age !== undefined && /^[0-9]{1,12}$/.test(age) && Number(age) > 0 ? `Age: ${age}` : undefined;
  const cached = why === undefined ? aged : `Cache-Control: ${why}`;
  if (cached === undefined) return [];
  return headersAt(response, 'set-cookie').flatMap(({ value, at }) => {
    const cookie = parseRedactedCookie(value);
    return isSessionCookie(cookie)
      ? [{ fact: { cookie: shown(cookie.name), cached: shown(cached), url: response.url }, at }]
      : [];
  });
}

/** RFC 8297 §2: what an early hint says and the final response does not repeat. */
function earlyHintsOf(response: Response): Item[] {
  const interim = own(response.raw, 'interim');
  const final = new Set(response.headers.map(([name]) => asciiLower(name)));
  const items: Item[] = [];
  for (const [index, hint] of (isArray(interim) ? interim : []).entries()) {
    const lines = own(hint, 'headers');
    for (const line of isArray(lines) ? lines : []) {
      const [name, value] = isArray(line) ? line : [];
      if (typeof name !== 'string' || typeof value !== 'string') continue;
      if (!['strict-transport-security', 'content-security-policy', 'set-cookie'].includes(asciiLower(name))) continue;
      if (final.has(asciiLower(name))) continue;
      items.push({
        fact: { header: shown(name), value: shown(value), url: response.url },
        at: `${response.at}/interim/${String(index)}`,
      });
    }
  }
  return items;
}

interface Item {
  readonly fact: JsonObject;
  readonly at: string;
}

/** One item for each header and value, however many hops send it. */
function unique(responses: readonly Response[], find: (response: Response) => readonly Item[]): Item[] {
  const items = new Map<string, Item>();
  for (const item of responses.flatMap(find)) {
    const key = JSON.stringify([item.fact['header'], item.fact['value']]);
    if (!items.has(key)) items.set(key, item);
  }
  return [...items.values()];
}

/** Headers whose line, as far as it gives away a version or an inner host, is a leak (CWE-200). */
const LEAKS: readonly { readonly name: string; readonly when: RegExp }[] = [
  { name: 'server', when: /\/[0-9]|[0-9]+\.[0-9]/ },
  { name: 'x-powered-by', when: /./ },
  { name: 'x-aspnet-version', when: /./ },
  { name: 'x-aspnetmvc-version', when: /./ },
  { name: 'x-generator', when: /[0-9]/ },
  {
    name: 'via',
    when: /\b(?:10|127)(?:\.[0-9]{1,3}){3}\b|\b192\.168(?:\.[0-9]{1,3}){2}\b|\b172\.(?:1[6-9]|2[0-9]|3[01])(?:\.[0-9]{1,3}){2}\b|\.(?:internal|local|lan|corp|intra)\b/i,
  },
  { name: 'x-backend', when: /./ },
  { name: 'x-backend-server', when: /./ },
];

function leaksOf(response: Response): Item[] {
  return lineItems(response, (name, value) => LEAKS.some((leak) => leak.name === name && leak.when.test(value)));
}

/** Headers that browsers have dropped, with the one value that still switches a dead filter off. */
const DEAD = new Set([
  'expect-ct',
  'public-key-pins',
  'public-key-pins-report-only',
  'feature-policy',
  'p3p',
  'x-content-security-policy',
  'x-webkit-csp',
]);

function deadOf(response: Response): Item[] {
  return lineItems(
    response,
    (name, value) => DEAD.has(name) || (name === 'x-xss-protection' && !/^[ \t]*0[ \t]*(?:;|$)/.test(value)),
  );
}

function lineItems(response: Response, matches: (name: string, value: string) => boolean): Item[] {
  const items: Item[] = [];
  for (const [index, [name, value]] of response.headers.entries()) {
    if (!matches(asciiLower(name), value)) continue;
    items.push({
      fact: { header: name, value: shown(value), url: response.url },
      at: `${response.at}/headers/${String(index)}`,
    });
  }
  return items;
}

/** Singleton fields without a rule of their own (RFC 9110 §5.3). */
const SINGLETONS = [
  'content-type',
  'etag',
  'age',
  'date',
  'expires',
  'last-modified',
  'content-length',
  'content-language',
  'retry-after',
  'server',
];

function duplicatesOf(response: Response): Item[] {
  return SINGLETONS.flatMap((name) => {
    const values = new Set(linesOf(response.headers, name));
    if (values.size < 2) return [];
    return [
      {
        fact: { header: name, value: shown([...values].join(' | ')), url: response.url },
        at: `${response.at}/headers`,
      },
    ];
  });
}

/** RFC 9112: what node's parser refused is a finding, not "site down". */
function malformedOf(view: View): Item[] {
  const hops = [view.https, view.http].flatMap(({ hops }) => hops);
  return [...new Map(hops.map((hop) => [hop.at, hop])).values()].flatMap((hop) => {
    if (hop.is === 'response') {
      return hop.host === view.site.host && hop.body.fault === 'http.malformed'
        ? [{ fact: { url: hop.url, problem: 'the body breaks its framing or its coding' }, at: `${hop.at}/body/fault` }]
        : [];
    }
    return hop.code === 'http.malformed' && hostOf(hop.url) === view.site.host
      ? [{ fact: { url: hop.url ?? '', problem: shown(hop.message) }, at: hop.at }]
      : [];
  });
}

function malformedGap(view: View): ReturnType<typeof gapOf> {
  const others = [view.https, view.http].filter((chain) => chain.asked && chain.fault !== 'http.malformed');
  return gapOf(view, others);
}

function hostOf(url: string | undefined): string | undefined {
  return url === undefined ? undefined : URL.parse(url)?.hostname;
}
