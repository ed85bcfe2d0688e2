/** Preload facts: whether the host is on the list, what hstspreload.org would say of it, and who covers a subdomain. */
import { isNumber, partialList, unknown } from '../../model/facts.ts';
import type { FaultCode } from '../../model/fault.ts';
import { faultIn } from '../../model/facts.ts';
import { isArray, isObject, type Json, own } from '../../model/json.ts';
import { linesOf } from '../../wire/http/fields.ts';
import { parseHsts } from '../../wire/http/hsts.ts';
import { type Issue, parsePreloadHeader, preloadableIssues } from '../../wire/http/preload-header.ts';
import { parentsOf, registered } from './psl.ts';
import { type Chain, readChain, type Response } from './raw.ts';
import { type Area, isRefused, present, shown, type View } from './view.ts';

const STS = 'strict-transport-security';

export function preloadFacts(view: View): Area {
  return {
    facts: {
      preload: { ...listFacts(view), ...eligibility(view) },
      parents: parentFacts(view),
    },
    at: {
      '/preload': '/preload',
      '/preload/listed': '/preload',
      '/preload/entry': '/preload/entry',
      '/preload/issues': view.https.at,
      '/parents': '/parents',
    },
  };
}

function listFacts(view: View): { readonly [name: string]: Json } {
  const raw = own(view.raw, 'preload');
  const code = faultIn(raw);
  const date = own(raw, 'date');
  const entry = own(raw, 'entry');
  const fresh = own(raw, 'fresh');
  const source = own(raw, 'source');
  if (
    code !== undefined ||
    typeof date !== 'string' ||
    typeof source !== 'string' ||
    typeof fresh !== 'boolean' ||
    entry === undefined
  ) {
    const lost = unknown(code ?? 'evidence.missing');
    return { listed: lost, entry: lost };
  }
  const about = { source: shown(source), date: shown(date) };
  if (entry === null) return { ...about, listed: fresh ? false : unknown('data.stale') };
  const name = own(entry, 'name');
  const includeSubDomains = own(entry, 'includeSubDomains');
  if (typeof name !== 'string' || typeof includeSubDomains !== 'boolean') {
    return { ...about, listed: unknown('evidence.missing'), entry: unknown('evidence.missing') };
  }
  return { ...about, listed: true, entry: { name: shown(name), includeSubDomains, own: name === view.site.host } };
}

/** The issues of hstspreload by its codes; what could not be asked leaves the list known in part. */
function eligibility(view: View): { readonly [name: string]: Json } {
  const first = view.https.hops[0];
  const gaps: FaultCode[] = [];
  const issues: Issue[] = domainIssues(view);
  if (first === undefined || first.is === 'failed') {
    const code = first?.code ?? view.https.fault ?? 'evidence.missing';
    if (code !== 'net.refused' && code !== 'http.tls') return { issues: unknown(code) };
    issues.push({ code: 'domain.tls.cannot_connect', level: 'error' });
  } else {
    if (first.headersCut) gaps.push('http.limit');
    if (first.authorized !== true) issues.push({ code: 'domain.tls.invalid_cert_chain', level: 'error' });
    issues.push(...headerIssues(first), ...redirectIssues(view.https, gaps));
  }
  issues.push(...plainIssues(view, gaps), ...wwwIssues(view, gaps));
  const unique = [...new Map(issues.map((issue) => [issue.code, { code: issue.code, level: issue.level }])).values()];
  return { issues: partialList(unique, gaps[0]) };
}

function domainIssues({ site: { host }, suffixOf }: View): Issue[] {
  const issues: Issue[] = [];
  const error = (code: string): void => void issues.push({ code, level: 'error' });
  const { isIp, isSuffix, domain } = registered(host, suffixOf);
  if (isIp) error('domain.format.is_ip_address');
  else if (isSuffix) error('domain.format.public_suffix');
  else if (domain !== undefined && domain !== host) error('domain.is_subdomain');
  if (host.startsWith('.')) error('domain.format.begins_with_dot');
  if (host.endsWith('.')) error('domain.format.ends_with_dot');
  if (host.includes('..')) error('domain.format.contains_double_dot');
  if (!isIp && !/^[a-z0-9.-]+$/.test(host)) error('domain.format.invalid_characters');
  return issues;
}

function headerIssues(response: Response): Issue[] {
  const lines = linesOf(response.headers, STS);
  const line = lines[0];
  if (line === undefined) return [{ code: 'response.no_header', level: 'error' }];
  if (lines.length > 1) return [{ code: 'response.multiple_headers', level: 'error' }];
  const header = parsePreloadHeader(line);
  return [...header.issues, ...preloadableIssues(header)];
}

/** At most three redirects, all of them to https. */
function redirectIssues(chain: Chain, gaps: FaultCode[]): Issue[] {
  const issues: Issue[] = [];
  const targets = chain.hops.flatMap((hop) => (hop.is === 'response' && hop.next !== undefined ? [hop.next] : []));
  const insecure = targets.findIndex((url) => !url.startsWith('https:'));
  if (insecure !== -1) {
    issues.push({
      code: insecure === 0 ? 'redirects.insecure.initial' : 'redirects.insecure.subsequent',
      level: 'error',
    });
  }
  if (targets.length > 3) issues.push({ code: 'redirects.too_many', level: 'error' });
  else if (chain.end === 'loop' || chain.end === 'bad-location')
    issues.push({ code: 'redirects.follow_error', level: 'error' });
  else if (chain.fault !== undefined && targets.length > 0) gaps.push(chain.fault);
  return issues;
}

/** http://host/ goes to https://host/ first, which serves a header that can be preloaded. */
function plainIssues(view: View, gaps: FaultCode[]): Issue[] {
  const chain = view.http;
  if (!chain.asked) return [];
  const first = chain.hops[0];
  if (isRefused(chain)) return [{ code: 'redirects.http.does_not_exist', level: 'warning' }];
  if (first === undefined || first.is === 'failed') {
    gaps.push(chain.fault ?? 'evidence.missing');
    return [];
  }
  const issues: Issue[] =
    linesOf(first.headers, STS).length > 0 ? [{ code: 'redirects.http.useless_header', level: 'warning' }] : [];
  const error = (code: string): Issue[] => [...issues, { code, level: 'error' }];
  const target = first.next === undefined ? null : URL.parse(first.next);
  if (target === null) return error('redirects.http.no_redirect');
  if (target.protocol === 'https:' && target.hostname === view.site.host) {
    const second = chain.hops[1];
    if (second?.is === 'response' && headerIssues(second).some(({ level }) => level === 'error')) {
      issues.push({ code: 'redirects.http.first_redirect.no_hsts', level: 'error' });
    } else if (second?.is === 'failed') {
      issues.push({ code: 'redirects.http.first_redirect.invalid', level: 'error' });
    }
    return issues;
  }
  return error(
    target.hostname === `www.${view.site.host}` ? 'redirects.http.www_first' : 'redirects.http.first_redirect.insecure',
  );
}

/** `www`, where it exists, must speak TLS. */
function wwwIssues(view: View, gaps: FaultCode[]): Issue[] {
  const raw = own(view.raw, 'www');
  const chain = readChain(raw, '/www');
  const hop = chain.hops[0];
  if (!chain.asked || hop?.is === 'response') return [];
  const code = hop?.code ?? chain.fault ?? 'evidence.missing';
  if (code === 'net.no-address') return [];
  if (code === 'net.refused' || code === 'http.tls') return [{ code: 'domain.www.no_tls', level: 'error' }];
  gaps.push(code);
  return [];
}

/** RFC 6797 §6.1.2: the nearest parent that covers this host, asked only where the host has no header of its own. */
function parentFacts(view: View): Json {
  const names = parentsOf(view.site.host, view.suffixOf);
  const raw = own(view.raw, 'parents');
  const chains = own(raw, 'chains');
  const subdomain = names.length > 0;
  if (raw !== undefined && own(raw, 'asked') === false) return { subdomain, covered: false };
  if (!isObject(raw) || !isArray(chains) || chains.length < Math.min(names.length, 3)) {
    return { subdomain, covered: subdomain ? unknown(faultIn(raw) ?? 'evidence.missing') : false };
  }
  let gap: FaultCode | undefined;
  for (const [index, item] of chains.entries()) {
    const chain = readChain(item, `/parents/chains/${String(index)}`);
    const hop = chain.hops[0];
    if (hop?.is !== 'response' || hop.host !== names[index]) {
      // a parent without an address, or where nothing listens, covers nobody
      if (hop?.is !== 'failed' || (hop.code !== 'net.no-address' && hop.code !== 'net.refused'))
        gap ??= chain.fault ?? 'evidence.missing';
      continue;
    }
    const hsts = parseHsts(linesOf(hop.headers, STS)[0] ?? '');
    if (hop.authorized === true && hsts.includeSubDomains === true && isNumber(hsts.maxAge) && hsts.maxAge > 0) {
      return present({ subdomain, covered: true, by: hop.host });
    }
  }
  return { subdomain, covered: gap === undefined ? false : unknown(gap) };
}
