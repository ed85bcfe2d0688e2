/** The fixed part of DNS messages (RFC 1035 §4.1.1): enough to know whether an answer belongs to a question. */

export const HEADER = 12;
export const MAX_MESSAGE = 65535;

export function idOf(message: Uint8Array): number {
  return ((message[0] ?? 0) << 8) | (message[1] ?? 0);
}

/** A copy of the message with another id. */
export function withId(message: Uint8Array, id: number): Uint8Array {
  const copy = new Uint8Array(message);
  setId(copy, id);
  return copy;
}

export function setId(message: Uint8Array, id: number): void {
  message[0] = id >> 8;
  message[1] = id & 0xff;
}

export function isTruncated(message: Uint8Array): boolean {
  return ((message[2] ?? 0) & 0x02) !== 0;
}

export function rcodeOf(message: Uint8Array): number {
  return (message[3] ?? 0) & 0x0f;
}

/** Where the question section ends; undefined where it is not one well-formed question without compression. */
function endOfQuestion(message: Uint8Array): number | undefined {
  if (message[4] !== 0 || message[5] !== 1) return undefined;
  let offset = HEADER;
  for (let length = message[offset]; length !== 0; length = message[offset]) {
    if (length === undefined || length > 63) return undefined;
    offset += length + 1;
  }
  return offset + 5 <= message.length ? offset + 5 : undefined;
}

const lower = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte);

/** Where a query is turned into text: a Buffer made of each one would give it memory outside of the heap, which costs ten times as much. */
const SHORT = Buffer.alloc(512);

/** The key under which equal questions share an answer: everything but the id. */
export function questionKey(query: Uint8Array): string {
  if (query.length > SHORT.length) return Buffer.from(query).toString('latin1', 2);
  SHORT.set(query);
  return SHORT.toString('latin1', 2, query.length);
}

/**
 * RFC 5452 §9.1: an answer counts only with the id, the opcode and the question that were sent; all else is ignored,
 * as if it had not come. `id`: that it was sent with. `short` is one that has our id and nothing behind it.
 */
export function belongsTo(query: Uint8Array, message: Uint8Array, id = idOf(query)): 'yes' | 'no' | 'short' {
  if (message.length < 2 || id !== idOf(message)) return 'no';
  if (message.length < HEADER) return 'short';
  const isAnswer = ((message[2] ?? 0) & 0x80) !== 0;
  const sameOpcode = (((message[2] ?? 0) ^ (query[2] ?? 0)) & 0x78) === 0;
  if (!isAnswer || !sameOpcode) return 'no';
  // A server that could not read the question may leave it out (RFC 1035 §4.1.1, FORMERR, NOTIMP)
  const questions = ((message[4] ?? 0) << 8) | (message[5] ?? 0);
  if (questions === 0) return rcodeOf(message) === 0 ? 'no' : 'yes';
  const end = endOfQuestion(query);
  if (end === undefined || message.length < end || questions !== 1) return 'no';
  const typeAt = end - 4;
  for (let index = HEADER; index < end; index++) {
    const asked = query[index] ?? 0;
    const answered = message[index] ?? 0;
    if (index < typeAt ? lower(asked) !== lower(answered) : asked !== answered) return 'no';
  }
  return 'yes';
}

/** Where a name ends that starts at `offset`; past the end of the message where it does. */
function endOfName(message: Uint8Array, offset: number): number {
  for (let at = offset; at < message.length;) {
    const length = message[at] ?? 0;
    if (length === 0) return at + 1;
    // a pointer is the end of a name (RFC 1035 §4.1.4); where it leads is for those who read the name
    if (length >= 0xc0) return at + 2;
    if (length > 63) return message.length + 1;
    at += length + 1;
  }
  return message.length + 1;
}

/** All records that the header counts are there and whole: what is not is no message. What they hold is for others to read. */
export function isWhole(message: Uint8Array): boolean {
  const count = (at: number): number => ((message[at] ?? 0) << 8) | (message[at + 1] ?? 0);
  let at = HEADER;
  for (let left = count(4); left > 0; left--) {
    at = endOfName(message, at) + 4;
    if (at > message.length) return false;
  }
  for (let left = count(6) + count(8) + count(10); left > 0; left--) {
    const data = endOfName(message, at) + 10;
    if (data > message.length) return false;
    at = data + count(data - 2);
    if (at > message.length) return false;
  }
  return message.length >= HEADER;
}
