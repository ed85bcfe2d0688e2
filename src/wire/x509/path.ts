/** Certification paths from a leaf to trust anchors (RFC 4158): names and signatures decide, the order sent does not. */
import type { Certificate } from './certificate.ts';
import { isIssuedBy, sameBytes } from './verify.ts';

export interface Anchor {
  readonly certificate: Certificate;
  /** The user gave it; otherwise it is of the public bundle. */
  readonly given: boolean;
}

export interface Path {
  /** Leaf first; the anchor is not among them unless it is the leaf itself. */
  readonly certificates: readonly Certificate[];
  readonly anchor: Anchor;
}

export interface Paths {
  readonly trusted: readonly Path[];
  /** The longest chain that leads to no anchor; empty where one does. */
  readonly open: readonly Certificate[];
}

const MAX_DEPTH = 10;
/** Signatures computed for one leaf: a hostile chain of cross-signs cannot cost more. */
const MAX_CHECKS = 200;

function isAnchor(certificate: Certificate, anchor: Certificate): boolean {
  return (
    certificate.fingerprint === anchor.fingerprint ||
    (sameBytes(certificate.subject.raw, anchor.subject.raw) && sameBytes(certificate.key.raw, anchor.key.raw))
  );
}

export function findPaths(leaf: Certificate, pool: readonly Certificate[], anchors: readonly Anchor[]): Paths {
  const trusted: Path[] = [];
  let open: readonly Certificate[] = [];
  let checks = 0;
  const issued = (child: Certificate, issuer: Certificate): boolean => {
    if (!sameBytes(child.issuer.raw, issuer.subject.raw) || checks >= MAX_CHECKS) return false;
    checks++;
    return isIssuedBy(child, issuer);
  };
  const waiting: (readonly Certificate[])[] = [[leaf]];
  for (let chain = waiting.shift(); chain !== undefined; chain = waiting.shift()) {
    const last = chain.at(-1) ?? leaf;
    const own = anchors.find(({ certificate }) => isAnchor(last, certificate));
    if (own !== undefined) {
      trusted.push({ certificates: chain.length === 1 ? chain : chain.slice(0, -1), anchor: own });
      continue;
    }
    const above = anchors.filter(({ certificate }) => issued(last, certificate));
    for (const anchor of above) trusted.push({ certificates: chain, anchor });
    if (chain.length > open.length) open = chain;
    if (chain.length >= MAX_DEPTH) continue;
    const seen = chain;
    const next = pool.filter(
      (candidate) =>
        !seen.some((certificate) => certificate.fingerprint === candidate.fingerprint) && issued(last, candidate),
    );
    for (const issuer of next) if (waiting.length < 64) waiting.push([...chain, issuer]);
  }
  return { trusted, open: trusted.length > 0 ? [] : open };
}
