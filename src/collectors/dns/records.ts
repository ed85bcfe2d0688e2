/** Small readings of answers that several parts of the collector share. */
import { partialList } from '../../model/facts.ts';
import type { FaultCode } from '../../model/fault.ts';
import type { Json } from '../../model/json.ts';
import { latin1 } from '../../wire/dns/rdata.ts';
import type { ResourceRecord } from '../../wire/dns/types.ts';
import { canonicalName } from '../../wire/dns/name.ts';
import type { Answer, Answers } from './answers.ts';

/** The texts of a TXT answer, strings of one record joined without space (RFC 7208 §3.3), one code point an octet. */
export function textsOf(answer: Answer): readonly string[] {
  if (answer.is !== 'records') return [];
  answer.texts ??= answer.records.map(textOf);
  return answer.texts;
}

export function textOf(record: ResourceRecord): string {
  return record.rdata.is === 'TXT' ? record.rdata.strings.map(latin1).join('') : '';
}

/** The addresses of an A or AAAA answer. */
export function addressesOf(answer: Answer): string[] {
  const addresses: string[] = [];
  if (answer.is !== 'records') return addresses;
  for (const { rdata } of answer.records) if (rdata.is === 'A' || rdata.is === 'AAAA') addresses.push(rdata.address);
  return addresses;
}

/** The names of an NS, PTR or CNAME answer, canonical. */
export function namesOf(answer: Answer): string[] {
  const names: string[] = [];
  if (answer.is !== 'records') return names;
  for (const { rdata } of answer.records)
    if (rdata.is === 'NS' || rdata.is === 'PTR' || rdata.is === 'CNAME') names.push(canonicalName(rdata.name));
  return names;
}

/** Each once, in order; most lists hold one or two. */
export function sortedOnce(texts: readonly string[]): string[] {
  if (texts.length < 2) return [...texts];
  return [...new Set(texts)].sort();
}

export interface Host {
  readonly name: string;
  readonly a: Answer;
  readonly aaaa: Answer;
  readonly addresses: readonly string[];
  /** Why the addresses are not all known. */
  readonly code: FaultCode | undefined;
  /** The name that exists under no type at all: the host itself, or what it is an alias of. */
  readonly gone: string | undefined;
}

/** Both address questions of a host. */
export function hostOf(answers: Answers, name: string): Host {
  const known = answers.hosts.get(name);
  if (known !== undefined) return known;
  const a = answers.ask(name, 'A');
  const aaaa = answers.ask(name, 'AAAA');
  const host: Host = {
    name,
    a,
    aaaa,
    addresses: aaaa.is === 'records' ? [...addressesOf(a), ...addressesOf(aaaa)] : addressesOf(a),
    code: codeOf(a) ?? codeOf(aaaa),
    gone: goneName(a, name),
  };
  // what was not asked yet has no place
  if (a.at !== '' && aaaa.at !== '') answers.hosts.set(name, host);
  return host;
}

/** The name that an answer says does not exist: the one that was asked, or the end of its aliases. */
export function goneName(answer: Answer, name: string): string | undefined {
  return answer.is === 'nxdomain' ? (answer.chain.at(-1) ?? name) : undefined;
}

export function codeOf(answer: Answer): FaultCode | undefined {
  return answer.is === 'unknown' ? answer.code : undefined;
}

/** MX records in order of preference; the null MX (RFC 7505) is the root name. */
export function exchangesOf(answer: Answer): { preference: number; exchange: string }[] {
  const set: { preference: number; exchange: string }[] = [];
  if (answer.is !== 'records') return set;
  for (const { rdata } of answer.records)
    if (rdata.is === 'MX') set.push({ preference: rdata.preference, exchange: canonicalName(rdata.exchange) });
  return set.length < 2 ? set : set.sort((a, b) => a.preference - b.preference || (a.exchange < b.exchange ? -1 : 1));
}

/** The registrable domain of a name was asked and does not exist: whoever registers it takes the name over. */
export function takeover(answers: Answers, name: string): boolean | FaultCode {
  const registrable = answers.registrable(name);
  if (registrable === undefined) return 'evidence.missing';
  // RFC 5890 §2.3.1: registries take labels of letters, digits and hyphens only
  if (registrable === 'none' || /[^a-z0-9.-]/.test(registrable)) return false;
  const answer = answers.ask(registrable, 'SOA');
  if (answer.is === 'unknown') return answer.code;
  return answer.is === 'nxdomain' && answer.chain.length === 0;
}

/** Hosts of a set whose name, or what it is an alias of, lies in a domain that nobody holds. */
export function danglingHosts(answers: Answers, hosts: readonly Host[], limit: FaultCode | undefined): Json {
  const names: string[] = [];
  let fault = limit;
  for (const { name, a, gone } of hosts) {
    const taken = gone === undefined ? false : takeover(answers, gone);
    if (taken === true) names.push(gone === name || gone === undefined ? name : `${name}, an alias of ${gone}`);
    else if (typeof taken === 'string') fault ??= taken;
    if (a.is === 'unknown') fault ??= a.code;
  }
  return partialList(names, fault);
}
