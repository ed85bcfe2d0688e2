/** Which addresses must not be reached unless the user asks for it: everything that is not globally routable unicast. */
import { parseIpv4, parseIpv6 } from '../../wire/dns/address.ts';

interface Range {
  readonly bytes: readonly number[];
  readonly bits: number;
  readonly name: string;
}

/** IANA IPv4 Special-Purpose Address Registry (RFC 6890), multicast, and one cloud's metadata server that lies outside of it. */
const V4: readonly Range[] = [
  v4('0.0.0.0', 8, 'this network'),
  v4('10.0.0.0', 8, 'private'),
  v4('100.64.0.0', 10, 'shared address space'),
  v4('127.0.0.0', 8, 'loopback'),
  v4('168.63.129.16', 32, 'cloud metadata'),
  v4('169.254.0.0', 16, 'link-local'),
  v4('172.16.0.0', 12, 'private'),
  v4('192.0.0.0', 24, 'protocol assignments'),
  v4('192.0.2.0', 24, 'documentation'),
  v4('192.88.99.0', 24, '6to4 relay'),
  v4('192.168.0.0', 16, 'private'),
  v4('198.18.0.0', 15, 'benchmarking'),
  v4('198.51.100.0', 24, 'documentation'),
  v4('203.0.113.0', 24, 'documentation'),
  v4('224.0.0.0', 4, 'multicast'),
  v4('240.0.0.0', 4, 'reserved'),
];

/** Inside 2000::/3, the only global unicast space (RFC 4291 §2.4, IANA IPv6 Special-Purpose Address Registry). */
const V6: readonly Range[] = [
  { bytes: [0x20, 0x01, 0x00], bits: 23, name: 'protocol assignments' },
  { bytes: [0x20, 0x01, 0x0d, 0xb8], bits: 32, name: 'documentation' },
  { bytes: [0x3f, 0xff, 0x00], bits: 20, name: 'documentation' },
];

function v4(text: string, bits: number, name: string): Range {
  return { bytes: text.split('.').map(Number), bits, name };
}

function inRange(bytes: Uint8Array, range: Range): boolean {
  for (let bit = 0; bit < range.bits; bit += 8) {
    const index = bit / 8;
    const mask = (0xff << Math.max(0, 8 - (range.bits - bit))) & 0xff;
    if (((bytes[index] ?? 0) & mask) !== ((range.bytes[index] ?? 0) & mask)) return false;
  }
  return true;
}

function privateV4(bytes: Uint8Array): string | undefined {
  return V4.find((range) => inRange(bytes, range))?.name;
}

/** Why an address is refused (`loopback`, `private` ...), or undefined where it is public. Not an address: `not an address`. */
export function privateRange(address: string): string | undefined {
  const v4 = parseIpv4(address);
  if (v4 !== undefined) return privateV4(v4);
  // A zone is written only for addresses that mean something on one link (RFC 4007 §11)
  if (address.includes('%')) return 'link-local';
  const v6 = parseIpv6(address);
  return v6 === undefined ? 'not an address' : privateV6(v6);
}

function privateV6(bytes: Uint8Array): string | undefined {
  const startsWith = (...prefix: readonly number[]): boolean => prefix.every((byte, index) => bytes[index] === byte);
  // RFC 4291 §2.5.5.2: an IPv4-mapped address reaches the IPv4 host
  if (startsWith(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff)) return privateV4(bytes.slice(12));
  // RFC 6052: NAT64 reaches the IPv4 host behind the translator
  if (startsWith(0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0)) return privateV4(bytes.slice(12));
  // RFC 3056: 6to4 reaches the embedded IPv4 host
  if (startsWith(0x20, 0x02)) return privateV4(bytes.slice(2, 6));
  if (bytes.every((byte, index) => byte === (index === 15 ? 1 : 0))) return 'loopback';
  if (bytes[0] === 0xff) return 'multicast';
  if (((bytes[0] ?? 0) & 0xfe) === 0xfc) return 'unique local';
  if (bytes[0] === 0xfe && ((bytes[1] ?? 0) & 0xc0) === 0x80) return 'link-local';
  if (((bytes[0] ?? 0) & 0xe0) !== 0x20) return 'not global unicast';
  return V6.find((range) => inRange(bytes, range))?.name;
}

/** True for 127.0.0.0/8, ::1 and the mapped form of the first. */
export function isLoopback(address: string): boolean {
  return privateRange(address) === 'loopback';
}
