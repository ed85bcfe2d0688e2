/** The file capability on trees with links, pipes, unreadable folders and odd names. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { FileEntry } from '../../../src/model/io.ts';
import { all, faultOf, ioFor } from './support.ts';

/** A program of every Unix; node cannot make a named pipe. */
const MAKE_PIPE = 'mkfifo';

function folder(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'probity-files-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

async function walked(t: TestContext, root: string): Promise<FileEntry[]> {
  return await all(ioFor(t).files(root).walk());
}

test('a walk is sorted by code unit, depth first, names links without following them and does not enter .git', async (t) => {
  const root = folder(t);
  for (const name of ['b', 'a', 'a/inner', '.git']) mkdirSync(join(root, name));
  for (const name of ['b/z.txt', 'a/x.txt', 'a/inner/y.txt', 'Z.txt', 'é.txt', '.git/config'])
    writeFileSync(join(root, name), '12345');
  symlinkSync('/etc', join(root, 'link'));
  symlinkSync('nowhere', join(root, 'a', 'broken'));
  execFileSync(MAKE_PIPE, [join(root, 'pipe')]);

  const entries = await walked(t, root);

  assert.deepEqual(
    entries.map(({ path, kind, size }) => `${path} ${kind} ${String(size)}`),
    [
      '.git directory 0',
      'Z.txt file 5',
      'a directory 0',
      'a/broken symlink 0',
      'a/inner directory 0',
      'a/inner/y.txt file 5',
      'a/x.txt file 5',
      'b directory 0',
      'b/z.txt file 5',
      'link symlink 0',
      'pipe other 0',
      'é.txt file 5',
    ],
  );
  assert.ok(entries.every((entry) => entry.fault === undefined));
});

test('a name that is not UTF-8 is named as not readable, well-formed', async (t) => {
  const root = folder(t);
  writeFileSync(Buffer.concat([Buffer.from(`${root}/bad-`), Buffer.of(0xff)]), 'x');

  const [entry] = await walked(t, root);

  assert.equal(entry?.fault?.code, 'source.unreadable');
  assert.equal(entry.path, 'bad-\ufffd');
});

test(
  'a folder that may not be read is an entry with a fault, and the walk goes on',
  { skip: process.getuid?.() === 0 ? 'root reads everything' : false },
  async (t) => {
    const root = folder(t);
    mkdirSync(join(root, 'closed'));
    writeFileSync(join(root, 'open.txt'), 'x');
    chmodSync(join(root, 'closed'), 0);

    const entries = await walked(t, root);

    assert.deepEqual(
      entries.map(({ path, fault }) => [path, fault?.code]),
      [
        ['closed', 'source.unreadable'],
        ['open.txt', undefined],
      ],
    );
  },
);

test('a folder that vanishes during the walk is an entry with a fault', async (t) => {
  const root = folder(t);
  for (const name of ['a', 'b']) mkdirSync(join(root, name));
  const seen: [string, string | undefined][] = [];

  for await (const { path, fault } of ioFor(t).files(root).walk()) {
    rmSync(join(root, 'b'), { recursive: true, force: true });
    seen.push([path, fault?.code]);
  }

  assert.deepEqual(seen, [
    ['a', undefined],
    ['b', 'source.unreadable'],
  ]);
});

test('a tree that is nested without end is cut and says so', async (t) => {
  const root = folder(t);
  let path = root;
  for (let depth = 0; depth < 200; depth++) {
    path = join(path, 'd');
    mkdirSync(path);
  }

  const entries = await walked(t, root);

  assert.equal(entries.length, 129);
  assert.equal(entries.at(-1)?.fault?.code, 'source.unreadable');
});

test('a root that is not there is source.not-found; a file is a tree of one', async (t) => {
  const root = folder(t);
  writeFileSync(join(root, 'one.txt'), 'one');
  writeFileSync(join(root, 'two.txt'), 'two');
  const one = ioFor(t).files(join(root, 'one.txt'));

  assert.equal(await faultOf(walked(t, join(root, 'none'))), 'source.not-found');
  assert.deepEqual(await walked(t, join(root, 'one.txt')), [{ path: 'one.txt', kind: 'file', size: 3 }]);
  assert.equal(Buffer.from(await one.read('one.txt')).toString(), 'one');
  assert.equal(await faultOf(one.read('two.txt')), 'source.unreadable');
  // Workers join it with the paths of the walk
  assert.equal(one.root, realpathSync(root));
});

test('reads are capped, stay inside the root, and never follow a link or wait for a pipe', async (t) => {
  const root = folder(t);
  const outside = folder(t);
  writeFileSync(join(outside, 'out.txt'), 'outside');
  mkdirSync(join(root, 'in'));
  writeFileSync(join(root, 'in', 'a.txt'), 'abcdef');
  symlinkSync(join(outside, 'out.txt'), join(root, 'link.txt'));
  symlinkSync(outside, join(root, 'door'));
  execFileSync(MAKE_PIPE, [join(root, 'pipe')]);
  const tree = ioFor(t).files(root);

  assert.equal(Buffer.from(await tree.read('in/a.txt')).toString(), 'abcdef');
  assert.equal(Buffer.from(await tree.read('in/a.txt', 3)).toString(), 'abc');
  for (const path of [
    'link.txt',
    'door/out.txt',
    `../${outside.split('/').at(-1) ?? ''}/out.txt`,
    join(outside, 'out.txt'),
    'in/../../x',
    'in',
    'pipe',
    'a\0b',
    '..',
  ]) {
    assert.equal(await faultOf(tree.read(path)), 'source.unreadable', path);
  }
  assert.equal(await faultOf(tree.read('in/none.txt')), 'source.not-found');
});

test('an interrupted run ends the walk', async (t) => {
  const root = folder(t);
  writeFileSync(join(root, 'a'), 'x');
  const stop = new AbortController();
  const tree = ioFor(t, {}, stop.signal).files(root);
  stop.abort();

  assert.equal(await faultOf(all(tree.walk())), 'engine.interrupted');
  assert.equal(await faultOf(tree.read('a')), 'engine.interrupted');
});
