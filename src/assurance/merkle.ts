/** The Merkle tree of RFC 6962: a root over all records, and proofs that show one record alone. */
import { hash } from 'node:crypto';

/** RFC 6962 §2.1: leaf and node hashes have different first bytes, so that a node can never pass for a leaf. */
export function leafHash(record: string | Uint8Array): Uint8Array {
  // U+0000 is the byte 0x00 in UTF-8
  if (typeof record === 'string') return hash('sha256', `\u0000${record}`, 'buffer');
  const bytes = new Uint8Array(record.length + 1);
  bytes.set(record, 1);
  return hash('sha256', bytes, 'buffer');
}

const pair = new Uint8Array(65);

function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  pair[0] = 1;
  pair.set(left, 1);
  pair.set(right, 33);
  return hash('sha256', pair, 'buffer');
}

/** One level up. The last of an odd number goes up unchanged: never doubled, which would let two lists share a root. */
function level(hashes: readonly Uint8Array[]): Uint8Array[] {
  const up: Uint8Array[] = [];
  for (let at = 0; at < hashes.length; at += 2) {
    const left = hashes[at];
    const right = hashes[at + 1];
    if (left === undefined) continue;
    up.push(right === undefined ? left : nodeHash(left, right));
  }
  return up;
}

/**
 * The tree hash over leaf hashes. Pairing from the left, level by level, is the same tree as the recursive
 * split at the largest power of two below n.
 */
export function treeHash(leaves: readonly Uint8Array[]): Uint8Array {
  let hashes = leaves;
  while (hashes.length > 1) hashes = level(hashes);
  return hashes[0] ?? hash('sha256', '', 'buffer');
}

/** The same root over leaves that come one by one; only the roots of the full trees so far are kept. */
export interface TreeHasher {
  add(leaf: Uint8Array): void;
  root(): Uint8Array;
}

export function treeHasher(): TreeHasher {
  /** Full trees, the largest first, their sizes the binary digits of the number of leaves. */
  const trees: Uint8Array[] = [];
  let count = 0;
  return {
    add(leaf) {
      let tree = leaf;
      for (let digits = count; digits % 2 === 1; digits = Math.floor(digits / 2)) {
        const left = trees.pop();
        if (left !== undefined) tree = nodeHash(left, tree);
      }
      trees.push(tree);
      count += 1;
    },
    root: () =>
      trees.reduceRight<Uint8Array | undefined>(
        (right, left) => (right === undefined ? left : nodeHash(left, right)),
        undefined,
      ) ?? hash('sha256', '', 'buffer'),
  };
}

/** RFC 6962 §2.1.1: the hashes that, with the leaf, lead to the root. */
export function auditPath(leaves: readonly Uint8Array[], index: number): Uint8Array[] {
  const path: Uint8Array[] = [];
  let hashes = leaves;
  let at = index;
  while (hashes.length > 1) {
    const sibling = hashes[at ^ 1];
    if (sibling !== undefined) path.push(sibling);
    hashes = level(hashes);
    at = Math.floor(at / 2);
  }
  return path;
}

/** The root that a leaf hash and its path lead to, or undefined where the path cannot belong to such a tree. */
export function rootFromPath(
  leaf: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
): Uint8Array | undefined {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return undefined;
  let hashed = leaf;
  let at = index;
  let width = size;
  let used = 0;
  while (width > 1) {
    if ((at ^ 1) < width) {
      const sibling = path[used++];
      if (sibling?.length !== 32) return undefined;
      hashed = at % 2 === 0 ? nodeHash(hashed, sibling) : nodeHash(sibling, hashed);
    }
    at = Math.floor(at / 2);
    width = Math.ceil(width / 2);
  }
  return used === path.length ? hashed : undefined;
}
