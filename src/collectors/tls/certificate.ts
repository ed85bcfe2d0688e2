/** The facts of one certificate: what the rules judge, in plain values. Pure. */
import type { JsonObject } from '../../model/json.ts';
import { boolean, dateTime, integer, oneOf, type Schema, string } from '../../model/schema.ts';
import type { Certificate } from '../../wire/x509/certificate.ts';
import type { KeyMarks } from '../../wire/x509/key-list.ts';
import { isIssuedBy, sameBytes } from '../../wire/x509/verify.ts';
import { extensionFact, extensionFacts, extensionSchemas } from './certificate-extensions.ts';
import { keyNumbers } from './certificate-key.ts';
import { namesSchema, sanFacts, subjectFacts, subjectSchema } from './certificate-names.ts';
import { partly } from './partly.ts';
import { signatureOf } from './signature.ts';
import { lifetimeFacts, lifetimeSchema } from './lifetime.ts';
import type { Suffixes } from './suffixes.ts';

export type Role = 'leaf' | 'intermediate' | 'root';

export const certificateSchema: Schema = partly({
  id: string({ description: 'the endpoint and the place of the certificate: `example.com:443#leaf`, `#chain/1`' }),
  role: oneOf('leaf', 'intermediate', 'root'),
  subject: string(),
  issuer: string(),
  selfIssued: boolean({ description: 'subject and issuer are the same name' }),
  selfSigned: boolean({ description: 'its own key signed it' }),
  extended: boolean({ description: 'it has extensions' }),
  version: integer(),
  serial: partly({ hex: string(), positive: boolean(), octets: integer() }),
  notBefore: dateTime(),
  notAfter: dateTime(),
  validity: lifetimeSchema,
  key: partly({
    kind: oneOf('rsa', 'rsa-pss', 'ec', 'dsa', 'ed25519', 'ed448', 'ml-dsa', 'unknown'),
    bits: integer(),
    curve: string(),
    sha256: string({ description: 'of the SubjectPublicKeyInfo' }),
    exponentValid: boolean({ description: 'odd and at least 3' }),
    exponentInRange: boolean({ description: 'from 65537 on' }),
    modulusOdd: boolean(),
    wholeOctets: boolean({ description: 'the length of the modulus is a multiple of 8' }),
    smallFactor: integer({ description: 'a prime factor of the modulus below 752; absent: none' }),
    closePrimes: boolean({ description: 'the modulus falls to 100 rounds of Fermat' }),
    leaked: boolean({ description: 'on the list of --leaked-keys; absent: no list was given' }),
    debianWeak: boolean({
      description: 'on its list of Debian keys of 2008; absent: it has none, or the key is not of RSA',
    }),
    roca: boolean({ description: 'the fingerprint of CVE-2017-15361' }),
  }),
  signature: partly({
    name: string(),
    hash: string(),
    consistent: boolean({ description: 'the two algorithm fields are the same' }),
    supported: boolean({ description: 'the Baseline Requirements know the algorithm' }),
    pkcs1: boolean({ description: 'RSA with the padding of PKCS#1 v1.5' }),
    parametersNull: boolean({ description: 'RSA identifiers have NULL parameters; true for other keys' }),
  }),
  sha256: string({ description: 'of the whole certificate' }),
  ca: boolean({ description: 'basicConstraints cA' }),
  speaksForHost: boolean({ description: 'of a leaf, where the host is known: one of its names matches' }),
  names: namesSchema,
  ...subjectSchema,
  ...extensionSchemas,
});

/** Whole octets, as other tools print serial numbers. */
function hexOf(value: bigint): string {
  const digits = (value < 0n ? -value : value).toString(16);
  return `${value < 0n ? '-' : ''}${digits.length % 2 === 1 ? '0' : ''}${digits}`;
}

const PKCS1 = /^1\.2\.840\.113549\.1\.1\.(?:[2-5]|1[1-4])$/;
/** BR 7.1.3.2, and SHA-1 and older, which have rules of their own. */
const SUPPORTED: readonly string[] = ['sha1', 'sha256', 'sha384', 'sha512'];

/** BR 7.1.3.2.1: an RSASSA-PSS identifier is one of three octet strings, which differ in hash and salt length only. */
function isKnownPss(raw: Uint8Array): boolean {
  const hashes = [
    ['01', '20'],
    ['02', '30'],
    ['03', '40'],
  ] as const;
  const text = Buffer.from(raw).toString('hex');
  return hashes.some(([hash, salt]) => {
    const identifier = `300d06096086480165030402${hash}0500`;
    return (
      text ===
      `304106092a864886f70d01010a3034a00f${identifier}a11c301a06092a864886f70d010108${identifier}a2030201${salt}`
    );
  });
}

function signatureFacts(certificate: Certificate): JsonObject {
  const { signatureAlgorithm, outerSignatureAlgorithm, key } = certificate;
  const { name, hash, key: kind } = signatureOf(signatureAlgorithm);
  const rsaKey = key.algorithm.oid === '1.2.840.113549.1.1.1';
  return {
    name,
    hash,
    consistent: sameBytes(signatureAlgorithm.raw, outerSignatureAlgorithm.raw),
    supported:
      kind === 'rsa-pss'
        ? isKnownPss(signatureAlgorithm.raw)
        : // of DSA cert.key.dsa speaks
          (kind === 'rsa' || kind === 'ec' || kind === 'dsa') && SUPPORTED.includes(hash),
    pkcs1: PKCS1.test(signatureAlgorithm.oid),
    parametersNull:
      (!PKCS1.test(signatureAlgorithm.oid) || signatureAlgorithm.parameters === 'null') &&
      (!rsaKey || key.algorithm.parameters === 'null'),
  };
}

/** What else is known when a certificate is described. */
export interface Setting {
  readonly suffixes: Suffixes;
  /** What a list of the user's says of a key; undefined where there is none. */
  readonly marks?: (certificate: Certificate) => KeyMarks;
}

function listFacts({ leaked, debianWeak }: KeyMarks): JsonObject {
  return { leaked, ...(debianWeak !== undefined && { debianWeak }) };
}

export function certificateFacts(certificate: Certificate, id: string, role: Role, setting: Setting): JsonObject {
  const { key, serial, basicConstraints } = certificate;
  const selfSigned = isIssuedBy(certificate, certificate);
  return {
    id,
    role,
    subject: certificate.subject.text.toWellFormed(),
    issuer: certificate.issuer.text.toWellFormed(),
    selfIssued: sameBytes(certificate.subject.raw, certificate.issuer.raw),
    selfSigned,
    extended: certificate.extensions.length > 0,
    version: certificate.version,
    serial: { hex: hexOf(serial.value), positive: serial.value > 0n, octets: serial.octets },
    notBefore: certificate.notBefore.instant,
    notAfter: certificate.notAfter.instant,
    validity: lifetimeFacts(certificate, selfSigned),
    key: {
      kind: key.kind,
      ...(key.bits !== undefined && { bits: key.bits }),
      ...(key.curve !== undefined && { curve: key.curve }),
      sha256: certificate.keyFingerprint,
      ...keyNumbers(key),
      ...(setting.marks !== undefined && listFacts(setting.marks(certificate))),
    },
    signature: signatureFacts(certificate),
    sha256: certificate.fingerprint,
    ...(basicConstraints === undefined ? { ca: false } : extensionFact('ca', basicConstraints, ({ ca }) => ca)),
    ...extensionFact('names', certificate.subjectAltName, (found, critical) =>
      sanFacts(found, critical, setting.suffixes),
    ),
    ...subjectFacts(certificate, setting.suffixes),
    ...extensionFacts(certificate, setting.suffixes),
  };
}
