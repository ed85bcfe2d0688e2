/** Facts about the extensions of a certificate: criticality, contents, contradictions. Pure. */
import { unknown } from '../../model/facts.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { boolean, integer, list, string } from '../../model/schema.ts';
import type { Certificate, Content } from '../../wire/x509/certificate.ts';
import { type KeyUsage, OID } from '../../wire/x509/extensions.ts';
import type { GeneralName } from '../../wire/x509/general-name.ts';
import { isSelfIssued } from '../../wire/x509/verify.ts';
import { partly } from './partly.ts';
import { type Suffixes, topLevel, uriHost } from './suffixes.ts';

const texts = list(string());

export const extensionSchemas = {
  extensions: partly({
    duplicates: list(string(), { description: 'OIDs that occur more than once' }),
    unknownCritical: texts,
    empty: list(string(), {
      description: 'OIDs of extensions that are an empty sequence where RFC 5280 demands an element',
    }),
    malformed: list(string(), { description: 'names of extensions that cannot be read' }),
  }),
  basicConstraints: partly({
    critical: boolean(),
    ca: boolean(),
    pathLength: integer(),
    misplacedPathLength: boolean({ description: 'a pathLenConstraint without cA and keyCertSign' }),
  }),
  keyUsage: list(string(), { description: 'absent: no such extension' }),
  keyUsageCritical: boolean(),
  keyUsageMisfits: list(string(), { description: 'usages that a key of this kind does not have' }),
  extendedKeyUsage: list(string(), { description: 'OIDs; absent: no such extension' }),
  extendedKeyUsageCritical: boolean(),
  unknownPurposes: list(string(), { description: 'purposes that no standard for TLS or its neighbours knows' }),
  usagesWithoutPurpose: list(string(), {
    description: 'usages that no purpose of extendedKeyUsage is consistent with',
  }),
  purposesWithoutUsage: list(string(), { description: 'purposes for which keyUsage allows nothing' }),
  authorityInfoAccess: partly({
    critical: boolean(),
    ocsp: texts,
    caIssuers: texts,
    notHttp: texts,
    internalHosts: list(string(), { description: 'hosts without a public top-level domain' }),
  }),
  crlDistributionPoints: partly({
    critical: boolean(),
    points: integer(),
    notHttp: integer({ description: 'points without an http address, or with another' }),
  }),
  authorityKeyId: partly({
    critical: boolean(),
    id: string({ description: 'absent: the extension names no key' }),
    certificate: boolean({ description: "the issuer's certificate is named too, by issuer or serial number" }),
    own: boolean({ description: 'of a self-issued certificate: the id is that of its own key' }),
  }),
  subjectKeyId: partly({ critical: boolean(), id: string() }),
  nameConstraints: partly({ critical: boolean(), empty: boolean() }),
  policyConstraints: partly({ critical: boolean() }),
  policies: texts,
  policyDuplicates: texts,
  scts: partly(
    { count: integer(), logs: integer({ description: 'distinct logs' }) },
    { description: 'embedded; absent: none' },
  ),
  sctLogsMissing: integer({
    description: 'logs short of the CT policies by the date of issue; absent: they say nothing of it',
  }),
  precertificate: boolean(),
  mustStaple: boolean(),
  uniqueIds: boolean(),
};

const KNOWN = new Set<string>(Object.values(OID));
/** Extensions that are SEQUENCE SIZE (1..MAX) OF. */
const NEVER_EMPTY = new Set<string>([
  OID.extendedKeyUsage,
  OID.certificatePolicies,
  OID.policyMappings,
  OID.subjectDirectoryAttributes,
  OID.freshestCrl,
  OID.crlDistributionPoints,
  OID.subjectAltName,
  OID.issuerAltName,
  OID.authorityInfoAccess,
  OID.subjectInfoAccess,
]);

function isEmptySequence(value: Uint8Array): boolean {
  return value.length === 2 && value[0] === 0x30 && value[1] === 0;
}

/** An extension as facts: nothing where it is not there, unknown where it cannot be read. */
export function extensionFact<T>(
  key: string,
  content: Content<T> | undefined,
  facts: (value: T, critical: boolean) => Json,
): JsonObject {
  if (content === undefined) return {};
  return { [key]: 'malformed' in content ? unknown('cert.malformed') : facts(content.value, content.critical) };
}

/** RFC 3279 §2.3.1, RFC 8813 §3: what a key of a kind may be used for by an end entity. */
function misfits(usages: readonly KeyUsage[], { key, basicConstraints, notBefore }: Certificate): readonly KeyUsage[] {
  const ca = basicConstraints !== undefined && 'value' in basicConstraints && basicConstraints.value.ca;
  // RFC 8813 came in August 2020
  if (key.kind === 'ec' && notBefore.instant < '2020-08-01T00:00:00Z') return [];
  if (key.kind === 'ec') return usages.filter((usage) => usage === 'keyEncipherment' || usage === 'dataEncipherment');
  if (key.kind !== 'rsa' || ca) return [];
  const allowed: readonly KeyUsage[] = ['digitalSignature', 'nonRepudiation', 'keyEncipherment', 'dataEncipherment'];
  return usages.filter((usage) => !allowed.includes(usage));
}

/** id-kp, anyExtendedKeyUsage, precertificate signing, and what Microsoft, Netscape and Apple define. */
const KNOWN_PURPOSES =
  /^(?:1\.3\.6\.1\.5\.5\.7\.3\.\d+|2\.5\.29\.37\.0|1\.3\.6\.1\.4\.1\.11129\.2\.4\.4|1\.3\.6\.1\.4\.1\.311\.[\d.]+|2\.16\.840\.1\.113730\.4\.1|1\.2\.840\.113635\.[\d.]+)$/;

/** RFC 5280 §4.2.1.12: the usages that are consistent with each purpose. */
const NEEDS: { readonly [purpose: string]: readonly KeyUsage[] } = {
  '1.3.6.1.5.5.7.3.1': ['digitalSignature', 'keyEncipherment', 'keyAgreement'],
  '1.3.6.1.5.5.7.3.2': ['digitalSignature', 'keyAgreement'],
  '1.3.6.1.5.5.7.3.3': ['digitalSignature'],
  '1.3.6.1.5.5.7.3.4': ['digitalSignature', 'nonRepudiation', 'keyEncipherment', 'keyAgreement'],
  '1.3.6.1.5.5.7.3.8': ['digitalSignature', 'nonRepudiation'],
  '1.3.6.1.5.5.7.3.9': ['digitalSignature', 'nonRepudiation'],
};

/** Usages that none of the purposes is consistent with, and a sole purpose for which no usage is there. */
function contradictions({ keyUsage, extendedKeyUsage }: Certificate): {
  usages: readonly string[];
  purposes: readonly string[];
} {
  if (keyUsage === undefined || extendedKeyUsage === undefined) return { usages: [], purposes: [] };
  if ('malformed' in keyUsage || 'malformed' in extendedKeyUsage) return { usages: [], purposes: [] };
  const purposes = extendedKeyUsage.value;
  const known = purposes.filter((purpose) => NEEDS[purpose] !== undefined);
  // what a purpose that nobody here knows is consistent with, nobody can say
  if (known.length === 0 || (purposes.length > 1 && known.length < purposes.length))
    return { usages: [], purposes: [] };
  const allowed = new Set(known.flatMap((purpose) => NEEDS[purpose] ?? []));
  const usages = keyUsage.value.filter((usage) => !allowed.has(usage));
  const alone = known.length === 1;
  // RFC 5280 §4.2.1.12: keyEncipherment or keyAgreement, not both
  const both = keyUsage.value.includes('keyEncipherment') && keyUsage.value.includes('keyAgreement');
  return {
    usages: alone && both && !usages.includes('keyAgreement') ? [...usages, 'keyAgreement'] : usages,
    purposes: keyUsage.value.some((usage) => allowed.has(usage)) ? [] : known,
  };
}

function ownKeyId({ subjectKeyId }: Certificate): string | undefined {
  return subjectKeyId !== undefined && 'value' in subjectKeyId ? subjectKeyId.value : undefined;
}

function isHttp({ kind, value }: GeneralName): boolean {
  return kind === 'uri' && /^http:\/\//i.test(value);
}

const DAY = 86_400_000;

/** The Chrome and Apple CT policies by date of issue: logs that must have seen the certificate. */
export function logsNeeded({ notBefore, notAfter }: Certificate): number | undefined {
  if (notBefore.instant < '2018-10-15T00:00:00Z') return undefined;
  const from = new Date(notBefore.instant);
  const until = new Date(notAfter.instant);
  if (notBefore.instant >= '2021-04-21T00:00:00Z') return until.getTime() - from.getTime() <= 180 * DAY ? 2 : 3;
  const months = (until.getUTCFullYear() - from.getUTCFullYear()) * 12 + until.getUTCMonth() - from.getUTCMonth();
  const whole = until.getUTCDate() < from.getUTCDate() ? months - 1 : months;
  return whole < 15 ? 2 : whole < 27 ? 3 : whole < 39 ? 4 : 5;
}

export function extensionFacts(certificate: Certificate, suffixes: Suffixes): JsonObject {
  const { extensions, basicConstraints, keyUsage } = certificate;
  const { usages, purposes } = contradictions(certificate);
  const oids = extensions.map(({ oid }) => oid);
  const signs = keyUsage !== undefined && 'value' in keyUsage && keyUsage.value.includes('keyCertSign');
  const precertificate = oids.includes(OID.precertificatePoison);
  const needed = logsNeeded(certificate);
  const scts = certificate.scts;
  const logs =
    scts === undefined ? 0 : 'malformed' in scts ? undefined : new Set(scts.value.map(({ log }) => log)).size;
  const named = (Object.entries(certificate) as readonly (readonly [string, unknown])[]).filter(
    ([, value]) => typeof value === 'object' && value !== null && 'malformed' in value && 'critical' in value,
  );
  return {
    extensions: {
      duplicates: [...new Set(oids.filter((oid, index) => oids.indexOf(oid) < index))],
      unknownCritical: extensions.filter(({ oid, critical }) => critical && !KNOWN.has(oid)).map(({ oid }) => oid),
      empty: extensions
        .filter(({ oid, value }) => NEVER_EMPTY.has(oid) && isEmptySequence(value))
        .map(({ oid }) => oid),
      malformed: named.map(([name]) => name),
    },
    ...extensionFact('basicConstraints', basicConstraints, ({ ca, pathLength }, critical) => ({
      critical,
      ca,
      ...(pathLength !== undefined && { pathLength }),
      misplacedPathLength: pathLength !== undefined && (!ca || !signs),
    })),
    ...extensionFact('keyUsage', keyUsage, (found) => [...found]),
    ...extensionFact('keyUsageCritical', keyUsage, (_, critical) => critical),
    ...extensionFact('keyUsageMisfits', keyUsage, (found) => [...misfits(found, certificate)]),
    ...extensionFact('extendedKeyUsage', certificate.extendedKeyUsage, (found) => [...found]),
    ...extensionFact('extendedKeyUsageCritical', certificate.extendedKeyUsage, (_, critical) => critical),
    ...extensionFact('unknownPurposes', certificate.extendedKeyUsage, (found) =>
      found.filter((purpose) => !KNOWN_PURPOSES.test(purpose)),
    ),
    purposesWithoutUsage: [...purposes],
    usagesWithoutPurpose: [...usages],
    ...extensionFact('authorityInfoAccess', certificate.access, (access, critical) => {
      const known = access.filter(({ method }) => method !== 'other');
      const of = (wanted: string): Json =>
        known
          .filter(({ method, location }) => method === wanted && location.kind === 'uri')
          .map(({ location }) => location.value);
      return {
        critical,
        ocsp: of('ocsp'),
        caIssuers: of('caIssuers'),
        notHttp: known.filter(({ location }) => !isHttp(location)).map(({ location }) => location.value),
        internalHosts: [
          ...new Set(known.flatMap(({ location }) => (location.kind === 'uri' ? (uriHost(location.value) ?? []) : []))),
        ].filter((host) => !suffixes.isTopLevel(topLevel(host))),
      };
    }),
    ...extensionFact('crlDistributionPoints', certificate.distributionPoints, (points, critical) => ({
      critical,
      points: points.length,
      notHttp: points.filter((point) => point.length === 0 || !point.every(isHttp)).length,
    })),
    ...extensionFact('authorityKeyId', certificate.authorityKeyId, ({ id, certificate: named }, critical) => ({
      critical,
      ...(id !== undefined && { id }),
      certificate: named,
      ...(isSelfIssued(certificate) && { own: id === ownKeyId(certificate) }),
    })),
    ...extensionFact('subjectKeyId', certificate.subjectKeyId, (id, critical) => ({ critical, id })),
    ...extensionFact('nameConstraints', certificate.nameConstraints, ({ permitted, excluded }, critical) => ({
      critical,
      empty: permitted.length === 0 && excluded.length === 0,
    })),
    ...extensionFact('policyConstraints', certificate.policyConstraints, (_, critical) => ({ critical })),
    ...extensionFact('policies', certificate.policies, (policies) => [...policies]),
    ...extensionFact('policyDuplicates', certificate.policies, (policies) => [
      ...new Set(policies.filter((policy, index) => policies.indexOf(policy) < index)),
    ]),
    ...extensionFact('scts', certificate.scts, (found) => ({
      count: found.length,
      logs: new Set(found.map(({ log }) => log)).size,
    })),
    ...(needed !== undefined &&
      !precertificate && {
        sctLogsMissing: logs === undefined ? unknown('cert.malformed') : Math.max(0, needed - logs),
      }),
    precertificate,
    ...extensionFact('mustStaple', certificate.tlsFeatures, (features) => features.includes(5)),
    uniqueIds: certificate.uniqueIds,
  };
}
