/** Mark certificates (VMC, CMC) behind a BIMI record, as far as their own content tells (draft-brand-indicators §4.4). */
import { createHash } from 'node:crypto';
import { partialList } from '../../../model/facts.ts';
import type { FaultCode } from '../../../model/fault.ts';
import type { JsonObject } from '../../../model/json.ts';
import { parseCertificate, type Certificate } from '../../../wire/x509/certificate.ts';
import { DerError } from '../../../wire/x509/der.ts';
import { type Logotype, logotypeOf, unpacked } from '../../../wire/x509/logotype.ts';
import { certificatesInPem } from '../../../wire/x509/pem.ts';
import { isIssuedBy } from '../../../wire/x509/verify.ts';

/** id-kp-BrandIndicatorforMessageIdentification */
const BIMI_PURPOSE = '1.3.6.1.5.5.7.3.31';
const LOGOTYPE = '1.3.6.1.5.5.7.1.12';

/** Digests by OID, as node:crypto names them. */
const DIGESTS: { readonly [oid: string]: string } = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/** What the record shows as the logo: its bytes, why they are not known, or nothing. */
export type Shown = Uint8Array | FaultCode | undefined;

/** Facts of the leaf and its chain; `problems` needs no clock, the instants are judged by asOf. */
export function markFacts(pem: string, domain: string, logo: Shown): JsonObject {
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
  problems.push(...chainProblems(certificates), ...logoProblems(leaf, logo));
  // the chain holds as long as all of it does
  const from = certificates
    .map(({ notBefore }) => notBefore.instant)
    .sort()
    .at(-1);
  const until = certificates.map(({ notAfter }) => notAfter.instant).sort()[0];
  return {
    vmcProblems: partialList(problems, typeof logo === 'string' ? logo : undefined),
    ...(from === undefined ? {} : { vmcNotBefore: from }),
    ...(until === undefined ? {} : { vmcNotAfter: until }),
  };
}

/** Each certificate is issued by the next, which may issue. Which roots mark authorities have is for the mailboxes to say. */
function chainProblems(certificates: readonly Certificate[]): string[] {
  const problems: string[] = [];
  if (certificates.length === 1) problems.push('the certificate of its issuer is not in the file');
  for (const [index, certificate] of certificates.entries()) {
    const issuer = certificates[index + 1];
    if (issuer === undefined) break;
    const constraints = issuer.basicConstraints;
    if (!isIssuedBy(certificate, issuer))
      problems.push(`certificate ${String(index + 1)} of the chain was not issued by the next`);
    else if (constraints === undefined || !('value' in constraints) || !constraints.value.ca)
      problems.push(`certificate ${String(index + 2)} of the chain may not issue others`);
  }
  return problems;
}

/** RFC 9399 §4.3: the certificate holds the logo or its digest, and it is that of the record (draft §4.4.1). */
function logoProblems(leaf: Certificate, logo: Shown): string[] {
  const extension = leaf.extensions.find(({ oid }) => oid === LOGOTYPE);
  if (extension === undefined) return ['it holds no logotype'];
  let logotype: Logotype;
  try {
    logotype = logotypeOf(extension.value);
  } catch (error) {
    if (error instanceof DerError) return [`its logotype cannot be read: ${error.message}`];
    throw error;
  }
  if (logotype.digests.length === 0 && logotype.images.length === 0) return ['its logotype holds no image'];
  if (!(logo instanceof Uint8Array)) return [];
  const plain = unpacked(logo) ?? logo;
  const same =
    logotype.images.some((image) => Buffer.compare(image, plain) === 0) ||
    logotype.digests.some(({ algorithm, value }) => {
      const name = DIGESTS[algorithm];
      // the digest is of the image as it is packed in the certificate, or of the image itself
      return (
        name !== undefined && [logo, plain].some((bytes) => createHash(name).update(bytes).digest('hex') === value)
      );
    });
  return same ? [] : ['the logo in it is not the one that l names'];
}

/** The domain itself, its BIMI name, or a domain above it (draft §4.4). */
function covers(name: string, domain: string): boolean {
  const plain = name.replace(/^[a-z0-9_-]+\._bimi\./, '');
  return domain === plain || domain.endsWith(`.${plain}`);
}
