/** Planted credentials occur in nothing that the program writes or says: every report format, the evidence, run.json, both streams. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { plantRepository } from '../../src/lab/source.ts';
import type { Run } from '../../src/model/result.ts';
import { generate } from '../../src/packs/generate.ts';
import { FORMATS } from '../../src/report/registry.ts';
import { ownDetectors } from '../support/detectors.ts';
import { probity } from '../support/program.ts';

const BASE = mkdtempSync(join(tmpdir(), 'probity-canary-'));
after(() => rmSync(BASE, { recursive: true, force: true }));

/**
 * The forms in which a value could slip through: as it is, and as common encodings of it, whole or from its second half.
 * A short half of hexadecimal digits is no proof: it stands in one of a thousand digests and times by chance.
 */
function formsOf(value: string): string[] {
  const half = value.slice(Math.floor(value.length / 2));
  const texts = half.length < 12 && /^[\da-f]+$/i.test(half) ? [value] : [value, half];
  return texts.flatMap((text) => {
    const bytes = Buffer.from(text, 'utf8');
    return [
      text,
      bytes.toString('base64').replace(/=+$/, ''),
      bytes.toString('base64url'),
      bytes.toString('hex'),
      encodeURIComponent(text),
      JSON.stringify(text).slice(1, -1),
    ];
  });
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

/** A credential of every kind that a detector knows, in the tree and, of half of them, in the history only. */
function plantKinds(repository: string): { readonly kinds: readonly string[]; readonly values: readonly string[] } {
  const git = (...args: readonly string[]): unknown =>
    execFileSync('git', ['-C', repository, '-c', 'user.name=R', '-c', 'user.email=r@example.org', ...args]);
  const kinds: string[] = [];
  const values: string[] = [];
  for (const { detector, examples } of ownDetectors()) {
    const [example] = examples.positive;
    const text = generate(example?.text ?? '', `outputs ${detector.id}`);
    // the random parts of the text: long runs of letters with digits among them that another seed makes otherwise
    const other = generate(example?.text ?? '', `another ${detector.id}`);
    const parts = (text.match(/[A-Za-z0-9+/_-]{12,}/g) ?? []).filter(
      (part) => /\d/.test(part) && /[A-Za-z]/.test(part) && !other.includes(part),
    );
    if (parts.length === 0) continue;
    const path = join(repository, 'kinds', detector.id, example?.path ?? 'src/config.txt');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    kinds.push(detector.id);
    values.push(...parts.map((part) => part.slice(-24)));
  }
  git('add', '--all');
  git('commit', '--quiet', '-m', 'A credential of every kind');
  for (const kind of kinds.filter((_, i) => i % 2 === 0)) rmSync(join(repository, 'kinds', kind), { recursive: true });
  git('commit', '--quiet', '--all', '-m', 'Half of them taken out');
  return { kinds, values };
}

test('no planted credential is in any output of an audit with history, in any format', async () => {
  const repository = join(BASE, 'shop');
  mkdirSync(repository);
  const { values: own, planted } = plantRepository(repository);
  const { kinds, values: examples } = plantKinds(repository);
  const values = [...own, ...examples];
  const state = join(BASE, 'state');
  const formats = FORMATS.map((format) => format.id).join(',');
  assert.ok(own.length >= 10 && planted.length >= 10 && examples.length >= 200);

  const ran = await probity(
    ['audit', './shop', '--history', '--state', state, '--verbose', '--format', formats, '--json', '--output', 'out'],
    { cwd: BASE },
  );
  const plain = await probity(['replay', 'out', '--verbose'], { cwd: BASE });

  assert.equal(ran.code, 1, ran.stderr);
  const found = new Set(
    (JSON.parse(ran.stdout) as Run).results.filter((result) => result.status === 'fail').map((result) => result.check),
  );
  for (const { check } of planted)
    assert.ok(found.has(check), `${check} was not found: the search below would prove nothing`);
  const shown = kinds.filter((kind) => found.has(`secret.${kind}`));
  assert.ok(shown.length >= 60, `only ${String(shown.length)} kinds of planted credentials were found`);
  const outputs = new Map(
    filesBelow(join(BASE, 'out')).map((path) => [path.slice(BASE.length), readFileSync(path, 'latin1')]),
  );
  for (const [name, text] of [
    ['stdout', ran.stdout],
    ['stderr', ran.stderr],
    ['replay', plain.stdout + plain.stderr],
    ['state', readFileSync(state, 'latin1')],
  ] as const)
    outputs.set(name, text);
  assert.ok(outputs.size >= FORMATS.length, String(outputs.size));
  for (const [index, value] of values.entries()) {
    for (const [kind, form] of formsOf(value).entries()) {
      for (const [name, text] of outputs)
        // the message must not hold the value either
        assert.ok(!text.includes(form), `${name} holds planted value ${String(index)} in its form ${String(kind)}`);
    }
  }
});
