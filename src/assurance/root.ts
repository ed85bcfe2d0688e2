/** The Merkle root of a run: its evidence digests, then its results (CONTRACT §4). */
import { canonicalJson } from '../model/canonical.ts';
import { byCodeUnit, type Json } from '../model/json.ts';
import type { EvidenceEntry, Result } from '../model/result.ts';
import { leafHash, treeHash } from './merkle.ts';

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** The 32 bytes of a digest. Another algorithm or form is refused, never cut to length. */
function bytesOf(digest: string): Uint8Array {
  if (!DIGEST.test(digest)) throw new TypeError(`'${digest}' is not a sha256 digest`);
  return Buffer.from(digest.slice(7), 'hex');
}

/** The leaves in their order: evidence digests as 32 bytes by evidence id, then results in the order of the file. */
export function leavesOf(evidence: readonly EvidenceEntry[], results: readonly Result[]): Uint8Array[] {
  const leaves: Uint8Array[] = [];
  for (const entry of evidence.toSorted((a, b) => byCodeUnit(a.id, b.id))) leaves.push(leafHash(bytesOf(entry.digest)));
  for (const result of results) leaves.push(leafHash(canonicalJson(result as unknown as Json)));
  return leaves;
}

export function merkleRoot(evidence: readonly EvidenceEntry[], results: readonly Result[]): string {
  return `sha256:${Buffer.from(treeHash(leavesOf(evidence, results))).toString('hex')}`;
}
