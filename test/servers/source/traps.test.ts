/** Traps of git repositories: where a leak may hide, what a scan may not miss, and what it may not run. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { interpret } from '../../../src/collectors/secrets/interpret.ts';
import { observe } from '../../../src/collectors/secrets/observe.ts';
import { rawSchema } from '../../../src/collectors/secrets/schema.ts';
import { isArray, own, type Json } from '../../../src/model/json.ts';
import { generate } from '../../../src/packs/generate.ts';
import { validateFacts } from '../../../src/packs/facts-schema.ts';
import { sourceIO, sourceJob } from '../../support/source-io.ts';

const top = mkdtempSync(join(tmpdir(), 'probity-traps-'));
after(() => rmSync(top, { recursive: true }));

let seed = 0;
/** A token that no other test holds. */
const token = (): string => generate('gl@{}pat-@{b64u:20}', `trap ${String(seed++)}`);

interface Finding {
  readonly detector: string;
  readonly file: string;
  readonly line: number;
  readonly secretId: string;
  readonly commit?: string;
  readonly note?: string;
  readonly allowed?: string;
}

class Repository {
  readonly folder: string;

  constructor(...options: readonly string[]) {
    this.folder = mkdtempSync(join(top, 'r-'));
    this.git('init', '--quiet', '--initial-branch=main', ...options);
  }

  git(...args: readonly string[]): string {
    const names = [
      'user.name=Robin',
      'user.email=robin@example.org',
      'commit.gpgsign=false',
      'protocol.file.allow=always',
    ];
    const settings = names.flatMap((name) => ['-c', name]);
    return execFileSync('git', [...settings, '-C', this.folder, ...args], { encoding: 'utf8', stdio: 'pipe' }).trim();
  }

  write(files: { readonly [path: string]: string }): this {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, path)), { recursive: true });
      writeFileSync(join(this.folder, path), text);
    }
    return this;
  }

  commit(message: string, files: { readonly [path: string]: string } = {}): string {
    this.write(files).git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '-m', message);
    return this.git('rev-parse', 'HEAD');
  }
}

async function scan(
  folder: string,
  options = {},
): Promise<{ readonly raw: Json; readonly findings: readonly Finding[] }> {
  const raw = await observe(sourceJob('secrets', folder, { history: true, ...options }), sourceIO());
  assert.deepEqual(validateFacts(rawSchema, raw), []);
  return { raw, findings: own(raw, 'findings') as unknown as Finding[] };
}

const places = (findings: readonly Finding[]): string[] =>
  findings.map((one) => `${one.file}:${String(one.line)}`).sort();
const unread = (raw: Json): string => JSON.stringify(own(own(raw, 'coverage'), 'unread'));

test('removed, renamed, on an orphan branch, in a tag, a note or a message: each is found, with its commit', async () => {
  const repository = new Repository();
  const removed = repository.commit('one', { 'a.txt': `key ${token()}\n`, 'b.txt': `key ${token()}\n` });
  rmSync(join(repository.folder, 'a.txt'));
  repository.git('mv', 'b.txt', 'c.txt');
  repository.commit('two');
  repository.git('checkout', '--quiet', '--orphan', 'other');
  repository.git('rm', '-rf', '--quiet', '.');
  const orphan = repository.commit('three', { 'orphan.txt': `x\n\n${token()}\n` });
  const message = repository.commit(`deploy with ${token()}`);
  repository.git('tag', '-a', 'v1', '-m', `released with ${token()}`);
  repository.git('notes', 'add', '-m', `reviewed with ${token()}`);
  repository.git('checkout', '--quiet', 'main');

  const { findings } = await scan(repository.folder);

  const byFile = new Map(findings.map((one) => [one.file, one]));
  assert.equal(byFile.get('a.txt')?.commit, removed);
  assert.match(byFile.get('a.txt')?.note ?? '', /only in the history/);
  // the renamed file stands in the tree: it learns the commit that brought it in, under its first name
  assert.equal(byFile.get('c.txt')?.commit, removed);
  assert.doesNotMatch(byFile.get('c.txt')?.note ?? '', /only in the history/);
  assert.equal(byFile.get('orphan.txt')?.commit, orphan);
  assert.equal(byFile.get('orphan.txt')?.line, 3);
  assert.equal(byFile.get(`commit:${message}`)?.commit, message);
  assert.ok(byFile.has('tag:v1'));
  assert.ok(
    [...byFile.keys()].some((file) => /^[0-9a-f/]{40,}$/.test(file)),
    'the note',
  );
});

test('a leak that is born in a merge of three is attributed to it', async () => {
  const repository = new Repository();
  repository.commit('base', { 'base.txt': 'base\n' });
  for (const name of ['left', 'right']) {
    repository.git('checkout', '--quiet', '-b', name, 'main');
    repository.commit(name, { [`${name}.txt`]: `${name}\n` });
  }
  repository.git('checkout', '--quiet', 'main');
  repository.git('merge', '--quiet', '--no-commit', '--no-ff', 'left', 'right');
  const merge = repository.commit('merge of three', { 'base.txt': `base\n${token()}\n` });
  repository.commit('clean', { 'base.txt': 'base\n' });

  const { findings } = await scan(repository.folder);

  assert.deepEqual(places(findings), ['base.txt:2']);
  assert.equal(findings[0]?.commit, merge);
});

test('a key that is exchanged in its place is found in each version, with the commit that brought it in', async () => {
  const repository = new Repository();
  const filler = Array.from({ length: 400 }, (_, i) => `option_${String(i)} = ${String(i * 7)}\n`).join('');
  const commits = [token(), token(), token()].map((value, i) =>
    repository.commit(`rotation ${String(i)}`, {
      'settings.ini': `${filler}api = ${value}\n${filler}version = ${String(i)}\n`,
    }),
  );

  const { findings } = await scan(repository.folder);

  assert.deepEqual(new Set(findings.map((one) => one.commit)), new Set(commits));
  assert.equal(new Set(findings.map((one) => one.secretId)).size, 3);
});

test('what an earlier run read is not read again, and the findings are the same', async () => {
  const repository = new Repository();
  repository.commit('one', { 'a.txt': `key ${token()}\n`, 'b.txt': 'nothing\n' });
  repository.commit(`two ${token()}`, { 'a.txt': 'clean\n' });
  const state = join(top, 'state');
  const first = await scan(repository.folder, { state });
  const kept = readFileSync(state);

  const second = await scan(repository.folder, { state });
  repository.commit('three', { 'b.txt': `more\n${token()}\n` });
  const third = await scan(repository.folder, { state });

  assert.deepEqual(second.findings, first.findings);
  assert.equal(first.findings.length, 2);
  assert.ok(Number(own(own(second.raw, 'coverage'), 'known')) > 0);
  assert.deepEqual(places(third.findings), [...places(first.findings), 'b.txt:2'].sort());
  assert.ok(Number(own(own(third.raw, 'coverage'), 'files')) <= 6, 'only what is new, and what held a leak');
  // no value, no identifier of a value
  for (const one of first.findings) assert.equal(kept.includes(one.secretId), false);
  assert.equal(kept.includes('glpat'), false);
});

test('after a forced push, with other rules or a damaged file, all is read', async () => {
  const repository = new Repository();
  repository.commit('one', { 'a.txt': `key ${token()}\n` });
  const state = join(top, 'state-2');
  const first = await scan(repository.folder, { state });
  repository.git('checkout', '--quiet', '--orphan', 'again');
  repository.commit('rewritten', { 'b.txt': `key ${token()}\n` });
  repository.git('branch', '-D', 'main');
  repository.git('reflog', 'expire', '--expire=now', '--all');
  repository.git('gc', '--quiet', '--prune=now');

  const second = await scan(repository.folder, { state });
  writeFileSync(state, 'no state of ours\n');
  const third = await scan(repository.folder, { state });

  assert.deepEqual(places(first.findings), ['a.txt:1']);
  assert.ok(places(second.findings).includes('b.txt:1'));
  assert.deepEqual(
    third.findings.map((one) => one.file),
    ['a.txt', 'b.txt'],
  );
});

test('a worktree, a repository inside, and a submodule: each is read or named, never clean for nothing', async () => {
  const inner = new Repository();
  inner.commit('inner', { 'inner.txt': `key ${token()}\n` });
  const repository = new Repository();
  repository.commit('one', { 'a.txt': `key ${token()}\n` });
  repository.git('submodule', '--quiet', 'add', inner.folder, 'module');
  repository.commit('with a module');
  const worktree = join(top, 'worktree');
  repository.git('worktree', 'add', '--quiet', worktree);
  new Repository().commit('x', { y: 'z' });
  execFileSync('git', ['clone', '--quiet', inner.folder, join(repository.folder, 'nested')], { stdio: 'ignore' });

  const whole = await scan(repository.folder);
  const beside = await scan(worktree);

  assert.deepEqual(places(beside.findings), ['a.txt:1']);
  assert.match(beside.findings[0]?.commit ?? '', /^[0-9a-f]{40}$/);
  assert.deepEqual(places(whole.findings), ['a.txt:1', 'module/inner.txt:1', 'nested/inner.txt:1']);
  assert.match(JSON.stringify(own(own(whole.raw, 'coverage'), 'skipped')), /git-objects/);
});

test('a partial clone is never clean: what is missing is counted, and nothing is fetched', async () => {
  const origin = new Repository();
  origin.commit('one', { 'a.txt': 'one\n' });
  origin.commit('two', { 'a.txt': 'two\n' });
  origin.git('config', 'uploadpack.allowFilter', 'true');
  const partial = join(top, 'partial');
  execFileSync('git', ['clone', '--quiet', '--no-checkout', '--filter=blob:none', `file://${origin.folder}`, partial], {
    stdio: 'ignore',
  });

  const { raw } = await scan(partial);

  assert.match(unread(raw), /git\.object-missing.*2 objects/);
  assert.deepEqual(own(interpret(raw).facts, 'leaks'), { $unknown: 'git.object-missing' });
});

test('SHA-256 names are read', async () => {
  const repository = new Repository('--object-format=sha256');
  repository.commit('one', { 'a.txt': `key ${token()}\n` });
  repository.commit('two', { 'a.txt': 'clean\n' });
  const state = join(top, 'state-256');

  const first = await scan(repository.folder, { state });
  const second = await scan(repository.folder, { state });

  assert.deepEqual(places(first.findings), ['a.txt:1']);
  assert.match(first.findings[0]?.commit ?? '', /^[0-9a-f]{64}$/);
  assert.deepEqual(second.findings, first.findings);
});

test('a hostile configuration runs nothing', async () => {
  const repository = new Repository();
  repository.commit('one', { 'a.txt': `key ${token()}\n`, '.gitattributes': '* diff=evil filter=evil\n' });
  const sign = join(top, 'it-ran');
  const program = join(top, 'evil.sh');
  writeFileSync(program, `#!/bin/sh\ntouch '${sign}'\ncat\n`);
  chmodSync(program, 0o700);
  for (const name of [
    'core.fsmonitor',
    'core.sshCommand',
    'core.pager',
    'diff.external',
    'diff.evil.textconv',
    'diff.evil.command',
    'filter.evil.smudge',
    'filter.evil.clean',
    'gpg.program',
    'credential.helper',
  ]) {
    repository.git('config', name, program);
  }
  repository.git('config', 'log.showSignature', 'true');
  writeFileSync(join(repository.folder, '.git/hooks/post-checkout'), `#!/bin/sh\ntouch '${sign}'\n`, { mode: 0o700 });

  const { findings } = await scan(repository.folder);

  assert.deepEqual(places(findings), ['a.txt:1']);
  assert.equal(existsSync(sign), false);
});

test('names with line feeds, quotes and escapes are read, and shown without control characters of their own making', async () => {
  const repository = new Repository();
  const names = ['a "quoted".txt', 'tab\there.txt', 'ünïcode.txt', "it's.txt"];
  repository.commit('one', Object.fromEntries(names.map((name) => [name, `key ${token()}\n`])));
  for (const name of names) rmSync(join(repository.folder, name));
  repository.commit('two', { 'left.txt': 'x\n' });

  const { findings } = await scan(repository.folder);

  assert.deepEqual(findings.map((one) => one.file).sort(), [...names].sort());
});

test('.gitleaksignore accepts the findings that it names, in the tree and in the history', async () => {
  const repository = new Repository();
  const commit = repository.commit('one', { 'old.txt': `key ${token()}\n` });
  rmSync(join(repository.folder, 'old.txt'));
  repository.commit('two', {
    'a.txt': `key ${token()}\nkey ${token()}\n`,
    '.gitleaksignore': `# accepted\n${commit}:old.txt:gitlab-pat:1\na.txt:some-rule-of-gitleaks:1\na.txt:github-pat:2\n`,
  });

  const { raw, findings } = await scan(repository.folder);

  const accepted = findings.map((one) => `${one.file}:${String(one.line)} ${one.allowed ?? 'open'}`);
  assert.deepEqual(accepted, ['a.txt:1 .gitleaksignore:3', 'a.txt:2 open', 'old.txt:1 .gitleaksignore:2']);
  const { facts } = interpret(raw);
  assert.equal(own(facts, 'leaks'), 1);
  const listed = own(own(facts, 'findings'), findings[0]?.detector ?? '');
  const first = isArray(listed) ? listed[0] : undefined;
  assert.deepEqual(own(first, 'waiver'), {
    id: 'ignored:.gitleaksignore',
    reason: 'line 3 of .gitleaksignore accepts it',
  });
});

test('links are not followed, also where they form a loop or lead out of the tree', async () => {
  const repository = new Repository();
  const outside = join(top, 'outside.txt');
  writeFileSync(outside, `key ${token()}\n`);
  repository.commit('one', { 'sub/a.txt': `key ${token()}\n` });
  symlinkSync('..', join(repository.folder, 'sub/loop'));
  symlinkSync(outside, join(repository.folder, 'out'));

  const { raw, findings } = await scan(repository.folder);

  assert.deepEqual(places(findings), ['sub/a.txt:1']);
  assert.match(JSON.stringify(own(own(raw, 'coverage'), 'skipped')), /"reason":"symlink","count":2/);
});
