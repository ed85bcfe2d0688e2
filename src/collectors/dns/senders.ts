/** The facts of the machines that a domain names one by one: its mail exchangers, and the single addresses of its own SPF terms. */
import { partialList } from '../../model/facts.ts';
import type { FaultCode } from '../../model/fault.ts';
import type { JsonObject } from '../../model/json.ts';
import { formatAddress } from '../../wire/dns/address.ts';
import type { Answers } from './answers.ts';
import { reverseOf } from './hosts.ts';
import { exchanges, mailHosts, MAX_MX_HOSTS } from './mx.ts';
import { hostOf } from './records.ts';
import { Sheet, type Part } from './sheet.ts';
import type { Mechanism } from './spf/record.ts';
import { nameAsked } from './spf/static.ts';
import { ownRecords, type SpfNode } from './spf/tree.ts';

/** Machines of SPF terms that are looked at: no record of 450 octets names more. */
const MAX_SENDERS = 32;

interface Machine {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly code: FaultCode | undefined;
}

/** Whether a name leads back to each address (facts/email: Google asks it of senders). */
export function senderFacts(answers: Answers, domain: string): Part {
  const sheet = new Sheet();
  const { answer, hosts } = exchanges(answers, domain);
  const receiving: readonly Machine[] = mailHosts(answers, hosts);
  const known = new Set(receiving.flatMap(({ addresses }) => addresses));
  const own = ownRecords(answers, domain);
  const sending: Machine[] = [];
  for (const node of own) {
    for (const term of node.mechanisms) {
      const machine = machineOf(answers, node, term);
      if (machine === undefined) continue;
      // a machine that several terms name is looked at once
      const addresses = machine.addresses.filter((address) => !known.has(address));
      if (addresses.length === 0 && machine.code === undefined) continue;
      for (const address of addresses) known.add(address);
      sending.push({ ...machine, addresses });
    }
  }
  const limit: FaultCode | undefined =
    sending.length > MAX_SENDERS || hosts.length > MAX_MX_HOSTS ? 'dns.limit' : undefined;
  const unseen = answer.is === 'unknown' ? answer.code : own.find((node) => node.status === 'unknown')?.code;
  sheet.set(
    'reverse',
    partialList(
      [...receiving, ...sending.slice(0, MAX_SENDERS)].map((machine) => reverseFact(answers, machine)),
      unseen ?? limit,
    ),
    answer.at,
    ...own.map((node) => node.at),
  );
  return sheet.part(answer.at, ...own.map((node) => node.at));
}

/** The machine that a term names: one address, or the host of `a`; undefined for networks and for what others hold. */
function machineOf(answers: Answers, node: SpfNode, term: Mechanism): Machine | undefined {
  if (term.qualifier !== '+') return undefined;
  const { address } = term;
  if (address !== undefined) {
    const whole = address.length === 4 ? term.prefix4 === 32 : term.prefix6 === 128;
    return whole ? { name: term.text, addresses: [formatAddress(address)], code: undefined } : undefined;
  }
  if (term.name !== 'a' || term.prefix4 !== 32 || term.prefix6 !== 128) return undefined;
  const name = nameAsked(node, term);
  if (name === undefined) return undefined;
  const { addresses, code } = hostOf(answers, name);
  return code === 'dns.bad-name' ? undefined : { name: term.text, addresses, code };
}

function reverseFact(answers: Answers, { name, addresses, code }: Machine): JsonObject {
  const reverse = reverseOf(answers, addresses);
  return { name, unconfirmed: partialList(reverse.unconfirmed, code ?? reverse.code) };
}
