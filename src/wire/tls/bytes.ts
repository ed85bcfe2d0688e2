/** Vectors of the TLS presentation language (RFC 8446 §3): writing, and a reader that cannot overrun. */

export class WireError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WireError';
  }
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}

export function uint(value: number, size: 1 | 2 | 3 | 4): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = size - 1, rest = value; at >= 0; at--, rest = Math.floor(rest / 256)) bytes[at] = rest % 256;
  return bytes;
}

/** A vector with its length in front. */
export function vector(size: 1 | 2 | 3, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = concat(...parts);
  return concat(uint(body.length, size), body);
}

export function uint16List(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 2);
  for (const [index, value] of values.entries()) {
    bytes[index * 2] = value >> 8;
    bytes[index * 2 + 1] = value;
  }
  return bytes;
}

export function ascii(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

/** Reads from the front; every step throws a WireError where the bytes end early. */
export interface Reader {
  /** Octets not yet read. */
  left(): number;
  uint(size: 1 | 2 | 3 | 4): number;
  bytes(count: number): Uint8Array;
  /** The content of a vector with a length of `size` octets in front. */
  vector(size: 1 | 2 | 3): Uint8Array;
}

export function readerOf(input: Uint8Array): Reader {
  let at = 0;
  function bytes(count: number): Uint8Array {
    if (at + count > input.length)
      throw new WireError(`${String(count)} octets are due and ${String(input.length - at)} left`);
    at += count;
    return input.subarray(at - count, at);
  }
  function uintAt(size: 1 | 2 | 3 | 4): number {
    let value = 0;
    for (const octet of bytes(size)) value = value * 256 + octet;
    return value;
  }
  return { left: () => input.length - at, uint: uintAt, bytes, vector: (size) => bytes(uintAt(size)) };
}

export function uint16sOf(input: Uint8Array): readonly number[] {
  return Array.from({ length: input.length >> 1 }, (_, index) => {
    return ((input[index * 2] ?? 0) << 8) | (input[index * 2 + 1] ?? 0);
  });
}
