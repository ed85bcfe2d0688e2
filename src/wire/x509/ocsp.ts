/** OCSP answers (RFC 6960): what they say of a certificate, and whether the right party says it. Total over hostile bytes. */
import { createHash } from 'node:crypto';
import { type Certificate, type Parsed, parseCertificate } from './certificate.ts';
import { bitStringOf, childrenOf, DerError, type Element, expect, integerOf, oidOf, readOnly, TAG } from './der.ts';
import * as der from './der-writer.ts';
import { type AlgorithmIdentifier, algorithmOf } from './key.ts';
import { type Asn1Time, timeOf } from './time.ts';
import { isIssuedBy, isSignedBy, sameBytes } from './verify.ts';

/** Answers are far smaller; larger ones are not read. */
export const MAX_OCSP = 262_144;

const BASIC = '1.3.6.1.5.5.7.48.1.1';
const TIMESTAMPS = '1.3.6.1.4.1.11129.2.4.5';
const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9';
const HASHES: { readonly [oid: string]: string } = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};
/** RFC 6960 §4.2.1: OCSPResponseStatus. */
const REFUSALS: { readonly [status: string]: string } = {
  '1': 'malformedRequest',
  '2': 'internalError',
  '3': 'tryLater',
  '5': 'sigRequired',
  '6': 'unauthorized',
};

export type OcspStatus = 'good' | 'revoked' | 'unknown';

export interface SingleAnswer {
  readonly hash: string | undefined;
  readonly nameHash: Uint8Array;
  readonly keyHash: Uint8Array;
  readonly serial: bigint;
  readonly status: OcspStatus;
  readonly revokedAt: Asn1Time | undefined;
  readonly thisUpdate: Asn1Time;
  readonly nextUpdate: Asn1Time | undefined;
  /** The list of signed certificate timestamps (RFC 6962 §3.3), where one came along. */
  readonly scts: Uint8Array | undefined;
}

export interface OcspAnswer {
  readonly tbs: Uint8Array;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  readonly answers: readonly SingleAnswer[];
  readonly certificates: readonly Certificate[];
}

const STATUSES: { readonly [tag: number]: OcspStatus } = { 0x80: 'good', 0xa1: 'revoked', 0x82: 'unknown' };

function single(element: Element): SingleAnswer {
  const [id, status, thisUpdate, ...rest] = childrenOf(expect(element, TAG.sequence, 'an answer'));
  const [hash, nameHash, keyHash, serial] = childrenOf(expect(id, TAG.sequence, 'a certificate id'));
  const said = status === undefined ? undefined : STATUSES[status.tag];
  if (status === undefined || said === undefined)
    throw new DerError('the status of a certificate is none of the three');
  const next = rest.find(({ tag }) => tag === 0xa0);
  return {
    hash: HASHES[algorithmOf(hash, 'the hash of a certificate id').oid],
    nameHash: expect(nameHash, TAG.octetString, 'the hash of a name').content,
    keyHash: expect(keyHash, TAG.octetString, 'the hash of a key').content,
    serial: integerOf(serial, 'a serial number'),
    status: said,
    revokedAt: said === 'revoked' ? timeOf(childrenOf(status)[0], 'the date of the revocation') : undefined,
    thisUpdate: timeOf(thisUpdate, 'thisUpdate'),
    nextUpdate: next === undefined ? undefined : timeOf(childrenOf(next)[0], 'nextUpdate'),
    scts: timestampsIn(rest.find(({ tag }) => tag === 0xa1)),
  };
}

/** RFC 6962 §3.3: an OCTET STRING in the OCTET STRING of a single extension. */
function timestampsIn(extensions: Element | undefined): Uint8Array | undefined {
  const list = extensions === undefined ? undefined : childrenOf(extensions)[0];
  for (const extension of list === undefined ? [] : childrenOf(list)) {
    const [oid, ...rest] = childrenOf(expect(extension, TAG.sequence, 'an extension'));
    if (oidOf(oid) !== TIMESTAMPS) continue;
    return expect(
      readOnly(expect(rest.at(-1), TAG.octetString, 'the timestamps').content),
      TAG.octetString,
      'the timestamps',
    ).content;
  }
  return undefined;
}

function read(bytes: Uint8Array): OcspAnswer {
  const [status, body] = childrenOf(expect(readOnly(bytes), TAG.sequence, 'the answer'));
  const code = integerOf({ ...expect(status, 0x0a, 'the status'), tag: TAG.integer }, 'the status');
  if (code !== 0n) throw new DerError(`the responder refuses: ${REFUSALS[String(code)] ?? `status ${String(code)}`}`);
  const [type, basic] = childrenOf(expect(childrenOf(expect(body, 0xa0, 'the body'))[0], TAG.sequence, 'the body'));
  if (oidOf(type, 'the kind of answer') !== BASIC) throw new DerError('the answer is of an unknown kind');
  const inner = readOnly(expect(basic, TAG.octetString, 'the basic answer').content);
  const [tbs, algorithm, signature, certificates] = childrenOf(expect(inner, TAG.sequence, 'the basic answer'));
  const fields = childrenOf(expect(tbs, TAG.sequence, 'the answer that was signed'));
  const list = fields.find(({ tag }) => tag === TAG.sequence);
  const enclosed =
    certificates === undefined ? [] : childrenOf(expect(childrenOf(certificates)[0], TAG.sequence, 'the certificates'));
  return {
    tbs: tbs?.raw ?? new Uint8Array(),
    signatureAlgorithm: algorithmOf(algorithm, 'the signature algorithm'),
    signature: bitStringOf(signature, 'the signature').bytes,
    answers: childrenOf(expect(list, TAG.sequence, 'the answers')).map((item) => single(item)),
    certificates: enclosed.slice(0, 10).flatMap(({ raw }) => {
      const parsed = parseCertificate(raw);
      return parsed.ok ? [parsed.value] : [];
    }),
  };
}

export function parseOcsp(bytes: Uint8Array): Parsed<OcspAnswer> {
  if (bytes.length > MAX_OCSP) return { ok: false, error: 'the answer is larger than 256 KiB' };
  try {
    return { ok: true, value: read(bytes) };
  } catch (error) {
    if (error instanceof DerError) return { ok: false, error: error.message };
    throw error;
  }
}

/** The bits of the key alone, as the hash of a certificate id is made over them (RFC 6960 §4.1.1). */
function keyBits(issuer: Certificate): Uint8Array {
  return bitStringOf(childrenOf(readOnly(issuer.key.raw))[1], 'the public key').bytes;
}

function digest(hash: string, bytes: Uint8Array): Uint8Array {
  return createHash(hash).update(bytes).digest();
}

/** The answer about one certificate, by RFC 6960 §3.2 (1). */
export function answerFor(
  { answers }: OcspAnswer,
  certificate: Certificate,
  issuer: Certificate,
): SingleAnswer | undefined {
  return answers.find(
    ({ hash, nameHash, keyHash, serial }) =>
      hash !== undefined &&
      serial === certificate.serial.value &&
      sameBytes(nameHash, digest(hash, issuer.subject.raw)) &&
      sameBytes(keyHash, digest(hash, keyBits(issuer))),
  );
}

/** Who signed: the CA itself, or a responder that it certified for that (RFC 6960 §4.2.2.2). */
export function signerOf(answer: OcspAnswer, issuer: Certificate): { readonly delegate?: Certificate } | undefined {
  if (isSignedBy(answer, issuer.key)) return {};
  const delegate = answer.certificates.find(
    (candidate) => isResponder(candidate) && isIssuedBy(candidate, issuer) && isSignedBy(answer, candidate.key),
  );
  return delegate === undefined ? undefined : { delegate };
}

function isResponder({ extendedKeyUsage }: Certificate): boolean {
  return extendedKeyUsage !== undefined && 'value' in extendedKeyUsage && extendedKeyUsage.value.includes(OCSP_SIGNING);
}

/** A question about one certificate, without a nonce: answers may come from a cache (RFC 5019 §2.1). */
export function ocspRequest(certificate: Certificate, issuer: Certificate): Uint8Array {
  const id = der.sequence(
    der.sequence(der.oid('1.3.14.3.2.26'), der.nullValue()),
    der.octetString(digest('sha1', issuer.subject.raw)),
    der.octetString(digest('sha1', keyBits(issuer))),
    der.integer(certificate.serial.value),
  );
  return der.sequence(der.sequence(der.sequence(der.sequence(id))));
}
