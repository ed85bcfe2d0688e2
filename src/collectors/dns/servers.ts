/** The facts of a zone's name servers, each asked itself: authority, serials, TCP, EDNS, recursion, and what the parent says. */
import { partialList, unknown } from '../../model/facts.ts';
import type { FaultCode } from '../../model/fault.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { canonicalName } from '../../wire/dns/name.ts';
import type { Answer, Answers } from './answers.ts';
import { signatureFacts } from './dnssec.ts';
import { addressesOf, hostOf, namesOf, sortedOnce } from './records.ts';
import { Sheet, type Part } from './sheet.ts';

/** Servers asked one by one; more of them are of the same kind. */
const MAX_SERVERS = 4;
/** A name that no zone of the audited organization holds: whoever answers it resolves for strangers. */
const FOREIGN_NAME = 'example.com';

export function serverFacts(answers: Answers, domain: string, intrusive: boolean): Part {
  const sheet = new Sheet();
  const answer = answers.ask(domain, 'NS');
  if (answer.is === 'unknown') return { ...sheet.part(answer.at), facts: unknown(answer.code) };
  if (answer.is !== 'records' || answer.chain.length > 0) return sheet.part(answer.at);
  const names = sortedOnce(namesOf(answer));
  const servers: JsonObject[] = [];
  const serials: { first: number | undefined; second: number | undefined }[] = [];
  const places = [answer.at];
  let code: FaultCode | undefined = names.length > MAX_SERVERS ? 'dns.limit' : undefined;
  let signatures: Json | undefined;
  let silence: FaultCode | undefined;
  let unsigned: FaultCode | undefined;
  for (const name of names.slice(0, MAX_SERVERS)) {
    const host = hostOf(answers, name);
    const address = addressesOf(host.a)[0] ?? addressesOf(host.aaaa)[0];
    if (address === undefined) {
      code ??= host.code;
      continue;
    }
    const first = answers.ask(domain, 'SOA', { server: address });
    // what a server without EDNS has to say, it says to a plain question
    const plain = mayLackEdns(first) ? answers.ask(domain, 'SOA', { server: address, how: 'plain' }) : first;
    const direct = plain.is === 'unknown' ? first : plain;
    const tcp = answers.ask(domain, 'SOA', { server: address, how: 'tcp' });
    const recursive = recursion(answers, address, direct);
    const transferred = intrusive ? { transfer: transfer(answers, domain, address) } : {};
    if (sheet.isQuiet) continue;
    places.push(first.at, ...(direct === first ? [] : [direct.at]), tcp.at);
    sheet.below(`asked/${String(servers.length)}/authoritative`, direct.at);
    sheet.below(`asked/${String(servers.length)}/edns`, first.at);
    servers.push({
      name,
      address,
      authoritative: authority(direct),
      tcp: overTcp(direct, tcp),
      edns: edns(first, direct),
      recursive,
      ...transferred,
    });
    serials.push({ first: serialOf(direct), second: serialOf(tcp) });
    if (direct.is === 'unknown') silence ??= direct.code;
    // a plain answer carries no signatures (RFC 3225 §3): it does not say that there are none
    if (first.is === 'unknown') unsigned ??= first.code;
    else if (signatures === undefined && first.is === 'records') signatures = signatureFacts(first.message.answers);
  }
  const parent = parentFacts(answers, domain, names);
  if (sheet.isQuiet) return sheet.part();
  sheet.set('asked', partialList(servers, code), ...places);
  sheet.set('serials', serialFacts(serials, code ?? silence), ...places);
  // no server answered: what its signatures are is not known
  sheet.set('signatures', signatures ?? unknown(unsigned ?? code ?? 'net.no-address'), ...places);
  sheet.set('parentDiffers', parent.fact, answer.at, ...parent.places);
  return sheet.part(...places);
}

/** A refusal is how a server says that the zone is not its own; silence says nothing. */
function authority(direct: Answer): Json {
  if (direct.is === 'unknown') return direct.code === 'dns.refused' ? false : unknown(direct.code);
  return direct.is === 'records' && direct.message.authoritative;
}

/** RFC 7766 §5: TCP is required; it fails only where UDP answered. */
function overTcp(direct: Answer, tcp: Answer): Json {
  // a refusal over TCP came over TCP
  if (tcp.is !== 'unknown' || ['dns.refused', 'dns.formerr', 'dns.notimp'].includes(tcp.code)) return true;
  if (direct.is === 'unknown') return unknown(direct.code);
  // refused or closed connections are an answer, a time-out over TCP beside a UDP answer is one too
  return ['dns.network', 'dns.timeout', 'dns.malformed'].includes(tcp.code) ? false : unknown(tcp.code);
}

/** RFC 6891 §7: a server without EDNS answers FORMERR or NOTIMP, is silent, or answers without OPT. */
function mayLackEdns(answer: Answer): boolean {
  return answer.is === 'unknown' && ['dns.formerr', 'dns.notimp', 'dns.timeout'].includes(answer.code);
}

/** Confirmed by the plain question: `direct` is the answer to it, where there is one. */
function edns(first: Answer, direct: Answer): Json {
  if (first.is !== 'unknown') return first.message.edns !== undefined;
  return direct.is === 'unknown' ? unknown(first.code) : false;
}

/** RFC 5358: the RA bit is only an offer; a foreign name that is answered is the proof. */
function recursion(answers: Answers, address: string, direct: Answer): Json {
  if (direct.is === 'unknown') return unknown(direct.code);
  if (!direct.message.recursionAvailable) return false;
  const foreign = answers.ask(FOREIGN_NAME, 'A', { server: address, how: 'recurse' });
  if (foreign.is === 'unknown') return foreign.code === 'dns.refused' ? false : unknown(foreign.code);
  return foreign.is === 'records';
}

function transfer(answers: Answers, domain: string, address: string): Json {
  const zone = answers.ask(domain, 'AXFR', { server: address, how: 'tcp' });
  if (zone.is === 'unknown') return ['dns.refused', 'dns.notimp'].includes(zone.code) ? false : unknown(zone.code);
  return zone.message.answers.length > 0;
}

function serialOf(answer: Answer): number | undefined {
  const rdata = answer.is === 'records' ? answer.records[0]?.rdata : undefined;
  return rdata?.is === 'SOA' ? rdata.serial : undefined;
}

/** Serials may differ for a moment after a change: only a difference that both reads show is one. */
function serialFacts(
  serials: readonly { readonly first: number | undefined; readonly second: number | undefined }[],
  code: FaultCode | undefined,
): Json {
  const known = serials.filter(({ first }) => first !== undefined);
  const differ = (pick: 'first' | 'second') => new Set(known.map((one) => one[pick] ?? one.first)).size > 1;
  if (differ('first') && differ('second')) return 'differ';
  if (code !== undefined || known.length < serials.length) return unknown(code ?? 'dns.network');
  return 'equal';
}

/** The name servers that the parent zone names, asked of a server of the parent. */
function parentFacts(
  answers: Answers,
  domain: string,
  child: readonly string[],
): { fact: Json | undefined; places: string[] } {
  const parent = domain.split('.').slice(1).join('.');
  if (parent === '') return { fact: undefined, places: [] };
  const ns = answers.ask(parent, 'NS');
  if (ns.is === 'unknown') return { fact: unknown(ns.code), places: [ns.at] };
  const first = sortedOnce(namesOf(ns))[0];
  // the parent name is no zone of its own: nobody delegates
  if (first === undefined || ns.chain.length > 0) return { fact: undefined, places: [ns.at] };
  const host = hostOf(answers, first);
  const address = addressesOf(host.a)[0] ?? addressesOf(host.aaaa)[0];
  if (address === undefined) return { fact: unknown(host.code ?? 'net.no-address'), places: [ns.at] };
  const referral = answers.ask(domain, 'NS', { server: address });
  const places = [ns.at, referral.at];
  if (referral.is === 'unknown') return { fact: unknown(referral.code), places };
  const records = [...referral.message.answers, ...referral.message.authorities];
  const named = records.flatMap(({ name, rdata }) =>
    rdata.is === 'NS' && canonicalName(name) === domain ? [canonicalName(rdata.name)] : [],
  );
  if (named.length === 0) return { fact: undefined, places };
  const onlyParent = named.filter((name) => !child.includes(name)).map((name) => `${name} only at the parent`);
  const onlyChild = child.filter((name) => !named.includes(name)).map((name) => `${name} only in the zone`);
  return { fact: sortedOnce([...onlyParent, ...onlyChild]), places };
}
