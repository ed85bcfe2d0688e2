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

/** Shorter runs hold no credential of a form of its own. */
const SHORTEST = 24;
const LONGEST = 64 * 1024;

/** The runs of one text that decode to text, in order. */
export function* decodedRuns(bytes: Buffer, from: number, to: number): Generator<Decoded> {
  let at = from;
  while (at < to) {
    let kinds = KIND[bytes[at] ?? 0] ?? 0;
    if (kinds === 0) {
      at++;
      continue;
    }
    const start = at;
    // the run goes on while one encoding explains all of it
    for (at++; at < to; at++) {
      const next = kinds & (KIND[bytes[at] ?? 0] ?? 0);
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
  // a random text of letters and digits is no text after decoding: a look at its first bytes tells
  const first = bytes.toString('latin1', start, start + SHORTEST);
  if ((kinds & PERCENT) !== 0 && /^(?:%[0-9A-Fa-f]{2}){8}/.test(first)) {
    const text = bytes
      .toString('latin1', start, end)
      .replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    return whenText(Buffer.from(text, 'latin1'), 'percent');
  }
  if ((kinds & HEX) !== 0 && isText(Buffer.from(first, 'hex'))) {
    return whenText(Buffer.from(bytes.toString('latin1', start, end), 'hex'), 'hex');
  }
  if ((kinds & BASE64) !== 0 && isText(Buffer.from(first, 'base64'))) {
    return whenText(Buffer.from(bytes.toString('latin1', start, end), 'base64'), 'base64');
  }
  return undefined;
}

function whenText(bytes: Buffer, encoding: string): Pick<Decoded, 'bytes' | 'encoding'> | undefined {
  return isText(bytes) ? { bytes, encoding } : undefined;
}

/** Printable ASCII and white space, but for a few bytes of another alphabet. */
function isText(bytes: Uint8Array): boolean {
  let strange = 0;
  for (const byte of bytes)
    if ((byte < 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) || byte > 0x7e) strange++;
  return bytes.length > 0 && strange <= bytes.length / 16;
}
