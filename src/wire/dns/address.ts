/** IPv4 and IPv6 addresses between text and octets, by strict grammar (RFC 4291 §2.2, RFC 5952). */

/** Four octets of a dotted quad; undefined for anything else, leading zeros included. */
export function parseIpv4(text: string): Uint8Array | undefined {
  if (text.length < 7 || text.length > 15) return undefined;
  const octets = new Uint8Array(4);
  let [index, value, digits] = [0, 0, 0];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x2e) {
      if (digits === 0 || index === 3) return undefined;
      octets[index] = value;
      index += 1;
      [value, digits] = [0, 0];
    } else {
      if (code < 0x30 || code > 0x39 || (digits > 0 && value === 0)) return undefined;
      value = value * 10 + code - 0x30;
      digits += 1;
      if (value > 255) return undefined;
    }
  }
  if (digits === 0 || index !== 3) return undefined;
  octets[3] = value;
  return octets;
}

/** Sixteen octets of an IPv6 address, `::` and a dotted tail included; no zone, no prefix. */
export function parseIpv6(text: string): Uint8Array | undefined {
  if (text.length > 45) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? '', true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const gap = 8 - head.length - tail.length;
  if (halves.length === 1 ? gap !== 0 : gap < 1) return undefined;
  const groups = [...head, ...Array.from({ length: gap }, () => 0), ...tail];
  return Uint8Array.from(groups.flatMap((group) => [group >>> 8, group & 0xff]));
}

/** The 16-bit groups of one side of `::`; a dotted quad may be the last. */
function groupsOf(text: string, mayEndDotted: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (/^[0-9A-Fa-f]{1,4}$/.test(part)) {
      groups.push(Number.parseInt(part, 16));
      continue;
    }
    const quad = mayEndDotted && index === parts.length - 1 ? parseIpv4(part) : undefined;
    if (quad === undefined) return undefined;
    groups.push((quad[0] ?? 0) * 0x100 + (quad[1] ?? 0), (quad[2] ?? 0) * 0x100 + (quad[3] ?? 0));
  }
  return groups;
}

/** Four or sixteen octets of an address, or undefined. */
export function parseAddress(text: string): Uint8Array | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

export function formatAddress(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join('.');
  const groups = Array.from(
    { length: 8 },
    (_, index) => (octets[2 * index] ?? 0) * 0x100 + (octets[2 * index + 1] ?? 0),
  );
  // RFC 5952 §4.2.3: the longest run of at least two zero groups, the first of equals
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start += 1) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length += 1;
    if (length > best.length) best = { start, length };
  }
  const hex = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  if (best.start < 0) return hex(groups);
  return `${hex(groups.slice(0, best.start))}::${hex(groups.slice(best.start + best.length))}`;
}

/** The name of an address in the reverse tree (RFC 1035 §3.5, RFC 3596 §2.5); undefined where the text is no address. */
export function reverseName(address: string): string | undefined {
  const octets = parseAddress(address);
  if (octets === undefined) return undefined;
  if (octets.length === 4) return `${[...octets].reverse().join('.')}.in-addr.arpa`;
  const nibbles = [...octets].flatMap((octet) => [octet >>> 4, octet & 15]);
  return `${nibbles
    .reverse()
    .map((nibble) => nibble.toString(16))
    .join('.')}.ip6.arpa`;
}
