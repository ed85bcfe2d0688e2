/** Finds encoded runs in a text (base64, base64url, hex, percent) and decodes those that hold text again. */
import { ENCODINGS, isStrange, SHORTEST_RUN } from './encodings.ts';
import type { Search } from './keywords.ts';

export interface Decoded {
  /** Where the encoded run stands. */
  readonly start: number;
  readonly end: number;
  readonly bytes: Buffer;
  readonly encoding: string;
}

/** The runs that decode to text and touch `[from, to)`, in order; they may begin at `least` and end at `most`. */
export function decodedRuns(
  search: Search,
  bytes: Buffer,
  from: number,
  to: number,
  least = from,
  most = to,
): readonly Decoded[] {
  const found: Decoded[] = [];
  search.runs(bytes, from, to, least, most, (start, end, kinds) => {
    const decoded = decode(bytes, start, end, kinds);
    if (decoded !== undefined) found.push({ start, end, ...decoded });
  });
  return found;
}

function decode(
  bytes: Buffer,
  start: number,
  end: number,
  kinds: number,
): Pick<Decoded, 'bytes' | 'encoding'> | undefined {
  const beginning = bytes.toString('latin1', start, start + SHORTEST_RUN);
  if ((kinds & ENCODINGS.percent) !== 0 && /^(?:%[0-9A-Fa-f]{2}){8}/.test(beginning)) {
    const text = bytes
      .toString('latin1', start, end)
      .replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    return whenText(Buffer.from(text, 'latin1'), 'percent');
  }
  if ((kinds & ENCODINGS.hex) !== 0 && isText(Buffer.from(beginning, 'hex'))) {
    return whenText(Buffer.from(bytes.toString('latin1', start, end), 'hex'), 'hex');
  }
  if ((kinds & ENCODINGS.base64) !== 0) {
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
  for (const byte of bytes) if (isStrange(byte)) strange++;
  return bytes.length > 0 && strange <= bytes.length / 16;
}
