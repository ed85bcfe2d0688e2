/** Finds encoded runs in a text (base64, base64url, hex, percent) and decodes those that hold text again. */

export interface Decoded {
  /** Where the encoded run stands. */
  readonly start: number;
  readonly end: number;
  readonly bytes: Buffer;
  readonly encoding: string;
}

const BASE64 = 1;
const HEX = 2;
const PERCENT = 4;

const KIND = new Uint8Array(256);
for (const char of '0123456789abcdefABCDEF') KIND[char.charCodeAt(0)] = BASE64 | HEX | PERCENT;
for (const char of 'GHIJKLMNOPQRSTUVWXYZghijklmnopqrstuvwxyz+/-_=') KIND[char.charCodeAt(0)] = BASE64;
KIND[0x25] = PERCENT;

/** What a digit of base64 or base64url stands for. */
const SIXTY_FOUR = new Uint8Array(256);
for (const [value, char] of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.split('').entries())
  SIXTY_FOUR[char.charCodeAt(0)] = value;
for (const [from, to] of ['-+', '_/'])
  SIXTY_FOUR[(from ?? '').charCodeAt(0)] = SIXTY_FOUR[(to ?? '').charCodeAt(0)] ?? 0;

/** Shorter runs hold no credential of a form of its own. */
const SHORTEST = 24;
const LONGEST = 64 * 1024;

/** The runs that decode to text and touch `[from, to)`, in order; they may begin at `least` and end at `most`. */
export function* decodedRuns(bytes: Buffer, from: number, to: number, least = from, most = to): Generator<Decoded> {
  // a run of that length covers one of these places; most places are ruled out by what surrounds them
  let place = from + SHORTEST - 1;
  while (place < to) {
    if (KIND[bytes[place] as number] === 0) {
      place += SHORTEST;
      continue;
    }
    let start = place;
    while (start > least && KIND[bytes[start - 1] as number] !== 0) start--;
    let end = place + 1;
    while (end < most && KIND[bytes[end] as number] !== 0) end++;
    if (end - start >= SHORTEST) yield* runsWithin(bytes, start, end);
    place = end + SHORTEST;
  }
}

/** A run goes on while one encoding explains all of it. */
function* runsWithin(bytes: Buffer, from: number, to: number): Generator<Decoded> {
  let at = from;
  while (at < to) {
    const start = at;
    let kinds = KIND[bytes[at] as number] as number;
    for (at++; at < to; at++) {
      const next = kinds & (KIND[bytes[at] as number] as number);
      if (next === 0) break;
      kinds = next;
    }
    if (at - start < SHORTEST || at - start > LONGEST) continue;
    const decoded = decode(bytes, start, at, kinds);
    if (decoded !== undefined) yield { start, end: at, ...decoded };
  }
}

function decode(
  bytes: Buffer,
  start: number,
  end: number,
  kinds: number,
): Pick<Decoded, 'bytes' | 'encoding'> | undefined {
  if ((kinds & PERCENT) !== 0 && /^(?:%[0-9A-Fa-f]{2}){8}/.test(bytes.toString('latin1', start, start + SHORTEST))) {
    const text = bytes
      .toString('latin1', start, end)
      .replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    return whenText(Buffer.from(text, 'latin1'), 'percent');
  }
  if ((kinds & HEX) !== 0 && isText(Buffer.from(bytes.toString('latin1', start, start + SHORTEST), 'hex'))) {
    return whenText(Buffer.from(bytes.toString('latin1', start, end), 'hex'), 'hex');
  }
  if ((kinds & BASE64) !== 0 && beginsAsText(bytes, start)) {
    return whenText(Buffer.from(bytes.toString('latin1', start, end), 'base64'), 'base64');
  }
  return undefined;
}

/** Names and random letters are no text after decoding: the first bytes tell, before anything is allocated. */
function beginsAsText(bytes: Buffer, start: number): boolean {
  let strange = 0;
  for (let at = start; at < start + SHORTEST; at += 4) {
    const one = sixBits(bytes, at);
    const two = sixBits(bytes, at + 1);
    const three = sixBits(bytes, at + 2);
    const four = sixBits(bytes, at + 3);
    if (isStrange((one << 2) | (two >> 4))) strange++;
    if (isStrange(((two & 15) << 4) | (three >> 2))) strange++;
    if (isStrange(((three & 3) << 6) | four)) strange++;
    if (strange > 1) return false;
  }
  return true;
}

function sixBits(bytes: Buffer, at: number): number {
  return SIXTY_FOUR[bytes[at] as number] as number;
}

function whenText(bytes: Buffer, encoding: string): Pick<Decoded, 'bytes' | 'encoding'> | undefined {
  return isText(bytes) ? { bytes, encoding } : undefined;
}

function isStrange(byte: number): boolean {
  return (byte < 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) || byte > 0x7e;
}

/** Printable ASCII and white space, but for a few bytes of another alphabet. */
function isText(bytes: Uint8Array): boolean {
  let strange = 0;
  for (const byte of bytes) if (isStrange(byte)) strange++;
  return bytes.length > 0 && strange <= bytes.length / 16;
}
