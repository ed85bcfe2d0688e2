/** X.509 certificates (RFC 5280 §4.1): every field we judge, from hostile bytes, without ever throwing. */
import { createHash } from 'node:crypto';
import {
  bitStringOf,
  booleanOf,
  childrenOf,
  DerError,
  type Element,
  expect,
  integerOf,
  oidOf,
  readOnly,
  TAG,
} from './der.ts';
import * as ext from './extensions.ts';
import type { GeneralName } from './general-name.ts';
import { algorithmOf, type AlgorithmIdentifier, type PublicKey, publicKeyOf } from './key.ts';
import { type DistinguishedName, nameOf } from './name.ts';
import { type Asn1Time, timeOf } from './time.ts';

export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
}

/** The content of an extension: read, or why it could not be. */
export type Content<T> =
  | { readonly critical: boolean; readonly value: T }
  | { readonly critical: boolean; readonly malformed: string };

export interface Certificate {
  readonly raw: Uint8Array;
  readonly tbs: Uint8Array;
  /** 1, 2 or 3 (the field holds one less). */
  readonly version: number;
  readonly serial: { readonly value: bigint; readonly octets: number };
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly outerSignatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  readonly issuer: DistinguishedName;
  readonly subject: DistinguishedName;
  readonly notBefore: Asn1Time;
  readonly notAfter: Asn1Time;
  readonly key: PublicKey;
  readonly uniqueIds: boolean;
  readonly extensions: readonly Extension[];
  readonly keyUsage: Content<readonly ext.KeyUsage[]> | undefined;
  readonly extendedKeyUsage: Content<readonly string[]> | undefined;
  readonly basicConstraints: Content<ext.BasicConstraints> | undefined;
  readonly subjectAltName: Content<readonly GeneralName[]> | undefined;
  readonly access: Content<readonly ext.AccessDescription[]> | undefined;
  readonly distributionPoints: Content<readonly (readonly GeneralName[])[]> | undefined;
  readonly policies: Content<readonly string[]> | undefined;
  readonly authorityKeyId: Content<ext.AuthorityKeyId> | undefined;
  readonly subjectKeyId: Content<string> | undefined;
  readonly nameConstraints: Content<ext.NameConstraints> | undefined;
  readonly policyConstraints: Content<ext.PolicyConstraints> | undefined;
  readonly policyMappings: Content<readonly (readonly [issuer: string, subject: string])[]> | undefined;
  readonly inhibitAnyPolicy: Content<number> | undefined;
  readonly scts: Content<readonly ext.Sct[]> | undefined;
  readonly tlsFeatures: Content<readonly number[]> | undefined;
  /** SHA-256, lower-case hex. */
  readonly fingerprint: string;
  readonly keyFingerprint: string;
}

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string };

/** Larger ones are refused: real certificates stay far below, and work is bounded. */
export const MAX_CERTIFICATE = 262_144;
const MAX_EXTENSIONS = 200;

export function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function extensionsOf(field: Element): readonly Extension[] {
  const list = childrenOf(expect(childrenOf(field)[0], TAG.sequence, 'the extensions'));
  if (list.length > MAX_EXTENSIONS) throw new DerError('too many extensions');
  return list.map((item) => {
    const parts = [...childrenOf(expect(item, TAG.sequence, 'an extension'))];
    const oid = oidOf(parts.shift(), 'an extension identifier');
    const flag = parts[0]?.tag === TAG.boolean ? parts.shift() : undefined;
    const value = expect(parts[0], TAG.octetString, `the value of extension ${oid}`);
    return { oid, critical: flag !== undefined && booleanOf(flag, 'critical'), value: value.content };
  });
}

/** Reads the first extension of an OID; undefined where there is none. */
function content<T>(
  extensions: readonly Extension[],
  oid: string,
  read: (value: Uint8Array) => T,
): Content<T> | undefined {
  const found = extensions.find((extension) => extension.oid === oid);
  if (found === undefined) return undefined;
  try {
    return { critical: found.critical, value: read(found.value) };
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    return { critical: found.critical, malformed: error.message };
  }
}

function read(bytes: Uint8Array): Certificate {
  const [tbs, outer, signature] = childrenOf(expect(readOnly(bytes), TAG.sequence, 'the certificate'));
  const fields = [...childrenOf(expect(tbs, TAG.sequence, 'tbsCertificate'))];
  const versionField = fields[0]?.tag === 0xa0 ? fields.shift() : undefined;
  const version = versionField === undefined ? 0n : integerOf(childrenOf(versionField)[0], 'the version');
  const serial = expect(fields.shift(), TAG.integer, 'the serial number');
  const signatureAlgorithm = algorithmOf(fields.shift(), 'the signature algorithm');
  const issuer = nameOf(fields.shift(), 'the issuer');
  const [notBefore, notAfter] = childrenOf(expect(fields.shift(), TAG.sequence, 'the validity'));
  const subject = nameOf(fields.shift(), 'the subject');
  const key = publicKeyOf(fields.shift());
  const extensionField = fields.find((field) => field.tag === 0xa3);
  const extensions = extensionField === undefined ? [] : extensionsOf(extensionField);
  return {
    raw: bytes,
    tbs: tbs?.raw ?? new Uint8Array(),
    version: Number(BigInt.asIntN(16, version)) + 1,
    serial: { value: integerOf(serial, 'the serial number'), octets: serial.content.length },
    signatureAlgorithm,
    outerSignatureAlgorithm: algorithmOf(outer, 'the outer signature algorithm'),
    signature: bitStringOf(signature, 'the signature').bytes,
    issuer,
    subject,
    notBefore: timeOf(notBefore, 'notBefore'),
    notAfter: timeOf(notAfter, 'notAfter'),
    key,
    // RFC 5280 §4.1.2.8: issuerUniqueID [1], subjectUniqueID [2]
    uniqueIds: fields.some((field) => [0x81, 0x82, 0xa1, 0xa2].includes(field.tag)),
    extensions,
    keyUsage: content(extensions, ext.OID.keyUsage, ext.keyUsageOf),
    extendedKeyUsage: content(extensions, ext.OID.extendedKeyUsage, ext.extendedKeyUsageOf),
    basicConstraints: content(extensions, ext.OID.basicConstraints, ext.basicConstraintsOf),
    subjectAltName: content(extensions, ext.OID.subjectAltName, ext.subjectAltNameOf),
    access: content(extensions, ext.OID.authorityInfoAccess, ext.accessDescriptionsOf),
    distributionPoints: content(extensions, ext.OID.crlDistributionPoints, ext.distributionPointsOf),
    policies: content(extensions, ext.OID.certificatePolicies, ext.policiesOf),
    authorityKeyId: content(extensions, ext.OID.authorityKeyIdentifier, ext.authorityKeyIdOf),
    subjectKeyId: content(extensions, ext.OID.subjectKeyIdentifier, ext.subjectKeyIdOf),
    nameConstraints: content(extensions, ext.OID.nameConstraints, ext.nameConstraintsOf),
    policyConstraints: content(extensions, ext.OID.policyConstraints, ext.policyConstraintsOf),
    policyMappings: content(extensions, ext.OID.policyMappings, ext.policyMappingsOf),
    inhibitAnyPolicy: content(extensions, ext.OID.inhibitAnyPolicy, ext.inhibitAnyPolicyOf),
    scts: content(extensions, ext.OID.signedCertificateTimestamps, ext.embeddedSctsOf),
    tlsFeatures: content(extensions, ext.OID.tlsFeature, ext.tlsFeaturesOf),
    fingerprint: sha256Hex(bytes),
    keyFingerprint: sha256Hex(key.raw),
  };
}

/** The certificate in DER, or why it is none. */
export function parseCertificate(bytes: Uint8Array): Parsed<Certificate> {
  if (bytes.length > MAX_CERTIFICATE) return { ok: false, error: 'the certificate is larger than 256 KiB' };
  try {
    return { ok: true, value: read(bytes) };
  } catch (error) {
    if (error instanceof DerError) return { ok: false, error: error.message };
    throw error;
  }
}
