/** Header facts: what the page sends, and what any own response gives away or repeats. */
import { unknown } from '../../model/facts.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { asciiLower } from '../../wire/http/chars.ts';
import { listOf, linesOf, parseMediaType } from '../../wire/http/fields.ts';
import type { Response } from './raw.ts';
import { type Area, cutOf, gapOf, isOwn, listFact, ownResponses, present, shown, type View } from './view.ts';

export function headerFacts(view: View): Area {
  const chains = [view.https, view.http].filter(({ asked }) => asked);
  const responses = ownResponses(view, chains);
  const gap = gapOf(view, chains) ?? cutOf(responses);
  const lists = [
    listFact('leaks', unique(responses, leaksOf), gap, ''),
    listFact('dead', unique(responses, deadOf), gap, ''),
    listFact('duplicates', unique(responses, duplicatesOf), gap, ''),
    listFact('malformed', malformedOf(view), malformedGap(view), ''),
  ];
  const page = pageFacts(view);
  return {
    facts: {
      ...page.facts,
      leaks: lists[0]?.value ?? [],
      dead: lists[1]?.value ?? [],
      duplicates: lists[2]?.value ?? [],
      malformed: lists[3]?.value ?? [],
    },
    at: Object.assign({ ...page.at }, ...lists.map(({ at }) => at)) as { [factPointer: string]: string },
  };
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
  return [view.https, view.http].flatMap((chain) =>
    chain.hops.flatMap((hop) =>
      hop.is === 'failed' && hop.code === 'http.malformed' && hostOf(hop.url) === view.site.host
        ? [{ fact: { url: hop.url ?? '', problem: shown(hop.message) }, at: hop.at }]
        : [],
    ),
  );
}

function malformedGap(view: View): ReturnType<typeof gapOf> {
  const others = [view.https, view.http].filter((chain) => chain.asked && chain.fault !== 'http.malformed');
  return gapOf(view, others);
}

function hostOf(url: string | undefined): string | undefined {
  return url === undefined ? undefined : URL.parse(url)?.hostname;
}

/** The last response of the https chain on the own host that is HTML; absent where the host only sends elsewhere. */
export function pageOf(view: View): Response | undefined {
  return view.https.hops.filter((hop) => isOwn(view, hop)).findLast(isHtml);
}

function isHtml(response: Response): boolean {
  const type = parseMediaType(linesOf(response.headers, 'content-type')[0] ?? '')?.essence;
  return response.next === undefined && (type === 'text/html' || type === 'application/xhtml+xml');
}

function pageFacts(view: View): Area {
  const page = pageOf(view);
  if (page === undefined) {
    // what an unseen hop would have shown is not known; what all hops showed is
    return view.https.fault === undefined
      ? { facts: {}, at: { '/page': view.https.at } }
      : { facts: { page: unknown(view.https.fault) }, at: { '/page': view.https.at } };
  }
  if (page.headersCut) return { facts: { page: unknown('http.limit') }, at: { '/page': page.at } };
  return {
    facts: { page: pageHeaders(page) },
    at: { '/page': `${page.at}/headers`, '/page/url': `${page.at}/url`, '/page/status': `${page.at}/status` },
  };
}

function pageHeaders(page: Response): Json {
  const referrer = listOf(page.headers, 'referrer-policy').map(asciiLower);
  const nosniff = listOf(page.headers, 'x-content-type-options')[0];
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
  });
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
