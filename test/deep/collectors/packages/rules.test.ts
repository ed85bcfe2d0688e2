/** What the package rules find in real trees: one positive and its near-misses each. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { packages } from '../../../../src/collectors/packages/collector.ts';
import { factsSchema, rawSchema } from '../../../../src/collectors/packages/schema.ts';
import { isArray, own, type Json } from '../../../../src/model/json.ts';
import { resolvePointer } from '../../../../src/model/pointer.ts';
import { validateFacts } from '../../../../src/packs/facts-schema.ts';
import { sourceIO, sourceJob } from '../../../support/source-io.ts';

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function factsOf(files: { readonly [path: string]: unknown }): Promise<Json> {
  const folder = mkdtempSync(join(tmpdir(), 'probity-packages-'));
  folders.push(folder);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
  const raw = await packages.observe(sourceJob('packages', folder), sourceIO());
  assert.deepEqual(validateFacts(rawSchema, raw), []);
  const { facts, at } = packages.interpret(raw);
  assert.deepEqual(validateFacts(factsSchema, facts), []);
  for (const place of Object.values(at)) assert.notEqual(resolvePointer(raw, place), undefined, place);
  return facts;
}

/** The subjects of a list of facts; `unknown` stands for a rest that could not be told. */
function subjects(facts: Json, path: string): readonly string[] {
  const fact = path.split('.').reduce<Json | undefined>((value, key) => own(value, key), facts);
  const items = isArray(fact) ? fact : own(fact, '$items');
  const rest = own(fact, '$unknown');
  return [
    ...(isArray(items) ? items : []).map((item) => own(item, 'subject') as string),
    ...(typeof rest === 'string' ? [`unknown ${rest}`] : []),
  ];
}

const SHA512 = `sha512-${'A'.repeat(86)}==`;
const SHA1 = `sha1-${'A'.repeat(27)}=`;
const registry = (name: string, version = '1.0.0'): string =>
  `https://registry.npmjs.org/${name}/-/${name.split('/').at(-1) ?? ''}-${version}.tgz`;
const lock = (packagesOf: { readonly [key: string]: object }, root: object = {}): object => ({
  lockfileVersion: 3,
  packages: { '': root, ...packagesOf },
});
const entry = (name: string, more: object = {}): object => ({
  version: '1.0.0',
  resolved: registry(name),
  integrity: SHA512,
  ...more,
});

test('a healthy project has nothing on any list', async () => {
  const dependencies = { a: '^1.0.0', '@s/b': '~1.0.0' };
  const facts = await factsOf({
    'package.json': { name: 'x', private: true, engines: { node: '>=22' }, dependencies },
    'package-lock.json': lock({ 'node_modules/a': entry('a'), 'node_modules/@s/b': entry('@s/b') }, { dependencies }),
    'node_modules/a/package.json': { dependencies: { evil: '*' } },
    '.npmrc': 'registry=https://registry.npmjs.org/\n//registry.npmjs.org/:_authToken=${NPM_TOKEN}\n',
  });

  for (const path of [
    'lockfile.missing',
    'lockfile.multiple',
    'lockfile.drift',
    'integrity.missing',
    'integrity.weak',
    'resolved.http',
    'resolved.foreign',
    'resolved.nonRegistry',
    'resolved.gitUnpinned',
    'installScripts',
    'deprecated',
    'unbounded',
    'aliases',
    'engines.missing',
    'npmrc.tokens',
    'npmrc.strictSsl',
    'npmrc.httpRegistries',
  ]) {
    assert.deepEqual(subjects(facts, path), [], path);
  }
  assert.deepEqual(
    [own(facts, 'roots'), own(facts, 'locks'), own(facts, 'settings'), own(facts, 'declared')],
    [1, 1, 1, 2],
  );
});

test('a lockfile is missing only where there are dependencies; workspace members share that of their root', async () => {
  const dependencies = { a: '^1.0.0' };
  const facts = await factsOf({
    'one/package.json': { dependencies },
    'two/package.json': { name: 'no dependencies' },
    'three/package.json': { workspaces: ['packages/*', '!packages/old'], dependencies },
    'three/package-lock.json': lock({}, { dependencies }),
    'three/packages/member/package.json': { dependencies },
    'three/packages/old/package.json': { dependencies },
    'four/package.json': { devDependencies: { a: '1' } },
    'four/pnpm-workspace.yaml': 'packages:\n  - "apps/**" # all\n',
    'four/npm-shrinkwrap.json': lock({}, { devDependencies: { a: '1' } }),
    'four/apps/x/y/package.json': { dependencies },
  });

  assert.deepEqual(subjects(facts, 'lockfile.missing'), ['one/package.json', 'three/packages/old/package.json']);
});

test('integrity, origin and scripts are told by entry; links, bundled and local ones are exempt', async () => {
  const facts = await factsOf({
    'package.json': {
      dependencies: { a: '^1.0.0', g: 'github:o/g#main', h: `github:o/h#${'a'.repeat(40)}`, alias: 'npm:real@^1.0.0' },
    },
    '.npmrc': '@corp:registry=https://npm.corp.example/\n',
    'package-lock.json': lock(
      {
        'node_modules/a': entry('a', { integrity: undefined }),
        'node_modules/b': entry('b', { integrity: SHA1 }),
        'node_modules/c': entry('c', { integrity: `${SHA1} ${SHA512}` }),
        'node_modules/d': entry('d', { resolved: 'http://registry.npmjs.org/d/-/d-1.0.0.tgz' }),
        'node_modules/e': entry('e', { resolved: 'https://evil.example/e/-/e-1.0.0.tgz' }),
        'node_modules/@corp/f': entry('@corp/f', { resolved: 'https://npm.corp.example/@corp/f/-/f-1.0.0.tgz' }),
        'node_modules/g': { version: '1.0.0', resolved: 'git+ssh://git@github.com/o/g.git#main' },
        'node_modules/h': { version: '1.0.0', resolved: `git+ssh://git@github.com/o/h.git#${'a'.repeat(40)}` },
        'node_modules/i': { version: '1.0.0', inBundle: true },
        'node_modules/j': { resolved: 'packages/j', link: true },
        'packages/j': { version: '1.0.0' },
        'node_modules/k': entry('k', { hasInstallScript: true, resolved: 'http://localhost:4873/k/-/k-1.0.0.tgz' }),
        'node_modules/l': entry('l', { deprecated: 'use m' }),
        'node_modules/a/node_modules/m': entry('m', { resolved: registry('other') }),
        'node_modules/alias': entry('real', { name: 'real' }),
        'node_modules/n': { version: '1.0.0', integrity: SHA512 },
      },
      {},
    ),
  });

  assert.deepEqual(subjects(facts, 'integrity.missing'), ['package-lock.json#a@1.0.0']);
  assert.deepEqual(subjects(facts, 'integrity.weak'), ['package-lock.json#b@1.0.0']);
  assert.deepEqual(subjects(facts, 'resolved.http'), ['package-lock.json#d@1.0.0']);
  assert.deepEqual(subjects(facts, 'resolved.foreign'), ['package-lock.json#e@1.0.0']);
  assert.deepEqual(subjects(facts, 'resolved.gitUnpinned'), ['package.json#g', 'package-lock.json#g@1.0.0']);
  assert.deepEqual(subjects(facts, 'installScripts'), ['package-lock.json#k@1.0.0']);
  assert.deepEqual(subjects(facts, 'deprecated'), ['package-lock.json#l@1.0.0']);
  assert.deepEqual(subjects(facts, 'aliases'), ['package-lock.json#m@1.0.0']);
});

test('a lockfile of version 1 is read through all its levels', async () => {
  const facts = await factsOf({
    'package.json': { dependencies: { a: '^1.0.0' } },
    'package-lock.json': {
      lockfileVersion: 1,
      dependencies: {
        a: {
          version: '1.0.0',
          resolved: registry('a'),
          integrity: SHA512,
          dependencies: { b: { version: '2.0.0', resolved: 'http://registry.npmjs.org/b/-/b-2.0.0.tgz' } },
        },
        g: { version: 'git+https://token:x@host.example/g.git#main' },
      },
    },
  });

  assert.deepEqual(subjects(facts, 'resolved.http'), ['package-lock.json#b@2.0.0']);
  assert.deepEqual(subjects(facts, 'integrity.missing'), ['package-lock.json#b@2.0.0']);
  assert.equal(JSON.stringify(facts).includes('token:x'), false);
});

test('drift is named in both directions', async () => {
  const facts = await factsOf({
    'package.json': { dependencies: { same: '^1', other: '^2', more: '^1' } },
    'package-lock.json': lock({}, { dependencies: { same: '^1', other: '^1', less: '^1' } }),
  });

  assert.deepEqual(subjects(facts, 'lockfile.drift'), [
    'package-lock.json#other',
    'package-lock.json#more',
    'package-lock.json#less',
  ]);
});

test('ranges without an upper bound, sources beside the registry, several managers, missing engines', async () => {
  const dependencies = {
    a: '*',
    b: '',
    c: 'latest',
    d: '>=1.2',
    e: '>=1 <2',
    f: '^1.0.0',
    g: 'x',
    h: '1.x',
    i: '>1 || ^3',
    j: '1 - 2',
    k: 'npm:z@*',
    l: 'file:../out',
    m: 'file:./in',
    n: 'https://h.example/x.tgz',
    o: 'owner/repo',
    p: 'workspace:*',
    q: 'npm:@s/z@^1',
  };
  const facts = await factsOf({
    'package.json': { packageManager: 'pnpm@9.0.0', dependencies },
    'package-lock.json': lock({}, { dependencies }),
  });
  const names = (path: string): string =>
    subjects(facts, path)
      .map((one) => one.split('#')[1])
      .join('');

  assert.equal(names('unbounded'), 'abcdgik');
  assert.equal(names('resolved.nonRegistry'), 'lno');
  assert.deepEqual(subjects(facts, 'lockfile.multiple'), ['package.json']);
  assert.deepEqual(subjects(facts, 'engines.missing'), ['package.json']);
});

test('.npmrc: literal tokens, verification off, registries in the clear; references and local hosts are fine', async () => {
  const facts = await factsOf({
    'a/.npmrc': '; comment\n//r.example/:_authToken=abc123\nstrict-ssl = false\n@x:registry=http://r.example/\n',
    'b/.npmrc': '//r.example/:_authToken=${TOKEN}\nstrict-ssl=true\nregistry=http://localhost:4873/\n',
  });

  assert.deepEqual(subjects(facts, 'npmrc.tokens'), ['a/.npmrc']);
  assert.deepEqual(subjects(facts, 'npmrc.strictSsl'), ['a/.npmrc']);
  assert.deepEqual(subjects(facts, 'npmrc.httpRegistries'), ['a/.npmrc']);
  assert.equal(JSON.stringify(facts).includes('abc123'), false);
});

test('what cannot be read is unknown on every list that it would have told of', async () => {
  const facts = await factsOf({
    'a/package.json': '{ "dependencies": ',
    'b/package.json': { dependencies: { x: '1' } },
    'b/package-lock.json': '[]',
  });

  assert.deepEqual(subjects(facts, 'integrity.missing'), ['unknown source.malformed']);
  assert.deepEqual(subjects(facts, 'lockfile.missing'), ['unknown source.malformed']);
  assert.deepEqual(subjects(facts, 'engines.missing'), ['b/package.json', 'unknown source.malformed']);
});

test('hostile names stay data', async () => {
  const facts = await factsOf({
    'package.json': '{"dependencies":{"__proto__":"*","constructor":"^1","a":"^1","a":"*"}}',
    'package-lock.json':
      '{"lockfileVersion":3,"packages":{"":{},"node_modules/__proto__":{"version":"1.0.0","resolved":"http://h.example/p.tgz"}}}',
  });

  assert.deepEqual(subjects(facts, 'unbounded'), ['package.json#__proto__', 'package.json#a']);
  assert.deepEqual(subjects(facts, 'resolved.http'), ['package-lock.json#__proto__@1.0.0']);
});

test('a lockfile of 100,000 entries is read', async () => {
  const many: { [key: string]: object } = {};
  for (let i = 0; i < 100_000; i++) many[`node_modules/p${String(i)}`] = entry(`p${String(i)}`);
  many['node_modules/last'] = entry('last', { integrity: undefined });

  const facts = await factsOf({
    'package.json': { dependencies: { last: '^1' } },
    'package-lock.json': lock(many, { dependencies: { last: '^1' } }),
  });

  assert.deepEqual(subjects(facts, 'integrity.missing'), ['package-lock.json#last@1.0.0']);
});
