/** The contents of resource records, decoded to typed values; what is unknown stays octets (RFC 3597). */
import { formatAddress } from './address.ts';
import { malformed, type Reader } from './bytes.ts';
import { readName } from './name.ts';
import { TYPES, type Rdata, type ServiceParameter } from './types.ts';

/** Reads the contents of one record from a part that holds exactly its RDLENGTH octets. */
export function readRdata(type: number, part: Reader): Rdata {
  const rdata = readKnown(type, part);
  if (part.left > 0) throw malformed('a record is longer than its contents');
  return rdata;
}

function readKnown(type: number, part: Reader): Rdata {
  switch (type) {
    case TYPES.A:
      return { is: 'A', address: `${part.u8()}.${part.u8()}.${part.u8()}.${part.u8()}` };
    case TYPES.AAAA:
      return { is: 'AAAA', address: formatAddress(part.take(16)) };
    case TYPES.NS:
      return { is: 'NS', name: readName(part) };
    case TYPES.CNAME:
      return { is: 'CNAME', name: readName(part) };
    case TYPES.PTR:
      return { is: 'PTR', name: readName(part) };
    case TYPES.DNAME:
      return { is: 'DNAME', name: readName(part) };
    case TYPES.SOA:
      return {
        is: 'SOA',
        primary: readName(part),
        mailbox: readName(part),
        serial: part.u32(),
        refresh: part.u32(),
        retry: part.u32(),
        expire: part.u32(),
        minimum: part.u32(),
      };
    case TYPES.MX:
      return { is: 'MX', preference: part.u16(), exchange: readName(part) };
    case TYPES.TXT:
    case TYPES.SPF:
      return { is: 'TXT', strings: readStrings(part) };
    case TYPES.SRV:
      return { is: 'SRV', priority: part.u16(), weight: part.u16(), port: part.u16(), target: readName(part) };
    case TYPES.CAA: {
      const flags = part.u8();
      // RFC 8659 §4.1: a tag of no octets is malformed contents, which the rules judge; only lengths are refused here
      const tag = latin1(part.take(part.u8()));
      return { is: 'CAA', flags, tag, value: part.rest() };
    }
    case TYPES.TLSA:
      return { is: 'TLSA', usage: part.u8(), selector: part.u8(), matching: part.u8(), data: part.rest() };
    case TYPES.SVCB:
    case TYPES.HTTPS:
      return { is: 'SVCB', priority: part.u16(), target: readName(part), parameters: readParameters(part) };
    default:
      return readDnssec(type, part);
  }
}

function readDnssec(type: number, part: Reader): Rdata {
  switch (type) {
    case TYPES.DS:
      return { is: 'DS', keyTag: part.u16(), algorithm: part.u8(), digestType: part.u8(), digest: part.rest() };
    case TYPES.DNSKEY:
      return { is: 'DNSKEY', flags: part.u16(), protocol: part.u8(), algorithm: part.u8(), key: part.rest() };
    case TYPES.RRSIG:
      return {
        is: 'RRSIG',
        covered: part.u16(),
        algorithm: part.u8(),
        labels: part.u8(),
        originalTtl: part.u32(),
        expiration: part.u32(),
        inception: part.u32(),
        keyTag: part.u16(),
        signer: readName(part),
        signature: part.rest(),
      };
    case TYPES.NSEC:
      return { is: 'NSEC', next: readName(part), types: readTypeBitmap(part) };
    case TYPES.NSEC3:
      return {
        is: 'NSEC3',
        algorithm: part.u8(),
        flags: part.u8(),
        iterations: part.u16(),
        salt: part.take(part.u8()),
        next: part.take(part.u8()),
        types: readTypeBitmap(part),
      };
    case TYPES.NSEC3PARAM:
      return {
        is: 'NSEC3PARAM',
        algorithm: part.u8(),
        flags: part.u8(),
        iterations: part.u16(),
        salt: part.take(part.u8()),
      };
    default:
      return { is: 'raw', bytes: part.rest() };
  }
}

/** RFC 1035 §3.3.14: one or more character strings. None at all is tolerated as an empty list. */
function readStrings(part: Reader): Uint8Array[] {
  const strings: Uint8Array[] = [];
  while (part.left > 0) strings.push(part.take(part.u8()));
  return strings;
}

/** RFC 4034 §4.1.2: windows of at most 32 octets, in rising order. */
function readTypeBitmap(part: Reader): number[] {
  const types: number[] = [];
  let last = -1;
  while (part.left > 0) {
    const window = part.u8();
    const length = part.u8();
    if (window <= last || length < 1 || length > 32) throw malformed('a type bitmap is not in order');
    last = window;
    for (const [index, octet] of part.take(length).entries()) {
      for (let bit = 0; bit < 8; bit += 1) {
        if ((octet & (0x80 >>> bit)) !== 0) types.push(window * 256 + index * 8 + bit);
      }
    }
  }
  return types;
}

/** RFC 9460 §2.2: keys in strictly rising order. */
function readParameters(part: Reader): ServiceParameter[] {
  const parameters: ServiceParameter[] = [];
  let last = -1;
  while (part.left > 0) {
    const key = part.u16();
    if (key <= last) throw malformed('service parameters are not in order');
    last = key;
    parameters.push({ key, value: part.take(part.u16()) });
  }
  return parameters;
}

/** Octets as text, one code point each: nothing is lost and nothing is guessed about an encoding. */
export function latin1(bytes: Uint8Array): string {
  if (bytes.length > 24) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

export function latin1Bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);
}
