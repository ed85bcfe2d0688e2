/** The facts of a domain's mail exchangers: the set, each host with its addresses, and names that nobody holds. */
import { partialList, unknown } from '../../model/facts.ts';
import type { FaultCode } from '../../model/fault.ts';
import { parseAddress } from '../../wire/dns/address.ts';
import type { Answer, Answers } from './answers.ts';
import { askMailHost, mailHostFacts, mailHostPlaces } from './hosts.ts';
import { danglingHosts, exchangesOf, hostOf, type Host } from './records.ts';
import { Sheet, type Part } from './sheet.ts';
import { specialOf } from './special.ts';

/** Hosts that are looked at; a set of more is known in part, and says so. */
export const MAX_MX_HOSTS = 20;

export interface Exchanges {
  readonly answer: Answer;
  readonly set: readonly { readonly preference: number; readonly exchange: string }[];
  /** Without the null MX, each once, in order of preference. */
  readonly hosts: readonly string[];
  readonly isNull: boolean;
}

export function exchanges(answers: Answers, domain: string): Exchanges {
  const answer = answers.ask(domain, 'MX');
  const set = exchangesOf(answer);
  const names = set.map(({ exchange }) => exchange);
  const hosts = (names.length < 2 ? names : [...new Set(names)]).filter((host) => host !== '.');
  return { answer, set, hosts, isNull: set.length > 0 && hosts.length === 0 };
}

/** A mail domain has an MX other than null, or is an organizational domain with an address and no MX (facts/email §5). */
export function mailDomain(answers: Answers, domain: string): boolean | FaultCode {
  const { answer, hosts, isNull } = exchanges(answers, domain);
  if (answer.is === 'unknown') return answer.code;
  if (hosts.length > 0) return true;
  if (isNull) return false;
  const registrable = answers.registrable(domain);
  if (registrable === undefined) return 'evidence.missing';
  if (registrable !== domain) return false;
  const host = hostOf(answers, domain);
  if (host.addresses.length > 0) return true;
  return host.code ?? false;
}

export function mxFacts(answers: Answers, domain: string): Part {
  const sheet = new Sheet();
  const { answer, set, hosts, isNull } = exchanges(answers, domain);
  if (answer.is === 'unknown') return { ...sheet.part(answer.at), facts: unknown(answer.code) };
  if (!sheet.isQuiet) setFacts(sheet, { answer, set, hosts, isNull });
  if (set.length === 0) implicitFacts(sheet, answers, domain);
  hostFacts(sheet, answers, domain, set, hosts, answer.at);
  return sheet.part(answer.at);
}

function setFacts(sheet: Sheet, { set, hosts, isNull }: Exchanges): void {
  sheet.set(
    'records',
    set.map(({ preference, exchange }) => `${String(preference)} ${exchange}`),
  );
  sheet.set('null', isNull);
  sheet.set('nullMixed', hosts.length > 0 && set.some(({ exchange }) => exchange === '.'));
  sheet.set(
    'nullPreferences',
    set.filter(({ exchange, preference }) => exchange === '.' && preference !== 0).map(({ preference }) => preference),
  );
}

/** RFC 5321 §5.1: without MX the address itself is the exchanger. */
function implicitFacts(sheet: Sheet, answers: Answers, domain: string): void {
  const host = hostOf(answers, domain);
  const places = [host.a.at, host.aaaa.at];
  if (host.addresses.length > 0) sheet.set('implicit', true, ...places);
  else sheet.set('implicit', host.code === undefined ? false : unknown(host.code), ...places);
}

/** Those of the exchangers that are looked at and have a name. */
export function mailHosts(answers: Answers, names: readonly string[]): Host[] {
  return names
    .slice(0, MAX_MX_HOSTS)
    .filter((name) => !isAddress(name))
    .map((name) => hostOf(answers, name));
}

/** RFC 5321 §4.1.3 writes addresses in brackets in mail; neither form is a host name. */
function isAddress(name: string): boolean {
  // nearly every name has no sign of one
  if (!/[0-9]$|[\]:]/.test(name)) return false;
  return parseAddress(name.replace(/^\[(?:ipv6:)?(.*)\]$/i, '$1')) !== undefined;
}

function hostFacts(
  sheet: Sheet,
  answers: Answers,
  domain: string,
  set: Exchanges['set'],
  names: readonly string[],
  at: string,
): void {
  const limit: FaultCode | undefined = names.length > MAX_MX_HOSTS ? 'dns.limit' : undefined;
  const literals = names.filter(isAddress);
  const hosts = mailHosts(answers, names);
  const dangling = danglingHosts(answers, hosts, limit);
  const asked = hosts.map((host) => askMailHost(answers, host));
  if (sheet.isQuiet) return;
  const places = [at, ...hosts.flatMap((host) => [host.a.at, host.aaaa.at])];
  const code = limit ?? hosts.find((host) => host.code !== undefined)?.code;
  sheet.set(
    'hosts',
    partialList(
      asked.map((one) => ({ ...hostFact(one.host), ...mailHostFacts(one) })),
      limit,
    ),
    ...places,
  );
  for (const [index, one] of asked.entries()) {
    for (const key of ['cname', 'addressSigned']) sheet.below(`hosts/${String(index)}/${key}`, one.host.a.at);
    for (const [keys, place] of mailHostPlaces(one))
      for (const key of keys) sheet.below(`hosts/${String(index)}/${key}`, place);
  }
  // an address without the final dot became a name below the domain
  const relative = hosts.filter(({ name, addresses, code }) => {
    const end = `.${domain}`;
    return addresses.length === 0 && code === undefined && name.endsWith(end) && isAddress(name.slice(0, -end.length));
  });
  sheet.set('literals', [...literals, ...relative.map(({ name }) => name)], ...places);
  sheet.set('hostNames', names);
  sheet.set('duplicates', partialList(duplicates(set, hosts), code), ...places);
  const anySix = hosts.some((host) => host.aaaa.is === 'records');
  sheet.set('ipv6', anySix ? true : code === undefined ? false : unknown(code), ...places);
  sheet.set('dangling', dangling, ...places);
}

function hostFact(host: Host) {
  const cname =
    host.a.is === 'unknown'
      ? host.aaaa.is === 'unknown'
        ? unknown(host.a.code)
        : host.aaaa.chain[0]
      : host.a.chain[0];
  const local = host.addresses.filter((address) => specialOf(address)?.local === true);
  const known = host.code === undefined;
  const isLocal =
    /^localhost(?:\.|$)/.test(host.name) || (host.addresses.length > 0 && local.length === host.addresses.length);
  return {
    name: host.name,
    addresses: known ? host.addresses : partialList(host.addresses, host.code),
    hasAddress: host.addresses.length > 0 ? true : host.code === undefined ? false : unknown(host.code),
    private: known || !isLocal ? isLocal : unknown(host.code),
    ...(cname === undefined ? {} : { cname }),
  };
}

/** Hosts named twice, and hosts that share one address set. */
function duplicates(set: Exchanges['set'], hosts: readonly Host[]): string[] {
  const names = set.map(({ exchange }) => exchange);
  const found = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
  const seen = new Map<string, string>();
  for (const host of hosts) {
    if (host.addresses.length === 0) continue;
    const key = host.addresses.length === 1 ? (host.addresses[0] ?? '') : [...host.addresses].sort().join(' ');
    const first = seen.get(key);
    if (first === undefined) seen.set(key, host.name);
    else found.push(`${first} and ${host.name} have the same addresses`);
  }
  return found;
}
