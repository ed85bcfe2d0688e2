/** IP addresses and CIDR ranges: strict text, IPv4-mapped IPv6 counts as IPv4. */

export interface Range {
  /** 4 or 16 octets. */
  readonly bytes: readonly number[];
  /** Leading bits that are fixed. */
  readonly bits: number;
}

/** The octets of an address, or undefined where the text is none. A leading zero, a zone or white space is refused. */
export function parseIp(text: string): readonly number[] | undefined {
  if (text.length > 45) return undefined;
  const bytes = text.includes(':') ? parseV6(text) : parseV4(text);
  return bytes !== undefined && isMapped(bytes) ? bytes.slice(12) : bytes;
}

/** An address with `/prefix`; bits right of the prefix are ignored. */
export function parseCidr(text: string): Range | undefined {
  if (text.length > 49) return undefined;
  const slash = text.indexOf('/');
  const prefix = text.slice(slash + 1);
  if (slash < 0 || !/^(?:0|[1-9]\d{0,2})$/.test(prefix)) return undefined;
  const address = text.slice(0, slash);
  const written = address.includes(':') ? parseV6(address) : parseV4(address);
  const bits = Number(prefix);
  if (written === undefined || bits > written.length * 8) return undefined;
  return isMapped(written) && bits >= 96 ? { bytes: written.slice(12), bits: bits - 96 } : { bytes: written, bits };
}

/** An address as a range of one, or a CIDR range. */
export function parseRange(text: string): Range | undefined {
  if (text.includes('/')) return parseCidr(text);
  const bytes = parseIp(text);
  return bytes === undefined ? undefined : { bytes, bits: bytes.length * 8 };
}

export function isInside(inner: Range, outer: Range): boolean {
  return inner.bits >= outer.bits && sameNetwork(inner, outer, outer.bits);
}

export function overlap(a: Range, b: Range): boolean {
  return sameNetwork(a, b, Math.min(a.bits, b.bits));
}

function sameNetwork(a: Range, b: Range, bits: number): boolean {
  if (a.bytes.length !== b.bytes.length) return false;
  for (let index = 0, left = bits; left > 0; index += 1, left -= 8) {
    const mask = left >= 8 ? 0xff : (0xff << (8 - left)) & 0xff;
    if (((a.bytes[index] ?? 0) & mask) !== ((b.bytes[index] ?? 0) & mask)) return false;
  }
  return true;
}

// RFC 4291 §2.5.5.2: ::ffff:a.b.c.d
function isMapped(bytes: readonly number[]): boolean {
  return (
    bytes.length === 16 && bytes[10] === 0xff && bytes[11] === 0xff && bytes.slice(0, 10).every((byte) => byte === 0)
  );
}

function parseV4(text: string): number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part))) return undefined;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

function parseV6(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = groups(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? groups(halves[1] ?? '', true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const gap = 16 - head.length - tail.length;
  // RFC 4291 §2.2: `::` stands for one group or more
  if (halves.length === 1 ? gap !== 0 : gap < 2) return undefined;
  return [...head, ...Array.from({ length: gap }, () => 0), ...tail];
}

/** The octets of colon-separated groups; the last one may be dotted IPv4 where `dotted` allows. */
function groups(text: string, dotted: boolean): number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (dotted && index === parts.length - 1 && part.includes('.')) {
      const v4 = parseV4(part);
      if (v4 === undefined) return undefined;
      bytes.push(...v4);
    } else if (/^[0-9A-Fa-f]{1,4}$/.test(part)) {
      const value = Number.parseInt(part, 16);
      bytes.push(value >> 8, value & 0xff);
    } else {
      return undefined;
    }
  }
  return bytes.length > 16 ? undefined : bytes;
}
