/** CSP facts: all enforcing policies of a page together, because a browser applies every one of them. */
import { unknown } from '../../model/facts.ts';
import { isArray, type Json, own } from '../../model/json.ts';
import * as csp from '../../wire/http/csp.ts';
import { linesOf } from '../../wire/http/fields.ts';
import { bypassOf } from './csp-bypass.ts';
import { isPage, pageOf } from './page.ts';
import type { Response } from './raw.ts';
import { type Area, headersAt, isOwn, shown, unknownArea, type View } from './view.ts';

const HEADER = 'content-security-policy';
const REPORT_ONLY = 'content-security-policy-report-only';
/** CSP3 §3.3: a policy in a meta element may not hold these; browsers ignore them there. */
const NOT_IN_META = ['frame-ancestors', 'sandbox', 'report-uri'];

export function cspFacts(view: View): Area {
  const page = pageOf(view);
  const speaks = view.https.hops
    .filter((hop) => isOwn(view, hop))
    .findLast(({ headers }) => linesOf(headers, HEADER).length > 0 || linesOf(headers, REPORT_ONLY).length > 0);
  const response = page?.status === 200 ? page : speaks;
  if (response === undefined) {
    if (view.https.fault !== undefined) return unknownArea(['csp'], view.https.fault, view.https.at);
    return { facts: {}, at: { '/csp': view.https.at } };
  }
  // a later hop that was not seen could be the page that counts
  if (view.https.fault !== undefined) return unknownArea(['csp'], view.https.fault, view.https.at);
  if (response.headersCut) return unknownArea(['csp'], 'http.limit', response.at);
  const lines = headersAt(response, HEADER);
  const header = csp.parsePolicies(lines.map(({ value }) => value));
  const bodyFault = response.body.fault;
  if (
    isPage(response) &&
    header.length === 0 &&
    (bodyFault !== undefined || own(response.body.raw, 'html') === undefined)
  ) {
    return unknownArea(['csp'], bodyFault ?? 'evidence.missing', `${response.at}/body`);
  }
  return {
    facts: { csp: factsOf(view, response, header) },
    at: {
      // policies may also stand in the page: one header line alone proves what it says
      '/csp': header.length > 0 && lines.length === 1 ? (lines[0]?.at ?? response.at) : response.at,
      '/csp/enforcing': response.at,
      '/csp/noncesReused': view.again.at,
    },
  };
}

interface MetaPolicies {
  readonly policies: readonly csp.Policy[];
  /** What browsers ignore about them. */
  readonly ignored: readonly string[];
}

/** Policies in meta elements, in the order of the page. */
function metaPolicies(response: Response): MetaPolicies {
  const elements = own(own(response.body.raw, 'html'), 'elements');
  const policies: csp.Policy[] = [];
  const ignored: string[] = [];
  let scripts = 0;
  for (const element of isArray(elements) ? elements : []) {
    if (own(element, 'tag') === 'script') scripts += 1;
    const content = own(element, 'content');
    const equiv = own(element, 'http-equiv');
    if (own(element, 'tag') !== 'meta' || typeof content !== 'string') continue;
    if (typeof equiv !== 'string' || equiv.toLowerCase() !== HEADER) continue;
    // HTML, pragma "content-security-policy": only of a child of the head element
    if (own(element, 'outside') === true) {
      ignored.push('policy outside of the head');
      continue;
    }
    if (scripts > 0) ignored.push('policy behind the first script');
    for (const policy of csp.parsePolicies([content])) {
      ignored.push(...NOT_IN_META.filter((name) => policy.directives.has(name)));
      const directives = new Map([...policy.directives].filter(([name]) => !NOT_IN_META.includes(name)));
      if (directives.size > 0) policies.push({ ...policy, directives });
    }
  }
  return { policies, ignored };
}

function factsOf(view: View, response: Response, header: readonly csp.Policy[]): Json {
  const meta = metaPolicies(response);
  const all = [...header, ...meta.policies];
  const any = (name: string): boolean => all.some(({ directives }) => directives.has(name));
  const script = governed(all, 'script-src-elem', 'script-src', 'default-src');
  const attribute = governed(all, 'script-src-attr', 'script-src', 'default-src');
  const style = governed(all, 'style-src-elem', 'style-src', 'default-src');
  const object = governed(all, 'object-src', 'default-src');
  const evaluate = governed(all, 'script-src', 'default-src');
  const live = script.map((sources) => (csp.ignoresHosts(sources) ? [] : sources));
  const nonces = noncesOf(all);
  return {
    url: response.url,
    enforcing: all.length,
    header: header.length,
    reportOnly: csp.parsePolicies(linesOf(response.headers, REPORT_ONLY)).length,
    metaIgnored: meta.ignored,
    scriptGoverned: script.length > 0,
    unsafeInline: [script, attribute].some((lists) => weak(lists, (sources) => csp.allowsInline(sources))),
    unsafeInlineStyle: weak(style, (sources) => csp.allowsInline(sources, 'style')),
    unsafeEval: weak(evaluate, (sources) => csp.hasKeyword(sources, 'unsafe-eval')),
    wildcards: shared('script-src', live, csp.isWildcard)
      .concat(shared('object-src', object, csp.isWildcard))
      .concat(shared('default-src', defaults(all), csp.isWildcard)),
    dataSources: shared('script-src', live, isScheme('data', 'blob')).concat(
      shared('object-src', object, isScheme('data')),
    ),
    httpSources:
      response.scheme === 'https' ? everywhere(all, ({ scheme, kind }) => kind === 'host' && scheme === 'http') : [],
    ipSources: everywhere(all, csp.isIpSource),
    bypassHosts: bypasses(
      live,
      weak(evaluate, (sources) => csp.hasKeyword(sources, 'unsafe-eval')),
    ),
    objectGoverned: all.some(({ directives }) => directives.has('object-src') || isNone(directives.get('default-src'))),
    usesNonces: script.some((sources) => csp.hasNonceOrHash(sources) || csp.hasKeyword(sources, 'strict-dynamic')),
    strictDynamicAlone: script.some(
      (sources) => csp.hasKeyword(sources, 'strict-dynamic') && !csp.hasNonceOrHash(sources),
    ),
    baseUri: any('base-uri'),
    formAction: any('form-action'),
    frameAncestors: header.some(({ directives }) => directives.has('frame-ancestors')),
    trustedTypes: all.some(
      ({ directives }) => directives.get('require-trusted-types-for')?.includes("'script'") === true,
    ),
    nonces: nonces.size,
    shortNonces: shortNonces(script),
    noncesReused: reused(view, nonces),
    duplicates: all.flatMap(({ repeated }) => repeated).map(shown),
    unknownDirectives: unknownNames(all),
    deprecated: all.flatMap(deprecatedIn),
    invalid: all.flatMap(invalidIn).map(shown),
  };
}

type Sources = readonly csp.Source[];

/** The source lists that decide, one of each policy that says something about it. */
function governed(policies: readonly csp.Policy[], ...names: readonly string[]): Sources[] {
  return policies.map((policy) => csp.effective(policy, ...names)).filter((sources) => sources !== undefined);
}

function defaults(policies: readonly csp.Policy[]): Sources[] {
  return governed(policies, 'default-src');
}

/** A weakness counts only where every policy that governs has it (CSP3 §8.1). */
function weak(lists: readonly Sources[], has: (sources: Sources) => boolean): boolean {
  return lists.length > 0 && lists.every(has);
}

function shared(name: string, lists: readonly Sources[], is: (source: csp.Source) => boolean): string[] {
  if (!weak(lists, (sources) => sources.some(is))) return [];
  return unique(lists.flatMap((sources) => sources.filter(is).map(({ text }) => `${name} ${shown(text)}`)));
}

function isScheme(...names: readonly string[]): (source: csp.Source) => boolean {
  return ({ kind, value }) => kind === 'scheme' && names.includes(value);
}

/** Sources of any fetch directive that every enforcing policy with that directive lets in. */
function everywhere(policies: readonly csp.Policy[], is: (source: csp.Source) => boolean): string[] {
  const names = unique(policies.flatMap(({ directives }) => [...directives.keys()])).filter(csp.isFetchDirective);
  return names.flatMap((name) => {
    const lists = governed(policies, name).map((sources) =>
      name.startsWith('script-src') && csp.ignoresHosts(sources) ? [] : sources,
    );
    return shared(name, lists, is);
  });
}

function bypasses(lists: readonly Sources[], allowsEval: boolean): string[] {
  const found = lists.map((sources) =>
    sources.flatMap((source) => (csp.isWildcard(source) ? [] : (bypassOf(source, allowsEval) ?? []))),
  );
  return found.length > 0 && found.every((hosts) => hosts.length > 0) ? unique(found.flat().map(shown)) : [];
}

function isNone(values: readonly string[] | undefined): boolean {
  return (
    values !== undefined && (values.length === 0 || (values.length === 1 && values[0]?.toLowerCase() === "'none'"))
  );
}

function noncesOf(policies: readonly csp.Policy[]): Set<string> {
  const found = new Set<string>();
  for (const policy of policies) {
    for (const values of policy.directives.values()) {
      for (const { kind, text, value } of values.map(csp.parseSource)) {
        if (kind === 'nonce' || /^'nonce-/i.test(text)) found.add(kind === 'nonce' ? value : text);
      }
    }
  }
  return found;
}

/** Nonces below 128 bit, or not base64, by their length: the nonce itself is nobody's business. */
function shortNonces(lists: readonly Sources[]): string[] {
  const isNonce = ({ text }: csp.Source): boolean => /^'nonce-/i.test(text);
  const isShort = (source: csp.Source): boolean =>
    isNonce(source) && (source.kind !== 'nonce' || csp.nonceBytes(source.value) < 16);
  const withNonces = lists.filter((sources) => sources.some(isNonce));
  if (!weak(withNonces, (sources) => sources.some(isShort))) return [];
  return unique(
    withNonces.flatMap((sources) =>
      sources
        .filter(isShort)
        .map(({ kind, value }) => (kind === 'nonce' ? `${String(csp.nonceBytes(value))} bytes` : 'not base64')),
    ),
  );
}

/** Two answers to the same question that share a nonce (CSP3 §7.1). */
function reused(view: View, nonces: ReadonlySet<string>): Json {
  if (nonces.size === 0) return false;
  const again = view.again.hops[0];
  if (again === undefined || again.is === 'failed')
    return unknown(again?.code ?? view.again.fault ?? 'evidence.missing');
  const second = noncesOf([...csp.parsePolicies(linesOf(again.headers, HEADER)), ...metaPolicies(again).policies]);
  return [...second].some((nonce) => nonces.has(nonce));
}

/** Names nobody registered, and keywords that lost their quotes: both are read as something else, or not at all. */
function unknownNames(policies: readonly csp.Policy[]): string[] {
  const bare =
    /^(?:self|none|unsafe-inline|unsafe-eval|strict-dynamic|unsafe-hashes|report-sample|(?:nonce|sha(?:256|384|512))-.+)$/i;
  const found: string[] = [];
  for (const { directives } of policies) {
    for (const [name, values] of directives) {
      if (!csp.DIRECTIVES.has(name) && !csp.DEPRECATED.has(name)) found.push(name);
      if (!csp.isFetchDirective(name) && !['base-uri', 'form-action', 'frame-ancestors'].includes(name)) continue;
      found.push(...values.filter((value) => bare.test(value)).map((value) => `${name} ${value} without quotes`));
    }
  }
  return unique(found.map(shown));
}

function deprecatedIn({ directives }: csp.Policy): string[] {
  const names = [...directives.keys()].filter((name) => csp.DEPRECATED.has(name));
  return directives.has('report-uri') && !directives.has('report-to')
    ? [...names, 'report-uri without report-to']
    : names;
}

function invalidIn({ directives, nonAscii }: csp.Policy): string[] {
  const found = nonAscii ? ['characters other than ASCII'] : [];
  for (const [name, values] of directives) {
    if (!csp.isFetchDirective(name)) continue;
    for (const { kind, text } of values.map(csp.parseSource)) if (kind === 'invalid') found.push(`${name} ${text}`);
  }
  return found;
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
