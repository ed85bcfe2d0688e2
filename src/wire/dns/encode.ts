/** Writes DNS messages: our queries, and answers for the servers of the lab. */
import { FaultError } from '../../model/fault.ts';
import { parseIpv4, parseIpv6 } from './address.ts';
import { Writer } from './bytes.ts';
import { type Compression, MAX_NAME, writeName, writePlainName } from './name.ts';
import { latin1Bytes } from './rdata.ts';
import { TYPES, type Edns, type Message, type Rdata, type ResourceRecord } from './types.ts';

interface QueryOptions {
  /** The engine sets a fresh one for the wire. */
  readonly id?: number;
  /** Default true; false for questions to an authoritative server. */
  readonly recursionDesired?: boolean;
  readonly checkingDisabled?: boolean;
  /** Default true: EDNS with 1232 octets (DNS flag day 2020) and the DO bit; false: a plain RFC 1035 query. */
  readonly edns?: boolean;
}

const HEADER_OCTETS = 12;
/** The OPT record of our queries (RFC 6891 §6.1.2): root, type 41, 1232 octets, DO (RFC 3225 §3), no options. */
const EDNS = Uint8Array.of(0, 0, TYPES.OPT, 0x04, 0xd0, 0, 0, 0x80, 0, 0, 0);

export function encodeQuery(name: string, type: number, options: QueryOptions = {}): Uint8Array {
  const hasEdns = options.edns !== false;
  const others = HEADER_OCTETS + 4 + (hasEdns ? EDNS.length : 0);
  // a usual name takes one octet before its first label and one behind its last
  let wireLength = name.length + 2;
  let query = new Uint8Array(Math.min(wireLength, MAX_NAME) + others);
  if (!writePlainName(query, HEADER_OCTETS, name)) {
    const octets = nameOctets(name);
    wireLength = octets.length;
    query = new Uint8Array(wireLength + others);
    query.set(octets, HEADER_OCTETS);
  }
  const id = options.id ?? 0;
  query[0] = id >>> 8;
  query[1] = id & 0xff;
  query[2] = options.recursionDesired === false ? 0 : 0x01;
  // RFC 6840 §5.7: AD in a query asks for AD in the answer
  query[3] = 0x20 | (options.checkingDisabled === true ? 0x10 : 0);
  query[5] = 1;
  query[11] = hasEdns ? 1 : 0;
  const at = HEADER_OCTETS + wireLength;
  query[at] = type >>> 8;
  query[at + 1] = type & 0xff;
  query[at + 3] = 1;
  if (hasEdns) query.set(EDNS, at + 4);
  return query;
}

function nameOctets(name: string): Uint8Array {
  const writer = new Writer();
  writeName(writer, name);
  return writer.finish();
}

/** A whole message, names compressed. */
export function encodeMessage(message: Message): Uint8Array {
  const writer = new Writer();
  const compression: Compression = new Map();
  writer.u16(message.id);
  writer.u16(flagsOf(message));
  writer.u16(message.questions.length);
  writer.u16(message.answers.length);
  writer.u16(message.authorities.length);
  writer.u16(message.additionals.length + (message.edns === undefined ? 0 : 1));
  for (const question of message.questions) {
    writeName(writer, question.name, compression);
    writer.u16(question.type);
    writer.u16(question.class);
  }
  for (const record of [...message.answers, ...message.authorities, ...message.additionals]) {
    writeRecord(writer, record, compression);
  }
  if (message.edns !== undefined) writeEdns(writer, message.edns, message.rcode >>> 4);
  if (writer.length > 0xffff) throw new FaultError('dns.limit', 'a DNS message holds at most 65535 octets');
  return writer.finish();
}

function flagsOf(message: Message): number {
  return (
    (message.response ? 0x8000 : 0) |
    ((message.opcode & 15) << 11) |
    (message.authoritative ? 0x0400 : 0) |
    (message.truncated ? 0x0200 : 0) |
    (message.recursionDesired ? 0x0100 : 0) |
    (message.recursionAvailable ? 0x80 : 0) |
    (message.authenticData ? 0x20 : 0) |
    (message.checkingDisabled ? 0x10 : 0) |
    (message.rcode & 15)
  );
}

function writeEdns(writer: Writer, edns: Edns, extendedRcode: number): void {
  writer.u8(0);
  writer.u16(TYPES.OPT);
  writer.u16(edns.udpSize);
  writer.u8(extendedRcode);
  writer.u8(edns.version);
  writer.u16(edns.dnssecOk ? 0x8000 : 0);
  writer.sized(() => {
    for (const option of edns.options) {
      writer.u16(option.code);
      writer.sized(() => {
        writer.octets(option.value);
      });
    }
  });
}

function writeRecord(writer: Writer, record: ResourceRecord, compression: Compression): void {
  writeName(writer, record.name, compression);
  writer.u16(record.type);
  writer.u16(record.class);
  writer.u32(record.ttl);
  writer.sized(() => {
    writeRdata(writer, record.rdata, compression);
  });
}

function writeAddress(writer: Writer, octets: Uint8Array | undefined, text: string): void {
  if (octets === undefined) throw new FaultError('dns.malformed', `${JSON.stringify(text)} is no such address`);
  writer.octets(octets);
}

function writeRdata(writer: Writer, rdata: Rdata, compression: Compression): void {
  switch (rdata.is) {
    case 'A':
      writeAddress(writer, parseIpv4(rdata.address), rdata.address);
      return;
    case 'AAAA':
      writeAddress(writer, parseIpv6(rdata.address), rdata.address);
      return;
    case 'NS':
    case 'CNAME':
    case 'PTR':
      writeName(writer, rdata.name, compression);
      return;
    case 'DNAME':
      writeName(writer, rdata.name);
      return;
    case 'SOA':
      writeName(writer, rdata.primary, compression);
      writeName(writer, rdata.mailbox, compression);
      for (const value of [rdata.serial, rdata.refresh, rdata.retry, rdata.expire, rdata.minimum]) writer.u32(value);
      return;
    case 'MX':
      writer.u16(rdata.preference);
      writeName(writer, rdata.exchange, compression);
      return;
    case 'TXT':
      for (const text of rdata.strings) writeString(writer, text);
      return;
    case 'SRV':
      for (const value of [rdata.priority, rdata.weight, rdata.port]) writer.u16(value);
      writeName(writer, rdata.target);
      return;
    case 'CAA':
      writer.u8(rdata.flags);
      writeString(writer, latin1Bytes(rdata.tag));
      writer.octets(rdata.value);
      return;
    case 'TLSA':
      for (const value of [rdata.usage, rdata.selector, rdata.matching]) writer.u8(value);
      writer.octets(rdata.data);
      return;
    case 'SVCB':
      writer.u16(rdata.priority);
      writeName(writer, rdata.target);
      for (const parameter of rdata.parameters) {
        writer.u16(parameter.key);
        writer.sized(() => {
          writer.octets(parameter.value);
        });
      }
      return;
    default:
      writeDnssec(writer, rdata);
  }
}

type DnssecRdata = Extract<Rdata, { is: 'DS' | 'DNSKEY' | 'RRSIG' | 'NSEC' | 'NSEC3' | 'NSEC3PARAM' | 'raw' }>;

function writeDnssec(writer: Writer, rdata: DnssecRdata): void {
  switch (rdata.is) {
    case 'DS':
      writer.u16(rdata.keyTag);
      writer.u8(rdata.algorithm);
      writer.u8(rdata.digestType);
      writer.octets(rdata.digest);
      return;
    case 'DNSKEY':
      writer.u16(rdata.flags);
      writer.u8(rdata.protocol);
      writer.u8(rdata.algorithm);
      writer.octets(rdata.key);
      return;
    case 'RRSIG':
      writer.u16(rdata.covered);
      writer.u8(rdata.algorithm);
      writer.u8(rdata.labels);
      for (const value of [rdata.originalTtl, rdata.expiration, rdata.inception]) writer.u32(value);
      writer.u16(rdata.keyTag);
      writeName(writer, rdata.signer);
      writer.octets(rdata.signature);
      return;
    case 'NSEC':
      writeName(writer, rdata.next);
      writeTypeBitmap(writer, rdata.types);
      return;
    case 'NSEC3':
      writeNsec3(writer, rdata);
      writeString(writer, rdata.next);
      writeTypeBitmap(writer, rdata.types);
      return;
    case 'NSEC3PARAM':
      writeNsec3(writer, rdata);
      return;
    case 'raw':
      writer.octets(rdata.bytes);
  }
}

function writeNsec3(
  writer: Writer,
  rdata: { readonly algorithm: number; readonly flags: number; readonly iterations: number; readonly salt: Uint8Array },
): void {
  writer.u8(rdata.algorithm);
  writer.u8(rdata.flags);
  writer.u16(rdata.iterations);
  writeString(writer, rdata.salt);
}

function writeString(writer: Writer, bytes: Uint8Array): void {
  if (bytes.length > 255) throw new FaultError('dns.limit', 'a character string holds at most 255 octets');
  writer.u8(bytes.length);
  writer.octets(bytes);
}

function writeTypeBitmap(writer: Writer, types: readonly number[]): void {
  const windows = new Map<number, Uint8Array>();
  for (const type of [...types].sort((a, b) => a - b)) {
    const octets = windows.get(type >>> 8) ?? new Uint8Array(32);
    const index = (type & 0xff) >>> 3;
    octets[index] = (octets[index] ?? 0) | (0x80 >>> (type & 7));
    windows.set(type >>> 8, octets);
  }
  for (const [window, octets] of windows) {
    let length = 32;
    while (length > 0 && octets[length - 1] === 0) length -= 1;
    writer.u8(window);
    writer.u8(length);
    writer.octets(octets.subarray(0, length));
  }
}
