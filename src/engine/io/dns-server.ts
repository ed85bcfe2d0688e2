/** Names of DNS servers: `IP`, `IP:port`, `[IPv6]:port`. */
import { isIP } from 'node:net';
import { FaultError } from '../../model/fault.ts';

export interface DnsServer {
  readonly address: string;
  readonly port: number;
  /** `IP:port` or `[IPv6]:port`. */
  readonly name: string;
}

export function parseServer(text: string): DnsServer {
  const match = /^(?:\[([^\]]+)\]|([0-9.]+)|([0-9a-fA-F:.%]+))(?::([0-9]{1,5}))?$/.exec(text);
  const bare = isIP(text) === 6 ? text : undefined;
  const address = bare ?? match?.[1] ?? match?.[2] ?? match?.[3] ?? '';
  const port = bare === undefined ? Number(match?.[4] ?? 53) : 53;
  if (isIP(address) === 0 || port < 1 || port > 65535) {
    throw new FaultError('dns.bad-name', `not the address of a DNS server: ${JSON.stringify(text)}`);
  }
  return serverAt(address, port);
}

export function serverAt(address: string, port: number): DnsServer {
  return { address, port, name: `${address.includes(':') ? `[${address}]` : address}:${String(port)}` };
}
