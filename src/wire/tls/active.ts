/** Messages that probe for known defects: a heartbeat that claims too much, PKCS#1 blocks, a point of no curve. */
import { constants, publicEncrypt, randomBytes, X509Certificate } from 'node:crypto';
import { concat, uint, WireError } from './bytes.ts';
import { CONTENT, encodeRecord } from './record.ts';

/** Octets that the heartbeat claims to carry; it carries none (CVE-2014-0160). Little, so that little can leak. */
export const CLAIMED = 16;

export function heartbeatRequest(version: number): Uint8Array {
  return encodeRecord(CONTENT.heartbeat, version, concat(uint(1, 1), uint(CLAIMED, 2)));
}

export const PKCS1_VARIANTS = ['right', 'wrongStart', 'noZero', 'zeroInPadding', 'wrongVersion'] as const;
export type Pkcs1Variant = (typeof PKCS1_VARIANTS)[number];

function nonZero(count: number): Buffer {
  return randomBytes(count).map((octet) => (octet === 0 ? 1 : octet)) as Buffer;
}

/** A block as long as the modulus (RFC 8017 §7.2.1), right or wrong in one thing (CVE-2017-13099). */
export function pkcs1Block(variant: Pkcs1Variant, size: number, version: number): Uint8Array {
  const secret = concat(uint(version, 2), nonZero(46));
  const block = Buffer.concat([Buffer.from([0, 2]), nonZero(size - 3 - secret.length), Buffer.from([0]), secret]);
  const middle = size - secret.length - 1;
  if (variant === 'wrongStart') block.set([0x41, 0x17]);
  if (variant === 'noZero') block[middle] = 1;
  if (variant === 'zeroInPadding') block[5] = 0;
  if (variant === 'wrongVersion') block.set([2, 2], middle + 1);
  return block;
}

/** The block under the RSA key of a certificate, as a ClientKeyExchange carries it; undefined where the key is none of RSA. */
export function encryptedBlock(leaf: Uint8Array, variant: Pkcs1Variant, version: number): Uint8Array | undefined {
  try {
    const key = new X509Certificate(Buffer.from(leaf)).publicKey;
    const bits = key.asymmetricKeyDetails?.modulusLength;
    if (key.asymmetricKeyType !== 'rsa' || bits === undefined || bits < 512 || bits > 16_384) return undefined;
    const block = pkcs1Block(variant, Math.ceil(bits / 8), version);
    return publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, block);
  } catch (error) {
    throw new WireError(`the key of the certificate cannot be used: ${error instanceof Error ? error.message : ''}`);
  }
}

/** The field and the coefficient a of P-256 (FIPS 186-4 D.1.2.3). */
const P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const A = P - 3n;

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base % P;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % P;
    square = (square * square) % P;
  }
  return result;
}

const positive = (value: bigint): bigint => ((value % P) + P) % P;

function octets(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
}

export interface InvalidPoint {
  /** Uncompressed. */
  readonly point: Uint8Array;
  /** The shared x coordinate, two times out of three. */
  readonly secret: Uint8Array;
}

/**
 * A point of order 3 on a curve that differs from P-256 in b, which no addition formula uses: a server that does not look
 * agrees on its x with two private keys out of three (RFC 8422 §5.11). b follows from the third division polynomial,
 * 3x⁴ + 6ax² + 12bx − a² = 0.
 */
export function pointOfOrderThree(): InvalidPoint {
  for (let x = 2n; ; x++) {
    const b = positive((A * A - 3n * x ** 4n - 6n * A * x * x) * power(12n * x, P - 2n));
    const square = positive(x ** 3n + A * x + b);
    const y = power(square, (P + 1n) / 4n);
    if (positive(y * y) === square && y !== 0n)
      return { point: concat(Uint8Array.of(4), octets(x), octets(y)), secret: octets(x) };
  }
}
