/** Lockfiles in their less common forms: healthy ones are silent, and one defect in them is found. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judged, troubles, type Files } from '../../../support/package-judge.ts';

const SHA512 = `sha512-${'A'.repeat(86)}==`;
const COMMIT = 'a1'.repeat(20);
const QUIET = { '.npmrc': 'ignore-scripts=true\n' };

const manifest = (fields: object): object => ({ name: 'x', private: true, engines: { node: '>=22' }, ...fields });
const tarball = (name: string, version = '1.0.0'): string =>
  `https://registry.npmjs.org/${name}/-/${name.split('/').at(-1) ?? ''}-${version}.tgz`;
const entry = (name: string, more: object = {}): object => ({
  version: '1.0.0',
  resolved: tarball(name),
  integrity: SHA512,
  ...more,
});
const lock3 = (root: object, packages: object): object => ({
  lockfileVersion: 3,
  requires: true,
  packages: { '': root, ...packages },
});

/** What is wrong ('' where nothing is), what it shows, and the tree. */
const TREES: readonly (readonly [troubles: string, shows: string, files: Files])[] = [
  [
    '',
    'npm 2: both forms in one lockfile',
    {
      'package.json': manifest({ dependencies: { aaa: '^1.0.0' } }),
      'package-lock.json': {
        lockfileVersion: 2,
        packages: { '': { dependencies: { aaa: '^1.0.0' } }, 'node_modules/aaa': entry('aaa') },
        dependencies: { aaa: { version: '1.0.0', resolved: tarball('aaa'), integrity: SHA512 } },
      },
    },
  ],
  [
    'package.integrity.missing package-lock.json#bbb@1.0.0',
    'npm 1: dependencies inside dependencies',
    {
      'package.json': manifest({ dependencies: { aaa: '^1.0.0' } }),
      'package-lock.json': {
        lockfileVersion: 1,
        dependencies: {
          aaa: {
            version: '1.0.0',
            resolved: tarball('aaa'),
            integrity: SHA512,
            requires: { bbb: '^1.0.0' },
            dependencies: { bbb: { version: '1.0.0', resolved: tarball('bbb') } },
          },
        },
      },
    },
  ],
  [
    '',
    'npm 1: bundled, git by commit',
    {
      'package.json': manifest({ dependencies: { aaa: '^1.0.0' } }),
      'package-lock.json': {
        lockfileVersion: 1,
        dependencies: {
          aaa: {
            version: '1.0.0',
            resolved: tarball('aaa'),
            integrity: SHA512,
            dependencies: { bbb: { version: '1.0.0', bundled: true } },
          },
          ccc: { version: `git+ssh://git@github.com/o/ccc.git#${COMMIT}`, from: 'ccc@github:o/ccc' },
        },
      },
    },
  ],
  [
    '',
    'npm 3: bundled in a package',
    {
      'package.json': manifest({ dependencies: { aaa: '^1.0.0' } }),
      'package-lock.json': lock3(
        { dependencies: { aaa: '^1.0.0' } },
        {
          'node_modules/aaa': entry('aaa', { bundleDependencies: ['bbb'] }),
          'node_modules/aaa/node_modules/bbb': { version: '1.0.0', inBundle: true },
        },
      ),
    },
  ],
  [
    '',
    'npm 3: workspaces, linked, with dependencies of their own',
    {
      'package.json': manifest({ workspaces: ['packages/*'], devDependencies: { aaa: '^1.0.0' } }),
      'packages/one/package.json': { name: '@x/one', version: '1.0.0', dependencies: { bbb: '^1.0.0', '@x/two': '*' } },
      'packages/two/package.json': { name: '@x/two', version: '1.0.0' },
      'package-lock.json': lock3(
        { workspaces: ['packages/*'], devDependencies: { aaa: '^1.0.0' } },
        {
          'packages/one': { name: '@x/one', version: '1.0.0', dependencies: { bbb: '^1.0.0', '@x/two': '*' } },
          'packages/two': { name: '@x/two', version: '1.0.0' },
          'node_modules/@x/one': { resolved: 'packages/one', link: true },
          'node_modules/@x/two': { resolved: 'packages/two', link: true },
          'node_modules/aaa': entry('aaa', { dev: true }),
          'node_modules/bbb': entry('bbb'),
        },
      ),
    },
  ],
  [
    '',
    'npm 3: optional, for another system, and a peer',
    {
      'package.json': manifest({ dependencies: { aaa: '^1.0.0' } }),
      'package-lock.json': lock3(
        { dependencies: { aaa: '^1.0.0' } },
        {
          'node_modules/aaa': entry('aaa', {
            peerDependencies: { ppp: '>=1' },
            optionalDependencies: { ooo: '1.0.0' },
          }),
          'node_modules/ooo': entry('ooo', { optional: true, os: ['darwin'], cpu: ['arm64'] }),
          'node_modules/ppp': entry('ppp', { peer: true }),
        },
      ),
    },
  ],
  [
    'package.resolved.http package-lock.json#ooo@1.0.0',
    'npm 3: an optional one over http',
    {
      'package.json': manifest({ dependencies: { aaa: '^1.0.0' } }),
      'package-lock.json': lock3(
        { dependencies: { aaa: '^1.0.0' } },
        {
          'node_modules/aaa': entry('aaa'),
          'node_modules/ooo': entry('ooo', {
            optional: true,
            resolved: 'http://registry.npmjs.org/ooo/-/ooo-1.0.0.tgz',
          }),
        },
      ),
    },
  ],
  [
    '',
    'npm-shrinkwrap.json in place of the lockfile',
    {
      'package.json': manifest({ dependencies: { aaa: '^1.0.0' } }),
      'npm-shrinkwrap.json': lock3({ dependencies: { aaa: '^1.0.0' } }, { 'node_modules/aaa': entry('aaa') }),
    },
  ],
  [
    '',
    'npm 3: a scoped alias, declared',
    {
      'package.json': manifest({ dependencies: { aaa: 'npm:@s/bbb@~1.0.0' } }),
      'package-lock.json': lock3(
        { dependencies: { aaa: 'npm:@s/bbb@~1.0.0' } },
        { 'node_modules/aaa': entry('@s/bbb', { name: '@s/bbb' }) },
      ),
    },
  ],
  [
    'package.alias.mismatch package-lock.json#bbb@1.0.0',
    'npm 3: a nested package whose archive is of another',
    {
      'package.json': manifest({ dependencies: { aaa: '^1.0.0' } }),
      'package-lock.json': lock3(
        { dependencies: { aaa: '^1.0.0' } },
        { 'node_modules/aaa': entry('aaa'), 'node_modules/aaa/node_modules/bbb': entry('zzzz-evil') },
      ),
    },
  ],
  [
    '',
    'yarn 1: alias, scope, several ranges for one version',
    {
      ...QUIET,
      'package.json': manifest({ dependencies: { aaa: 'npm:bbb@^1.0.0', '@s/ccc': '^1.0.0' } }),
      'yarn.lock': `# yarn lockfile v1\n\n\n"@s/ccc@^1.0.0", "@s/ccc@^1.0.1":\n  version "1.0.1"\n  resolved "https://registry.yarnpkg.com/@s/ccc/-/ccc-1.0.1.tgz#${COMMIT}"\n  integrity ${SHA512}\n\n"aaa@npm:bbb@^1.0.0":\n  version "1.0.0"\n  resolved "https://registry.yarnpkg.com/bbb/-/bbb-1.0.0.tgz#${COMMIT}"\n  integrity ${SHA512}\n`,
    },
  ],
  [
    '',
    'yarn Berry: workspaces, patch, link and portal',
    {
      'package.json': manifest({
        workspaces: ['packages/*'],
        dependencies: { aaa: 'patch:aaa@npm%3A1.0.0#~/.yarn/patches/aaa.patch', lll: 'link:./lll' },
      }),
      'packages/one/package.json': { name: 'one', version: '1.0.0', dependencies: { bbb: '^1.0.0' } },
      '.yarnrc.yml': 'enableScripts: false\n',
      'yarn.lock': `# This file is generated by running "yarn install".\n\n__metadata:\n  version: 8\n  cacheKey: 10c0\n\n"aaa@npm:1.0.0":\n  version: 1.0.0\n  resolution: "aaa@npm:1.0.0"\n  checksum: 10c0/${'ab'.repeat(64)}\n  languageName: node\n  linkType: hard\n\n"aaa@patch:aaa@npm%3A1.0.0#~/.yarn/patches/aaa.patch":\n  version: 1.0.0\n  resolution: "aaa@patch:aaa@npm%3A1.0.0#~/.yarn/patches/aaa.patch::version=1.0.0&hash=abc123"\n  checksum: 10c0/${'cd'.repeat(64)}\n  languageName: node\n  linkType: hard\n\n"bbb@npm:^1.0.0":\n  version: 1.0.0\n  resolution: "bbb@npm:1.0.0"\n  checksum: 10c0/${'ef'.repeat(64)}\n  languageName: node\n  linkType: hard\n\n"lll@link:./lll::locator=x%40workspace%3A.":\n  version: 0.0.0-use.local\n  resolution: "lll@link:./lll::locator=x%40workspace%3A."\n  languageName: node\n  linkType: soft\n\n"one@workspace:packages/one":\n  version: 0.0.0-use.local\n  resolution: "one@workspace:packages/one"\n  dependencies:\n    bbb: "npm:^1.0.0"\n  languageName: unknown\n  linkType: soft\n\n"x@workspace:.":\n  version: 0.0.0-use.local\n  resolution: "x@workspace:."\n  dependencies:\n    aaa: "patch:aaa@npm%3A1.0.0#~/.yarn/patches/aaa.patch"\n    lll: "link:./lll"\n  languageName: unknown\n  linkType: soft\n`,
    },
  ],
  [
    '',
    'pnpm 9: importers of a workspace, peers in the version, a patched package',
    {
      ...QUIET,
      'package.json': manifest({
        dependencies: { aaa: '^1.0.0' },
        pnpm: { patchedDependencies: { 'aaa@1.0.0': 'p.patch' } },
      }),
      'pnpm-workspace.yaml': 'packages:\n  - packages/*\n',
      'packages/one/package.json': {
        name: 'one',
        version: '1.0.0',
        dependencies: { bbb: 'workspace:*', ccc: '^1.0.0' },
      },
      'packages/bbb/package.json': { name: 'bbb', version: '1.0.0' },
      'pnpm-lock.yaml': `lockfileVersion: '9.0'\n\nsettings:\n  autoInstallPeers: true\n\npatchedDependencies:\n  aaa@1.0.0:\n    hash: abc\n    path: p.patch\n\nimporters:\n\n  .:\n    dependencies:\n      aaa:\n        specifier: ^1.0.0\n        version: 1.0.0(patch_hash=abc)(ccc@1.0.0)\n\n  packages/bbb: {}\n\n  packages/one:\n    dependencies:\n      bbb:\n        specifier: workspace:*\n        version: link:../bbb\n      ccc:\n        specifier: ^1.0.0\n        version: 1.0.0\n\npackages:\n\n  aaa@1.0.0:\n    resolution: {integrity: ${SHA512}}\n    peerDependencies:\n      ccc: ^1.0.0\n\n  ccc@1.0.0:\n    resolution: {integrity: ${SHA512}}\n\nsnapshots:\n\n  aaa@1.0.0(patch_hash=abc)(ccc@1.0.0):\n    dependencies:\n      ccc: 1.0.0\n\n  ccc@1.0.0: {}\n`,
    },
  ],
  [
    '',
    'pnpm 9: git by commit, with the archive of the host',
    {
      ...QUIET,
      'package.json': manifest({ dependencies: { aaa: '^1.0.0' } }),
      'pnpm-lock.yaml': `lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      aaa:\n        specifier: ^1.0.0\n        version: 1.0.0\n\npackages:\n\n  aaa@1.0.0:\n    resolution: {integrity: ${SHA512}}\n\n  ggg@https://codeload.github.com/o/ggg/tar.gz/${COMMIT}:\n    resolution: {tarball: https://codeload.github.com/o/ggg/tar.gz/${COMMIT}}\n    version: 1.0.0\n\nsnapshots:\n\n  aaa@1.0.0:\n    dependencies:\n      ggg: https://codeload.github.com/o/ggg/tar.gz/${COMMIT}\n\n  ggg@https://codeload.github.com/o/ggg/tar.gz/${COMMIT}: {}\n`,
    },
  ],
  [
    '',
    'pnpm 6: a scoped package with peers, a file of the project',
    {
      'package.json': manifest({ dependencies: { '@s/aaa': '^1.0.0', fff: 'file:./fff' } }),
      'pnpm-lock.yaml': `lockfileVersion: '6.0'\n\ndependencies:\n  '@s/aaa':\n    specifier: ^1.0.0\n    version: 1.0.0(bbb@1.0.0)\n  fff:\n    specifier: file:./fff\n    version: file:fff\n\npackages:\n\n  /@s/aaa@1.0.0(bbb@1.0.0):\n    resolution: {integrity: ${SHA512}}\n    dev: false\n\n  /bbb@1.0.0:\n    resolution: {integrity: ${SHA512}}\n    dev: false\n\n  file:fff:\n    resolution: {directory: fff, type: directory}\n    name: fff\n    dev: false\n`,
    },
  ],
  [
    '',
    'pnpm 5: scopes and peers behind underscores',
    {
      'package.json': manifest({ dependencies: { '@s/aaa': '^1.0.0' } }),
      'pnpm-lock.yaml': `lockfileVersion: 5.4\n\nspecifiers:\n  '@s/aaa': ^1.0.0\n\ndependencies:\n  '@s/aaa': 1.0.0_bbb@1.0.0\n\npackages:\n\n  /@s/aaa/1.0.0_bbb@1.0.0:\n    resolution: {integrity: ${SHA512}}\n    dev: false\n\n  /bbb/1.0.0:\n    resolution: {integrity: ${SHA512}}\n    dev: false\n`,
    },
  ],
  [
    'package.resolved.http pnpm-lock.yaml#bbb@1.0.0',
    'pnpm 6: the archive of a transitive one over http',
    {
      'package.json': manifest({ dependencies: { aaa: '^1.0.0' } }),
      'pnpm-lock.yaml': `lockfileVersion: '6.0'\n\ndependencies:\n  aaa:\n    specifier: ^1.0.0\n    version: 1.0.0\n\npackages:\n\n  /aaa@1.0.0:\n    resolution: {integrity: ${SHA512}}\n    dev: false\n\n  /bbb@1.0.0:\n    resolution: {integrity: ${SHA512}, tarball: http://registry.npmjs.org/bbb/-/bbb-1.0.0.tgz}\n    dev: false\n`,
    },
  ],
];

test('odd lockfiles say what is wrong in them, and nothing else', async () => {
  const wrong: string[] = [];
  for (const [wanted, shows, files] of TREES) {
    const actual = troubles(await judged('packages', files)).join('|');
    if (actual !== wanted) wrong.push(`${shows}\n  wanted ${wanted}\n  found  ${actual}`);
  }

  assert.equal(wrong.join('\n'), '');
});
