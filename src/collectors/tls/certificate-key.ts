/** What can be told from the numbers of an RSA key alone: shape, small factors, close primes, the ROCA fingerprint. Pure. */
import type { PublicKey } from '../../wire/x509/key.ts';
import { type Unknown, unknown } from '../../model/facts.ts';
import type { JsonObject } from '../../model/json.ts';

/** Beyond this size the arithmetic is not done. */
const MAX_BITS = 16_384;
const FERMAT_ROUNDS = 100;

function primesBelow(limit: number): readonly number[] {
  const found: number[] = [];
  for (let candidate = 2; candidate < limit; candidate++)
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate);
  return found;
}
const SMALL_PRIMES = primesBelow(752);

/** The largest integer whose square is at most n (Newton). */
function squareRoot(n: bigint): bigint {
  if (n < 2n) return n;
  let root = 1n << BigInt((n.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + n / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** Fermat: n = a² - b² with a close to the square root of n, where the primes are close together. */
function hasClosePrimes(n: bigint): boolean {
  let a = squareRoot(n);
  if (a * a < n) a += 1n;
  for (let round = 0; round < FERMAT_ROUNDS; round++) {
    const difference = a * a - n;
    const b = squareRoot(difference);
    if (b * b === difference) return true;
    a += 1n;
  }
  return false;
}

/** CVE-2017-15361: the modulus is a power of 65537 modulo each of these primes; chance alone gives that to one key in 2^27. */
const ROCA_PRIMES = primesBelow(168).slice(1);
const ROCA_POWERS = new Map(
  ROCA_PRIMES.map((prime) => {
    const powers = new Set<number>();
    for (let power = 1; !powers.has(power); power = (power * 65_537) % prime) powers.add(power);
    return [prime, powers];
  }),
);

function hasRocaFingerprint(n: bigint): boolean {
  return ROCA_PRIMES.every((prime) => ROCA_POWERS.get(prime)?.has(Number(n % BigInt(prime))) === true);
}

/** Facts of a key whose numbers were not looked at: none of them may pass for absent. */
function unseen(why: Unknown): JsonObject {
  return {
    exponentValid: why,
    exponentInRange: why,
    modulusOdd: why,
    wholeOctets: why,
    smallFactor: why,
    closePrimes: why,
    roca: why,
  };
}

export function keyNumbers({ modulus, exponent, bits }: PublicKey): JsonObject {
  if (modulus === undefined || exponent === undefined || bits === undefined) return {};
  if (bits > MAX_BITS || modulus < 4n) return unseen(unknown(modulus < 4n ? 'cert.malformed' : 'net.limit'));
  const odd = modulus % 2n === 1n;
  const smallFactor = SMALL_PRIMES.find((prime) => modulus % BigInt(prime) === 0n);
  return {
    exponentValid: exponent >= 3n && exponent % 2n === 1n,
    // BR 6.1.6: the range from 2^16 + 1 to 2^256 - 1
    exponentInRange: exponent >= 65_537n && exponent < 1n << 256n,
    modulusOdd: odd,
    wholeOctets: bits % 8 === 0,
    ...(smallFactor !== undefined && { smallFactor }),
    closePrimes: odd && hasClosePrimes(modulus),
    roca: hasRocaFingerprint(modulus),
  };
}
