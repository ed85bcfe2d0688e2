/** Lockfiles of pip, Poetry, Cargo and Go: what is read, what is wrong in them, what is hostile. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  cargoLockOf,
  goModulesOf,
  goSumsOf,
  poetryLockOf,
  requirementsOf,
} from '../../../../src/collectors/packages/read-languages.ts';
import { otherKind, otherLocks } from '../../../../src/collectors/packages/observe-languages.ts';
import { openTree } from '../../../../src/engine/io/files.ts';
import { judged, troubles, writeTree, type Files } from '../../../support/package-judge.ts';

const HEX = 'ab'.repeat(32);
const COMMIT = 'a1'.repeat(20);
const H1 = `h1:${'A'.repeat(43)}=`;
const CRATES = 'registry+https://github.com/rust-lang/crates.io-index';
const crate = (fields: string): string => `version = 4\n\n[[package]]\nname = "aaa"\nversion = "1.0.0"\n${fields}`;
const poetry = (fields: string, rest = ''): string =>
  `[[package]]\nname = "aaa"\nversion = "1.0.0"\ndescription = "x"\n${fields}\n[metadata]\nlock-version = "2.0"\n${rest}`;
const files = `files = [\n    {file = "aaa-1.0.0-py3-none-any.whl", hash = "sha256:${HEX}"},\n]\n`;
const goMod = (body: string): string => `module example.com/x\n\ngo 1.24\n\n${body}`;

const RIGHT: readonly (readonly [title: string, files: Files])[] = [
  ['hashed', { 'requirements.txt': `aaa==1.0.0 \\\n    --hash=sha256:${HEX} \\\n    --hash=sha256:${HEX}\n` }],
  ['not pinned', { 'requirements.txt': 'aaa\nbbb>=2\nccc==1.*\n' }],
  ['partly pinned', { 'requirements.txt': 'aaa==1.0.0\nbbb>=2\n' }],
  ['its own folder', { 'requirements.txt': `-e .\n./lib\naaa==1 --hash=sha512:${HEX}${HEX}\n` }],
  ['comments', { 'requirements.txt': `# aaa==1.0.0\n\naaa==1.0.0 --hash=sha256:${HEX}  # via bbb\n` }],
  ['a pinned repository', { 'requirements.txt': `aaa @ git+https://github.com/a/aaa@${COMMIT}\n` }],
  ['a hashed archive', { 'requirements/dev.txt': `aaa @ https://files.pythonhosted.org/a/aaa-1.whl#sha256=${HEX}\n` }],
  ['of another tool', { 'docs/notes.txt': 'aaa==1.0.0\n', 'vendor/x/requirements.txt': 'aaa==1.0.0\n' }],
  ['Poetry 1.3', { 'poetry.lock': poetry(files) }],
  [
    'Poetry 1.0',
    { 'poetry.lock': poetry('', `\n[metadata.files]\naaa = [\n    {file = "a.whl", hash = "sha256:${HEX}"},\n]\n`) },
  ],
  ['Poetry 0.12', { 'poetry.lock': poetry('', `\n[metadata.hashes]\naaa = ["${HEX}"]\n`) }],
  [
    'Poetry, git',
    {
      'poetry.lock': poetry(
        `files = []\n\n[package.source]\ntype = "git"\nurl = "https://github.com/a/aaa.git"\nreference = "main"\nresolved_reference = "${COMMIT}"\n`,
      ),
    },
  ],
  [
    'Poetry, a folder',
    { 'poetry.lock': poetry('files = []\n\n[package.source]\ntype = "directory"\nurl = "../aaa"\n') },
  ],
  [
    'no package',
    { 'poetry.lock': 'package = []\n\n[metadata]\nlock-version = "2.1"\n', 'Cargo.lock': 'version = 3\n' },
  ],
  ['Cargo', { 'Cargo.lock': crate(`source = "${CRATES}"\nchecksum = "${HEX}"\n`) }],
  ['Cargo, sparse', { 'Cargo.lock': crate(`source = "sparse+https://index.crates.io/"\nchecksum = "${HEX}"\n`) }],
  ['Cargo, a member', { 'Cargo.lock': crate('dependencies = [\n "bbb",\n]\n') }],
  [
    'Cargo, version 1',
    {
      'Cargo.lock': `[[package]]\nname = "aaa"\nversion = "1.0.0"\nsource = "${CRATES}"\n\n[metadata]\n"checksum aaa 1.0.0 (${CRATES})" = "${HEX}"\n`,
    },
  ],
  ['Cargo, git', { 'Cargo.lock': crate(`source = "git+https://github.com/a/aaa?branch=main#${COMMIT}"\n`) }],
  [
    'Go',
    {
      'go.mod': goMod(
        'require example.org/a v1.2.3\n\nrequire (\n\texample.org/b v0.0.0-20240101000000-abcdefabcdef // indirect\n)\n',
      ),
      'go.sum': `example.org/a v1.2.3 ${H1}\nexample.org/a v1.2.3/go.mod ${H1}\nexample.org/b v0.0.0-20240101000000-abcdefabcdef/go.mod ${H1}\n`,
    },
  ],
  ['Go, nothing required', { 'go.mod': goMod('') }],
  [
    'Go, replaced',
    {
      'go.mod': goMod(
        'require (\n\texample.org/a v1.2.3\n\texample.org/b v1.0.0\n)\n\nreplace example.org/a => ../a\n\nreplace example.org/b v1.0.0 => example.org/fork v1.0.1\n',
      ),
      'go.sum': `example.org/fork v1.0.1 ${H1}\n`,
    },
  ],
  [
    'Go, a workspace',
    {
      'x/go.mod': goMod('require example.org/a v1.2.3\n'),
      'x/go.sum': '',
      'go.work.sum': `example.org/a v1.2.3/go.mod ${H1}\n`,
    },
  ],
];

const WRONG: readonly (readonly [troubles: readonly string[], files: Files])[] = [
  [['package.integrity.missing requirements.txt#aaa@1.0.0'], { 'requirements.txt': 'aaa==1.0.0\n' }],
  [
    ['package.integrity.missing requirements.txt#aaa@1.0.0'],
    { 'requirements.txt': 'aaa[x,y] == 1.0.0 ; python_version >= "3.9"\r\n' },
  ],
  [['package.integrity.missing requirements.txt#bbb'], { 'requirements.txt': `aaa==1 --hash=sha256:${HEX}\nbbb\n` }],
  [['package.integrity.missing requirements.txt#aaa@2'], { 'requirements.txt': '--require-hashes\naaa===2\n' }],
  [
    ['package.integrity.weak requirements.txt#aaa@1'],
    { 'requirements.txt': `aaa==1 --hash=md5:${HEX.slice(0, 32)}\n` },
  ],
  [
    ['package.resolved.foreign-host requirements.txt#aaa@1', 'package.resolved.http requirements.txt#aaa@1'],
    { 'requirements.txt': `--index-url http://pypi.corp.io/simple\naaa==1 --hash=sha256:${HEX}\n` },
  ],
  [
    ['package.resolved.git-unpinned requirements.txt#aaa'],
    { 'requirements.txt': 'git+https://github.com/a/aaa@main#egg=aaa\n' },
  ],
  [
    ['package.resolved.git-unpinned requirements.txt#aaa'],
    { 'requirements.txt': 'aaa @ git+https://token@github.com/a/aaa\n' },
  ],
  [
    ['package.integrity.missing requirements-dev.txt#aaa', 'package.resolved.foreign-host requirements-dev.txt#aaa'],
    { 'requirements-dev.txt': 'aaa @ https://cdn.corp.io/aaa-1.0.0-py3-none-any.whl\n' },
  ],
  [['package.integrity.missing poetry.lock#aaa@1.0.0'], { 'poetry.lock': poetry('files = []\n') }],
  [['package.integrity.weak poetry.lock#aaa@1.0.0'], { 'poetry.lock': poetry(files.replace('sha256', 'md5')) }],
  [
    ['package.resolved.foreign-host poetry.lock#aaa@1.0.0'],
    {
      'poetry.lock': poetry(
        `${files}\n[package.source]\ntype = "legacy"\nurl = "https://pypi.corp.io/simple"\nreference = "corp"\n`,
      ),
    },
  ],
  [
    ['package.resolved.git-unpinned poetry.lock#aaa@1.0.0'],
    {
      'poetry.lock': poetry(
        'files = []\n\n[package.source]\ntype = "git"\nurl = "https://github.com/a/aaa.git"\nreference = "main"\n',
      ),
    },
  ],
  [['package.integrity.missing Cargo.lock#aaa@1.0.0'], { 'Cargo.lock': crate(`source = "${CRATES}"\n`) }],
  [
    ['package.resolved.foreign-host Cargo.lock#aaa@1.0.0', 'package.resolved.http Cargo.lock#aaa@1.0.0'],
    { 'Cargo.lock': crate(`source = "registry+http://crates.corp.io/index"\nchecksum = "${HEX}"\n`) },
  ],
  [
    ['package.resolved.git-unpinned Cargo.lock#aaa@1.0.0'],
    { 'Cargo.lock': crate('source = "git+https://github.com/a/aaa?branch=main"\n') },
  ],
  [['package.integrity.missing go.mod#example.org/a@v1.2.3'], { 'go.mod': goMod('require example.org/a v1.2.3\n') }],
  [
    ['package.integrity.missing x/go.sum#example.org/a@v1.2.4'],
    { 'x/go.mod': goMod('require example.org/a v1.2.4\n'), 'x/go.sum': `example.org/a v1.2.3 ${H1}\n` },
  ],
];

const BROKEN: readonly (readonly [lock: string, files: Files])[] = [
  ['Cargo.lock', { 'Cargo.lock': '[[package]\nname = "a"' }],
  ['Cargo.lock', { 'Cargo.lock': '<<<<<<< HEAD\nversion = 4\n' }],
  ['poetry.lock', { 'poetry.lock': '[[package]]\nname = "a"\n' }],
  ['go.sum', { 'go.mod': goMod('require a.b/c v1.0.0\n'), 'go.sum': 'a.b/c v1.0.0 sha1:x\n' }],
  ['requirements.txt', { 'requirements.txt': 'aaa==1\u0000' }],
];

test('a healthy lockfile of another language raises nothing', async () => {
  for (const [title, tree] of RIGHT) assert.deepEqual(troubles(await judged('packages', tree)), [], title);
});

test('what is wrong in a lockfile of another language is named with its package', async () => {
  for (const [wrong, tree] of WRONG) {
    const result = await judged('packages', tree);
    assert.deepEqual(troubles(result), wrong, JSON.stringify(tree));
    assert.ok(!JSON.stringify(result.raw).includes('token@'));
  }
});

test('a lockfile that cannot be read is no clean one', async () => {
  for (const [lock, tree] of BROKEN) {
    const found = troubles(await judged('packages', tree));
    assert.ok(found.includes('package.integrity.missing:error source:./tree'), `${lock}: ${found.join(', ')}`);
    assert.ok(!found.some((one) => one.startsWith('package.lockfile.drift')), lock);
  }
});

test('a tree with a Cargo.lock alone is not told that its npm lockfile is in order', async () => {
  const { verdicts } = await judged('packages', { 'Cargo.lock': crate(`source = "${CRATES}"\nchecksum = "${HEX}"\n`) });
  const statusOf = (id: string): unknown => verdicts.find((one) => one.check === id)?.status;

  assert.equal(statusOf('package.integrity.missing'), 'pass');
  assert.equal(statusOf('package.lockfile.drift'), 'not-applicable');
  assert.equal(statusOf('package.alias.mismatch'), 'not-applicable');
  assert.equal(statusOf('package.lockfile.missing'), 'not-applicable');
});

test('files are known by their names', () => {
  const kinds = {
    'requirements.txt': 'pip',
    'a/requirements-dev.txt': 'pip',
    'a/dev-requirements.txt': 'pip',
    'requirements/base.txt': 'pip',
    'my_requirements.in.txt': 'pip',
    'requirements.in': undefined,
    'software-requirements-spec.txt': 'pip',
    'functionalrequirements.txt': undefined,
    'Cargo.lock': 'cargo',
    'vendor/a/Cargo.lock': undefined,
    '.venv/lib/requirements.txt': undefined,
    'x/poetry.lock': 'poetry',
    'go.mod': 'go',
    'go.sum': undefined,
  };
  for (const [path, kind] of Object.entries(kinds)) assert.equal(otherKind(path), kind, path);
});

test('a text that only sounds like requirements is no lockfile, and one that goes astray is none that was read', () => {
  assert.deepEqual(requirementsOf('The system shall be fast.\nIt shall be safe.\n'), []);
  assert.deepEqual(requirementsOf('- the system shall be fast\n* it shall be safe\n'), []);
  assert.equal(requirementsOf('aaa==1.0.0\n<<<<<<< HEAD\n'), undefined);
});

test('what PowerShell wrote is read', async () => {
  const tree = { 'requirements.txt': '\u{feff}aaa==1.0.0\r\n' };
  const folder = writeTree(tree);
  writeFileSync(join(folder, 'requirements.txt'), Buffer.from(tree['requirements.txt'], 'utf16le'));
  const locks = await otherLocks(openTree(folder, AbortSignal.timeout(10_000)), ['requirements.txt']);

  assert.deepEqual(locks, [
    { file: 'requirements.txt', kind: 'pip', entries: [{ key: 'aaa@1.0.0', name: 'aaa', version: '1.0.0' }] },
  ]);
});

const READERS: { readonly [name: string]: (text: string) => unknown } = {
  pip: requirementsOf,
  poetry: poetryLockOf,
  cargo: cargoLockOf,
  go: (text) => goModulesOf(text, new Set()),
  sums: goSumsOf,
};
const UNITS = [
  'a==1 \\\n',
  'a==1 --hash=sha256:',
  `--hash=sha256:${HEX} `,
  'a[',
  'git+https://a@',
  'a @ ',
  '[[package]]\n',
  'name = "a"\n',
  'version = "',
  '"\\\\',
  '[a.',
  'a = [',
  'a = {',
  "'''",
  '"""',
  'require (\n',
  'require a v1\n',
  'replace a => ',
  'a v1 h1:',
  '\t',
  ' ',
  '=',
  '#',
  '//',
  '__proto__ = "x"\n',
  'constructor v1 // indirect\n',
  '\r\n',
];

test('any text ends in entries or in nothing', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.keys(READERS)),
      fc.array(fc.oneof(fc.constantFrom(...UNITS), fc.string({ maxLength: 8 })), { maxLength: 24 }),
      (name, pieces) => {
        assert.doesNotThrow(() => READERS[name]?.(pieces.join('')));
      },
    ),
    { numRuns: 2000 },
  );
});

test('a text that grows takes its share of time', () => {
  const slow: string[] = [];
  const cpu = (read: (text: string) => unknown, text: string): number => {
    const start = process.cpuUsage();
    read(text);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  };
  for (const [name, read] of Object.entries(READERS)) {
    for (const unit of UNITS) {
      const text = (length: number): string => unit.repeat(Math.ceil(length / unit.length));
      if (cpu(read, text(125_000)) < 60) continue;
      const [small, large] = [cpu(read, text(125_000)), cpu(read, text(500_000))];
      if (large > Math.max(small, 40) * 20)
        slow.push(`${name} ${JSON.stringify(unit)}: ${small.toFixed(0)} ms, ${large.toFixed(0)} ms`);
    }
  }
  assert.deepEqual(slow, []);
});

test('a string of megabytes is read, not thrown over', () => {
  assert.equal(cargoLockOf(`version = 4\nx = "${'a'.repeat(8_000_000)}"\n`)?.length, 0);
  assert.equal(cargoLockOf(`version = 4\nx = "${'\\n'.repeat(4_000_000)}"\n`)?.length, 0);
});

test('advisories for Python, Rust and Go hit what is locked, each by its own order of versions', async () => {
  const advisory = (ecosystem: string, name: string, events: readonly object[], type = 'ECOSYSTEM'): object => ({
    id: `X-${name}`,
    affected: [{ package: { ecosystem, name }, ranges: [{ type, events }] }],
  });
  const tree: Files = {
    'poetry.lock': poetry(files).replaceAll('"aaa"', '"Zope.Interface"').replace('"1.0.0"', '"1.0rc1"'),
    'Cargo.lock': crate(`source = "${CRATES}"\nchecksum = "${HEX}"\n`),
    'go.mod': goMod('require example.org/a v1.2.3\n'),
    'go.sum': `example.org/a v1.2.3 ${H1}\n`,
    'osv/1.json': advisory('PyPI', 'zope-interface', [{ introduced: '0' }, { fixed: '1.0' }]),
    'osv/2.json': advisory('crates.io', 'aaa', [{ introduced: '0.0.0-0' }, { fixed: '1.0.1' }], 'SEMVER'),
    'osv/3.json': advisory('Go', 'example.org/a', [{ introduced: '0' }, { fixed: '1.2.4' }], 'SEMVER'),
    'osv/4.json': advisory('npm', 'aaa', [{ introduced: '0' }], 'SEMVER'),
    'osv/5.json': advisory('crates.io', 'aaa', [{ introduced: '1.0.1' }], 'SEMVER'),
  };
  const osv = writeTree(Object.fromEntries(Object.entries(tree).filter(([path]) => path.startsWith('osv/'))));
  const result = await judged(
    'advisories',
    Object.fromEntries(Object.entries(tree).filter(([path]) => !path.startsWith('osv/'))),
    { osv },
  );

  assert.deepEqual(troubles(result), [
    'package.advisory Cargo.lock#aaa@1.0.0',
    'package.advisory go.sum#example.org/a@v1.2.3',
    'package.advisory poetry.lock#Zope.Interface@1.0rc1',
  ]);
});
