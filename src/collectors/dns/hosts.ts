/** What the DNS says of each mail host beside its address: names of its addresses, SPF for its greeting, TLSA. */
import { partialList, unknown } from '../../model/facts.ts';
import type { FaultCode } from '../../model/fault.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { remembering } from '../../model/memory.ts';
import { reverseName } from '../../wire/dns/address.ts';
import type { Answer, Answers } from './answers.ts';
import { authentic } from './dnssec.ts';
import { addressesOf, codeOf, namesOf, type Host } from './records.ts';
import { specialOf } from './special.ts';
import { spfRecordsOf } from './spf/tree.ts';

/** Addresses of one host, and names of one address, that are followed; of the names so many at once. */
const MAX_ADDRESSES = 4;
const MAX_NAMES = 10;
const NAMES_AT_ONCE = 3;

export interface Reverse {
  /** Addresses without a PTR record. */
  readonly without: readonly string[];
  /** Addresses whose names do not lead back to them. */
  readonly unconfirmed: readonly string[];
  /** The most names that one address has. */
  readonly most: number;
  readonly code: FaultCode | undefined;
}

/** Many domains share mail hosts; and a host is looked at in each round of questions. */
const reverseOnce = remembering(reverseName, 1000);

/** Forward-confirmed reverse DNS (RFC 1912 §2.1): an address has a name, and a name leads back to it. */
export function reverseOf(answers: Answers, addresses: readonly string[]): Reverse {
  const key = addresses.length === 1 ? (addresses[0] ?? '') : addresses.join(' ');
  const before = answers.reverses.get(key);
  if (before !== undefined) return before;
  const reverse = lookUp(answers, addresses);
  if (reverse.code === undefined) answers.reverses.set(key, reverse);
  return reverse;
}

function lookUp(answers: Answers, addresses: readonly string[]): Reverse {
  const without: string[] = [];
  const unconfirmed: string[] = [];
  let most = 0;
  let code: FaultCode | undefined = addresses.length > MAX_ADDRESSES ? 'dns.limit' : undefined;
  for (const address of addresses.slice(0, MAX_ADDRESSES)) {
    const reverse = reverseOnce(address);
    // nobody outside can look up the name of a private address
    if (reverse === undefined || specialOf(address)?.local === true) continue;
    const answer = answers.ask(reverse, 'PTR');
    const names = namesOf(answer);
    most = Math.max(most, names.length);
    if (answer.is === 'unknown') code ??= answer.code;
    else if (names.length === 0) without.push(address);
    else {
      const confirmed = isConfirmed(answers, address, names);
      if (confirmed === false) unconfirmed.push(`${address} (${names.slice(0, NAMES_AT_ONCE).join(', ')})`);
      else if (confirmed !== true) code ??= confirmed;
    }
  }
  return { without, unconfirmed, most, code };
}

/** Whether one of the names leads back to the address; receivers look at no more than ten (RFC 7208 §4.6.4). */
function isConfirmed(answers: Answers, address: string, names: readonly string[]): boolean | FaultCode {
  const type = address.includes(':') ? 'AAAA' : 'A';
  for (let start = 0; start < Math.min(names.length, MAX_NAMES); start += NAMES_AT_ONCE) {
    const hosts = names.slice(start, Math.min(start + NAMES_AT_ONCE, MAX_NAMES)).map((name) => answers.ask(name, type));
    if (hosts.some((host) => addressesOf(host).includes(address))) return true;
    const fault = hosts.map(codeOf).find((one) => one !== undefined);
    if (fault !== undefined) return fault;
  }
  return false;
}

interface MailHost {
  readonly host: Host;
  readonly reverse: Reverse;
  readonly greeting: Answer;
  readonly tlsa: Answer;
}

/** What is asked of one mail host beside its addresses. */
export function askMailHost(answers: Answers, host: Host): MailHost {
  return {
    host,
    reverse: reverseOf(answers, host.addresses),
    greeting: answers.ask(host.name, 'TXT'),
    tlsa: answers.ask(`_25._tcp.${host.name}`, 'TLSA'),
  };
}

/** The facts of one mail host that go beyond its addresses. */
export function mailHostFacts({ host, reverse, greeting, tlsa }: MailHost): JsonObject {
  const code = host.code ?? reverse.code;
  return {
    withoutPtr: partialList(reverse.without, code),
    ptrNames: code === undefined ? reverse.most : unknown(code),
    heloSpf: greeting.is === 'unknown' ? unknown(greeting.code) : spfRecordsOf(greeting).length > 0,
    ...tlsaFacts(tlsa, host),
  };
}

/** Facts of a mail host that come from one answer, with its place. */
export function mailHostPlaces({ greeting, tlsa }: MailHost): readonly (readonly [readonly string[], string])[] {
  return [
    [['heloSpf'], greeting.at],
    [['tlsa', 'tlsaCount', 'tlsaSigned', 'tlsaUsages', 'tlsaErrors', 'tlsaFull'], tlsa.at],
  ];
}

const hex = (octets: Uint8Array) => Buffer.from(octets).toString('hex');

/** TLSA for SMTP (RFC 7672 §2.2, §3): the set at `_25._tcp.` of the host, and whether it is authenticated. */
function tlsaFacts(answer: Answer, host: Host): JsonObject {
  const zoneSigned = authentic(host.a.is === 'records' ? host.a : host.aaaa);
  const signed: Json = typeof zoneSigned === 'boolean' ? zoneSigned : unknown(zoneSigned);
  const code = codeOf(answer);
  if (answer.is === 'unknown')
    return { addressSigned: signed, tlsa: unknown(answer.code), tlsaCount: unknown(code ?? answer.code) };
  const records = answer.is === 'records' ? answer.records : [];
  const tlsa = records.flatMap(({ rdata }) =>
    rdata.is === 'TLSA'
      ? [{ usage: rdata.usage, selector: rdata.selector, matching: rdata.matching, data: hex(rdata.data) }]
      : [],
  );
  const authenticated = authentic(answer);
  return {
    addressSigned: signed,
    tlsa: tlsa.map(
      ({ usage, selector, matching, data }) => `${String(usage)} ${String(selector)} ${String(matching)} ${data}`,
    ),
    tlsaCount: tlsa.length,
    tlsaSigned: typeof authenticated === 'boolean' ? authenticated : unknown(authenticated),
    tlsaUsages: tlsa.filter(({ usage }) => usage !== 2 && usage !== 3).map(({ usage }) => String(usage)),
    tlsaErrors: tlsa.flatMap(({ selector, matching, data }) => parameterErrors(selector, matching, data)),
    tlsaFull: tlsa.filter(({ matching }) => matching === 0).length,
  };
}

/** RFC 6698 §2.1: selector 0 or 1, matching 0 to 2, and a digest of its length. */
function parameterErrors(selector: number, matching: number, data: string): string[] {
  const problems: string[] = [];
  if (selector > 1) problems.push(`selector ${String(selector)} is not 0 or 1`);
  if (matching > 2) problems.push(`matching type ${String(matching)} is not 0, 1 or 2`);
  const octets = data.length / 2;
  if ((matching === 1 && octets !== 32) || (matching === 2 && octets !== 64)) {
    problems.push(`a digest of type ${String(matching)} has ${String(octets)} octets`);
  }
  return problems;
}
