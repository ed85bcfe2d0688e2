/** A reader and a writer over octets; the reader refuses to go past its end. */
import { FaultError } from '../../model/fault.ts';

export function malformed(what: string): FaultError {
  return new FaultError('dns.malformed', `the DNS message is malformed: ${what}`);
}

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
    return this.u8() * 0x100 + this.u8();
  }

  u32(): number {
    return this.u16() * 0x10000 + this.u16();
  }

  take(length: number): Uint8Array {
    if (length > this.left) throw malformed('a length points past the end');
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

/** Collects big-endian fields; refuses to grow past what a DNS message can hold. */
export class Writer {
  readonly #bytes: number[] = [];

  get length(): number {
    return this.#bytes.length;
  }

  u8(value: number): void {
    this.#bytes.push(value & 0xff);
  }

  u16(value: number): void {
    this.#bytes.push((value >>> 8) & 0xff, value & 0xff);
  }

  u32(value: number): void {
    this.u16(Math.floor(value / 0x10000));
    this.u16(value % 0x10000);
  }

  octets(bytes: Uint8Array): void {
    for (const byte of bytes) this.#bytes.push(byte);
  }

  /** Puts a 16-bit length in front of what `fill` writes. */
  sized(fill: () => void): void {
    const at = this.#bytes.length;
    this.u16(0);
    fill();
    const length = this.#bytes.length - at - 2;
    if (length > 0xffff) throw new FaultError('dns.limit', 'a DNS record holds at most 65535 octets');
    this.#bytes[at] = length >>> 8;
    this.#bytes[at + 1] = length & 0xff;
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}
