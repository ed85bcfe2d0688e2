/** The facts of one certificate: what the rules judge, in plain values. Pure. */
import { partialList, unknown } from '../../model/facts.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { boolean, dateTime, integer, list, oneOf, type Schema, string } from '../../model/schema.ts';
import type { Certificate, Content } from '../../wire/x509/certificate.ts';
import type { GeneralName } from '../../wire/x509/general-name.ts';
import { partly } from './partly.ts';
import { signatureOf } from './signature.ts';

export type Role = 'leaf' | 'intermediate' | 'root';

export const certificateSchema: Schema = partly({
  id: string({ description: 'the endpoint and the place of the certificate: `example.com:443#leaf`, `#chain/1`' }),
  role: oneOf('leaf', 'intermediate', 'root'),
  subject: string(),
  issuer: string(),
  selfIssued: boolean({ description: 'subject and issuer are the same name' }),
  version: integer(),
  serial: partly({ hex: string(), positive: boolean(), octets: integer() }),
  notBefore: dateTime(),
  notAfter: dateTime(),
  validity: partly({
    days: integer({ description: 'days begun, both ends included' }),
    renewFrom: dateTime({
      description: 'from here on less than 30 days and less than a quarter of the lifetime are left',
    }),
    urgentFrom: dateTime({
      description: 'from here on less than 7 days and less than a twelfth of the lifetime are left',
    }),
    reversed: boolean({ description: 'notAfter is before notBefore' }),
    profiled: boolean({ description: 'both times are written as RFC 5280 §4.1.2.5 demands' }),
  }),
  key: partly({
    kind: oneOf('rsa', 'rsa-pss', 'ec', 'dsa', 'ed25519', 'ed448', 'ml-dsa', 'unknown'),
    bits: integer(),
    curve: string(),
    sha256: string({ description: 'of the SubjectPublicKeyInfo' }),
  }),
  signature: partly({
    name: string(),
    hash: string(),
    consistent: boolean({ description: 'the two algorithm fields are the same' }),
  }),
  sha256: string({ description: 'of the whole certificate' }),
  ca: boolean({ description: 'basicConstraints cA' }),
  names: partly(
    {
      critical: boolean(),
      dns: list(string()),
      ips: list(string()),
      others: list(string(), { description: 'kinds of the other entries' }),
      wildcards: list(string()),
    },
    { description: 'absent: the certificate has no subjectAltName' },
  ),
  keyUsage: list(string(), { description: 'absent: no such extension' }),
  extendedKeyUsage: list(string(), { description: 'OIDs; absent: no such extension' }),
});

/** More names than these are not spelt out in facts; the list is then known in part. */
const MAX_NAMES = 1000;
const DAY = 86_400;

/** Whole octets, as other tools print serial numbers. */
function hexOf(value: bigint): string {
  const digits = (value < 0n ? -value : value).toString(16);
  return `${value < 0n ? '-' : ''}${digits.length % 2 === 1 ? '0' : ''}${digits}`;
}

function seconds(instant: string): number {
  return Date.parse(instant) / 1000;
}

/** The instant some seconds earlier. */
function before(instant: string, span: number): string {
  return new Date((seconds(instant) - Math.floor(span)) * 1000).toISOString().replace('.000Z', 'Z');
}

function texts(names: readonly GeneralName[], kind: GeneralName['kind']): Json {
  const found = names.filter((name) => name.kind === kind).map((name) => name.value.toWellFormed());
  return partialList(found.slice(0, MAX_NAMES), found.length > MAX_NAMES ? 'net.limit' : undefined);
}

/** An extension as facts: nothing where it is not there, unknown where it cannot be read. */
export function extensionFact<T>(
  key: string,
  content: Content<T> | undefined,
  facts: (value: T, critical: boolean) => Json,
): JsonObject {
  if (content === undefined) return {};
  if ('malformed' in content) return { [key]: unknown('cert.malformed') };
  return { [key]: facts(content.value, content.critical) };
}

export function certificateFacts(certificate: Certificate, id: string, role: Role): JsonObject {
  const { key, serial, basicConstraints } = certificate;
  const span = seconds(certificate.notAfter.instant) - seconds(certificate.notBefore.instant);
  const signature = signatureOf(certificate.signatureAlgorithm);
  return {
    id,
    role,
    subject: certificate.subject.text,
    issuer: certificate.issuer.text,
    selfIssued: Buffer.compare(certificate.subject.raw, certificate.issuer.raw) === 0,
    version: certificate.version,
    serial: { hex: hexOf(serial.value), positive: serial.value > 0n, octets: serial.octets },
    notBefore: certificate.notBefore.instant,
    notAfter: certificate.notAfter.instant,
    validity: {
      // BR 6.3.2: both ends inclusive, so one second more
      days: Math.ceil((span + 1) / DAY),
      renewFrom: before(certificate.notAfter.instant, Math.min(30 * DAY, Math.max(0, span) / 4)),
      urgentFrom: before(certificate.notAfter.instant, Math.min(7 * DAY, Math.max(0, span) / 12)),
      reversed: span < 0,
      profiled: certificate.notBefore.profiled && certificate.notAfter.profiled,
    },
    key: {
      kind: key.kind,
      ...(key.bits !== undefined && { bits: key.bits }),
      ...(key.curve !== undefined && { curve: key.curve }),
      sha256: certificate.keyFingerprint,
    },
    signature: {
      name: signature.name,
      hash: signature.hash,
      consistent: Buffer.compare(certificate.signatureAlgorithm.raw, certificate.outerSignatureAlgorithm.raw) === 0,
    },
    sha256: certificate.fingerprint,
    ca:
      basicConstraints === undefined
        ? false
        : 'malformed' in basicConstraints
          ? unknown('cert.malformed')
          : basicConstraints.value.ca,
    ...extensionFact('names', certificate.subjectAltName, (names, critical) => ({
      critical,
      dns: texts(names, 'dns'),
      ips: texts(names, 'ip'),
      others: [...new Set(names.map(({ kind }) => kind))].filter((kind) => kind !== 'dns' && kind !== 'ip'),
      wildcards: texts(
        names.filter(({ value }) => value.includes('*')),
        'dns',
      ),
    })),
    ...extensionFact('keyUsage', certificate.keyUsage, (usages) => [...usages]),
    ...extensionFact('extendedKeyUsage', certificate.extendedKeyUsage, (purposes) => [...purposes]),
  };
}
