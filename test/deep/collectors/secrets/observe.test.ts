/** The scanner on real folders: what it reads, what it counts, and what it says when it could not look. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { interpret } from '../../../../src/collectors/secrets/interpret.ts';
import { observe } from '../../../../src/collectors/secrets/observe.ts';
import { factsSchema, rawSchema } from '../../../../src/collectors/secrets/schema.ts';
import { FaultError } from '../../../../src/model/fault.ts';
import { own, type Json } from '../../../../src/model/json.ts';
import { resolvePointer } from '../../../../src/model/pointer.ts';
import { generate } from '../../../../src/packs/generate.ts';
import { validateFacts } from '../../../../src/packs/facts-schema.ts';
import { tarOf, zipOf } from '../../../support/archives.ts';
import { sourceIO, sourceJob } from '../../../support/source-io.ts';

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function tree(files: { readonly [path: string]: string | Uint8Array }): string {
  const folder = mkdtempSync(join(tmpdir(), 'probity-secrets-'));
  folders.push(folder);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

const token = (seed: string): string => generate('gh@{}p_@{b62:36}', seed);
const scan = async (folder: string, options = {}): Promise<Json> =>
  await observe(sourceJob('secrets', folder, options), sourceIO());
interface Finding {
  readonly detector: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly secretId: string;
}
const findings = (raw: Json): readonly Finding[] => own(raw, 'findings') as unknown as Finding[];
const summary = (raw: Json): string[] =>
  findings(raw).map((one) => `${one.detector} ${one.file}:${String(one.line)}:${String(one.column)}`);

test('findings carry detector, file, line and column, and the same value has the same secretId', async () => {
  const value = token('a');
  const folder = tree({ 'src/a.ts': `// one\n  const é = '${value}';\n`, 'b.txt': `x\n${value}` });

  const raw = await scan(folder);

  assert.deepEqual(summary(raw), ['github-pat b.txt:2:1', 'github-pat src/a.ts:2:14']);
  const ids = findings(raw).map((one) => one.secretId);
  assert.equal(ids[0], ids[1]);
  assert.match(ids[0] ?? '', /^[0-9a-f]{32}$/);
  assert.deepEqual(validateFacts(rawSchema, raw), []);
});

test('UTF-16 of both byte orders, with and without a mark, is read as text', async () => {
  const text = `first line\ntoken: ${token('u')}\n`;
  const le = Buffer.from(text, 'utf16le');
  const be = Buffer.from(text, 'utf16le').swap16();
  const folder = tree({
    'le.txt': le,
    'be.txt': be,
    'le-mark.txt': Buffer.concat([Buffer.from([0xff, 0xfe]), le]),
    'be-mark.txt': Buffer.concat([Buffer.from([0xfe, 0xff]), be]),
  });

  const raw = await scan(folder);

  assert.deepEqual(
    summary(raw),
    ['be-mark.txt', 'be.txt', 'le-mark.txt', 'le.txt'].map((file) => `github-pat ${file}:2:8`),
  );
  assert.equal(resolvePointer(raw, '/coverage/utf16'), 4);
});

test('a value that holds the word false is found', async () => {
  const folder = tree({ 'a.txt': `API_TOKEN=${generate('x@{b62:12}false@{b62:14}', 'f')}\n` });

  assert.deepEqual(summary(await scan(folder)), ['generic-api-key a.txt:1:11']);
});

test('an allow comment on the line waives the finding and is named; one for another detector does not', async () => {
  const folder = tree({
    'a.ts': `const a = '${token('1')}'; // probity:allow\nconst b = '${token('2')}'; // gitleaks:allow\nconst c = '${token('3')}'; // probity:allow secret.jwt\n`,
  });

  const { facts } = interpret(await scan(folder));

  assert.equal(own(facts, 'leaks'), 1);
  const waivers = (resolvePointer(facts, '/findings/github-pat') as Json[]).map((one) => own(own(one, 'waiver'), 'id'));
  assert.deepEqual(waivers, ['inline:probity:allow', 'inline:gitleaks:allow', undefined]);
});

test('dependencies, lockfiles and binary files are read by fixed-form detectors only, and counted', async () => {
  const password = `password = "${generate('@{b62:14}', 'p')}"\n`;
  const folder = tree({
    'node_modules/a/index.js': `${password}const t = '${token('n')}'\n`,
    'blob.bin': Buffer.concat([Buffer.from([0, 1, 2, 3]), Buffer.from(`\n${password}${token('b')}\n`)]),
    'src/own.js': password,
  });

  const raw = await scan(folder);

  assert.deepEqual(summary(raw), [
    'github-pat blob.bin:3:1',
    'github-pat node_modules/a/index.js:2:12',
    'password-assignment src/own.js:1:13',
  ]);
  assert.equal(resolvePointer(raw, '/coverage/foreign'), 1);
  assert.equal(resolvePointer(raw, '/coverage/binary'), 1);
});

test('links are named and not followed, .git is left out, and what is larger than --max-file is an error', async () => {
  const folder = tree({ 'a.txt': 'nothing', 'large.txt': 'x'.repeat(2000), '.git/config': token('g') });
  symlinkSync('/etc/passwd', join(folder, 'link'));

  const raw = await scan(folder, { maxFile: 1000 });
  const { facts } = interpret(raw);

  assert.deepEqual(summary(raw), []);
  assert.equal(own(own(facts, 'coverage'), 'skipped'), '1 git-objects, 1 symlink');
  assert.deepEqual(own(facts, 'leaks'), { $unknown: 'source.too-large' });
});

test('a scan of nothing is a fault, never a clean scan; only a tree without any file is clean', async () => {
  const empty = tree({});

  assert.equal(own(interpret(await scan(empty)).facts, 'leaks'), 0);
  await assert.rejects(scan(tree({ 'a.txt': '' })), isFault('source.empty'));
  await assert.rejects(scan(tree({ '.git/HEAD': 'ref: refs/heads/main\n' })), isFault('source.empty'));
  await assert.rejects(scan(join(empty, 'nowhere')), isFault('source.not-found'));
});

function isFault(code: string): (error: unknown) => boolean {
  return (error) => error instanceof FaultError && error.fault.code === code;
}

test(
  'an unreadable folder makes the silence unknown',
  { skip: process.getuid?.() === 0 && 'root reads everything' },
  async () => {
    const folder = tree({ 'a.txt': 'nothing', 'closed/b.txt': token('c') });
    chmodSync(join(folder, 'closed'), 0);

    const { facts } = interpret(await scan(folder));

    chmodSync(join(folder, 'closed'), 0o700);
    assert.deepEqual(own(facts, 'leaks'), { $unknown: 'source.unreadable' });
  },
);

test('a file named as the target is read', async () => {
  const folder = tree({ 'only.txt': token('o') });

  assert.deepEqual(summary(await scan(join(folder, 'only.txt'))), ['github-pat only.txt:1:1']);
});

test('many files give the same findings in the same order, whatever worker read them', async () => {
  const files: { [path: string]: string } = {};
  for (let i = 0; i < 300; i++)
    files[`d${String(i % 7)}/f${String(i)}.txt`] = i % 3 === 0 ? token(String(i)) : 'nothing';
  const folder = tree(files);

  const first = await scan(folder);

  assert.equal(summary(first).length, 100);
  assert.deepEqual(await scan(folder), first);
  const { facts, at } = interpret(first);
  assert.deepEqual(validateFacts(factsSchema, facts), []);
  for (const place of Object.values(at)) assert.notEqual(resolvePointer(first, place), undefined);
});

test('large files are scanned in parts by whoever is free, each of them once', async () => {
  const line = `${'y'.repeat(1023)}\n`;
  const content = (at: number): Buffer => {
    const text = Buffer.alloc((3 + (at % 7)) * 1024 * 1024, line);
    text.write(`\n${token(`large ${String(at)}`)}\n`, text.length - 4096);
    return text;
  };
  const names = Array.from({ length: 20 }, (_, at) => `f${String(at).padStart(2, '0')}.txt`);
  const contents = names.map((_, at) => content(at));
  const folder = tree(Object.fromEntries(names.map((name, at) => [name, contents[at] ?? ''])));

  const raw = await scan(folder);

  assert.deepEqual(
    findings(raw).map(({ file }) => file),
    names,
  );
  const coverage = own(raw, 'coverage');
  assert.equal(own(coverage, 'files'), names.length);
  assert.equal(
    own(coverage, 'bytes'),
    contents.reduce((sum, { length }) => sum + length, 0),
  );
});

test('leaks in a file of several pieces are found once, with right lines, also across the border', async () => {
  const border = 8 * 1024 * 1024;
  const line = `${'y'.repeat(1023)}\n`;
  const [one, two, three] = [token('x1'), token('x2'), token('x3')];
  const text = Buffer.alloc(20 * 1024 * 1024, line);
  text.write(`\n${one}\n`, border - 20);
  text.write(`\n${two}\n`, border - 128 * 1024 - 20);
  text.write(`\n${three}\n`, 18 * 1024 * 1024 + 7);
  const folder = tree({ 'large.txt': text });

  const raw = await scan(folder);

  const lineOf = (offset: number): number => text.subarray(0, offset).toString('latin1').split('\n').length;
  assert.deepEqual(
    summary(raw),
    [border - 128 * 1024 - 19, border - 19, 18 * 1024 * 1024 + 8].map(
      (at) => `github-pat large.txt:${String(lineOf(at))}:1`,
    ),
  );
});

test('line ends, byte order marks, NULs and long lines: each token has its place', async () => {
  const folder = tree({
    'crlf.txt': `one\r\ntwo ${token('r1')}\r\n`,
    'bom.txt': `\uFEFFtoken ${token('r2')}\n`,
    'nul-late.txt': Buffer.concat([Buffer.from(`${'x'.repeat(9000)}\n${token('r3')}\n`), Buffer.from([0, 0, 1])]),
    'nul-early.dat': Buffer.concat([Buffer.from([0, 159, 146, 150]), Buffer.from(`\n${token('r4')}\n`)]),
    'one-line.txt': `${'y'.repeat(1_000_000)} ${token('r5')} ${'z'.repeat(1_000_000)}`,
    'no-end.txt': `a\nb\n${token('r6')}`,
    'ünï/\u{1F511}.txt': `k ${token('r7')}`,
  });

  assert.deepEqual(summary(await scan(folder)).sort(), [
    'github-pat bom.txt:1:7',
    'github-pat crlf.txt:2:5',
    'github-pat no-end.txt:3:1',
    'github-pat nul-early.dat:2:1',
    'github-pat nul-late.txt:2:1',
    'github-pat one-line.txt:1:1000002',
    'github-pat ünï/\u{1F511}.txt:1:3',
  ]);
});

test('pipes, sockets and devices are named and not read', async () => {
  const folder = tree({ 'a.txt': token('s1') });
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  const server = createServer().listen(join(folder, 'socket'));
  await once(server, 'listening');

  const raw = await scan(folder);

  server.close();
  assert.deepEqual(summary(raw), ['github-pat a.txt:1:1']);
  assert.match(JSON.stringify(own(own(raw, 'coverage'), 'skipped')), /"reason":"special-file","count":2/);
});

test('what is left out is counted in bytes, by reason', async () => {
  const folder = tree({ 'a.txt': 'x', 'b.bin': 'y'.repeat(3000), 'c.bin': 'z'.repeat(4000) });

  const raw = await scan(folder, { maxFile: 1000 });

  assert.deepEqual(own(own(raw, 'coverage'), 'unread'), [
    { reason: 'source.too-large', count: 2, bytes: 7000, examples: ['b.bin', 'c.bin'] },
  ]);
});

test('of many small files and some large ones each is read once, whichever thread has time for it', async () => {
  const count = 3000;
  const large = 'nothing to see here\n'.repeat(200_000);
  const texts = Array.from({ length: count }, (_, at) => {
    const size = at % 300 === 150 ? large : '';
    return [`${String(at % 20)}/${String(at)}.txt`, `${size}token: ${token(String(at))}\n`] as const;
  });
  const folder = tree(Object.fromEntries(texts));

  const raws = [await scan(folder), await scan(folder)];

  for (const raw of raws) {
    assert.equal(own(own(raw, 'coverage'), 'files'), count);
    assert.equal(
      own(own(raw, 'coverage'), 'bytes'),
      texts.reduce((sum, [, text]) => sum + text.length, 0),
    );
    assert.deepEqual(
      findings(raw).map(({ file }) => file),
      texts.map(([path]) => path).sort(),
    );
    assert.equal(new Set(findings(raw).map(({ secretId }) => secretId)).size, count);
  }
});

test('two targets of one run show the same secretId for the same credential; another run shows another', async () => {
  const value = token('two');
  const [one, two] = [tree({ 'a.txt': value }), tree({ 'b.txt': `x ${value}` })];
  const io = { ...sourceIO(), runKey: new Uint8Array(32).fill(1) };
  const other = { ...sourceIO(), runKey: new Uint8Array(32).fill(2) };

  const ids = await Promise.all(
    [io, io, other].map(async (each, i) => {
      const raw = await observe(sourceJob('secrets', i === 1 ? two : one), each);
      return findings(raw)[0]?.secretId;
    }),
  );

  assert.equal(ids[0], ids[1]);
  assert.notEqual(ids[0], ids[2]);
});

test('with --archives what stands inside archives is found, counted, and named by both paths', async () => {
  const folder = tree({
    'a.txt': 'nothing',
    'build/app.jar': zipOf({
      'conf/app.properties': `first\ntoken=${token('zip')}\n`,
      'in.tgz': gzipSync(tarOf({ b: token('tar') })),
    }),
  });

  const closed = await scan(folder);
  const opened = await scan(folder, { archives: true });

  assert.deepEqual(summary(closed), []);
  assert.deepEqual(summary(opened), [
    'github-pat build/app.jar!conf/app.properties:2:7',
    'github-pat build/app.jar!in.tgz!b:1:1',
  ]);
  assert.equal(own(own(opened, 'coverage'), 'archived'), 2);
  assert.deepEqual(validateFacts(rawSchema, opened), []);
});

test('with --archives one that cannot be opened is an error, not a clean scan', async () => {
  const raw = await scan(tree({ 'a.txt': 'nothing', 'x.zip': 'no archive at all' }), { archives: true });

  const [unread] = own(own(raw, 'coverage'), 'unread') as unknown as readonly { readonly reason: string }[];
  assert.equal(unread?.reason, 'source.malformed');
});

test('a folder of installed packages is known by the mark of its package manager, whatever it is called', async () => {
  const assignment = generate('const apiKey = "@{b62:32}";', 'installed');
  const packages = { 'a/index.js': assignment, 'b/index.js': `const t = '${token('installed')}';` };

  const loose = await scan(tree(packages));
  const installed = await scan(tree({ ...packages, '.package-lock.json': '{"lockfileVersion": 3}' }));

  assert.deepEqual(summary(loose), ['generic-api-key a/index.js:1:17', 'github-pat b/index.js:1:12']);
  assert.deepEqual(summary(installed), ['github-pat b/index.js:1:12']);
  assert.equal(own(own(installed, 'coverage'), 'foreign'), 3);
});

test('the mark of a package manager in a project of its own does not make it be read less', async () => {
  const assignment = generate('const apiKey = "@{b62:32}";', 'installed');
  for (const mine of ['package.json', '.git', '.git/HEAD']) {
    const raw = await scan(tree({ 'a/index.js': assignment, '.modules.yaml': 'layoutVersion: 5', [mine]: '{"a": 1}' }));

    assert.deepEqual(summary(raw), ['generic-api-key a/index.js:1:17'], mine);
  }
});
