/** The facts of a certificate file: as those of an endpoint, without what only a connection can tell. Pure. */
import { unknown } from '../../model/facts.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { type Certificate, type Parsed, parseCertificate } from '../../wire/x509/certificate.ts';
import { certificatesInPem } from '../../wire/x509/pem.ts';
import { sameBytes } from '../../wire/x509/verify.ts';
import { certificateFacts, type Role } from './certificate.ts';

/** PEM with text around it, or one certificate in DER. */
export function certificatesInFile(bytes: Uint8Array): readonly Uint8Array[] {
  const pem = certificatesInPem(Buffer.from(bytes).toString('latin1'));
  if (pem.length > 0) return pem;
  // the outer SEQUENCE of a certificate is longer than 127 octets
  return bytes[0] === 0x30 && (bytes[1] ?? 0) > 0x80 ? [bytes] : [];
}

/** A CA by nature: it may sign certificates. One that is only marked so is judged as the leaf that it is used as. */
function isAuthority({ basicConstraints, keyUsage }: Certificate): boolean {
  const ca = basicConstraints !== undefined && 'value' in basicConstraints && basicConstraints.value.ca;
  const signs = keyUsage !== undefined && 'value' in keyUsage && keyUsage.value.includes('keyCertSign');
  return ca && signs;
}

function roleOf(certificate: Certificate, index: number): Role {
  if (!isAuthority(certificate)) return 'leaf';
  return index > 0 && sameBytes(certificate.subject.raw, certificate.issuer.raw) ? 'root' : 'intermediate';
}

/** `isPublic`: judge as if the chain led to a root of the public bundle. */
export function fileFacts(name: string, certificates: readonly Uint8Array[], isPublic: boolean): JsonObject {
  const parsed: readonly Parsed<Certificate>[] = certificates.map((der) => parseCertificate(der));
  const chain = parsed.map((result, index): Json => {
    if (!result.ok) return unknown('cert.malformed');
    const role = roleOf(result.value, index);
    return certificateFacts(
      result.value,
      `${name}#${role === 'leaf' && index === 0 ? 'leaf' : `chain/${String(index)}`}`,
      role,
    );
  });
  const first = parsed[0];
  const leaf = first === undefined || (first.ok && roleOf(first.value, 0) !== 'leaf') ? undefined : chain[0];
  return {
    offered: true,
    ...(leaf !== undefined && { leaf }),
    chain,
    trust: { public: isPublic },
    scts: { delivered: false },
  };
}
