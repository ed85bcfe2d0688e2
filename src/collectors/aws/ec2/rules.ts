/** Reads rules of security groups: which of them let the whole internet reach a port. */
import { partialList, unknown, type Unknown } from '../../../model/facts.ts';
import type { FaultCode } from '../../../model/fault.ts';
import { isArray, own, type Json } from '../../../model/json.ts';
import { asCount, asText, isUnknownFact, may, must, spelled } from '../read.ts';
import { wholeItems, whyNotWhole } from '../lists.ts';

const OPEN = new Set(['0.0.0.0/0', '::/0']);

/** Is the world a source of this rule? Unknown where a prefix list could not be read. */
function isOpen(permission: Json, prefixLists: Json | undefined): boolean | Unknown {
  for (const [list, member] of [
    ['IpRanges', 'CidrIp'],
    ['Ipv6Ranges', 'CidrIpv6'],
  ] as const) {
    const ranges = own(permission, list);
    if (!isArray(ranges)) return unknown('evidence.missing');
    for (const range of ranges) {
      const cidr = must(range, member, asText);
      if (isUnknownFact(cidr)) return cidr;
      if (OPEN.has(cidr)) return true;
    }
  }
  const named = own(permission, 'PrefixListIds');
  if (!isArray(named)) return unknown('evidence.missing');
  let unread: Unknown | undefined;
  for (const entry of named) {
    const id = must(entry, 'PrefixListId', asText);
    if (isUnknownFact(id)) return id;
    const entries = own(prefixLists, id);
    const items = wholeItems(entries);
    if (items === undefined) unread = whyNotWhole(entries) as Unknown;
    else if (items.some((item) => OPEN.has(spelled(own(item, 'Cidr'), '')))) return true;
  }
  return unread ?? false;
}

/** Ports of a rule; protocol -1 is every port, and so are the protocols that have none (ICMP is left out). */
function portsOf(permission: Json, protocols: readonly string[]): readonly [number, number] | undefined | Unknown {
  const protocol = must(permission, 'IpProtocol', asText);
  if (isUnknownFact(protocol)) return protocol;
  if (protocol === '-1') return [0, 65_535];
  const NUMBERS: { readonly [number: string]: string } = { '6': 'tcp', '17': 'udp' };
  if (!protocols.includes(NUMBERS[protocol] ?? protocol)) return undefined;
  const from = may(permission, 'FromPort', asCount);
  const to = may(permission, 'ToPort', asCount);
  if (isUnknownFact(from)) return from;
  if (isUnknownFact(to)) return to;
  // Without ports, or with -1, a rule opens all of them
  return from === undefined || to === undefined || from < 0 ? [0, 65_535] : [from, to];
}

/** Rules, in words, that open one of the ports to everybody. */
export function openRules(
  permissions: readonly Json[],
  prefixLists: Json | undefined,
  ports: readonly number[],
  protocols: readonly string[],
): Json {
  const found: string[] = [];
  let code: FaultCode | undefined;
  for (const [index, permission] of permissions.entries()) {
    const range = portsOf(permission, protocols);
    if (range === undefined) continue;
    if ('$unknown' in range) {
      code ??= range.$unknown;
      continue;
    }
    const [from, to] = range;
    const reached = ports.filter((port) => port >= from && port <= to);
    if (reached.length === 0) continue;
    const open = isOpen(permission, prefixLists);
    if (isUnknownFact(open)) code ??= open.$unknown;
    else if (open) found.push(`ingress rule ${String(index + 1)} opens ${reached.slice(0, 4).join(', ')} to everybody`);
  }
  return partialList(found, code);
}
