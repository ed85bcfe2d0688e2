/** Facts about a path to a root: whether there is one, whether it holds, what is missing from it, and when it ends. Pure. */
import { unknown } from '../../model/facts.ts';
import type { FaultCode } from '../../model/fault.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { boolean, dateTime, list, string } from '../../model/schema.ts';
import type { Certificate } from '../../wire/x509/certificate.ts';
import type { Path, Paths } from '../../wire/x509/path.ts';
import { violationsOf } from '../../wire/x509/validate.ts';
import { isIssuedBy } from '../../wire/x509/verify.ts';
import { distrustOf } from './distrusted.ts';
import { matchesHost } from './hostname.ts';
import { partly } from './partly.ts';

export const trustSchemas = {
  hostname: partly({ name: string(), matches: boolean() }),
  trust: partly({
    trusted: boolean({ description: 'the chain leads to a root in use; validity in time is not part of this' }),
    public: boolean({ description: 'to a root of the public bundle' }),
    selfSigned: boolean({ description: 'the leaf is its own issuer' }),
    distrusted: string({
      description: 'why a root programme did not trust the root when the leaf was issued; absent: none said so',
    }),
  }),
  path: partly(
    {
      incomplete: boolean({ description: 'the chain ends below an authority that was not sent' }),
      missing: string({ description: 'the name of that authority' }),
      hints: list(string(), { description: 'where the last certificate says that its issuer can be fetched' }),
      gap: string({ description: 'that name, and the first of these places' }),
      violations: list(string(), {
        description: 'what breaks every path to a root (RFC 5280 §6.1); absent: no path to judge',
      }),
      ordered: boolean({ description: 'each certificate certifies the one before it' }),
      extra: list(string(), { description: 'certificates on no path' }),
      duplicates: list(string()),
      rootSent: boolean(),
      endsAt: dateTime({ description: 'when the last path ends that is there without the leaf' }),
      renewFrom: dateTime({ description: '30 days before that' }),
      beforeLeaf: boolean({ description: 'every path ends before the leaf does' }),
      crossSignedOnly: boolean(),
    },
    { description: 'how the certificates that were sent hang together' },
  ),
};

const DAY = 86_400_000;

export function isSelfSigned(certificate: Certificate): boolean {
  return isIssuedBy(certificate, certificate);
}

export function speaksForHost(leaf: Certificate, host: string): Json {
  const names = leaf.subjectAltName;
  if (names !== undefined && 'malformed' in names) return unknown('cert.malformed');
  return names !== undefined && matchesHost(names.value, host);
}

export function hostnameFacts(leaf: Certificate, host: string): JsonObject {
  return { name: host, matches: speaksForHost(leaf, host) };
}

/** Where a chain stops below an issuer that nobody sent. */
interface End {
  readonly last: Certificate;
  /** That issuer is an authority in between; otherwise it may be a root, which need not be sent. */
  readonly between: boolean;
}

/**
 * An issuer that was not sent is taken for one in between where the certificate says where to fetch it, or where the user named
 * the roots (facts/tls §5.6); without either it is as likely a root that nobody here knows.
 */
function endOf(paths: Paths, rootsGiven: boolean): End | undefined {
  const last = paths.open.at(-1);
  if (last === undefined || isSelfSigned(last)) return undefined;
  return { last, between: rootsGiven || hintsOf(last).length > 0 };
}

export function trustFacts(leaf: Certificate, paths: Paths | FaultCode, rootsGiven: boolean): JsonObject {
  const selfSigned = isSelfSigned(leaf);
  if (typeof paths === 'string') return { trusted: unknown(paths), public: unknown(paths), selfSigned };
  // what stands above a missing link, nobody can see
  const unseen = endOf(paths, rootsGiven)?.between === true;
  const distrusted = distrust(leaf, paths);
  return {
    trusted: unseen ? unknown('cert.issuer-missing') : paths.trusted.length > 0,
    public: paths.trusted.some(({ anchor }) => !anchor.given),
    selfSigned,
    ...(distrusted !== undefined && { distrusted }),
  };
}

/** Of a root that the user named himself nobody else decides. Without a path, every authority that can be seen counts. */
function distrust(leaf: Certificate, { trusted, open }: Paths): string | undefined {
  const issued = leaf.notBefore.instant;
  if (trusted.length > 0) {
    const said = trusted.map(({ anchor }) =>
      anchor.given ? undefined : distrustOf(anchor.certificate.subject, issued),
    );
    return said.includes(undefined) ? undefined : said[0];
  }
  return open.map(({ issuer }) => distrustOf(issuer, issued)).find((why) => why !== undefined);
}

/** When the best path is over that leads from the leaf to a root, looking at the certificates between them. */
function lastEnd(paths: readonly Path[]): string | undefined {
  const ends = paths.flatMap(({ certificates }) => {
    const between = certificates.slice(1).map(({ notAfter }) => notAfter.instant);
    return between.length === 0 ? [] : [between.reduce((a, b) => (a < b ? a : b))];
  });
  return ends.length < paths.length || ends.length === 0 ? undefined : ends.reduce((a, b) => (a > b ? a : b));
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

function gapFacts(end: End | undefined): JsonObject {
  if (end === undefined) return {};
  const missing = end.last.issuer.text.toWellFormed();
  const hints = hintsOf(end.last).map((hint) => hint.toWellFormed());
  const [hint] = hints;
  return { missing, hints, gap: hint === undefined ? missing : `${missing}, to be fetched from ${hint}` };
}

/** What other rules say of each certificate already is not said again of the path. */
const OF_PATHS: readonly string[] = ['ca', 'path-length', 'names', 'policy'];

/** The paths that hold, and what breaks the best of the others. */
function heldPaths(paths: readonly Path[]): { readonly held: readonly Path[]; readonly broken: readonly string[] } {
  const judged = paths.map((path) => {
    const [leaf] = path.certificates;
    const broken = violationsOf(path)
      .filter(({ rule, certificate }) => OF_PATHS.includes(rule) || (rule !== 'extension' && certificate !== leaf))
      .map(({ certificate, message }) => `${certificate.subject.text.slice(0, 200)} ${message}`.toWellFormed());
    return { path, broken: [...new Set(broken)].slice(0, 20) };
  });
  const held = judged.filter(({ broken }) => broken.length === 0).map(({ path }) => path);
  const best = judged.toSorted((a, b) => a.broken.length - b.broken.length)[0];
  return { held, broken: best?.broken ?? [] };
}

export interface ChainPlace {
  /** The ids of the certificates, in the order sent. */
  readonly idOf: (index: number) => string;
  readonly rootsGiven: boolean;
}

export function pathFacts(chain: readonly Certificate[], paths: Paths | FaultCode, place: ChainPlace): JsonObject {
  const { idOf } = place;
  const prints = chain.map(({ fingerprint }) => fingerprint);
  const duplicates = prints.flatMap((print, index) => (prints.indexOf(print) < index ? [idOf(index)] : []));
  const rootSent = chain.length > 1 && chain.slice(1).some((certificate) => isSelfSigned(certificate));
  const common = { duplicates, rootSent };
  if (typeof paths === 'string') {
    const missing = unknown(paths);
    const judged = { incomplete: missing, violations: missing, ordered: missing, extra: missing };
    return { ...common, ...judged, endsAt: missing, beforeLeaf: missing };
  }
  const used = new Set(
    [...paths.trusted.flatMap(({ certificates, anchor }) => [...certificates, anchor.certificate]), ...paths.open].map(
      ({ fingerprint }) => fingerprint,
    ),
  );
  const extra = chain.flatMap((certificate, index) =>
    used.has(certificate.fingerprint) || isSelfSigned(certificate) ? [] : [idOf(index)],
  );
  const end = endOf(paths, place.rootsGiven);
  const { held, broken } = heldPaths(paths.trusted);
  const endsAt = lastEnd(held.length > 0 ? held : paths.trusted);
  const leafEnd = chain[0]?.notAfter.instant ?? '';
  const known = chain.filter((certificate, index) => index === 0 || used.has(certificate.fingerprint));
  return {
    ...common,
    incomplete: end?.between === false ? unknown('cert.issuer-missing') : end !== undefined,
    ...gapFacts(end),
    ...(paths.trusted.length > 0 && { violations: [...broken] }),
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
