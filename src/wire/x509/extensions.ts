/** The contents of the certificate extensions that we judge (RFC 5280 §4.2, RFC 6962, RFC 7633). */
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
import { type GeneralName, generalNameOf, generalNamesOf } from './general-name.ts';

export const OID = {
  subjectDirectoryAttributes: '2.5.29.9',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  issuerAltName: '2.5.29.18',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  crlDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  policyMappings: '2.5.29.33',
  authorityKeyIdentifier: '2.5.29.35',
  policyConstraints: '2.5.29.36',
  extendedKeyUsage: '2.5.29.37',
  freshestCrl: '2.5.29.46',
  inhibitAnyPolicy: '2.5.29.54',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
  subjectInfoAccess: '1.3.6.1.5.5.7.1.11',
  tlsFeature: '1.3.6.1.5.5.7.1.24',
  signedCertificateTimestamps: '1.3.6.1.4.1.11129.2.4.2',
  precertificatePoison: '1.3.6.1.4.1.11129.2.4.3',
} as const;

export const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;
export type KeyUsage = (typeof KEY_USAGES)[number];

export interface BasicConstraints {
  readonly ca: boolean;
  readonly pathLength: number | undefined;
}

export interface AccessDescription {
  readonly method: 'ocsp' | 'caIssuers' | 'other';
  readonly location: GeneralName;
}

export interface NameConstraints {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
  /** A subtree has a minimum or a maximum, which RFC 5280 §4.2.1.10 forbids. */
  readonly distances: boolean;
}

export interface PolicyConstraints {
  /** Certificates that may follow before a policy must be explicit, or before mapping ends. */
  readonly requireExplicit: number | undefined;
  readonly inhibitMapping: number | undefined;
}

/** One signed certificate timestamp (RFC 6962 §3.2). */
export interface Sct {
  readonly version: number;
  /** Hex of the log's key hash. */
  readonly log: string;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly extensions: Uint8Array;
  /** Hash and signature algorithm, two octets in hex (RFC 5246 §7.4.1.4.1). */
  readonly algorithm: string;
  readonly signature: Uint8Array;
}

export function keyUsageOf(value: Uint8Array): readonly KeyUsage[] {
  const { bits } = bitStringOf(readOnly(value), 'keyUsage');
  return bits.flatMap((bit) => KEY_USAGES[bit] ?? []);
}

/** The elements of an extension that is a SEQUENCE. */
function partsOf(value: Uint8Array, what: string): readonly Element[] {
  return childrenOf(expect(readOnly(value), TAG.sequence, what));
}

export function extendedKeyUsageOf(value: Uint8Array): readonly string[] {
  return partsOf(value, 'extendedKeyUsage').map((part) => oidOf(part, 'a key purpose'));
}

export function basicConstraintsOf(value: Uint8Array): BasicConstraints {
  const parts = [...partsOf(value, 'basicConstraints')];
  const first = parts[0];
  const ca = first?.tag === TAG.boolean && booleanOf(first, 'cA');
  if (first?.tag === TAG.boolean) parts.shift();
  if (parts.length > 1) throw new DerError('basicConstraints has too many parts');
  const length = parts[0] === undefined ? undefined : integerOf(parts[0], 'pathLenConstraint');
  if (length !== undefined && (length > 1_000_000n || length < -1_000_000n))
    throw new DerError('pathLenConstraint is out of all bounds');
  return { ca, pathLength: length === undefined ? undefined : Number(length) };
}

export function subjectAltNameOf(value: Uint8Array): readonly GeneralName[] {
  return generalNamesOf(expect(readOnly(value), TAG.sequence, 'subjectAltName'));
}

export function accessDescriptionsOf(value: Uint8Array): readonly AccessDescription[] {
  return partsOf(value, 'authorityInfoAccess').map((part) => {
    const [method, location] = childrenOf(expect(part, TAG.sequence, 'an access description'));
    const oid = oidOf(method, 'an access method');
    if (location === undefined) throw new DerError('an access description has no location');
    const name = oid === '1.3.6.1.5.5.7.48.1' ? 'ocsp' : oid === '1.3.6.1.5.5.7.48.2' ? 'caIssuers' : 'other';
    return { method: name, location: generalNameOf(location) };
  });
}

/** The full names of each distribution point; a point with a relative name or none has an empty list. */
export function distributionPointsOf(value: Uint8Array): readonly (readonly GeneralName[])[] {
  return partsOf(value, 'cRLDistributionPoints').map((part) => {
    const point = childrenOf(expect(part, TAG.sequence, 'a distribution point')).find((field) => field.tag === 0xa0);
    const full = point === undefined ? undefined : childrenOf(point).find((field) => field.tag === 0xa0);
    return full === undefined ? [] : generalNamesOf(full);
  });
}

export function policiesOf(value: Uint8Array): readonly string[] {
  return partsOf(value, 'certificatePolicies').map((part) =>
    oidOf(childrenOf(expect(part, TAG.sequence, 'a policy'))[0], 'a policy identifier'),
  );
}

export interface AuthorityKeyId {
  /** Hex; undefined where the extension names no key. */
  readonly id: string | undefined;
  /** It names the issuer's own certificate, by issuer or serial number, too. */
  readonly certificate: boolean;
}

export function authorityKeyIdOf(value: Uint8Array): AuthorityKeyId {
  const parts = partsOf(value, 'authorityKeyIdentifier');
  const key = parts.find((part) => part.tag === 0x80);
  return {
    id: key === undefined ? undefined : Buffer.from(key.content.subarray(0, 64)).toString('hex'),
    certificate: parts.some(({ tag }) => tag === 0xa1 || tag === 0x82),
  };
}

export function subjectKeyIdOf(value: Uint8Array): string {
  return Buffer.from(expect(readOnly(value), TAG.octetString, 'subjectKeyIdentifier').content.subarray(0, 64)).toString(
    'hex',
  );
}

export function nameConstraintsOf(value: Uint8Array): NameConstraints {
  const lists = partsOf(value, 'nameConstraints');
  let distances = false;
  const subtrees = (tag: number): readonly GeneralName[] =>
    lists
      .filter((part) => part.tag === tag)
      .flatMap((part) => childrenOf(part))
      .map((subtree) => {
        const [base, ...rest] = childrenOf(expect(subtree, TAG.sequence, 'a subtree'));
        if (base === undefined) throw new DerError('a subtree has no base');
        distances ||= rest.length > 0;
        return generalNameOf(base);
      });
  const permitted = subtrees(0xa0);
  return { permitted, excluded: subtrees(0xa1), distances };
}

/** RFC 5280 §4.2.1.11: at least one of the two counts. */
export function policyConstraintsOf(value: Uint8Array): PolicyConstraints {
  const parts = partsOf(value, 'policyConstraints');
  if (parts.length === 0) throw new DerError('policyConstraints is empty');
  const count = (tag: number): number | undefined => {
    const part = parts.find((field) => field.tag === tag);
    return part === undefined ? undefined : skipCertsOf({ ...part, tag: TAG.integer });
  };
  return { requireExplicit: count(0x80), inhibitMapping: count(0x81) };
}

export function inhibitAnyPolicyOf(value: Uint8Array): number {
  return skipCertsOf(readOnly(value));
}

function skipCertsOf(element: Element): number {
  const count = integerOf(element, 'a number of certificates');
  if (count < 0n) throw new DerError('a number of certificates is negative');
  return count > 1_000_000n ? 1_000_000 : Number(count);
}

/** Pairs of policies that mean the same: the issuer's, the subject's. */
export function policyMappingsOf(value: Uint8Array): readonly (readonly [issuer: string, subject: string])[] {
  return partsOf(value, 'policyMappings').map((part) => {
    const [issuer, subject] = childrenOf(expect(part, TAG.sequence, 'a policy mapping'));
    return [oidOf(issuer, "the issuer's policy"), oidOf(subject, "the subject's policy")];
  });
}

/** RFC 7633 §4: the TLS extensions that the server promises to answer. */
export function tlsFeaturesOf(value: Uint8Array): readonly number[] {
  return partsOf(value, 'tlsfeature').map((part) => Number(BigInt.asUintN(32, integerOf(part, 'a TLS feature'))));
}

const NOTHING = new Uint8Array();

/** RFC 6962 §3.2: version, log, timestamp, extensions, signature. */
function sctOf(bytes: Buffer): Sct {
  const head = {
    version: bytes[0] ?? 0,
    log: bytes.toString('hex', 1, 33),
    timestamp: Number(bytes.readBigUInt64BE(33)),
  };
  // a later version has another form behind this: it counts, and nothing more is read of it
  if (head.version !== 0) return { ...head, extensions: NOTHING, algorithm: '', signature: NOTHING };
  const extensionsEnd = 43 + bytes.readUInt16BE(41);
  if (extensionsEnd + 4 > bytes.length) throw new DerError('an SCT ends early');
  const end = extensionsEnd + 4 + bytes.readUInt16BE(extensionsEnd + 2);
  if (end !== bytes.length) throw new DerError('the signature of an SCT has a wrong length');
  return {
    ...head,
    extensions: bytes.subarray(43, extensionsEnd),
    algorithm: bytes.toString('hex', extensionsEnd, extensionsEnd + 2),
    signature: bytes.subarray(extensionsEnd + 4, end),
  };
}

/** RFC 6962 §3.3: a length-prefixed list of length-prefixed SCTs. */
export function sctListOf(list: Uint8Array): readonly Sct[] {
  const view = Buffer.from(list);
  if (view.length < 2 || view.readUInt16BE(0) !== view.length - 2)
    throw new DerError('the SCT list has a wrong length');
  const found: Sct[] = [];
  for (let at = 2; at < view.length;) {
    if (at + 2 > view.length) throw new DerError('an SCT ends early');
    const end = at + 2 + view.readUInt16BE(at);
    if (end > view.length || end - at < 2 + 43) throw new DerError('an SCT ends early');
    found.push(sctOf(view.subarray(at + 2, end)));
    at = end;
  }
  return found;
}

/** The SCT list inside the certificate extension: an OCTET STRING in the OCTET STRING. */
export function embeddedSctsOf(value: Uint8Array): readonly Sct[] {
  return sctListOf(expect(readOnly(value), TAG.octetString, 'the SCT extension').content);
}
