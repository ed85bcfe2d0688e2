/** The fixed part of DNS messages (RFC 1035 §4.1.1): enough to know whether an answer belongs to a question. */

export const HEADER = 12;
export const MAX_MESSAGE = 65535;

export function idOf(message: Uint8Array): number {
  return ((message[0] ?? 0) << 8) | (message[1] ?? 0);
}

/** A copy of the message with another id. */
export function withId(message: Uint8Array, id: number): Uint8Array {
  const copy = Uint8Array.from(message);
  copy[0] = id >> 8;
  copy[1] = id & 0xff;
  return copy;
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

/** The key under which equal questions share an answer: everything but the id. */
export function questionKey(query: Uint8Array): string {
  return Buffer.from(query.buffer, query.byteOffset + 2, query.length - 2).toString('latin1');
}

/**
 * RFC 5452 §9.1: an answer counts only with the id, the opcode and the question that were sent; all else is ignored,
 * as if it had not come. `short` is one that has our id and nothing behind it.
 */
export function belongsTo(query: Uint8Array, message: Uint8Array): 'yes' | 'no' | 'short' {
  if (message.length < 2 || idOf(query) !== idOf(message)) return 'no';
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
