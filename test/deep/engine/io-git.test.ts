/** The git capability on good, broken and hostile repositories. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { all, faultOf, ioFor } from '../../unit/engine/support.ts';

function repository(t: TestContext): { readonly root: string; readonly git: (...args: readonly string[]) => string } {
  const root = mkdtempSync(join(tmpdir(), 'probity-git-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-C', root, '-c', 'user.name=T', '-c', 'user.email=t@example.com', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  git('init', '-q');
  writeFileSync(join(root, 'a.txt'), 'one\n');
  git('add', '.');
  git('commit', '-qm', 'first');
  writeFileSync(join(root, 'a.txt'), 'two\n');
  git('commit', '-qam', 'second');
  return { root, git };
}

async function output(
  t: TestContext,
  root: string,
  args: readonly string[],
  input?: AsyncIterable<Uint8Array>,
): Promise<string> {
  return Buffer.concat(await all(ioFor(t).git(root, args, input))).toString('utf8');
}

async function* lines(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(`${text}\n`));
}

test('git reads a history, with questions on standard input', async (t) => {
  const { root, git } = repository(t);
  const [second = '', first = ''] = git('rev-list', '--all').trim().split('\n');

  assert.equal(await output(t, root, ['rev-list', '--all']), `${second}\n${first}\n`);
  assert.match(
    await output(t, root, ['cat-file', '--batch-check'], lines(first, second)),
    /^[0-9a-f]{40} commit \d+\n[0-9a-f]{40} commit \d+\n$/,
  );
  assert.match(await output(t, root, ['log', '-p', '-U0', '--format=%H']), /\+two/);
});

test('a configuration that names programs runs none of them', async (t) => {
  const { root, git } = repository(t);
  const marker = join(root, 'ran');
  const program = join(root, 'evil.sh');
  writeFileSync(program, `#!/bin/sh\ntouch ${marker}\necho evil\n`, { mode: 0o755 });
  for (const key of [
    'core.fsmonitor',
    'core.pager',
    'core.sshCommand',
    'core.askPass',
    'diff.external',
    'diff.x.textconv',
    'diff.x.command',
    'gpg.program',
    'filter.x.smudge',
    'filter.x.clean',
    'credential.helper',
    'alias.log',
    'pager.log',
  ]) {
    git('config', key, program);
  }
  git('config', 'log.showSignature', 'true');
  appendFileSync(join(root, '.git', 'info', 'attributes'), '*.txt diff=x filter=x\n');
  mkdirSync(join(root, '.git', 'hooks'), { recursive: true });
  for (const hook of ['post-index-change', 'reference-transaction', 'pre-auto-gc'])
    writeFileSync(join(root, '.git', 'hooks', hook), `#!/bin/sh\ntouch ${marker}\n`, { mode: 0o755 });

  const log = await output(t, root, ['log', '-p', '--format=%H']);
  await output(t, root, ['ls-files', '-s']);
  await output(t, root, ['diff-tree', '-p', '--root', 'HEAD']);

  assert.match(log, /\+two/);
  assert.equal(existsSync(marker), false);
});

test('only commands that read are run, and none of their options that write or execute', async (t) => {
  const { root } = repository(t);

  for (const args of [
    ['push'],
    ['-c', 'x=y', 'log'],
    ['gc'],
    [],
    ['log', '--output=x'],
    ['log', '--ext-diff'],
    ['cat-file', '--textconv', 'HEAD:a.txt'],
    ['cat-file', '--filters', 'HEAD:a.txt'],
  ]) {
    await assert.rejects(output(t, root, args), TypeError);
  }
});

test('what git says becomes a typed fault', async (t) => {
  const { root, git } = repository(t);
  const empty = mkdtempSync(join(root, 'not-a-repository-'));
  const [second = '', first = ''] = git('rev-list', '--all').trim().split('\n');
  const blob = git('rev-parse', `${first}:a.txt`).trim();

  assert.equal(await faultOf(output(t, root, ['log', 'no-such-revision'])), 'git.failed');
  // The folder itself is no repository; the one around it was not named
  assert.equal(await faultOf(output(t, empty, ['rev-list', '--all'])), 'git.failed');
  rmSync(join(root, '.git', 'objects', blob.slice(0, 2), blob.slice(2)));
  assert.equal(await faultOf(output(t, root, ['rev-list', '--objects', '--all'])), 'git.object-missing');
  assert.match(await output(t, root, ['rev-list', '--objects', '--all', '--missing=print']), new RegExp(`\\?${blob}`));
  assert.ok(second.length === 40);
  assert.ok(readdirSync(root).includes('a.txt'));
});

test('a reader that stops early, and a run that is interrupted, end git', async (t) => {
  const { root } = repository(t);
  const io = ioFor(t);
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) yield await Promise.resolve(Buffer.from('HEAD\n'.repeat(1000)));
  }

  for await (const chunk of io.git(root, ['cat-file', '--batch'], endless())) {
    assert.ok(chunk.length > 0);
    break;
  }

  const stop = new AbortController();
  const interrupted = faultOf(
    (async () => {
      for await (const chunk of ioFor(t, {}, stop.signal).git(root, ['cat-file', '--batch'], endless())) {
        assert.ok(chunk.length > 0);
        stop.abort();
      }
    })(),
  );
  assert.equal(await interrupted, 'engine.interrupted');
});

test('where what git is fed fails, so does the answer, and nothing fails beside it', async (t) => {
  const { root } = repository(t);
  const fed = ioFor(t).git(root, ['rev-list', '0000000000000000000000000000000000000001']);

  assert.equal(await faultOf(output(t, root, ['cat-file', '--batch-check'], fed)), 'git.object-missing');
});
