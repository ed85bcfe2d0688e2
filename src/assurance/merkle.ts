/** The Merkle tree of RFC 6962: a root over all records, and proofs that show one record alone. */
import { hash } from 'node:crypto';

/** The 32 bytes of a hash as a text with one letter each (latin1): a buffer costs as much as the hash itself, and more to clear away. */
export type Hash = string;

/** RFC 6962 §2.1: leaf and node hashes have different first bytes, so that a node can never pass for a leaf. */
export function leafHash(record: string | Uint8Array): Hash {
  // U+0000 is the byte 0x00 in UTF-8
  if (typeof record === 'string') return hash('sha256', `\u0000${record}`, 'binary');
  const bytes = new Uint8Array(record.length + 1);
  bytes.set(record, 1);
  return hash('sha256', bytes, 'binary');
}

const pair = Buffer.alloc(65, 1);

function nodeHash(left: Hash, right: Hash): Hash {
  pair.write(left, 1, 'latin1');
  pair.write(right, 33, 'latin1');
  return hash('sha256', pair, 'binary');
}

/** One level up. The last of an odd number goes up unchanged: never doubled, which would let two lists share a root. */
function level(hashes: readonly Hash[]): Hash[] {
  const up: Hash[] = [];
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
export function treeHash(leaves: readonly Hash[]): Hash {
  let hashes = leaves;
  while (hashes.length > 1) hashes = level(hashes);
  return hashes[0] ?? hash('sha256', '', 'binary');
}

/** The same root over leaves that come one by one; only the roots of the full trees so far are kept. */
export interface TreeHasher {
  add(leaf: Hash): void;
  root(): Hash;
}

export function treeHasher(): TreeHasher {
  /** Full trees, the largest first, their sizes the binary digits of the number of leaves. */
  const trees: Hash[] = [];
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
      trees.reduceRight<Hash | undefined>(
        (right, left) => (right === undefined ? left : nodeHash(left, right)),
        undefined,
      ) ?? hash('sha256', '', 'binary'),
  };
}

/** RFC 6962 §2.1.1: the hashes that, with the leaf, lead to the root. */
export function auditPath(leaves: readonly Hash[], index: number): Hash[] {
  const path: Hash[] = [];
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
export function rootFromPath(leaf: Hash, index: number, size: number, path: readonly Hash[]): Hash | undefined {
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
