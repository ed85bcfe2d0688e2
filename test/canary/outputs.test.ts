/** Planted credentials occur in nothing that the program writes or says: every report format, the evidence, run.json, both streams. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { plantRepository } from '../../src/lab/source.ts';
import type { Run } from '../../src/model/result.ts';
import { FORMATS } from '../../src/report/registry.ts';
import { probity } from '../support/program.ts';

const BASE = mkdtempSync(join(tmpdir(), 'probity-canary-'));
after(() => rmSync(BASE, { recursive: true, force: true }));

/** The forms in which a value could slip through: as it is, and as common encodings of it, whole or from its second half. */
function formsOf(value: string): string[] {
  const half = value.slice(Math.floor(value.length / 2));
  return [value, half].flatMap((text) => {
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

test('no planted credential is in any output of an audit with history, in any format', async () => {
  const repository = join(BASE, 'shop');
  mkdirSync(repository);
  const { values, planted } = plantRepository(repository);
  const formats = FORMATS.map((format) => format.id).join(',');
  assert.ok(values.length >= 10 && planted.length >= 10);

  const ran = await probity(
    ['audit', './shop', '--history', '--verbose', '--format', formats, '--json', '--output', 'out'],
    { cwd: BASE },
  );
  const plain = await probity(['replay', 'out', '--verbose'], { cwd: BASE });

  assert.equal(ran.code, 1, ran.stderr);
  const found = new Set(
    (JSON.parse(ran.stdout) as Run).results.filter((result) => result.status === 'fail').map((result) => result.check),
  );
  for (const { check } of planted)
    assert.ok(found.has(check), `${check} was not found: the search below would prove nothing`);
  const outputs = new Map(
    filesBelow(join(BASE, 'out')).map((path) => [path.slice(BASE.length), readFileSync(path, 'latin1')]),
  );
  for (const [name, text] of [
    ['stdout', ran.stdout],
    ['stderr', ran.stderr],
    ['replay', plain.stdout + plain.stderr],
  ] as const)
    outputs.set(name, text);
  assert.ok(outputs.size >= FORMATS.length, String(outputs.size));
  for (const value of values) {
    for (const form of formsOf(value)) {
      for (const [name, text] of outputs)
        assert.ok(!text.includes(form), `${name} holds a planted value of ${String(value.length)} characters`);
    }
  }
});
