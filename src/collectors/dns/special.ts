/** Address blocks that are nobody's on the public Internet (RFC 6890 and the IANA registries, read 2026-11). */
import { parseAddress } from '../../wire/dns/address.ts';

export interface SpecialNetwork {
  readonly cidr: string;
  readonly what: string;
  /** A service there can be reached by nobody outside; documentation addresses are only improper. */
  readonly local: boolean;
}

export const SPECIAL_NETWORKS: readonly SpecialNetwork[] = [
  { cidr: '0.0.0.0/8', what: 'this network', local: true },
  { cidr: '10.0.0.0/8', what: 'private', local: true },
  { cidr: '100.64.0.0/10', what: 'carrier NAT', local: true },
  { cidr: '127.0.0.0/8', what: 'loopback', local: true },
  { cidr: '169.254.0.0/16', what: 'link-local', local: true },
  { cidr: '172.16.0.0/12', what: 'private', local: true },
  { cidr: '192.168.0.0/16', what: 'private', local: true },
  { cidr: '192.0.2.0/24', what: 'documentation', local: false },
  { cidr: '198.51.100.0/24', what: 'documentation', local: false },
  { cidr: '203.0.113.0/24', what: 'documentation', local: false },
  { cidr: '224.0.0.0/4', what: 'multicast', local: true },
  { cidr: '::1/128', what: 'loopback', local: true },
  { cidr: 'fc00::/7', what: 'unique local', local: true },
  { cidr: 'fe80::/10', what: 'link-local', local: true },
  { cidr: '2001:db8::/32', what: 'documentation', local: false },
  { cidr: 'ff00::/8', what: 'multicast', local: true },
];

function within(octets: Uint8Array, base: Uint8Array, prefix: number): boolean {
  if (octets.length !== base.length) return false;
  return octets.every((octet, index) => {
    const mask = 0xff & ~(0xff >>> Math.min(8, Math.max(0, prefix - index * 8)));
    return (octet & mask) === ((base[index] ?? 0) & mask);
  });
}

/** The special block that an address lies in. */
export function specialOf(address: string): SpecialNetwork | undefined {
  const octets = parseAddress(address);
  if (octets === undefined) return undefined;
  return SPECIAL_NETWORKS.find(({ cidr }) => {
    const [text = '', prefix = ''] = cidr.split('/');
    const base = parseAddress(text);
    return base !== undefined && within(octets, base, Number(prefix));
  });
}
