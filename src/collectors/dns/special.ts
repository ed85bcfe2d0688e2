/** Address blocks that are nobody's on the public Internet (RFC 6890 and the IANA registries, read 2026-11). */
import { remembering } from '../../model/memory.ts';
import { parseAddress } from '../../wire/dns/address.ts';

export interface SpecialNetwork {
  readonly cidr: string;
  readonly what: string;
  /** A service there can be reached by nobody outside; documentation addresses are only improper. */
  readonly local: boolean;
}

const SPECIAL_NETWORKS: readonly SpecialNetwork[] = [
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
  { cidr: '192.0.0.0/24', what: 'protocol assignments', local: true },
  { cidr: '198.18.0.0/15', what: 'benchmarking', local: true },
  { cidr: '224.0.0.0/4', what: 'multicast', local: true },
  { cidr: '240.0.0.0/4', what: 'reserved', local: true },
  { cidr: '::1/128', what: 'loopback', local: true },
  { cidr: 'fc00::/7', what: 'unique local', local: true },
  { cidr: 'fe80::/10', what: 'link-local', local: true },
  { cidr: '2001:db8::/32', what: 'documentation', local: false },
  { cidr: '3fff::/20', what: 'documentation', local: false },
  { cidr: 'ff00::/8', what: 'multicast', local: true },
];

function within(octets: Uint8Array, base: Uint8Array, prefix: number): boolean {
  if (octets.length !== base.length) return false;
  for (let index = 0; index * 8 < prefix; index += 1) {
    const mask = 0xff & ~(0xff >>> Math.min(8, prefix - index * 8));
    if (((octets[index] ?? 0) & mask) !== ((base[index] ?? 0) & mask)) return false;
  }
  return true;
}

interface Block {
  readonly network: SpecialNetwork;
  readonly base: Uint8Array;
  readonly prefix: number;
}

const BLOCKS: readonly Block[] = SPECIAL_NETWORKS.flatMap((network) => {
  const [text = '', prefix = ''] = network.cidr.split('/');
  const base = parseAddress(text);
  return base === undefined ? [] : [{ network, base, prefix: Number(prefix) }];
});

/** ::ffff:0:0/96 */
const MAPPED = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0);

/** The special block that a whole network lies in. */
export function specialNetworkOf(octets: Uint8Array, prefix: number): SpecialNetwork | undefined {
  // RFC 4291 §2.5.5.2: an IPv4 address in the clothes of IPv6
  if (octets.length === 16 && prefix >= 96 && within(octets, MAPPED, 96)) {
    return specialNetworkOf(octets.subarray(12), prefix - 96);
  }
  return BLOCKS.find((block) => prefix >= block.prefix && within(octets, block.base, block.prefix))?.network;
}

/** The special block that an address lies in. */
export const specialOf: (address: string) => SpecialNetwork | undefined = remembering((address) => {
  const octets = parseAddress(address);
  return octets === undefined ? undefined : specialNetworkOf(octets, octets.length * 8);
}, 1000);
