/** Public suffixes, private ones included: where a cookie may not be set and above which nobody owns a name. */
import { parse } from 'tldts';

export interface Registered {
  readonly isIp: boolean;
  /** The host is itself a public suffix. */
  readonly isSuffix: boolean;
  /** The name that was registered; undefined for suffixes, addresses and single labels. */
  readonly domain: string | undefined;
}

export function registered(host: string): Registered {
  const { isIp, publicSuffix, domain } = parse(host, { allowPrivateDomains: true, extractHostname: false });
  return { isIp: isIp === true || host.startsWith('['), isSuffix: publicSuffix === host, domain: domain ?? undefined };
}

/** The names above a host, nearest first, down to the registered one; none for the registered name itself. */
export function parentsOf(host: string): string[] {
  const { domain } = registered(host);
  if (domain === undefined || domain === host) return [];
  const labels = host.split('.');
  const parents = labels.map((_, index) => labels.slice(index + 1).join('.'));
  return parents.slice(0, parents.indexOf(domain) + 1);
}
