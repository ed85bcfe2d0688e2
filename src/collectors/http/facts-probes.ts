/** Facts of the side questions: HEAD, foreign origins, well-known paths, a query that leaks, and what is asked with `--intrusive`. */
import { unknown } from '../../model/facts.ts';
import type { FaultCode } from '../../model/fault.ts';
import { isArray, isObject, type Json, type JsonObject, own } from '../../model/json.ts';
import { linesOf } from '../../wire/http/fields.ts';
import { isRedirect } from '../../wire/http/location.ts';
import { looksLikeHtml } from '../../wire/http/sniff.ts';
import { pageOf } from './page.ts';
import { CORS_PROBES, INTRUSIVE_PROBES, type IntrusiveProbe, type WellKnownProbe } from './probe-names.ts';
import type { Chain, Response } from './raw.ts';
import { type Area, bodyText, listFact, present, shown, type View } from './view.ts';

export function probeFacts(view: View): Area {
  const areas = [headFacts(view), corsFacts(view), wellKnownFacts(view), queryFacts(view), intrusiveFacts(view)];
  return {
    facts: Object.assign({}, ...areas.map(({ facts }) => facts)) as JsonObject,
    at: Object.assign({}, ...areas.map(({ at }) => at)) as { [factPointer: string]: string },
  };
}

/** The one response of a probe, or why there is none. */
function only(chain: Chain): Response | FaultCode {
  const hop = chain.hops.at(-1);
  if (hop?.is === 'response' && chain.fault === undefined) return hop;
  return chain.fault ?? 'evidence.missing';
}

const SECURITY_HEADERS = [
  'strict-transport-security',
  'content-security-policy',
  'x-frame-options',
  'x-content-type-options',
  'referrer-policy',
  'permissions-policy',
  'cross-origin-opener-policy',
  'cross-origin-embedder-policy',
  'cross-origin-resource-policy',
];

/** RFC 9110 §9.3.2: HEAD sends the headers of GET. Nonces may differ. */
function headFacts(view: View): Area {
  const at = { '/head': view.head.at };
  const last = view.https.hops.at(-1);
  const get = pageOf(view) ?? (last?.is === 'response' ? last : undefined);
  const head = only(view.head);
  if (typeof head === 'string') return { facts: { head: unknown(view.https.fault ?? head) }, at };
  if (view.https.fault !== undefined || get === undefined)
    return { facts: { head: unknown(view.https.fault ?? 'evidence.missing') }, at };
  const value = (response: Response, name: string): string =>
    JSON.stringify(linesOf(response.headers, name)).replaceAll(/'nonce-[^']*'/gi, "'nonce-'");
  return {
    facts: {
      head: {
        sameStatus: head.status === get.status && head.url === get.url,
        differs: SECURITY_HEADERS.filter((name) => value(head, name) !== value(get, name)),
      },
    },
    at,
  };
}

/** What each foreign origin is told. The one that ends like the host rides on the second fetch of the page. */
function corsFacts(view: View): Area {
  const asked = CORS_PROBES.map((probe) => ({
    probe,
    chain: view.cors[probe].asked ? view.cors[probe] : sameAs(view),
  }));
  // evidence of earlier versions asked for each by itself, and had the random one on the second fetch
  const early = view.earlyPrefix;
  const probes =
    early === undefined
      ? [{ probe: 'prefix', chain: view.again }, ...asked]
      : [
          { probe: 'prefix', chain: early },
          ...asked.map((one) => (one.probe === 'random' ? { ...one, chain: view.again } : one)),
        ];
  const items: { fact: Json; at: string }[] = [];
  for (const { probe, chain } of probes) {
    const response = only(chain);
    items.push({
      fact:
        typeof response === 'string'
          ? { probe, allowed: unknown(response), wildcard: unknown(response), credentials: unknown(response) }
          : corsFact(probe, response),
      at: chain.at,
    });
  }
  const list = listFact('cors', items, undefined, '/cors');
  return { facts: { cors: list.value }, at: list.at };
}

/** An origin that ends like the host is foreign too: where that one was allowed nothing, no other foreign one was asked. */
function sameAs(view: View): Chain {
  const response = only(view.again);
  if (typeof response === 'string') return view.again;
  const refused = linesOf(response.headers, 'access-control-allow-origin').length === 0;
  return refused ? view.again : { ...view.cors.random, asked: true, end: 'fault', fault: 'evidence.missing' };
}

function corsFact(probe: string, response: Response): Json {
  const allow = linesOf(response.headers, 'access-control-allow-origin');
  // Fetch, CORS check: the header is one value, byte for byte the origin that asked, or `*`
  const one = allow.length === 1 ? allow[0] : undefined;
  return present({
    probe,
    allowed: one !== undefined && one !== '*',
    wildcard: one === '*',
    allowOrigin: one === undefined ? undefined : shown(one),
    credentials: linesOf(response.headers, 'access-control-allow-credentials')[0] === 'true',
  });
}

function wellKnownFacts(view: View): Area {
  const control = only(view.sectxt.control);
  // what another host says after a redirect is not what this one says
  const soft: Json =
    typeof control === 'string'
      ? unknown(control)
      : control.host === view.site.host && control.status >= 200 && control.status <= 299;
  const at: { [factPointer: string]: string } = {
    '/wellKnown': '/wellKnown',
    '/wellKnown/soft404': view.sectxt.control.at,
  };
  const fact = (probe: WellKnownProbe, name: string, read: (response: Response) => Json): { [name: string]: Json } => {
    at[`/wellKnown/${name}`] = view.wellKnown[probe].at;
    const response = only(view.wellKnown[probe]);
    return { [name]: typeof response === 'string' ? unknown(response) : read(response) };
  };
  // an answer that any path gets is no answer to this one
  const any = view.sectxt.control.hops[0];
  const isControl = (response: Response): boolean =>
    any?.is === 'response' &&
    any.status === response.status &&
    (isRedirect(any.status) || any.body.sha256 === response.body.sha256);
  const text = (response: Response): string | undefined => {
    const body = bodyText(response);
    return response.status === 200 && body !== undefined && !looksLikeHtml(body) && !isControl(response)
      ? body
      : undefined;
  };
  return {
    facts: {
      wellKnown: {
        soft404: soft,
        ...fact('change-password', 'changePassword', (response) => changePassword(response, isControl(response))),
        // RFC 8461 §3.3: the host with that name is where it belongs
        ...fact(
          'mta-sts.txt',
          'mtaStsHere',
          (response) => !view.site.host.startsWith('mta-sts.') && /^version:\s{0,9}STSv1/im.test(text(response) ?? ''),
        ),
        ...fact('openid-configuration', 'openid', (response) => openidFact(text(response), view)),
        ...fact('gpc.json', 'gpc', (response) => jsonState(text(response))),
        ...fact('dnt', 'dnt', (response) => jsonState(text(response))),
      },
    },
    at,
  };
}

function changePassword(response: Response, isControl: boolean): string {
  if (isControl) return 'absent';
  if ([302, 303, 307, 308].includes(response.status)) return 'redirect';
  if (response.status === 200) return /<form[\s>]/i.test(bodyText(response) ?? '') ? 'form' : 'other';
  return response.status === 404 || response.status === 410 ? 'absent' : 'other';
}

function jsonState(text: string | undefined): string {
  if (text === undefined) return 'absent';
  return parseJson(text) === undefined ? 'not-json' : 'json';
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** OpenID Connect Discovery §4.3: issuer and endpoints are https, and the issuer's host is the one asked. */
function openidFact(text: string | undefined, view: View): Json {
  const document = text === undefined ? undefined : parseJson(text);
  const issuer = own(document, 'issuer');
  if (!isObject(document) || typeof issuer !== 'string') return { present: false, insecure: [], weak: [] };
  const endpoints = Object.entries(document).filter(([name]) => /^issuer$|_endpoint$|^jwks_uri$/.test(name));
  const insecure = endpoints.flatMap(([name, value]) =>
    typeof value === 'string' && !value.startsWith('https://') ? [shown(`${name} ${value}`)] : [],
  );
  const host = URL.parse(issuer)?.hostname;
  if (host !== view.site.host) insecure.push(shown(`issuer ${issuer} is not this host`));
  const strings = (name: string): string[] => {
    const list = own(document, name);
    return isArray(list) ? list.filter((item) => typeof item === 'string') : [];
  };
  const weak: string[] = [];
  const implicitOnly = strings('response_types_supported').every((type) => !type.split(' ').includes('code'));
  if (strings('id_token_signing_alg_values_supported').includes('none') && !implicitOnly)
    weak.push('id_token_signing_alg_values_supported none');
  const methods = strings('code_challenge_methods_supported');
  if (methods.length > 0 && methods.every((method) => method === 'plain'))
    weak.push('code_challenge_methods_supported plain');
  return { present: true, insecure, weak };
}

function queryFacts(view: View): Area {
  const at = { '/queryLeak': view.query.at };
  if (!view.query.asked) return withoutQuery(view);
  const marker = own(own(view.raw, 'query'), 'marker');
  const response = only(view.query);
  if (typeof response === 'string') return { facts: { queryLeak: unknown(response) }, at };
  if (typeof marker !== 'string') return { facts: { queryLeak: unknown('evidence.missing') }, at };
  const target = response.next === undefined ? null : URL.parse(response.next);
  const leaks = target !== null && target.hostname !== view.site.host && target.search.includes(marker);
  return {
    facts: { queryLeak: { redirects: target !== null, leaks, to: target === null ? '' : target.hostname } },
    at,
  };
}

/** Asked only where port 80 redirects to another host: what its first answer said settles the rest. */
function withoutQuery(view: View): Area {
  const first = view.http.hops[0];
  const at = { '/queryLeak': first?.at ?? view.http.at };
  if (first?.is !== 'response') return { facts: {}, at };
  const to = first.next === undefined ? undefined : URL.parse(first.next)?.hostname;
  if (to !== undefined && to !== view.site.host) return { facts: { queryLeak: unknown('evidence.missing') }, at };
  return { facts: { queryLeak: { redirects: to !== undefined, leaks: false, to: to ?? '' } }, at };
}

function intrusiveFacts(view: View): Area {
  const asked = INTRUSIVE_PROBES.some((probe) => view.intrusive[probe].asked && view.intrusive[probe].hops.length > 0);
  const at: { [factPointer: string]: string } = {
    '/intrusive': own(view.raw, 'intrusive') === undefined ? '' : '/intrusive',
  };
  const raw = own(view.raw, 'intrusive');
  if (raw === undefined || own(raw, 'asked') === false) return { facts: { intrusive: { asked: false } }, at };
  const one = (probe: IntrusiveProbe, read: (response: Response) => Json): Json => {
    at[`/intrusive/${probe}`] = view.intrusive[probe].at;
    const response = only(view.intrusive[probe]);
    return typeof response === 'string' ? unknown(response) : read(response);
  };
  const openRedirect =
    (probe: IntrusiveProbe) =>
    (response: Response): Json => {
      const marker = own(own(own(view.raw, 'intrusive'), probe), 'marker');
      if (typeof marker !== 'string') return unknown('evidence.missing');
      return response.next !== undefined && URL.parse(response.next)?.hostname === marker;
    };
  const signature = (response: Response): Json => {
    const found = own(response.body.raw, 'signature');
    if (response.status !== 200) return false;
    return typeof found === 'boolean' ? found : unknown('evidence.missing');
  };
  const exposed: readonly IntrusiveProbe[] = ['git', 'env', 'ds-store', 'server-status', 'phpinfo'];
  return {
    facts: {
      intrusive: {
        asked,
        openByHost: one('host', openRedirect('host')),
        openBySlashes: one('slashes', openRedirect('slashes')),
        trace: one('trace', (response) => {
          const echoed = own(response.body.raw, 'echoed');
          return response.status === 200 ? (typeof echoed === 'boolean' ? echoed : unknown('evidence.missing')) : false;
        }),
        exposed: exposed.map((probe) => ({ file: probe, served: one(probe, signature) })),
      },
    },
    at,
  };
}
