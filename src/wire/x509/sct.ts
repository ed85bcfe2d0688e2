/** Signed certificate timestamps (RFC 6962 §3.2): whether a log signed what this certificate was before the timestamps went in. */
import { createHash } from 'node:crypto';
import type { Certificate } from './certificate.ts';
import { childrenOf, DerError, expect, oidOf, readOnly, TAG } from './der.ts';
import * as der from './der-writer.ts';
import { OID, type Sct } from './extensions.ts';
import { type PublicKey, publicKeyOf } from './key.ts';
import { isSignedBy } from './verify.ts';

/** RFC 5246 §7.4.1.4.1: sha256 with rsa and with ecdsa, as RFC 6962 §2.1.4 allows, and the identifiers of the same in X.509. */
const ALGORITHMS: { readonly [pair: string]: string } = {
  '0401': '1.2.840.113549.1.1.11',
  '0403': '1.2.840.10045.4.3.2',
};

/** What the log saw: the certificate to be, without its poison and its timestamps. Undefined where the parts cannot be told. */
function precertificate(certificate: Certificate): Uint8Array | undefined {
  try {
    const fields = childrenOf(readOnly(certificate.tbs));
    const rewritten = fields.map((field) => {
      if (field.tag !== 0xa3) return field.raw;
      const extensions = childrenOf(expect(childrenOf(field)[0], TAG.sequence, 'the extensions'));
      const kept = extensions.filter(
        (extension) => oidOf(childrenOf(extension)[0]) !== OID.signedCertificateTimestamps,
      );
      return der.context(3, true, der.sequence(...kept.map(({ raw }) => raw)));
    });
    return der.sequence(...rewritten);
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

function numbered(length: number, value: number | bigint): Uint8Array {
  const bytes = Buffer.alloc(length);
  bytes.writeUIntBE(Number(BigInt(value) & 0xffff_ffff_ffffn), Math.max(0, length - 6), Math.min(6, length));
  return bytes;
}

export interface Logged {
  readonly certificate: Certificate;
  /** The authority that issued it; undefined where the timestamp came beside the certificate and not in it. */
  readonly issuer: Certificate | undefined;
}

/** RFC 6962 §3.2: what the log signed. */
function signedPart(sct: Sct, { certificate, issuer }: Logged): Uint8Array | undefined {
  const entry = issuer === undefined ? certificate.raw : precertificate(certificate);
  if (entry === undefined) return undefined;
  return Buffer.concat([
    Uint8Array.of(0, 0),
    numbered(8, sct.timestamp),
    numbered(2, issuer === undefined ? 0 : 1),
    issuer === undefined ? new Uint8Array() : createHash('sha256').update(issuer.key.raw).digest(),
    numbered(3, entry.length),
    entry,
    numbered(2, sct.extensions.length),
    sct.extensions,
  ]);
}

/** The key of a log as lists publish it (SubjectPublicKeyInfo in DER); undefined where it is none. */
export function logKey(spki: Uint8Array): PublicKey | undefined {
  try {
    return publicKeyOf(readOnly(spki));
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

export function isTimestamp(sct: Sct, logged: Logged, key: PublicKey): boolean {
  const oid = ALGORITHMS[sct.algorithm];
  const tbs = signedPart(sct, logged);
  if (oid === undefined || tbs === undefined || sct.version !== 0) return false;
  const signatureAlgorithm = { oid, parameters: 'absent', raw: new Uint8Array() } as const;
  return isSignedBy({ tbs, signatureAlgorithm, signature: sct.signature }, key);
}
