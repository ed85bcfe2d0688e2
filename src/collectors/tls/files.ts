/** The facts of a certificate file: as those of an endpoint, without what only a connection can tell. Pure. */
import { unknown } from '../../model/facts.ts';
import { isObject, type Json, type JsonObject } from '../../model/json.ts';
import { type Certificate, type Parsed, parseCertificate } from '../../wire/x509/certificate.ts';
import type { CtLogs } from '../../wire/x509/ct-logs.ts';
import { type KeyList, keyMarks } from '../../wire/x509/key-list.ts';
import { certificatesInPem } from '../../wire/x509/pem.ts';
import { findPaths } from '../../wire/x509/path.ts';
import { PURPOSE } from '../../wire/x509/validate.ts';
import { sameBytes } from '../../wire/x509/verify.ts';
import { certificateFacts, type Role, type Setting } from './certificate.ts';
import { issuerOf } from './facts-revocation.ts';
import { logsSeen, sctFacts } from './facts-scts.ts';
import { hostnameFacts, pathFacts, speaksForHost, trustFacts } from './facts-trust.ts';
import { builtInSuffixes, type Suffixes } from './suffixes.ts';

/** PEM with text around it, or one certificate in DER. */
export function certificatesInFile(bytes: Uint8Array): readonly Uint8Array[] {
  const pem = certificatesInPem(Buffer.from(bytes).toString('latin1'));
  if (pem.length > 0) return pem;
  // the outer SEQUENCE of a certificate is longer than 127 octets
  return bytes[0] === 0x30 && (bytes[1] ?? 0) > 0x80 ? [bytes] : [];
}

function isAuthority({ basicConstraints }: Certificate): boolean {
  return basicConstraints !== undefined && 'value' in basicConstraints && basicConstraints.value.ca;
}

const SERVER_POLICIES: readonly string[] = ['2.23.140.1.2.1', '2.23.140.1.2.2', '2.23.140.1.2.3', '2.23.140.1.1'];

/** The Baseline Requirements for TLS speak of what can serve TLS, whatever else it is for. */
function isInScope(certificate: Certificate): boolean {
  const { extendedKeyUsage, policies } = certificate;
  const purposes = extendedKeyUsage !== undefined && 'value' in extendedKeyUsage ? extendedKeyUsage.value : [];
  const named = policies !== undefined && 'value' in policies ? policies.value : [];
  const serves = purposes.length === 0 || purposes.includes(PURPOSE.server) || purposes.includes(PURPOSE.any);
  const claims = SERVER_POLICIES.some((policy) => named.includes(policy));
  return serves || claims;
}

function roleOf(certificate: Certificate, index: number): Role {
  if (!isAuthority(certificate)) return 'leaf';
  return index > 0 && sameBytes(certificate.subject.raw, certificate.issuer.raw) ? 'root' : 'intermediate';
}

export interface FileSetting {
  /** Judge as if the chain led to a root of the public bundle. */
  readonly isPublic: boolean;
  /** The roots that a user named: then the chain is judged too. */
  readonly roots?: readonly Certificate[];
  /** The host that the first certificate is to speak for. */
  readonly host?: string;
  /** The list of leaked keys that a user brought. */
  readonly keys?: KeyList;
  readonly logs?: CtLogs;
  readonly suffixes?: Suffixes;
}

export function fileFacts(name: string, certificates: readonly Uint8Array[], setting: FileSetting): JsonObject {
  const { keys, logs } = setting;
  const described: Setting = {
    suffixes: setting.suffixes ?? builtInSuffixes(),
    ...(keys !== undefined && {
      marks: ({ key, keyFingerprint }: Certificate) => keyMarks(keys, key, keyFingerprint),
    }),
  };
  const parsed: readonly Parsed<Certificate>[] = certificates.map((der) => parseCertificate(der));
  // whoever names a host or roots says that the first certificate is the one in use
  const used = setting.host !== undefined || setting.roots !== undefined;
  const role = (certificate: Certificate, index: number): Role =>
    used && index === 0 ? 'leaf' : roleOf(certificate, index);
  const idOf = (index: number, own: Role): string =>
    `${name}#${own === 'leaf' && index === 0 ? 'leaf' : `chain/${String(index)}`}`;
  const chain = parsed.map((result, index): Json => {
    if (!result.ok) return unknown('cert.malformed');
    const own = role(result.value, index);
    return certificateFacts(result.value, idOf(index, own), own, described);
  });
  const first = parsed[0];
  const isPublic = setting.isPublic && (first?.ok !== true || isInScope(first.value));
  const leaf = first === undefined || (first.ok && role(first.value, 0) !== 'leaf') ? undefined : chain[0];
  return {
    offered: true,
    ...(leaf !== undefined && { leaf }),
    leaves: leaf === undefined ? [] : [withHost(leaf, first, setting.host)],
    chain,
    trust: { public: isPublic },
    scts: first?.ok === true ? fileTimestamps(first.value, parsed, logs) : { delivered: false },
    ...(first?.ok === true && useFacts(first.value, parsed, { ...setting, isPublic }, (index) => idOf(index, 'leaf'))),
  };
}

function withHost(leaf: Json, first: Parsed<Certificate> | undefined, host: string | undefined): Json {
  return host === undefined || first?.ok !== true || !isObject(leaf)
    ? leaf
    : { ...leaf, speaksForHost: speaksForHost(first.value, host) };
}

/** The timestamps in the first certificate. */
function fileTimestamps(
  leaf: Certificate,
  parsed: readonly Parsed<Certificate>[],
  logs: CtLogs | undefined,
): JsonObject {
  const others = parsed.slice(1).flatMap((result) => (result.ok ? [result.value] : []));
  const seen = leaf.scts !== undefined && 'value' in leaf.scts ? leaf.scts.value.map(({ log }) => log) : [];
  const raw = logs === undefined ? {} : { ctLogs: logsSeen(logs, seen, logs.date) };
  return sctFacts({ leaf, issuer: issuerOf(leaf, others), extension: undefined, staple: undefined, raw });
}

/** What only the use of a certificate tells: its host, and the chain to the roots that were named. */
function useFacts(
  leaf: Certificate,
  parsed: readonly Parsed<Certificate>[],
  { host, roots, isPublic }: FileSetting,
  idOf: (index: number) => string,
): JsonObject {
  const chain = parsed.flatMap((result) => (result.ok ? [result.value] : []));
  const named = host === undefined ? {} : { hostname: hostnameFacts(leaf, host) };
  if (roots === undefined) return named;
  const paths = findPaths(
    leaf,
    chain.slice(1),
    roots.map((certificate) => ({ certificate, given: true })),
  );
  return {
    ...named,
    trust: { ...trustFacts(leaf, paths, true), public: isPublic },
    path: pathFacts(chain, paths, { idOf, rootsGiven: true }),
  };
}
