/** Offline checksums of credential formats (facts/secrets §5): what a value proves about itself without asking anyone. */
import { createHash } from 'node:crypto';
import type { ChecksumName } from '../../model/detector.ts';

/** `wrong` lowers a severity; `unproven` is a mismatch against a rule that its provider has not confirmed: it says nothing. */
export type Proof = 'right' | 'wrong' | 'unproven' | 'none';

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 (IEEE 802.3). */
export function crc32(text: string): number {
  let crc = 0xffffffff;
  for (let i = 0; i < text.length; i++) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ text.charCodeAt(i)) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

export function base62(value: number, length: number): string {
  let rest = value;
  let text = '';
  do {
    text = (BASE62[rest % 62] ?? '0') + text;
    rest = Math.floor(rest / 62);
  } while (rest > 0);
  return text.padStart(length, '0');
}

/** GitHub's scheme: prefix, 30 random characters, 6 of CRC-32 in base62 of the 30. */
function githubLike(value: string): boolean | undefined {
  const body = value.slice(4);
  if (body.length !== 36) return undefined;
  return base62(crc32(body.slice(0, 30)), 6) === body.slice(30);
}

/** Grafana: `glsa_` + 32 + `_` + CRC-32 of what stands before, its bytes little-endian, in hex. */
function grafana(value: string): boolean | undefined {
  if (!/^glsa_[0-9A-Za-z]{32}_[0-9a-fA-F]{8}$/.test(value)) return undefined;
  const crc = Buffer.alloc(4);
  crc.writeUInt32LE(crc32(value.slice(0, 37)));
  return crc.toString('hex') === value.slice(38).toLowerCase();
}

const BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';

/** Bech32 (BIP-173): the checksum over the expanded human-readable part and the data is 1. */
function bech32(value: string): boolean | undefined {
  const text = value.toLowerCase();
  const one = text.lastIndexOf('1');
  if (one < 1) return undefined;
  const hrp = Array.from(text.slice(0, one), (char) => char.charCodeAt(0));
  const data = Array.from(text.slice(one + 1), (char) => BECH32.indexOf(char));
  if (data.includes(-1)) return false;
  let sum = 1;
  for (const item of [...hrp.map((code) => code >> 5), 0, ...hrp.map((code) => code & 31), ...data]) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ item;
    for (const [bit, generator] of [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3].entries()) {
      if ((top >> bit) & 1) sum ^= generator;
    }
  }
  return sum === 1;
}

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** Base58Check: the last four bytes are the beginning of the double SHA-256 of the others. */
function base58check(value: string): boolean {
  let number = 0n;
  for (const char of value) {
    const digit = BASE58.indexOf(char);
    if (digit < 0) return false;
    number = number * 58n + BigInt(digit);
  }
  const hex = number.toString(16);
  const leading = /^1*/.exec(value)?.[0].length ?? 0;
  const bytes = Buffer.concat([Buffer.alloc(leading), Buffer.from(hex.length % 2 === 1 ? `0${hex}` : hex, 'hex')]);
  if (bytes.length < 5) return false;
  const digest = createHash('sha256')
    .update(createHash('sha256').update(bytes.subarray(0, -4)).digest())
    .digest();
  return digest.subarray(0, 4).equals(bytes.subarray(-4));
}

/** `prefix body tail`: the tail is believed to be a CRC-32 of what stands before it. */
function crcTail(value: string, tail: number): boolean {
  return crc32(value.slice(0, -tail)).toString(16).padStart(8, '0') === value.slice(-tail).toLowerCase();
}

/** By name: is the value right by its own checksum, and may a mismatch lower the severity (§5, column "certainty")? */
const RULES: {
  readonly [name in ChecksumName]: { readonly confirmed: boolean; holds(value: string): boolean | undefined };
} = {
  github: { confirmed: true, holds: githubLike },
  'github-like': { confirmed: false, holds: githubLike },
  grafana: { confirmed: true, holds: grafana },
  bech32: { confirmed: true, holds: bech32 },
  base58check: { confirmed: true, holds: base58check },
  'crc32-hex': { confirmed: false, holds: (value) => crcTail(value, 8) },
};

export function proofOf(name: ChecksumName | undefined, value: string): Proof {
  const checksum = name === undefined ? undefined : RULES[name];
  const holds = checksum?.holds(value);
  if (checksum === undefined || holds === undefined) return 'none';
  if (holds) return 'right';
  return checksum.confirmed ? 'wrong' : 'unproven';
}
