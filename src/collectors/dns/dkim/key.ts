/** DKIM public keys (RFC 6376 §3.6.1, RFC 8463 §3): the octets of p= as a number to judge, or why they are none. */
import { childrenOf, DerError, expect, integerOf, readOnly, TAG } from '../../../wire/x509/der.ts';
import { publicKeyOf } from '../../../wire/x509/key.ts';

export interface DkimKey {
  readonly kind: 'rsa' | 'ed25519' | 'unknown';
  readonly bits: number | undefined;
  readonly modulus: bigint | undefined;
  readonly exponent: bigint | undefined;
  /** RSAPublicKey without the SubjectPublicKeyInfo around it: common, and accepted by verifiers. */
  readonly bare: boolean;
  readonly bad: string | undefined;
}

function badKey(kind: DkimKey['kind'], bad: string): DkimKey {
  return { kind, bits: undefined, modulus: undefined, exponent: undefined, bare: false, bad };
}

/** White space inside p= is allowed (§3.2 FWS); the rest is base64, padded or not. */
function decode(text: string): Uint8Array | undefined {
  const packed = text.replaceAll(/[ \t\r\n]/g, '');
  const match = /^([A-Za-z0-9+/]*)(={0,2})$/.exec(packed);
  if (match === null || (match[1] ?? '').length % 4 === 1) return undefined;
  return Uint8Array.from(Buffer.from(packed, 'base64'));
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
    return { kind, bits: 256, modulus: undefined, exponent: undefined, bare: false, bad: undefined };
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
    return numbers(integerOf(children[0], 'the modulus'), integerOf(children[1], 'the exponent'), true);
  }
  const key = publicKeyOf(outer);
  if (key.malformed !== undefined) return badKey('rsa', key.malformed);
  if (key.kind !== 'rsa') return badKey('rsa', `p holds a key of kind ${key.kind}, not RSA`);
  if (key.modulus === undefined || key.exponent === undefined) return badKey('rsa', 'p holds no modulus');
  return numbers(key.modulus, key.exponent, false);
}

function numbers(modulus: bigint, exponent: bigint, bare: boolean): DkimKey {
  if (modulus <= 0n || exponent <= 0n) return badKey('rsa', 'modulus or exponent is not positive');
  return { kind: 'rsa', bits: modulus.toString(2).length, modulus, exponent, bare, bad: undefined };
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
