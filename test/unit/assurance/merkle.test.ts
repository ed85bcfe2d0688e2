import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { auditPath, leafHash, rootFromPath, treeHash, treeHasher } from '../../../src/assurance/merkle.ts';

/** RFC 6962 §2.1 word by word, by recursion: slow and independent of ours. */
function slowRoot(records: readonly Uint8Array[]): Buffer {
  const sha = (...parts: readonly Uint8Array[]): Buffer => {
    const hash = createHash('sha256');
    for (const part of parts) hash.update(part);
    return hash.digest();
  };
  const [first] = records;
  if (first === undefined) return sha();
  if (records.length === 1) return sha(Uint8Array.of(0), first);
  let split = 1;
  while (split * 2 < records.length) split *= 2;
  return sha(Uint8Array.of(1), slowRoot(records.slice(0, split)), slowRoot(records.slice(split)));
}

function hex(hash: string | Uint8Array): string {
  return (typeof hash === 'string' ? Buffer.from(hash, 'latin1') : Buffer.from(hash)).toString('hex');
}

const records = (size: number): Uint8Array[] =>
  Array.from({ length: size }, (_, index) => Buffer.from(`record ${String(index)}`));

/** Any text: fast-check's own of all code points takes seconds to set up. */
const anyText = fc
  .array(fc.integer({ min: 0, max: 0x10ffff }), { maxLength: 200 })
  .map((points) => String.fromCodePoint(...points));

test('the empty tree and the published vectors of certificate transparency have their known roots', () => {
  const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
  const roots = [
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ];

  for (const [size, root] of roots.entries()) {
    const leaves = inputs.slice(0, size).map((input) => leafHash(Buffer.from(input, 'hex')));
    assert.equal(hex(treeHash(leaves)), root, `${String(size)} leaves`);
  }
});

test('the tree of any size is the one of the recursive definition', () => {
  for (let size = 0; size <= 70; size += 1) {
    const list = records(size);
    assert.equal(hex(treeHash(list.map(leafHash))), hex(slowRoot(list)), `${String(size)} leaves`);
  }
});

test('a text and its UTF-8 bytes are the same leaf', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      assert.equal(hex(leafHash(text)), hex(leafHash(new TextEncoder().encode(text))));
    }),
    { numRuns: 50 },
  );
});

test('a list with its last record doubled has another root', () => {
  const list = records(3);
  const doubled = [...list, ...list.slice(2)];

  assert.notEqual(hex(treeHash(list.map(leafHash))), hex(treeHash(doubled.map(leafHash))));
});

test('every record is proven by its path, and by no other index, size, path or record', () => {
  for (let size = 1; size <= 20; size += 1) {
    const leaves = records(size).map(leafHash);
    const root = hex(treeHash(leaves));
    for (const [index, leaf] of leaves.entries()) {
      const path = auditPath(leaves, index);
      const reached = (of: string, at: number, width: number, by: readonly string[]): string =>
        hex(rootFromPath(of, at, width, by) ?? '');
      assert.equal(reached(leaf, index, size, path), root);
      if (size > 1) assert.notEqual(reached(leaf, (index + 1) % size, size, path), root);
      assert.notEqual(reached(leafHash('forged'), index, size, path), root);
      assert.equal(rootFromPath(leaf, index, size, [...path, leaf]), undefined);
      if (path.length > 0) assert.equal(rootFromPath(leaf, index, size, path.slice(1)), undefined);
    }
  }
  assert.equal(rootFromPath(leafHash('x'), -1, 1, []), undefined);
  assert.equal(rootFromPath(leafHash('x'), 1, 1, []), undefined);
  assert.equal(rootFromPath(leafHash('x'), 0.5, 2, [leafHash('y')]), undefined);
  assert.equal(rootFromPath(leafHash('x'), 0, 2, ['\u0001']), undefined);
});

test('leaves that come one by one have the root of all together, at every size', () => {
  const hasher = treeHasher();
  assert.equal(hex(hasher.root()), hex(slowRoot([])));
  for (const [index, record] of records(70).entries()) {
    hasher.add(leafHash(record));
    assert.equal(hex(hasher.root()), hex(slowRoot(records(index + 1))));
  }
});
