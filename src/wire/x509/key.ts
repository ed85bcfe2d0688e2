/** SubjectPublicKeyInfo (RFC 5280 §4.1.2.7): the kind of key, its size, its curve or its numbers. */
import { bitStringOf, childrenOf, type Element, expect, integerOf, oidOf, readOnly, TAG } from './der.ts';

export interface AlgorithmIdentifier {
  readonly oid: string;
  /** What stands in the parameters field. */
  readonly parameters: 'absent' | 'null' | 'other';
  readonly raw: Uint8Array;
}

export interface PublicKey {
  readonly algorithm: AlgorithmIdentifier;
  readonly kind: 'rsa' | 'rsa-pss' | 'ec' | 'dsa' | 'ed25519' | 'ed448' | 'ml-dsa' | 'unknown';
  /** Size in bits of modulus, field or prime; undefined where it cannot be told. */
  readonly bits: number | undefined;
  /** For EC: `P-256` and the like, or the OID of a curve that has no short name here. */
  readonly curve: string | undefined;
  readonly modulus: bigint | undefined;
  readonly exponent: bigint | undefined;
  readonly raw: Uint8Array;
  /** Why the key material itself could not be read. */
  readonly malformed: string | undefined;
}

const CURVES: { readonly [oid: string]: readonly [name: string, bits: number] } = {
  '1.2.840.10045.3.1.1': ['P-192', 192],
  '1.2.840.10045.3.1.7': ['P-256', 256],
  '1.3.132.0.33': ['P-224', 224],
  '1.3.132.0.34': ['P-384', 384],
  '1.3.132.0.35': ['P-521', 521],
  '1.3.132.0.10': ['secp256k1', 256],
  '1.3.36.3.3.2.8.1.1.7': ['brainpoolP256r1', 256],
  '1.3.36.3.3.2.8.1.1.11': ['brainpoolP384r1', 384],
  '1.3.36.3.3.2.8.1.1.13': ['brainpoolP512r1', 512],
  '1.2.156.10197.1.301': ['SM2', 256],
};

const FIXED: { readonly [oid: string]: readonly [kind: PublicKey['kind'], bits: number] } = {
  '1.3.101.112': ['ed25519', 256],
  '1.3.101.113': ['ed448', 456],
  '2.16.840.1.101.3.4.3.17': ['ml-dsa', 128],
  '2.16.840.1.101.3.4.3.18': ['ml-dsa', 192],
  '2.16.840.1.101.3.4.3.19': ['ml-dsa', 256],
};

export function algorithmOf(element: Element | undefined, what: string): AlgorithmIdentifier {
  const sequence = expect(element, TAG.sequence, what);
  const [oid, parameters] = childrenOf(sequence);
  return {
    oid: oidOf(oid, `the identifier of ${what}`),
    parameters: parameters === undefined ? 'absent' : parameters.tag === TAG.null ? 'null' : 'other',
    raw: sequence.raw,
  };
}

function bitLength(value: bigint): number {
  return value <= 0n ? 0 : value.toString(2).length;
}

type Material = Pick<PublicKey, 'kind' | 'bits' | 'curve' | 'modulus' | 'exponent'>;
const NOTHING = { bits: undefined, curve: undefined, modulus: undefined, exponent: undefined } as const;

function materialOf(algorithm: AlgorithmIdentifier, identifier: Element, key: Element | undefined): Material {
  const fixed = FIXED[algorithm.oid];
  if (fixed !== undefined) return { ...NOTHING, kind: fixed[0], bits: fixed[1] };
  switch (algorithm.oid) {
    case '1.2.840.113549.1.1.1':
    case '1.2.840.113549.1.1.10': {
      const [modulus, exponent] = childrenOf(
        expect(readOnly(bitStringOf(key, 'the public key').bytes), TAG.sequence, 'the RSA key'),
      );
      const n = integerOf(modulus, 'the modulus');
      const kind = algorithm.oid.endsWith('.10') ? 'rsa-pss' : 'rsa';
      return { ...NOTHING, kind, bits: bitLength(n), modulus: n, exponent: integerOf(exponent, 'the exponent') };
    }
    case '1.2.840.10045.2.1': {
      const parameters = childrenOf(identifier)[1];
      // RFC 5480 §2.1.1: named curves only; an explicit curve has no name to judge
      const oid = parameters?.tag === TAG.oid ? oidOf(parameters) : 'explicit';
      const known = CURVES[oid];
      return { ...NOTHING, kind: 'ec', curve: known?.[0] ?? oid, bits: known?.[1] };
    }
    case '1.2.840.10040.4.1': {
      const parameters = childrenOf(identifier)[1];
      if (parameters?.tag !== TAG.sequence) return { ...NOTHING, kind: 'dsa' };
      return { ...NOTHING, kind: 'dsa', bits: bitLength(integerOf(childrenOf(parameters)[0], 'the DSA prime')) };
    }
    default:
      return { ...NOTHING, kind: 'unknown' };
  }
}

export function publicKeyOf(element: Element | undefined): PublicKey {
  const spki = expect(element, TAG.sequence, 'the public key info');
  const [identifier, key] = childrenOf(spki);
  const algorithm = algorithmOf(identifier, 'the key algorithm');
  try {
    const material = materialOf(algorithm, expect(identifier, TAG.sequence, 'the key algorithm'), key);
    return { algorithm, ...material, raw: spki.raw, malformed: undefined };
  } catch (error) {
    const malformed = error instanceof Error ? error.message : String(error);
    return { algorithm, ...NOTHING, kind: 'unknown', raw: spki.raw, malformed };
  }
}
