/** The history of a real repository: removed and merge-born leaks, attribution, bare and shallow clones. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { interpret } from '../../../src/collectors/secrets/interpret.ts';
import { observe } from '../../../src/collectors/secrets/observe.ts';
import { rawSchema } from '../../../src/collectors/secrets/schema.ts';
import { plantRepository } from '../../../src/lab/source.ts';
import { own, type Json } from '../../../src/model/json.ts';
import { generate } from '../../../src/packs/generate.ts';
import { validateFacts } from '../../../src/packs/facts-schema.ts';
import { sourceIO, sourceJob } from '../../support/source-io.ts';

interface Finding {
  readonly detector: string;
  readonly file: string;
  readonly note?: string;
  readonly commit?: string;
  readonly author?: string;
}

const top = mkdtempSync(join(tmpdir(), 'probity-history-'));
after(() => rmSync(top, { recursive: true }));
const folder = join(top, 'repository');
mkdirSync(folder);
const planted = plantRepository(folder);

async function scan(path: string): Promise<{ readonly raw: Json; readonly findings: readonly Finding[] }> {
  const raw = await observe(sourceJob('secrets', path, { history: true }), sourceIO());
  assert.deepEqual(validateFacts(rawSchema, raw), []);
  return { raw, findings: own(raw, 'findings') as unknown as Finding[] };
}

const pastOnly = (findings: readonly Finding[]): string[] =>
  findings
    .filter((one) => one.note?.includes('only in the history') === true)
    .map((one) => `${one.detector} ${one.file}`);

test('what was removed and what was born in a merge is found, with its commit; nothing of it occurs in the output', async () => {
  const { raw, findings } = await scan(folder);

  assert.deepEqual(pastOnly(findings).sort(), ['github-pat deploy/token.txt', 'slack-token src/feature.ts']);
  for (const one of findings) {
    assert.match(one.commit ?? '', /^[0-9a-f]{40}$/, `${one.detector} ${one.file}`);
    assert.equal(one.author, 'Robin Brittle');
  }
  const merge = findings.find((one) => one.detector === 'slack-token')?.commit ?? '';
  const message = execFileSync('git', ['-C', folder, 'log', '-1', '--format=%s', merge], { encoding: 'utf8' }).trim();
  assert.equal(message, 'Merge the feature');
  const output = JSON.stringify([raw, interpret(raw)]);
  for (const value of planted.values) assert.equal(output.includes(value), false);
});

test('a bare repository has a history and no tree', async () => {
  const bare = join(top, 'bare.git');
  execFileSync('git', ['clone', '--quiet', '--bare', folder, bare], { stdio: 'ignore' });

  const { findings } = await scan(bare);

  assert.ok(findings.some((one) => one.detector === 'slack-token'));
  assert.ok(findings.some((one) => one.detector === 'private-key'));
});

test('a shallow clone is never clean: its history is cut', async () => {
  const shallow = join(top, 'shallow');
  execFileSync('git', ['clone', '--quiet', '--depth', '1', `file://${folder}`, shallow], { stdio: 'ignore' });

  const { raw } = await scan(shallow);

  assert.match(JSON.stringify(own(own(raw, 'coverage'), 'unread')), /git\.shallow/);
});

test('a large history, which two processes of git unpack, names the commit that brought in each credential', async () => {
  const large = join(top, 'large');
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-C', large, '-c', 'user.name=R', '-c', 'user.email=r@example.org', ...args], {
      encoding: 'utf8',
    }).trim();
  mkdirSync(large);
  git('init', '--quiet');
  const names = Array.from({ length: 24 }, (_, i) => `part-${String(i).padStart(2, '0')}.txt`);
  const body = 'a line that stands in every version of every file, with nothing in it\n'.repeat(28_000);
  const commits: string[] = [];
  for (const version of [0, 1, 2]) {
    for (const [index, name] of names.entries()) {
      // one of the files gets a credential in the second version, and loses it in the third
      const leak = version === 1 && index % 6 === 0 ? generate('AWS_KEY = "AKIA@{b32:16}"\n', name) : '';
      writeFileSync(join(large, name), `${String(index)} ${String(version)}\n${body}${leak}${body.slice(0, 70 * 100)}`);
    }
    git('add', '--all');
    git('commit', '--quiet', '-m', `Version ${String(version)}`);
    commits.push(git('rev-parse', 'HEAD'));
  }

  const { raw, findings } = await scan(large);

  const bytes = own(own(raw, 'coverage'), 'bytes');
  assert.ok(typeof bytes === 'number' && bytes > 128 * 1024 ** 2, JSON.stringify(bytes));
  const expected = names.filter((_, index) => index % 6 === 0).map((name) => `${name} ${commits[1] ?? ''}`);
  assert.deepEqual(findings.map((one) => `${one.file} ${one.commit ?? ''}`).sort(), expected);
});
