/** Reads DER (X.690) from hostile bytes: bounded counts and lengths, no recursion, errors of one kind. */

export class DerError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DerError';
  }
}

/** One value: its identifier octet, its contents and its whole encoding, all views of the input. */
export interface Element {
  /** The first identifier octet: class, constructed bit and (low) tag number. */
  readonly tag: number;
  readonly content: Uint8Array;
  readonly raw: Uint8Array;
  /** The length took more octets than needed (X.690 §10.1 forbids that in DER). */
  readonly padded: boolean;
}

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** No structure that we read has more parts than this (a SAN may have thousands of names). */
const MAX_CHILDREN = 20_000;

function identifierLength(bytes: Uint8Array, at: number): number {
  if (((bytes[at] ?? 0) & 0x1f) !== 0x1f) return 1;
  for (let count = 1; count <= 4; count++) {
    const octet = bytes[at + count];
    if (octet === undefined) throw new DerError('the identifier ends early');
    if (octet < 0x80) return count + 1;
  }
  throw new DerError('the tag number is too large');
}

/** The element that starts at an offset, and where the next one starts. */
export function readElement(bytes: Uint8Array, offset = 0): { readonly element: Element; readonly next: number } {
  const tag = bytes[offset];
  if (tag === undefined) throw new DerError('no element where one is due');
  let at = offset + identifierLength(bytes, offset);
  const first = bytes[at++];
  if (first === undefined) throw new DerError('the length ends early');
  let length = first;
  let padded = false;
  if (first === 0x80) throw new DerError('an indefinite length is not DER');
  if (first > 0x80) {
    const count = first & 0x7f;
    if (count > 4) throw new DerError('the length is too large');
    length = 0;
    for (let index = 0; index < count; index++) {
      const octet = bytes[at++];
      if (octet === undefined) throw new DerError('the length ends early');
      if (index === 0 && octet === 0) padded = true;
      length = length * 256 + octet;
    }
    if (length < 0x80) padded = true;
  }
  const next = at + length;
  if (next > bytes.length) throw new DerError(`an element of ${String(length)} octets overruns its container`);
  return {
    element: { tag, content: bytes.subarray(at, next), raw: bytes.subarray(offset, next), padded },
    next,
  };
}

/** The one element that fills all the bytes. */
export function readOnly(bytes: Uint8Array): Element {
  const { element, next } = readElement(bytes);
  if (next !== bytes.length) throw new DerError(`${String(bytes.length - next)} octets follow the element`);
  return element;
}

/** The elements inside a constructed element. */
export function childrenOf(parent: Element): readonly Element[] {
  if ((parent.tag & 0x20) === 0) throw new DerError('a constructed element is due, and this is primitive');
  const found: Element[] = [];
  for (let at = 0; at < parent.content.length;) {
    if (found.length === MAX_CHILDREN) throw new DerError('too many elements');
    const { element, next } = readElement(parent.content, at);
    found.push(element);
    at = next;
  }
  return found;
}

/** The element if it has the tag, else an error that names what was due. */
export function expect(element: Element | undefined, tag: number, what: string): Element {
  if (element === undefined) throw new DerError(`${what} is missing`);
  if (element.tag !== tag)
    throw new DerError(`${what} has tag 0x${element.tag.toString(16)} where 0x${tag.toString(16)} is due`);
  return element;
}

/** An OBJECT IDENTIFIER in dotted form; arcs beyond 2^53 are kept exactly. */
export function oidOf(element: Element | undefined, what = 'an object identifier'): string {
  const { content } = expect(element, TAG.oid, what);
  if (content.length === 0 || content.length > 64) throw new DerError(`${what} has no fit length`);
  const arcs: bigint[] = [];
  let arc = 0n;
  let open = false;
  for (const octet of content) {
    arc = (arc << 7n) | BigInt(octet & 0x7f);
    open = octet >= 0x80;
    if (!open) {
      arcs.push(arc);
      arc = 0n;
    }
  }
  const first = arcs[0];
  if (open || first === undefined) throw new DerError(`${what} ends early`);
  const root = first < 40n ? 0n : first < 80n ? 1n : 2n;
  return [root, first - root * 40n, ...arcs.slice(1)].map(String).join('.');
}

/** A two's complement INTEGER; at most 4 KiB of it, so that arithmetic stays bounded. */
export function integerOf(element: Element | undefined, what = 'an integer'): bigint {
  const { content } = expect(element, TAG.integer, what);
  if (content.length === 0 || content.length > 4096) throw new DerError(`${what} has no fit length`);
  const magnitude = BigInt(`0x${Buffer.from(content).toString('hex')}`);
  return BigInt.asIntN(content.length * 8, magnitude);
}

/** DER says 0xFF for true (X.690 §11.1); any other non-zero octet is read as true too. */
export function booleanOf(element: Element, what: string): boolean {
  const { content } = expect(element, TAG.boolean, what);
  if (content.length !== 1) throw new DerError(`${what} has no fit length`);
  return content[0] !== 0;
}

/** A BIT STRING: its octets, and the numbers of the set bits (at most the first 256 are looked at). */
export function bitStringOf(
  element: Element | undefined,
  what: string,
): { readonly bytes: Uint8Array; readonly unused: number; readonly bits: readonly number[] } {
  const { content } = expect(element, TAG.bitString, what);
  const unused = content[0];
  if (unused === undefined || unused > 7 || (unused > 0 && content.length === 1))
    throw new DerError(`${what} has no valid count of unused bits`);
  const bytes = content.subarray(1);
  const bits: number[] = [];
  const count = Math.min(bytes.length * 8 - unused, 256);
  for (let bit = 0; bit < count; bit++) if (((bytes[bit >> 3] ?? 0) & (0x80 >> (bit % 8))) !== 0) bits.push(bit);
  return { bytes, unused, bits };
}

/** The text of any ASN.1 string type, well-formed; undefined where the tag is none of them. */
export function textOf(element: Element): string | undefined {
  const { content } = element;
  switch (element.tag) {
    case TAG.utf8String:
      return Buffer.from(content).toString('utf8').toWellFormed();
    case TAG.bmpString: {
      const units: number[] = [];
      for (let at = 0; at + 1 < content.length; at += 2) units.push(((content[at] ?? 0) << 8) | (content[at + 1] ?? 0));
      return units
        .map((unit) => String.fromCharCode(unit))
        .join('')
        .toWellFormed();
    }
    case TAG.universalString: {
      let text = '';
      for (let at = 0; at + 3 < content.length; at += 4) {
        const point = Buffer.from(content).readUInt32BE(at);
        text += point <= 0x10ffff ? String.fromCodePoint(point) : '\uFFFD';
      }
      return text.toWellFormed();
    }
    case TAG.printableString:
    case TAG.teletexString:
    case TAG.ia5String:
    case 0x12: // NumericString
    case 0x1a: // VisibleString
      return Buffer.from(content).toString('latin1');
    default:
      return undefined;
  }
}
