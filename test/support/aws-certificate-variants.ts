/** ACM certificates of every kind, at random, each with the verdicts that the rules as written give it. */
import * as fc from 'fast-check';
import type { JsonObject } from '../../src/model/json.ts';
import { certificateArn } from './aws.ts';
import { ago, around, exact, type Expected, type Variant } from './aws-variants.ts';

const certificateKind = fc.record({
  status: fc.constantFrom(
    ...['ISSUED', 'ISSUED', 'ISSUED', 'ISSUED', 'EXPIRED', 'INACTIVE', 'REVOKED', 'FAILED'],
    ...['PENDING_VALIDATION', 'VALIDATION_TIMED_OUT'],
  ),
  type: fc.constantFrom('AMAZON_ISSUED', 'AMAZON_ISSUED', 'IMPORTED', 'PRIVATE'),
  inUse: fc.boolean(),
  exported: fc.constantFrom(undefined, false, true),
  exportOption: fc.constantFrom(undefined, 'ENABLED', 'DISABLED'),
  eligibility: fc.constantFrom('ELIGIBLE', 'INELIGIBLE'),
  renewal: fc.constantFrom(undefined, 'PENDING_AUTO_RENEWAL', 'PENDING_VALIDATION', 'SUCCESS', 'FAILED'),
  method: fc.constantFrom('DNS', 'EMAIL', 'HTTP'),
  key: fc.constantFrom(
    ...([
      ['RSA_1024', 'fail'],
      ['RSA-1024', 'fail'],
      ['RSA_2048', 'pass'],
      ['RSA-2048', 'pass'],
      ['RSA_3072', 'pass'],
      ['RSA_4096', 'pass'],
      ['EC_prime256v1', 'pass'],
      ['EC_secp384r1', 'pass'],
      ['EC_secp521r1', 'pass'],
      ['P-192', 'fail'],
      ['P_256', 'pass'],
      ['EC_prime192v1', 'fail'],
      ['SOMETHING_NEW', 'error'],
      [undefined, 'not-applicable'],
    ] as const),
  ),
  signature: fc.constantFrom(
    ...([
      ['SHA256WITHRSA', 'pass'],
      ['SHA384WITHECDSA', 'pass'],
      ['SHA1WITHRSA', 'fail'],
      ['MD5WITHRSA', 'fail'],
    ] as const),
  ),
  ct: fc.constantFrom('ENABLED', 'DISABLED'),
  lifetime: fc.constantFrom(6, 47, 90, 100, 198, 398),
  left: fc.oneof(around(30), around(47 / 3), around(0)).map(exact),
  since: around(30).map((days) => exact(Math.max(0, days))),
  waiting: around(3).map((days) => exact(Math.max(0, days))),
  names: fc.constantFrom(['www.example.com'], ['*.example.com'], ['example.com', '*.a.example.com']),
});
type CertificateKind = typeof certificateKind extends fc.Arbitrary<infer T> ? T : never;

function expectedOfCertificate(kind: CertificateKind, created: number): Expected {
  const { status, type, inUse, left } = kind;
  const say = (applies: boolean, fails: boolean): string => (!applies ? 'not-applicable' : fails ? 'fail' : 'pass');
  const isIssued = status === 'ISSUED';
  const isAmazons = type === 'AMAZON_ISSUED';
  const hasDates = !['PENDING_VALIDATION', 'FAILED', 'VALIDATION_TIMED_OUT'].includes(status);
  return {
    'acm.expired': say(hasDates, status === 'EXPIRED' || left <= 0),
    'acm.expiring': say(isIssued && left > 0, left < Math.min(30, kind.lifetime / 3)),
    'acm.renewal.stuck': say(
      isAmazons && isIssued && (inUse || kind.exported === true),
      kind.renewal === 'FAILED' ||
        kind.renewal === 'PENDING_VALIDATION' ||
        (inUse && kind.eligibility === 'INELIGIBLE'),
    ),
    'acm.status.bad': say(
      status !== 'EXPIRED',
      ['FAILED', 'VALIDATION_TIMED_OUT', 'REVOKED', 'INACTIVE'].includes(status) ||
        (status === 'PENDING_VALIDATION' && created > 3),
    ),
    'acm.key.weak': kind.key[1],
    'acm.signature.weak': isIssued ? kind.signature[1] : 'not-applicable',
    'acm.validation.email': say(isAmazons, kind.method === 'EMAIL'),
    'acm.imported': say(inUse, type === 'IMPORTED'),
    'acm.ct.off': say(isAmazons && (isIssued || status === 'PENDING_VALIDATION'), kind.ct === 'DISABLED'),
    'acm.wildcard': say(
      isIssued,
      kind.names.some((name) => name.startsWith('*.')),
    ),
    'acm.unused': say(isIssued && kind.since > 30, !inUse && kind.exported !== true),
    'acm.exportable': say(type !== 'IMPORTED', kind.exportOption === 'ENABLED'),
    'acm.tags.missing': 'not-applicable',
  };
}

function certificateOf(kind: CertificateKind, id: string): Variant<JsonObject> {
  const hasDates = !['PENDING_VALIDATION', 'FAILED', 'VALIDATION_TIMED_OUT'].includes(kind.status);
  const isIssued = hasDates;
  const created = kind.status === 'PENDING_VALIDATION' ? kind.waiting : kind.since;
  const [name = ''] = kind.names;
  return {
    expected: expectedOfCertificate(kind, created),
    state: {
      CertificateArn: certificateArn(id),
      DomainName: name,
      SubjectAlternativeNames: kind.names,
      Status: kind.status,
      Type: kind.type,
      InUse: kind.inUse,
      ...(kind.key[0] === undefined ? {} : { KeyAlgorithm: kind.key[0] }),
      ...(kind.exported === undefined ? {} : { Exported: kind.exported }),
      ...(kind.exportOption === undefined ? {} : { ExportOption: kind.exportOption }),
      RenewalEligibility: kind.eligibility,
      ...(kind.renewal === undefined ? {} : { RenewalStatus: kind.renewal }),
      ...(kind.type === 'AMAZON_ISSUED' ? { ValidationMethod: kind.method } : {}),
      SignatureAlgorithm: kind.signature[0],
      Options: { CertificateTransparencyLoggingPreference: kind.ct },
      CreatedAt: ago(created),
      ...(isIssued ? { [kind.type === 'IMPORTED' ? 'ImportedAt' : 'IssuedAt']: ago(kind.since) } : {}),
      ...(hasDates ? { NotBefore: ago(kind.lifetime - kind.left), NotAfter: ago(-kind.left) } : {}),
    },
  };
}

export const someCertificates: fc.Arbitrary<readonly Variant<JsonObject>[]> = fc
  .array(certificateKind, { minLength: 10, maxLength: 30 })
  .map((kinds) => kinds.map((kind, index) => certificateOf(kind, `certificate-${String(index)}`)));
