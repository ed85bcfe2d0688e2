/** The Merkle root of a run: its evidence digests, then its results (CONTRACT §4). */
import { canonicalJson } from '../model/canonical.ts';
import { byCodeUnit, type Json } from '../model/json.ts';
import type { EvidenceEntry, Result } from '../model/result.ts';
import { type Hash, leafHash, treeHash } from './merkle.ts';

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** The 32 bytes of a digest. Another algorithm or form is refused, never cut to length. */
function bytesOf(digest: string): Uint8Array {
  if (!DIGEST.test(digest)) throw new TypeError(`'${digest}' is not a sha256 digest`);
  return Buffer.from(digest.slice(7), 'hex');
}

/** The leaves of the evidence: the digests as 32 bytes, by evidence id. */
export function evidenceLeaves(evidence: readonly EvidenceEntry[]): Hash[] {
  return evidence.toSorted((a, b) => byCodeUnit(a.id, b.id)).map((entry) => leafHash(bytesOf(entry.digest)));
}

/** The leaf of a result: its canonical JSON, as it stands in run.json. */
function resultLeaf(result: Result): Hash {
  return leafHash(canonicalJson(result as unknown as Json));
}

export function digestText(hash: Hash): string {
  return `sha256:${Buffer.from(hash, 'latin1').toString('hex')}`;
}

/** Over the leaves of the evidence, then those of the results in the order of the file. */
export function merkleRoot(evidence: readonly EvidenceEntry[], results: readonly Result[]): string {
  return digestText(treeHash([...evidenceLeaves(evidence), ...results.map(resultLeaf)]));
}
