/** Mark certificates (VMC, CMC) behind a BIMI record, as far as their own content tells (draft-brand-indicators §4.4). */
import type { JsonObject } from '../../../model/json.ts';
import { parseCertificate, type Certificate } from '../../../wire/x509/certificate.ts';
import { certificatesInPem } from '../../../wire/x509/pem.ts';
import { isIssuedBy } from '../../../wire/x509/verify.ts';

/** id-kp-BrandIndicatorforMessageIdentification */
const BIMI_PURPOSE = '1.3.6.1.5.5.7.3.31';
const LOGOTYPE = '1.3.6.1.5.5.7.1.12';

/** Facts of the leaf and its chain; `problems` needs no clock, the instants are judged by asOf. */
export function markFacts(pem: string, domain: string): JsonObject {
  const certificates: Certificate[] = [];
  for (const der of certificatesInPem(pem).slice(0, 8)) {
    const parsed = parseCertificate(der);
    if (!parsed.ok) return { vmcProblems: [`a certificate cannot be read: ${parsed.error}`] };
    certificates.push(parsed.value);
  }
  const leaf = certificates[0];
  if (leaf === undefined) return { vmcProblems: ['there is no certificate in it'] };
  const problems: string[] = [];
  const purposes = leaf.extendedKeyUsage;
  if (purposes === undefined || !('value' in purposes) || !purposes.value.includes(BIMI_PURPOSE)) {
    problems.push(`the extended key usage lacks ${BIMI_PURPOSE}`);
  }
  const names = leaf.subjectAltName;
  const hosts = names !== undefined && 'value' in names ? names.value.filter(({ kind }) => kind === 'dns') : [];
  if (!hosts.some(({ value }) => covers(value.toLowerCase(), domain)))
    problems.push(`no subject name covers ${domain}`);
  if (!leaf.extensions.some(({ oid }) => oid === LOGOTYPE)) problems.push('it holds no logotype');
  for (const [index, certificate] of certificates.entries()) {
    const issuer = certificates[index + 1];
    if (issuer !== undefined && !isIssuedBy(certificate, issuer)) {
      problems.push(`certificate ${String(index + 1)} of the chain was not issued by the next`);
    }
  }
  return { vmcProblems: problems, vmcNotBefore: leaf.notBefore.instant, vmcNotAfter: leaf.notAfter.instant };
}

/** The domain itself, its BIMI name, or a domain above it (draft §4.4). */
function covers(name: string, domain: string): boolean {
  const plain = name.replace(/^[a-z0-9_-]+\._bimi\./, '');
  return domain === plain || domain.endsWith(`.${plain}`);
}
