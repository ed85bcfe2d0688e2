/** A reader and a writer over octets; the reader refuses to go past its end. */
import { FaultError } from '../../model/fault.ts';

export function malformed(what: string): FaultError {
  return new FaultError('dns.malformed', `the DNS message is malformed: ${what}`);
}

const NOTHING = new Uint8Array(0);

/** Reads big-endian fields of one message. `position` is where the next field starts, `end` where this part ends. */
export class Reader {
  readonly bytes: Uint8Array;
  position: number;
  readonly end: number;

  constructor(bytes: Uint8Array, position = 0, end = bytes.length) {
    this.bytes = bytes;
    this.position = position;
    this.end = end;
  }

  get left(): number {
    return this.end - this.position;
  }

  u8(): number {
    const value = this.position < this.end ? this.bytes[this.position] : undefined;
    if (value === undefined) throw malformed('it ends in the middle of a field');
    this.position += 1;
    return value;
  }

  u16(): number {
    const at = this.position;
    if (at + 2 > this.end) throw malformed('it ends in the middle of a field');
    this.position = at + 2;
    return ((this.bytes[at] ?? 0) << 8) | (this.bytes[at + 1] ?? 0);
  }

  u32(): number {
    return this.u16() * 0x10000 + this.u16();
  }

  take(length: number): Uint8Array {
    if (length > this.left) throw malformed('a length points past the end');
    if (length === 0) return NOTHING;
    const taken = this.bytes.subarray(this.position, this.position + length);
    this.position += length;
    return taken;
  }

  rest(): Uint8Array {
    return this.take(this.left);
  }

  /** The next `length` octets as a part of its own; names in it may still point back into the whole message. */
  part(length: number): Reader {
    if (length > this.left) throw malformed('a length points past the end');
    const part = new Reader(this.bytes, this.position, this.position + length);
    this.position += length;
    return part;
  }
}

const MAX_WRITTEN = 0x40000;

/** Collects big-endian fields; refuses to grow far beyond what a DNS message can hold. */
export class Writer {
  #bytes = new Uint8Array(128);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Makes room; the answer is where it begins. */
  #grow(by: number): number {
    const at = this.#length;
    this.#length = at + by;
    if (this.#length > this.#bytes.length) {
      if (this.#length > MAX_WRITTEN) throw new FaultError('dns.limit', 'a DNS message holds at most 65535 octets');
      const larger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 4));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    return at;
  }

  u8(value: number): void {
    const at = this.#grow(1);
    this.#bytes[at] = value;
  }

  u16(value: number): void {
    const at = this.#grow(2);
    this.#bytes[at] = value >>> 8;
    this.#bytes[at + 1] = value;
  }

  u32(value: number): void {
    this.u16(Math.floor(value / 0x10000));
    this.u16(value % 0x10000);
  }

  octets(bytes: Uint8Array): void {
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** Puts a 16-bit length in front of what `fill` writes. */
  sized(fill: () => void): void {
    const at = this.#grow(2);
    fill();
    const length = this.#length - at - 2;
    if (length > 0xffff) throw new FaultError('dns.limit', 'a DNS record holds at most 65535 octets');
    this.#bytes[at] = length >>> 8;
    this.#bytes[at + 1] = length;
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}
