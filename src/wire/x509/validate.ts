/** Whether a path holds (RFC 5280 §6.1): everything but time, which is judged where the time of the audit is known. */
import type { Certificate, Content } from './certificate.ts';
import { type KeyUsage, OID } from './extensions.ts';
import { constraintBreach } from './name-constraints.ts';
import type { Path } from './path.ts';
import { policyBreach } from './policy.ts';
import { isSelfIssued } from './verify.ts';

export const PURPOSE = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2', any: '2.5.29.37.0' } as const;

export interface Violation {
  readonly rule: 'extension' | 'ca' | 'key-usage' | 'path-length' | 'names' | 'purpose' | 'policy';
  readonly certificate: Certificate;
  readonly message: string;
}

/** Extensions that a path validator must understand: one that cannot be read, or a critical one beside these, ends the path. */
const PROCESSED: ReadonlySet<string> = new Set([
  OID.subjectKeyIdentifier,
  OID.keyUsage,
  OID.subjectAltName,
  OID.issuerAltName,
  OID.basicConstraints,
  OID.nameConstraints,
  OID.crlDistributionPoints,
  OID.certificatePolicies,
  OID.policyMappings,
  OID.authorityKeyIdentifier,
  OID.policyConstraints,
  OID.extendedKeyUsage,
  OID.inhibitAnyPolicy,
  OID.authorityInfoAccess,
  OID.tlsFeature,
  OID.signedCertificateTimestamps,
]);

function isMalformed(content: Content<unknown> | undefined): boolean {
  return content !== undefined && 'malformed' in content;
}

function valueOf<T>(content: Content<T> | undefined): T | undefined {
  return content !== undefined && 'value' in content ? content.value : undefined;
}

/** RFC 5280 §6.1.3 (b)-(f), §6.1.4 (o): every certificate. */
function* extensionViolations(certificate: Certificate): Generator<Violation> {
  const say = (message: string): Violation => ({ rule: 'extension', certificate, message });
  const seen = new Set<string>();
  for (const { oid, critical } of certificate.extensions) {
    if (seen.has(oid)) yield say(`has the extension ${oid} twice`);
    seen.add(oid);
    if (critical && !PROCESSED.has(oid)) yield say(`has the critical extension ${oid}, which nobody knows`);
  }
  const read = {
    basicConstraints: certificate.basicConstraints,
    keyUsage: certificate.keyUsage,
    extendedKeyUsage: certificate.extendedKeyUsage,
    nameConstraints: certificate.nameConstraints,
    subjectAltName: certificate.subjectAltName,
    certificatePolicies: certificate.policies,
    policyConstraints: certificate.policyConstraints,
    policyMappings: certificate.policyMappings,
    inhibitAnyPolicy: certificate.inhibitAnyPolicy,
  };
  for (const [name, content] of Object.entries(read))
    if (isMalformed(content)) yield say(`has an extension ${name} that cannot be read`);
}

/** RFC 5280 §6.1.4 (k)-(n): what must hold for a certificate that issues others. */
function* issuerViolations(certificate: Certificate, below: readonly Certificate[]): Generator<Violation> {
  const constraints = valueOf(certificate.basicConstraints);
  if (constraints?.ca !== true)
    yield { rule: 'ca', certificate, message: 'is not marked as a CA (basicConstraints), and issued another' };
  const usages = valueOf(certificate.keyUsage);
  if (usages !== undefined && !usages.includes('keyCertSign'))
    yield { rule: 'key-usage', certificate, message: 'may not sign certificates (keyUsage)' };
  const limit = constraints?.pathLength;
  // the leaf is not counted, nor is what a CA issued to itself
  const length = below.slice(0, -1).filter((issued) => !isSelfIssued(issued)).length;
  if (limit !== undefined && length > limit)
    yield {
      rule: 'path-length',
      certificate,
      message: `allows ${String(limit)} authorities below itself, and there are ${String(length)}`,
    };
}

/** RFC 5280 §6.1.3 (b), (c): the constraints of one CA over everything below it. */
function* nameViolations(issuer: Certificate, below: readonly Certificate[]): Generator<Violation> {
  const constraints = valueOf(issuer.nameConstraints);
  if (constraints === undefined) return;
  for (const [index, certificate] of below.entries()) {
    // what a CA issued to itself is free of them, unless it is the leaf
    if (index < below.length - 1 && isSelfIssued(certificate)) continue;
    const breach = constraintBreach(constraints, certificate);
    if (breach !== undefined) yield { rule: 'names', certificate, message: breach };
  }
}

/** RFC 5280 §4.2.1.12 for the leaf; that a CA's purposes bound those below it is what all TLS clients do. */
function* purposeViolations(certificate: Certificate, purpose: string): Generator<Violation> {
  const purposes = valueOf(certificate.extendedKeyUsage);
  if (purposes !== undefined && !purposes.includes(purpose) && !purposes.includes(PURPOSE.any))
    yield { rule: 'purpose', certificate, message: `is not for this purpose (extendedKeyUsage lacks ${purpose})` };
}

export interface Demands {
  /** OID of the purpose that the leaf is used for; default: TLS server. */
  readonly purpose?: string;
  readonly keyUsage?: readonly KeyUsage[];
}

/** What is wrong with a path whose names and signatures hold; nothing where it is valid but for time. */
export function violationsOf({ certificates, anchor }: Path, demands: Demands = {}): readonly Violation[] {
  const purpose = demands.purpose ?? PURPOSE.server;
  const leaf = certificates[0];
  // from the anchor down; an anchor that is itself the leaf stands alone
  const whole = [...certificates].reverse();
  if (leaf === undefined) return [];
  if (anchor.certificate.fingerprint !== leaf.fingerprint) whole.unshift(anchor.certificate);
  const found: Violation[] = [];
  for (const [index, certificate] of whole.entries()) {
    const below = whole.slice(index + 1);
    found.push(...extensionViolations(certificate));
    if (below.length > 0) found.push(...issuerViolations(certificate, below), ...nameViolations(certificate, below));
    // the purposes of a root in a trust store are the store's affair
    if (index > 0 || whole.length === 1) found.push(...purposeViolations(certificate, purpose));
  }
  const usages = valueOf(leaf.keyUsage);
  for (const usage of demands.keyUsage ?? [])
    if (usages !== undefined && !usages.includes(usage))
      found.push({ rule: 'key-usage', certificate: leaf, message: `may not be used for ${usage}` });
  const policy = policyBreach(whole);
  if (policy !== undefined) found.push({ rule: 'policy', certificate: leaf, message: policy });
  return found;
}
