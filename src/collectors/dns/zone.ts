/** The facts of the zone itself: whether the name exists, its addresses, start of authority and name servers. */
import { partialList, unknown } from '../../model/facts.ts';
import type { FaultCode } from '../../model/fault.ts';
import type { Json } from '../../model/json.ts';
import { remembering } from '../../model/memory.ts';
import { formatAddress, parseAddress } from '../../wire/dns/address.ts';
import { canonicalName } from '../../wire/dns/name.ts';
import { TYPES } from '../../wire/dns/types.ts';
import type { Answers } from './answers.ts';
import { danglingHosts, hostOf, namesOf, sortedOnce } from './records.ts';
import { Sheet, type Part } from './sheet.ts';

/** Name servers that are looked at. */
export const MAX_NS = 13;

/** Facts that stand at the top level, because nearly every check asks for them. */
export function nameFacts(answers: Answers, domain: string): Part {
  const sheet = new Sheet();
  const soa = answers.ask(domain, 'SOA');
  const exists: Json = soa.is === 'unknown' ? unknown(soa.code) : !(soa.is === 'nxdomain' && soa.chain.length === 0);
  sheet.set('exists', exists, soa.at);
  sheet.set('apex', soa.is === 'unknown' ? unknown(soa.code) : soa.is === 'records' && soa.chain.length === 0, soa.at);
  const registrable = answers.registrable(domain);
  sheet.set(
    'organizational',
    registrable === undefined ? unknown('evidence.missing') : registrable === domain,
    '/suffixes',
  );
  sheet.set(
    'publicSuffix',
    registrable === undefined ? unknown('evidence.missing') : registrable === 'none',
    '/suffixes',
  );
  const host = hostOf(answers, domain);
  sheet.set('addresses', partialList(host.addresses, host.code), host.a.at, host.aaaa.at);
  cnameFacts(sheet, answers, domain);
  return sheet.part(soa.at);
}

function cnameFacts(sheet: Sheet, answers: Answers, domain: string): void {
  const a = answers.ask(domain, 'A');
  if (a.is === 'unknown') {
    sheet.set('cname', unknown(a.code), a.at);
    return;
  }
  sheet.set('cname', a.chain[0], a.at);
  if (a.chain.length > 0) sheet.set('cnameDangling', a.is === 'nxdomain', a.at);
}

export function soaFacts(answers: Answers, domain: string): Part {
  const sheet = new Sheet();
  const answer = answers.ask(domain, 'SOA');
  if (answer.is === 'unknown') return { ...sheet.part(answer.at), facts: unknown(answer.code) };
  const rdata = answer.is === 'records' && answer.chain.length === 0 ? answer.records[0]?.rdata : undefined;
  if (rdata?.is === 'SOA') {
    for (const key of ['serial', 'refresh', 'retry', 'expire', 'minimum'] as const) sheet.set(key, rdata[key]);
    sheet.set('primary', canonicalName(rdata.primary));
    sheet.set('outside', outside(rdata));
  }
  return sheet.part(answer.at);
}

interface Timers {
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  readonly minimum: number;
}

/** Values outside the ranges of RFC 1912 §2.2 and RIPE-203, RFC 2308 §5 for the last. */
function outside({ refresh, retry, expire, minimum }: Timers): string[] {
  const found: string[] = [];
  if (refresh < 1200 || refresh > 86_400) found.push(`refresh ${String(refresh)} is outside 1200 to 86400`);
  if (retry < 120 || retry >= refresh) found.push(`retry ${String(retry)} is outside 120 to refresh`);
  if (expire < 604_800 || expire > 4_838_400) found.push(`expire ${String(expire)} is outside 604800 to 4838400`);
  if (minimum < 60 || minimum > 86_400) found.push(`minimum ${String(minimum)} is outside 60 to 86400`);
  return found;
}

export function nsFacts(answers: Answers, domain: string): Part {
  const sheet = new Sheet();
  const answer = answers.ask(domain, 'NS');
  if (answer.is === 'unknown') return { ...sheet.part(answer.at), facts: unknown(answer.code) };
  // a name inside a zone has no name servers of its own
  if (answer.is !== 'records' || answer.chain.length > 0) return sheet.part(answer.at);
  const names = sortedOnce(namesOf(answer));
  const hosts = names.slice(0, MAX_NS).map((name) => hostOf(answers, name));
  const limit: FaultCode | undefined = names.length > MAX_NS ? 'dns.limit' : undefined;
  const dangling = danglingHosts(answers, hosts, limit);
  if (sheet.isQuiet) return sheet.part();
  const places = [answer.at, ...hosts.flatMap((host) => [host.a.at, host.aaaa.at])];
  const code = limit ?? hosts.find((host) => host.code !== undefined)?.code;
  const noAddress = hosts.filter((host) => host.addresses.length === 0);
  sheet.set('names', names);
  sheet.set(
    'cnames',
    partialList(
      hosts.filter((host) => (host.a.is === 'unknown' ? 0 : host.a.chain.length) > 0).map((host) => host.name),
      code,
    ),
    ...places,
  );
  sheet.set(
    'withoutAddress',
    partialList(
      noAddress.filter((host) => host.code === undefined).map((host) => host.name),
      code,
    ),
    ...places,
  );
  sheet.set(
    'ipv6',
    hosts.some((host) => host.aaaa.is === 'records') ? true : code === undefined ? false : unknown(code),
    ...places,
  );
  const nets = networks(hosts.flatMap((host) => host.addresses));
  sheet.set('networks', partialList(nets, code), ...places);
  sheet.set('oneNetwork', code === undefined ? nets.length > 0 && isOneNetwork(nets) : unknown(code), ...places);
  sheet.set('dangling', dangling, ...places);
  sheet.set(
    'delegated',
    answer.records.some((record) => record.type === TYPES.NS),
  );
  return sheet.part(answer.at);
}

/** RFC 2182 §3.1: the /24 of IPv4 and the /48 of IPv6 addresses. */
function networks(addresses: readonly string[]): string[] {
  return sortedOnce(addresses.flatMap((address) => networkOf(address) ?? []));
}

const networkOf = remembering((address) => {
  const octets = parseAddress(address);
  if (octets === undefined) return undefined;
  const kept = octets.length === 4 ? 3 : 6;
  const first = formatAddress(octets.map((octet, index) => (index < kept ? octet : 0)));
  return `${first}/${String(kept * 8)}`;
}, 1000);

function isOneNetwork(nets: readonly string[]): boolean {
  const six = nets.filter((net) => net.includes(':')).length;
  return nets.length - six <= 1 && six <= 1;
}
