/** Signature algorithms of certificates by OID: name and hash (RFC 5280, RFC 4055, RFC 5758, RFC 8410). */
import { childrenOf, DerError, oidOf, readOnly } from '../../wire/x509/der.ts';
import type { AlgorithmIdentifier } from '../../wire/x509/key.ts';

export interface SignatureFacts {
  readonly name: string;
  /** `none` where the scheme has no hash to choose (Ed25519), `unknown` for a foreign OID. */
  readonly hash: string;
  readonly key: 'rsa' | 'rsa-pss' | 'ec' | 'dsa' | 'eddsa' | 'ml-dsa' | 'unknown';
}

const ALGORITHMS: { readonly [oid: string]: readonly [name: string, hash: string, key: SignatureFacts['key']] } = {
  '1.2.840.113549.1.1.2': ['md2WithRSAEncryption', 'md2', 'rsa'],
  '1.2.840.113549.1.1.4': ['md5WithRSAEncryption', 'md5', 'rsa'],
  '1.2.840.113549.1.1.5': ['sha1WithRSAEncryption', 'sha1', 'rsa'],
  '1.2.840.113549.1.1.11': ['sha256WithRSAEncryption', 'sha256', 'rsa'],
  '1.2.840.113549.1.1.12': ['sha384WithRSAEncryption', 'sha384', 'rsa'],
  '1.2.840.113549.1.1.13': ['sha512WithRSAEncryption', 'sha512', 'rsa'],
  '1.2.840.113549.1.1.14': ['sha224WithRSAEncryption', 'sha224', 'rsa'],
  '1.2.840.10045.4.1': ['ecdsa-with-SHA1', 'sha1', 'ec'],
  '1.2.840.10045.4.3.1': ['ecdsa-with-SHA224', 'sha224', 'ec'],
  '1.2.840.10045.4.3.2': ['ecdsa-with-SHA256', 'sha256', 'ec'],
  '1.2.840.10045.4.3.3': ['ecdsa-with-SHA384', 'sha384', 'ec'],
  '1.2.840.10045.4.3.4': ['ecdsa-with-SHA512', 'sha512', 'ec'],
  '1.2.840.10040.4.3': ['dsa-with-SHA1', 'sha1', 'dsa'],
  '2.16.840.1.101.3.4.3.1': ['dsa-with-SHA224', 'sha224', 'dsa'],
  '2.16.840.1.101.3.4.3.2': ['dsa-with-SHA256', 'sha256', 'dsa'],
  '1.3.101.112': ['Ed25519', 'none', 'eddsa'],
  '1.3.101.113': ['Ed448', 'none', 'eddsa'],
  '2.16.840.1.101.3.4.3.17': ['ML-DSA-44', 'none', 'ml-dsa'],
  '2.16.840.1.101.3.4.3.18': ['ML-DSA-65', 'none', 'ml-dsa'],
  '2.16.840.1.101.3.4.3.19': ['ML-DSA-87', 'none', 'ml-dsa'],
};

const PSS = '1.2.840.113549.1.1.10';
const HASHES: { readonly [oid: string]: string } = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
  '2.16.840.1.101.3.4.2.4': 'sha224',
};

/** RFC 4055 §3.1: the hash stands in [0] of the parameters; SHA-1 where it does not. */
function pssHash(algorithm: AlgorithmIdentifier): string {
  try {
    const parameters = childrenOf(readOnly(algorithm.raw))[1];
    const field = parameters === undefined ? undefined : childrenOf(parameters).find((part) => part.tag === 0xa0);
    const identifier = field === undefined ? undefined : childrenOf(field)[0];
    if (identifier === undefined) return 'sha1';
    return HASHES[oidOf(childrenOf(identifier)[0])] ?? 'unknown';
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    return 'unknown';
  }
}

export function signatureOf(algorithm: AlgorithmIdentifier): SignatureFacts {
  if (algorithm.oid === PSS) return { name: 'RSASSA-PSS', hash: pssHash(algorithm), key: 'rsa-pss' };
  const known = ALGORITHMS[algorithm.oid];
  return known === undefined
    ? { name: algorithm.oid, hash: 'unknown', key: 'unknown' }
    : { name: known[0], hash: known[1], key: known[2] };
}
