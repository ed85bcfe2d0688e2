/** Certificate revocation lists (RFC 5280 §5): whether a list may speak of a certificate, and what it says. Total over hostile bytes. */
import type { Certificate, Parsed } from './certificate.ts';
import {
  bitStringOf,
  booleanOf,
  childrenOf,
  DerError,
  type Element,
  expect,
  oidOf,
  readElement,
  readOnly,
  TAG,
} from './der.ts';
import { type AlgorithmIdentifier, algorithmOf } from './key.ts';
import { type Asn1Time, timeOf } from './time.ts';
import { isSignedBy, sameBytes } from './verify.ts';

/** Larger lists are not read. */
export const MAX_CRL = 16 * 1024 * 1024;

const OID = {
  crlNumber: '2.5.29.20',
  reasonCode: '2.5.29.21',
  issuingDistributionPoint: '2.5.29.28',
  authorityKeyIdentifier: '2.5.29.35',
} as const;

/** What a list says that it covers (RFC 5280 §5.2.5). */
interface Scope {
  readonly users: boolean;
  readonly authorities: boolean;
  /** Reasons left out, attribute certificates, or entries of other issuers: nothing that we judge by. */
  readonly odd: boolean;
}

export interface RevocationList {
  readonly tbs: Uint8Array;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly outerSignatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  /** The whole encoding of the issuer's name. */
  readonly issuer: Uint8Array;
  readonly thisUpdate: Asn1Time;
  readonly nextUpdate: Asn1Time | undefined;
  readonly extensions: readonly { readonly oid: string; readonly critical: boolean; readonly value: Uint8Array }[];
  /** The entries as they stand; read only when a serial number is looked for. */
  readonly entries: Uint8Array;
}

function isTime(element: Element | undefined): boolean {
  return element?.tag === TAG.utcTime || element?.tag === TAG.generalizedTime;
}

function extensionsOf(list: Element | undefined): RevocationList['extensions'] {
  if (list === undefined) return [];
  return childrenOf(expect(list, TAG.sequence, 'the extensions of the list')).map((item) => {
    const parts = [...childrenOf(expect(item, TAG.sequence, 'an extension'))];
    const oid = oidOf(parts.shift(), 'an extension identifier');
    const flag = parts[0]?.tag === TAG.boolean ? parts.shift() : undefined;
    const value = expect(parts[0], TAG.octetString, `the value of extension ${oid}`).content;
    return { oid, critical: flag !== undefined && booleanOf(flag, 'critical'), value };
  });
}

function read(bytes: Uint8Array): RevocationList {
  const [tbs, outer, signature] = childrenOf(expect(readOnly(bytes), TAG.sequence, 'the list'));
  const fields = [...childrenOf(expect(tbs, TAG.sequence, 'tbsCertList'))];
  if (fields[0]?.tag === TAG.integer) fields.shift();
  const signatureAlgorithm = algorithmOf(fields.shift(), 'the signature algorithm');
  const issuer = expect(fields.shift(), TAG.sequence, 'the issuer').raw;
  const thisUpdate = timeOf(fields.shift(), 'thisUpdate');
  const nextUpdate = isTime(fields[0]) ? timeOf(fields.shift(), 'nextUpdate') : undefined;
  const entries = fields[0]?.tag === TAG.sequence ? fields.shift() : undefined;
  const extensions = fields[0]?.tag === 0xa0 ? childrenOf(fields[0])[0] : undefined;
  return {
    tbs: tbs?.raw ?? new Uint8Array(),
    signatureAlgorithm,
    outerSignatureAlgorithm: algorithmOf(outer, 'the outer signature algorithm'),
    signature: bitStringOf(signature, 'the signature').bytes,
    issuer,
    thisUpdate,
    nextUpdate,
    extensions: extensionsOf(extensions),
    entries: entries?.content ?? new Uint8Array(),
  };
}

export function parseCrl(bytes: Uint8Array): Parsed<RevocationList> {
  if (bytes.length > MAX_CRL) return { ok: false, error: 'the list is larger than 16 MiB' };
  try {
    return { ok: true, value: read(bytes) };
  } catch (error) {
    if (error instanceof DerError) return { ok: false, error: error.message };
    throw error;
  }
}

function scopeOf(value: Uint8Array): Scope {
  const parts = childrenOf(expect(readOnly(value), TAG.sequence, 'issuingDistributionPoint'));
  const flag = (tag: number): boolean => {
    const part = parts.find((field) => field.tag === tag);
    return part !== undefined && booleanOf({ ...part, tag: TAG.boolean }, 'a flag of issuingDistributionPoint');
  };
  const [onlyUsers, onlyAuthorities] = [flag(0x81), flag(0x82)];
  return {
    users: !onlyAuthorities,
    authorities: !onlyUsers,
    odd: parts.some(({ tag }) => tag === 0x83) || flag(0x84) || flag(0x85),
  };
}

/** Why a list says nothing of a certificate; undefined where it does (RFC 5280 §5.2, §6.3.3). Time is not judged here. */
export function crlObjection(list: RevocationList, certificate: Certificate, issuer: Certificate): string | undefined {
  if (!sameBytes(list.issuer, certificate.issuer.raw) || !sameBytes(list.issuer, issuer.subject.raw))
    return 'the list is of another issuer';
  if (!sameBytes(list.signatureAlgorithm.raw, list.outerSignatureAlgorithm.raw))
    return 'the two algorithms of the list differ';
  if (!isSignedBy(list, issuer.key)) return 'the signature of the list does not hold';
  const { keyUsage } = issuer;
  if (keyUsage !== undefined && !('value' in keyUsage && keyUsage.value.includes('cRLSign')))
    return 'the issuer may not sign lists (keyUsage lacks cRLSign)';
  const number = list.extensions.find(({ oid }) => oid === OID.crlNumber);
  if (number === undefined) return 'the list has no number (RFC 5280 §5.2.3)';
  if (number.critical) return 'the number of the list is critical (RFC 5280 §5.2.3)';
  // a delta list (2.5.29.27) is among these: its indicator is critical
  const unknown = list.extensions.find(({ oid, critical }) => critical && oid !== OID.issuingDistributionPoint);
  if (unknown !== undefined) return `the list has the critical extension ${unknown.oid}`;
  const point = list.extensions.find(({ oid }) => oid === OID.issuingDistributionPoint);
  try {
    const scope = point === undefined ? undefined : scopeOf(point.value);
    const { basicConstraints } = certificate;
    const authority = basicConstraints !== undefined && 'value' in basicConstraints && basicConstraints.value.ca;
    if (scope !== undefined && (scope.odd || !(authority ? scope.authorities : scope.users)))
      return 'the list does not cover this certificate';
  } catch (error) {
    if (error instanceof DerError) return error.message;
    throw error;
  }
  return undefined;
}

/** When a list says that a certificate was revoked; undefined where it does not list it. */
export function revokedAt(list: RevocationList, certificate: Certificate): Parsed<string | undefined> {
  const { entries } = list;
  const wanted = certificate.serial.value;
  try {
    for (let at = 0; at < entries.length;) {
      const { element, next } = readElement(entries, at);
      at = next;
      expect(element, TAG.sequence, 'an entry of the list');
      const serial = expect(readElement(element.content).element, TAG.integer, 'a serial number');
      // a look at the length first: lists have a million entries
      if (serial.content.length !== certificate.serial.octets) continue;
      const value = BigInt.asIntN(
        serial.content.length * 8,
        BigInt(`0x${Buffer.from(serial.content).toString('hex')}`),
      );
      if (value === wanted)
        return { ok: true, value: timeOf(childrenOf(element)[1], 'the date of the revocation').instant };
    }
    return { ok: true, value: undefined };
  } catch (error) {
    if (error instanceof DerError) return { ok: false, error: error.message };
    throw error;
  }
}
