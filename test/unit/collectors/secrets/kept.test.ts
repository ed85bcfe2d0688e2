/** The state file and .gitleaksignore: read whatever they hold, believed only where they are of the right form. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseIgnore } from '../../../../src/collectors/secrets/ignore.ts';
import { memoryBytes, readMemory, writeMemory, type Memory } from '../../../../src/collectors/secrets/memory.ts';
import type { KeptFile } from '../../../../src/model/io.ts';

const fileOf = (bytes: Uint8Array | undefined): KeptFile => ({
  read: () => Promise.resolve(bytes),
  write: () => Promise.reject(new Error('nothing is written here')),
});
const read = (bytes: Uint8Array | undefined, purpose = 'p'): Promise<Memory | undefined> =>
  readMemory(fileOf(bytes), purpose);

const name = (byte: number): Buffer => Buffer.alloc(20, byte);
const head = {
  purpose: 'p',
  place: 'here',
  tips: ['a'.repeat(40)],
  lost: [['source.too-large', 'big.bin']] as const,
  holders: [{ object: 'b'.repeat(40), path: 'a.txt', commit: 'c'.repeat(40), regions: [0, 10] }],
};

test('what was written is read again, sorted and without doubles', async () => {
  const names = { width: 20, bytes: Buffer.concat([name(9), name(1), name(5), name(1)]) };
  const memory = await read(memoryBytes(head, names));

  assert.equal(memory?.count, 3);
  assert.deepEqual(
    [1, 5, 9, 2].map((byte) => memory?.has(name(byte))),
    [true, true, true, false],
  );
  assert.deepEqual(memory?.tips, head.tips);
  assert.deepEqual(memory?.holders, head.holders);
  assert.deepEqual(memory?.lost, head.lost);
});

test('a file of another purpose, of another form or cut short is none', async () => {
  const good = memoryBytes(head, { width: 20, bytes: name(1) });

  assert.equal(await read(undefined), undefined);
  assert.equal(await read(good, 'other rules'), undefined);
  assert.equal(await read(good.subarray(0, good.length - 1)), undefined);
  assert.equal(await read(Buffer.from('{}\n')), undefined);
  assert.equal(await read(Buffer.from('no line')), undefined);
});

test('several repositories remember in one file, each in its own section', async () => {
  let kept: Uint8Array | undefined;
  const file: KeptFile = {
    read: () => Promise.resolve(kept),
    write: (bytes) => {
      kept = bytes;
      return Promise.resolve();
    },
  };
  const names = (byte: number, width = 20): { width: number; bytes: Buffer } => ({
    width,
    bytes: Buffer.alloc(width, byte),
  });

  await writeMemory(file, head, names(1));
  await writeMemory(file, { ...head, purpose: 'q', place: 'there' }, names(2, 32));
  await writeMemory(file, { ...head, purpose: 'p with other rules' }, names(3));

  assert.equal(await readMemory(file, 'p'), undefined);
  assert.equal((await readMemory(file, 'p with other rules'))?.has(name(3)), true);
  assert.equal((await readMemory(file, 'q'))?.has(Buffer.alloc(32, 2)), true);
});

test('any bytes are a memory or none', async () => {
  const json = fc
    .json({ maxDepth: 3 })
    .map((text) =>
      Buffer.from(
        `{"schema":"secrets-state/2","width":20,"bytes":0,"purpose":"p","tips":${text},"holders":${text},"lost":${text}}\n`,
      ),
    );
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 200 }), json), async (bytes) => {
      const memory = await read(bytes);
      assert.ok(memory === undefined || memory.count >= 0);
    }),
  );
});

test('.gitleaksignore: fingerprints with and without a commit, comments, paths with colons', () => {
  const commit = 'd'.repeat(40);
  const { lines } = parseIgnore(
    `# a comment\n\nsrc/a.ts:github-pat:3\r\n${commit}:b:c.txt:some-rule:9\n.\\win\\d.txt:x:1\nnonsense\n:::\n`,
    new Set(['github-pat']),
  );

  assert.deepEqual(
    [...lines].map(([key, line]) => [JSON.parse(key), line]),
    [
      [['', 'src/a.ts', 'github-pat', 3], 3],
      [[commit, 'b:c.txt', '*', 9], 4],
      [['', 'win/d.txt', '*', 1], 5],
    ],
  );
});

test('any text is a list of fingerprints', () => {
  fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => parseIgnore(text, new Set()).lines.size <= 300));
});
