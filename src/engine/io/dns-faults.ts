/** What goes wrong on the way to a DNS server and back, as faults. */
import { FaultError } from '../../model/fault.ts';
import type { DnsServer } from './dns-server.ts';
import { netFault } from './errors.ts';

export function networkFault(error: unknown, server: DnsServer, transport: string): FaultError {
  const fault = netFault(error, `DNS server ${server.name} over ${transport}`);
  return fault.fault.code.startsWith('net.')
    ? new FaultError('dns.network', fault.fault.message, { cause: error })
    : fault;
}

export function malformed(server: DnsServer, what: string): FaultError {
  return new FaultError('dns.malformed', `the answer of ${server.name} ${what}`);
}
