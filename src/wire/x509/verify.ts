/** Whether one certificate signed another: names and signature only, with node:crypto doing the mathematics. */
import { constants, createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { Certificate } from './certificate.ts';
import { childrenOf, DerError, integerOf, oidOf, readOnly } from './der.ts';
import type { AlgorithmIdentifier, PublicKey } from './key.ts';

/** Hash by signature OID; null where the scheme has its own. */
const HASHES: { readonly [oid: string]: string | null } = {
  '1.2.840.113549.1.1.4': 'md5',
  '1.2.840.113549.1.1.5': 'sha1',
  '1.2.840.113549.1.1.14': 'sha224',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.1': 'sha1',
  '1.2.840.10045.4.3.1': 'sha224',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.2.840.10040.4.3': 'sha1',
  '2.16.840.1.101.3.4.3.1': 'sha224',
  '2.16.840.1.101.3.4.3.2': 'sha256',
  '1.3.101.112': null,
  '1.3.101.113': null,
};
const PSS = '1.2.840.113549.1.1.10';
const PSS_HASHES: { readonly [oid: string]: string } = {
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/** Larger RSA keys are not computed with: the work is an attacker's to give. */
const MAX_KEY_BITS = 16_384;

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** The same name stands above and below: a CA's new key, or a root (RFC 5280 §3.2). */
export function isSelfIssued({ subject, issuer }: Certificate): boolean {
  return sameBytes(subject.raw, issuer.raw);
}

/** RFC 4055 §3.1: hash in [0], salt length in [2], SHA-1 and 20 where they are missing. */
function pssOf(raw: Uint8Array): { readonly hash: string; readonly saltLength: number } {
  const fields = childrenOf(childrenOf(readOnly(raw))[1] ?? readOnly(Uint8Array.of(0x30, 0)));
  const hash = fields.find(({ tag }) => tag === 0xa0);
  const salt = fields.find(({ tag }) => tag === 0xa2);
  const identifier = hash === undefined ? undefined : childrenOf(hash)[0];
  const oid = identifier === undefined ? '' : oidOf(childrenOf(identifier)[0]);
  return {
    hash: PSS_HASHES[oid] ?? 'sha1',
    saltLength: salt === undefined ? 20 : Number(BigInt.asUintN(16, integerOf(childrenOf(salt)[0]))),
  };
}

/** Anything that was signed as certificates are: a certificate, a CRL, an OCSP answer. */
export interface Signed {
  /** The octets under the signature. */
  readonly tbs: Uint8Array;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
}

function check({ tbs, signature, signatureAlgorithm: { oid, raw } }: Signed, key: KeyObject): boolean {
  if (oid === PSS) {
    const { hash, saltLength } = pssOf(raw);
    return verify(hash, tbs, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }, signature);
  }
  const hash = HASHES[oid];
  return hash !== undefined && verify(hash, tbs, key, signature);
}

/** Whether a key made a signature. Never throws. */
export function isSignedBy(signed: Signed, { bits, raw }: PublicKey): boolean {
  if ((bits ?? 0) > MAX_KEY_BITS) return false;
  try {
    return check(signed, createPublicKey({ key: Buffer.from(raw), format: 'der', type: 'spki' }));
  } catch (error) {
    // node refuses keys and signatures that are malformed or of a kind that it does not know
    if (error instanceof DerError || error instanceof Error) return false;
    throw error;
  }
}

/** RFC 5280 §6.1.3 (a)(1) and (4): the issuer's name and its signature. */
export function isIssuedBy(child: Certificate, issuer: Certificate): boolean {
  if (!sameBytes(child.issuer.raw, issuer.subject.raw)) return false;
  if (!sameBytes(child.signatureAlgorithm.raw, child.outerSignatureAlgorithm.raw)) return false;
  return isSignedBy(child, issuer.key);
}
