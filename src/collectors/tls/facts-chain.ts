/** Facts about the certificates that were sent: the leaf, how the chain hangs together, and whether it is trusted. Pure. */
import { faultIn, unknown } from '../../model/facts.ts';
import type { FaultCode } from '../../model/fault.ts';
import { isArray, own, type Json, type JsonObject } from '../../model/json.ts';
import { pointer } from '../../model/pointer.ts';
import { type Certificate, parseCertificate } from '../../wire/x509/certificate.ts';
import { type Anchor, findPaths, type Paths } from '../../wire/x509/path.ts';
import { isIssuedBy, sameBytes } from '../../wire/x509/verify.ts';
import { certificateFacts, type Role } from './certificate.ts';
import type { ServedFlights } from './facts-served.ts';
import { matchesHost } from './hostname.ts';

export interface ChainInput {
  readonly raw: Json;
  readonly served: ServedFlights | undefined;
  readonly endpoint: { readonly name: { readonly host: string }; readonly text: string };
}

/** Beyond these a server only wastes our time. */
const MAX_CHAIN = 64;
const DAY = 86_400_000;

/** Where in raw the certificates stand that the facts are about. */
export function certificateSource(raw: Json): string | undefined {
  const served = own(raw, 'served');
  if (isArray(served) && served.length > 0) return pointer('served', 0);
  return own(raw, 'session') === undefined ? undefined : pointer('session');
}

/** The chain as sent where a flight was read, else as node built it. */
function sentChain({ raw, served }: ChainInput): readonly Uint8Array[] | FaultCode {
  const flight = served?.flights.find(({ certificates }) => certificates.length > 0);
  if (flight !== undefined) return flight.certificates.slice(0, MAX_CHAIN);
  const session = own(raw, 'session');
  const list = own(session, 'chain');
  if (isArray(list) && list.length > 0)
    return list.slice(0, MAX_CHAIN).map((item) => Buffer.from(typeof item === 'string' ? item : '', 'base64'));
  return faultIn(session) ?? served?.rest ?? 'evidence.missing';
}

function anchorsIn(raw: Json): readonly Anchor[] | FaultCode {
  const list = own(raw, 'anchors');
  if (!isArray(list)) return faultIn(list) ?? 'evidence.missing';
  return list.slice(0, 200).flatMap((item) => {
    const text = own(item, 'certificate');
    const parsed = parseCertificate(Buffer.from(typeof text === 'string' ? text : '', 'base64'));
    return parsed.ok ? [{ certificate: parsed.value, given: own(item, 'given') === true }] : [];
  });
}

export function isSelfSigned(certificate: Certificate): boolean {
  return isIssuedBy(certificate, certificate);
}

function roleOf(certificate: Certificate, index: number): Role {
  if (index === 0) return 'leaf';
  return sameBytes(certificate.subject.raw, certificate.issuer.raw) ? 'root' : 'intermediate';
}

function idOf(endpoint: string, index: number): string {
  return `${endpoint}#${index === 0 ? 'leaf' : `chain/${String(index)}`}`;
}

function hostnameFacts(leaf: Certificate, host: string): JsonObject {
  const names = leaf.subjectAltName;
  const matches =
    names !== undefined && 'malformed' in names
      ? unknown('cert.malformed')
      : names !== undefined && matchesHost(names.value, host);
  return { name: host, matches };
}

function trustFacts(leaf: Certificate, paths: Paths | FaultCode): JsonObject {
  const selfSigned = isSelfSigned(leaf);
  if (typeof paths === 'string') return { trusted: unknown(paths), public: unknown(paths), selfSigned };
  return {
    trusted: paths.trusted.length > 0,
    public: paths.trusted.some(({ anchor }) => !anchor.given),
    selfSigned,
  };
}

/** When the best path is over that leads from the leaf to a root, looking at the certificates between them. */
function endOf(paths: Paths): string | undefined {
  const ends = paths.trusted.flatMap(({ certificates }) => {
    const between = certificates.slice(1).map(({ notAfter }) => notAfter.instant);
    return between.length === 0 ? [] : [between.reduce((a, b) => (a < b ? a : b))];
  });
  return ends.length < paths.trusted.length || ends.length === 0 ? undefined : ends.reduce((a, b) => (a > b ? a : b));
}

function hintsOf(certificate: Certificate): readonly string[] {
  const { access } = certificate;
  if (access === undefined || 'malformed' in access) return [];
  return access.value.filter(({ method }) => method === 'caIssuers').map(({ location }) => location.value);
}

function isOrdered(chain: readonly Certificate[]): boolean {
  return chain.every((certificate, index) => {
    const before = chain[index - 1];
    return before === undefined || isIssuedBy(before, certificate);
  });
}

function pathFacts(chain: readonly Certificate[], paths: Paths | FaultCode, endpoint: string): JsonObject {
  const prints = chain.map(({ fingerprint }) => fingerprint);
  const duplicates = prints.flatMap((print, index) => (prints.indexOf(print) < index ? [idOf(endpoint, index)] : []));
  const rootSent = chain.length > 1 && chain.slice(1).some((certificate) => isSelfSigned(certificate));
  const common = { duplicates, rootSent };
  if (typeof paths === 'string') {
    const missing = unknown(paths);
    return { ...common, incomplete: missing, ordered: missing, extra: missing, endsAt: missing, beforeLeaf: missing };
  }
  const used = new Set(
    [...paths.trusted.flatMap(({ certificates, anchor }) => [...certificates, anchor.certificate]), ...paths.open].map(
      ({ fingerprint }) => fingerprint,
    ),
  );
  const extra = chain.flatMap((certificate, index) =>
    used.has(certificate.fingerprint) || isSelfSigned(certificate) ? [] : [idOf(endpoint, index)],
  );
  const last = paths.open.at(-1);
  const incomplete = last !== undefined && !isSelfSigned(last);
  const endsAt = endOf(paths);
  const leafEnd = chain[0]?.notAfter.instant ?? '';
  const known = chain.filter((certificate, index) => index === 0 || used.has(certificate.fingerprint));
  return {
    ...common,
    incomplete,
    ...(incomplete && { missing: last.issuer.text, hints: [...hintsOf(last)] }),
    ordered: isOrdered(
      known.filter(({ fingerprint }, index) => known.findIndex((other) => other.fingerprint === fingerprint) === index),
    ),
    extra,
    ...(endsAt !== undefined && {
      endsAt,
      renewFrom: new Date(Date.parse(endsAt) - 30 * DAY).toISOString().replace('.000Z', 'Z'),
      beforeLeaf: endsAt < leafEnd,
    }),
    crossSignedOnly: paths.trusted.length > 0 && paths.trusted.every(({ anchor }) => !isSelfSigned(anchor.certificate)),
  };
}

/** One leaf for each certificate that the server has, told apart by their keys. */
function leavesOf({ served, endpoint }: ChainInput): Json {
  const leaves = new Map<string, Certificate>();
  for (const { certificates } of served?.flights ?? []) {
    const parsed = parseCertificate(certificates[0] ?? new Uint8Array());
    if (parsed.ok) leaves.set(parsed.value.fingerprint, parsed.value);
  }
  return [...leaves.values()].map((leaf, index) =>
    certificateFacts(leaf, `${endpoint.text}#leaf${index === 0 ? '' : `/${String(index + 1)}`}`, 'leaf'),
  );
}

export function chainFacts(input: ChainInput): JsonObject {
  const { raw, endpoint } = input;
  const sent = sentChain(input);
  if (typeof sent === 'string') {
    const missing = unknown(sent);
    return { leaf: missing, chain: missing, leaves: missing, hostname: missing, trust: missing, path: missing };
  }
  const parsed = sent.map((der) => parseCertificate(der));
  const facts = parsed.map((result, index): Json =>
    result.ok
      ? certificateFacts(result.value, idOf(endpoint.text, index), roleOf(result.value, index))
      : unknown('cert.malformed'),
  );
  const chain = parsed.flatMap((result) => (result.ok ? [result.value] : []));
  const leaf = parsed[0]?.ok === true ? parsed[0].value : undefined;
  const leafFacts = facts[0];
  if (leaf === undefined || leafFacts === undefined) {
    const missing = unknown('cert.malformed');
    return { leaf: missing, chain: facts, leaves: missing, hostname: missing, trust: missing, path: missing };
  }
  const anchors = anchorsIn(raw);
  const paths = typeof anchors === 'string' ? anchors : findPaths(leaf, chain.slice(1), anchors);
  return {
    leaf: leafFacts,
    chain: facts,
    leaves: leavesOf(input),
    hostname: hostnameFacts(leaf, endpoint.name.host),
    trust: trustFacts(leaf, paths),
    path: pathFacts(chain, paths, endpoint.text),
  };
}
