/** From a host name to the addresses that may be connected to: overrides first, then hosts file or DNS, then the address rule. */
import { isIP } from 'node:net';
import { FaultError } from '../../model/fault.ts';
import type { NetworkOptions } from '../../model/options.ts';
import { privateRange } from './address.ts';
import { matchConnectTo } from './connect-to.ts';
import type { DnsClient } from './dns.ts';
import type { Hosts } from './hosts.ts';

/** Addresses tried for one connection. */
const MAX_ADDRESSES = 8;

export interface Destination {
  /** In the order to try; never empty. */
  readonly addresses: readonly string[];
  readonly port: number;
}

/** Resolves once: what is checked is what is connected to, so a second, different answer has no chance (DNS rebinding). */
export async function resolveDestination(
  host: string,
  port: number,
  network: NetworkOptions,
  dns: DnsClient,
  hosts: () => Hosts,
  signal: AbortSignal,
): Promise<Destination> {
  const override = matchConnectTo(network.connectTo, stripBrackets(host), port);
  const name = stripBrackets(override?.host ?? host);
  const found =
    isIP(name) === 0 ? await (await import('./names.ts')).addressesOf(name, network, dns, hosts, signal) : [name];
  const to = override?.port ?? port;
  // What the user wrote in --connect-to is permitted; a rule that only changes the port says nothing of the address
  const written = override !== undefined && stripBrackets(override.host) !== stripBrackets(host).toLowerCase();
  if (network.allowPrivate || written) return { addresses: found.slice(0, MAX_ADDRESSES), port: to };
  const ranges = found.map(privateRange);
  const allowed = found.filter((_, index) => ranges[index] === undefined);
  if (allowed.length > 0) return { addresses: allowed.slice(0, MAX_ADDRESSES), port: to };
  const label = isIP(name) === 0 ? `${name} has the address ${found[0] ?? ''}, which` : name;
  throw new FaultError('net.private-address', `${label} is ${ranges[0] ?? 'private'}; --allow-private permits it`);
}

function stripBrackets(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}
