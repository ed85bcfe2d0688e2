import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyNumbers } from '../../../../src/collectors/tls/certificate-key.ts';
import type { PublicKey } from '../../../../src/wire/x509/key.ts';

function rsa(modulus: bigint, exponent = 65_537n): PublicKey {
  const bits = modulus <= 0n ? 0 : modulus.toString(2).length;
  return { kind: 'rsa', modulus, exponent, bits, curve: undefined } as unknown as PublicKey;
}

/** The next prime-like number, by trial with small primes and one Fermat test: enough to build moduli from. */
function primeFrom(start: bigint): bigint {
  const power = (base: bigint, exponent: bigint, modulus: bigint): bigint => {
    let [result, factor, rest] = [1n, base % modulus, exponent];
    for (; rest > 0n; rest >>= 1n) {
      if (rest % 2n === 1n) result = (result * factor) % modulus;
      factor = (factor * factor) % modulus;
    }
    return result;
  };
  for (let candidate = start | 1n; ; candidate += 2n) if (power(2n, candidate - 1n, candidate) === 1n) return candidate;
}

const p = primeFrom((1n << 512n) + 12_345n);
const far = primeFrom((1n << 512n) + (1n << 500n));

test('primes that lie close together are found, others are not', () => {
  assert.equal(keyNumbers(rsa(p * primeFrom(p + 1000n)))['closePrimes'], true);
  assert.equal(keyNumbers(rsa(p * far))['closePrimes'], false);
});

test('a small factor, an even modulus and an odd exponent are told apart', () => {
  assert.equal(keyNumbers(rsa(751n * p))['smallFactor'], 751);
  assert.equal(keyNumbers(rsa(p * far))['smallFactor'], undefined);
  assert.equal(keyNumbers(rsa(2n * p))['modulusOdd'], false);
  assert.deepEqual(
    [1n, 3n, 4n, 65_537n, 1n << 256n].map((exponent) => {
      const { exponentValid, exponentInRange } = keyNumbers(rsa(p * far, exponent));
      return [exponentValid, exponentInRange];
    }),
    [
      [false, false],
      [true, false],
      [false, false],
      [true, true],
      [false, false],
    ],
  );
});

test('a key of no sense, and one too large to compute with, is unknown in everything', () => {
  for (const [modulus, code] of [
    [0n, 'cert.malformed'],
    [-5n, 'cert.malformed'],
    [3n, 'cert.malformed'],
    [(1n << 20_000n) + 1n, 'net.limit'],
  ] as const)
    for (const fact of ['modulusOdd', 'smallFactor', 'closePrimes', 'roca', 'exponentValid'])
      assert.deepEqual(keyNumbers(rsa(modulus))[fact], { $unknown: code });
});
