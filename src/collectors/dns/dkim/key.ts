/** DKIM public keys (RFC 6376 §3.6.1, RFC 8463 §3): the octets of p= as a number to judge, or why they are none. */
import { createPublicKey } from 'node:crypto';
import { childrenOf, DerError, expect, integerOf, readOnly, TAG } from '../../../wire/x509/der.ts';
import { publicKeyOf } from '../../../wire/x509/key.ts';

export interface DkimKey {
  readonly kind: 'rsa' | 'ed25519' | 'unknown';
  readonly bits: number | undefined;
  readonly modulus: bigint | undefined;
  readonly exponent: bigint | undefined;
  /** RSAPublicKey without the SubjectPublicKeyInfo around it: common, and accepted by verifiers. */
  readonly bare: boolean;
  /** The key as SubjectPublicKeyInfo, whatever form the record has. */
  readonly spki: Uint8Array | undefined;
  readonly bad: string | undefined;
}

function badKey(kind: DkimKey['kind'], bad: string): DkimKey {
  return { kind, bits: undefined, modulus: undefined, exponent: undefined, bare: false, spki: undefined, bad };
}

/** White space inside p= is allowed (§3.2 FWS); the rest is base64, padded or not. */
function decode(text: string): Uint8Array | undefined {
  const packed = text.replaceAll(/[ \t\r\n]/g, '');
  const match = /^([A-Za-z0-9+/]*)(={0,2})$/.exec(packed);
  if (match === null || (match[1] ?? '').length % 4 === 1) return undefined;
  return Uint8Array.from(Buffer.from(packed, 'base64'));
}

/** SEQUENCE { SEQUENCE { id-Ed25519 }, BIT STRING of 32 octets } (RFC 8410 §4). */
const ED25519_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** An RSAPublicKey as SubjectPublicKeyInfo; undefined where node:crypto reads no key in it. */
function wrapped(octets: Uint8Array): Uint8Array | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(octets), format: 'der', type: 'pkcs1' });
    return key.export({ format: 'der', type: 'spki' });
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/** `type` is the value of k=, lower case; p is not empty. */
export function readKey(type: string, p: string): DkimKey {
  const kind = type === 'rsa' || type === 'ed25519' ? type : 'unknown';
  if (kind === 'unknown') return badKey(kind, `the key type "${type.slice(0, 30)}" is not known`);
  const octets = decode(p);
  if (octets === undefined) return badKey(kind, 'p is not base64');
  if (kind === 'ed25519') {
    // RFC 8463 §4: the 32 octets themselves, no SubjectPublicKeyInfo
    if (octets.length !== 32) return badKey(kind, `an Ed25519 key has 32 octets, this has ${String(octets.length)}`);
    const spki = Buffer.concat([ED25519_PREFIX, octets]);
    return { kind, bits: 256, modulus: undefined, exponent: undefined, bare: false, spki, bad: undefined };
  }
  try {
    return rsaKey(octets);
  } catch (error) {
    if (error instanceof DerError) return badKey('rsa', `p is no RSA key: ${error.message}`);
    throw error;
  }
}

function rsaKey(octets: Uint8Array): DkimKey {
  const outer = readOnly(octets);
  const children = childrenOf(expect(outer, TAG.sequence, 'the key'));
  if (children[0]?.tag === TAG.integer) {
    const [modulus, exponent] = [integerOf(children[0], 'the modulus'), integerOf(children[1], 'the exponent')];
    return numbers(modulus, exponent, wrapped(octets), true);
  }
  const key = publicKeyOf(outer);
  if (key.malformed !== undefined) return badKey('rsa', key.malformed);
  if (key.kind !== 'rsa') return badKey('rsa', `p holds a key of kind ${key.kind}, not RSA`);
  if (key.modulus === undefined || key.exponent === undefined) return badKey('rsa', 'p holds no modulus');
  return numbers(key.modulus, key.exponent, octets, false);
}

function numbers(modulus: bigint, exponent: bigint, spki: Uint8Array | undefined, bare: boolean): DkimKey {
  if (modulus <= 0n || exponent <= 0n) return badKey('rsa', 'modulus or exponent is not positive');
  return { kind: 'rsa', bits: modulus.toString(2).length, modulus, exponent, bare, spki, bad: undefined };
}

/** Small primes that the fingerprint of CVE-2017-15361 uses: 65537 generates a small subgroup of each. */
const ROCA_PRIMES = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113,
  127, 131, 137, 139, 149, 151, 157, 163, 167,
];

/** Infineon's RSALib made primes whose product is, modulo each of these, a power of 65537 (Nemec et al., 2017). */
export function looksLikeRoca(modulus: bigint): boolean {
  return ROCA_PRIMES.every((prime) => {
    const rest = Number(modulus % BigInt(prime));
    let power = 1;
    for (let step = 0; step < prime; step += 1) {
      if (power === rest) return true;
      power = (power * 65_537) % prime;
    }
    return false;
  });
}

/** Whether two moduli share a prime: anybody who has both can factor them. */
export function sharePrime(a: bigint, b: bigint): boolean {
  if (a === b) return false;
  let [x, y] = [a, b];
  while (y > 0n) [x, y] = [y, x % y];
  return x > 1n;
}
