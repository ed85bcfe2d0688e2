/** Public suffixes, private ones included: where a cookie may not be set and above which nobody owns a name. */
import { type Json, own } from '../../model/json.ts';
import { suffixLists } from '../../wire/psl/source.ts';
import { publicSuffix, registrableUnder } from '../../wire/psl/suffixes.ts';

/** The public suffix of a name. */
export type SuffixOf = (name: string) => string;

export interface Registered {
  readonly isIp: boolean;
  /** The host is itself a public suffix. */
  readonly isSuffix: boolean;
  /** The name that was registered; undefined for suffixes, addresses and single labels. */
  readonly domain: string | undefined;
}

/** By the list of `--psl`, or by ours where there is none. */
export function suffixesOf(bytes: Uint8Array | undefined): SuffixOf {
  const { whole } = suffixLists(bytes);
  return (name) => publicSuffix(whole, name);
}

/** What stands in the evidence of a run with `--psl`; by our own list where nothing does. */
export function storedSuffixes(raw: Json): SuffixOf {
  const names = own(own(raw, 'suffixes'), 'names');
  const builtIn = suffixesOf(undefined);
  return (name) => {
    const stored = own(names, name);
    return typeof stored === 'string' ? stored : builtIn(name);
  };
}

export function registered(host: string, suffixOf: SuffixOf): Registered {
  // as URL writes hosts: addresses are four numbers, or stand in brackets
  if (host.startsWith('[') || /^[0-9]+(?:\.[0-9]+){3}$/.test(host)) {
    return { isIp: true, isSuffix: false, domain: undefined };
  }
  const suffix = suffixOf(host);
  return { isIp: false, isSuffix: suffix === host, domain: registrableUnder(suffix, host) };
}

/** The names above a host, nearest first, down to the registered one; none for the registered name itself. */
export function parentsOf(host: string, suffixOf: SuffixOf): string[] {
  const { domain } = registered(host, suffixOf);
  if (domain === undefined || domain === host) return [];
  const labels = host.split('.');
  const parents = labels.map((_, index) => labels.slice(index + 1).join('.'));
  return parents.slice(0, parents.indexOf(domain) + 1);
}
