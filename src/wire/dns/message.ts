/** Decodes DNS messages (RFC 1035 §4); everything outside the grammar is the fault `dns.malformed`. */
import { malformed, Reader } from './bytes.ts';
import { readName, skipName } from './name.ts';
import { readRdata } from './rdata.ts';
import { TYPES, type Edns, type Message, type Question, type ResourceRecord } from './types.ts';

export { encodeMessage, encodeQuery } from './encode.ts';

/** `asked`: the name that the question is expected to hold; where it does, the name need not be made anew. */
export function decodeMessage(bytes: Uint8Array, asked?: string): Message {
  // a Buffer would hand out Buffers: the values of a message are plain octets
  const plain = Buffer.isBuffer(bytes) ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : bytes;
  const reader = new Reader(plain);
  const id = reader.u16();
  const flags = reader.u16();
  const count = reader.u16();
  const answered = reader.u16();
  const authoritative = reader.u16();
  const additional = reader.u16();
  const questions = count === 0 ? [] : [readQuestion(reader, asked)];
  for (let left = count - 1; left > 0; left -= 1) questions.push(readQuestion(reader));
  const first = questions[0]?.name;
  const answers = readRecords(reader, answered, first);
  const authorities = readRecords(reader, authoritative, first);
  const additionals = readRecords(reader, additional, first);
  const option = optionOf(additionals);
  return {
    id,
    response: (flags & 0x8000) !== 0,
    opcode: (flags >>> 11) & 15,
    authoritative: (flags & 0x0400) !== 0,
    truncated: (flags & 0x0200) !== 0,
    recursionDesired: (flags & 0x0100) !== 0,
    recursionAvailable: (flags & 0x80) !== 0,
    authenticData: (flags & 0x20) !== 0,
    checkingDisabled: (flags & 0x10) !== 0,
    rcode: (flags & 15) | (option === undefined ? 0 : Math.floor(option.ttl / 0x1000000) << 4),
    questions,
    answers,
    authorities,
    // most messages hold nothing there but the OPT record
    additionals:
      option !== undefined && additionals.length === 1 ? NONE : additionals.filter((record) => record !== option),
    edns: option === undefined ? undefined : ednsOf(option),
  };
}

const NONE: readonly ResourceRecord[] = [];

function optionOf(additionals: readonly ResourceRecord[]): ResourceRecord | undefined {
  let option: ResourceRecord | undefined;
  for (const record of additionals) {
    if (record.type !== TYPES.OPT) continue;
    // RFC 6891 §6.1.1: more than one OPT is a format error
    if (option !== undefined) throw malformed('it has more than one OPT record');
    option = record;
  }
  return option;
}

/** Where the name of the first question stands. */
const QUESTION_AT = 12;

/** The owner of a record; most often it is a pointer to the name that was asked. */
function readOwner(reader: Reader, first: string | undefined): string {
  const { bytes, position } = reader;
  if (first === undefined || bytes[position] !== 0xc0 || bytes[position + 1] !== QUESTION_AT) return readName(reader);
  reader.position += 2;
  return first;
}

function readRecords(reader: Reader, count: number, first: string | undefined): readonly ResourceRecord[] {
  if (count === 0) return NONE;
  // a list that grows from nothing takes room for 17
  const records = [readRecord(reader, first)];
  for (let left = count - 1; left > 0; left -= 1) records.push(readRecord(reader, first));
  return records;
}

function readRecord(reader: Reader, first: string | undefined): ResourceRecord {
  const name = readOwner(reader, first);
  const type = reader.u16();
  const recordClass = reader.u16();
  const ttl = reader.u32();
  const part = reader.part(reader.u16());
  return { name, type, class: recordClass, ttl, rdata: readRdata(type, part) };
}

function readQuestion(reader: Reader, expected?: string): Question {
  const isExpected = expected !== undefined && skipName(reader, expected);
  return { name: isExpected ? expected : readName(reader), type: reader.u16(), class: reader.u16() };
}

function ednsOf(record: ResourceRecord): Edns {
  const options: { code: number; value: Uint8Array }[] = [];
  if (record.rdata.is === 'raw' && record.rdata.bytes.length > 0) {
    const reader = new Reader(record.rdata.bytes);
    while (reader.left > 0) options.push({ code: reader.u16(), value: reader.take(reader.u16()) });
  }
  return {
    udpSize: record.class,
    version: Math.floor(record.ttl / 0x10000) & 0xff,
    dnssecOk: (record.ttl & 0x8000) !== 0,
    options,
  };
}
