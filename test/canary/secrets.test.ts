/** Planted credentials of every kind must occur nowhere in what the collectors yield, in any spelling. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { interpret } from '../../src/collectors/secrets/interpret.ts';
import { observe } from '../../src/collectors/secrets/observe.ts';
import * as packages from '../../src/collectors/packages/collector.ts';
import { isArray, own } from '../../src/model/json.ts';
import { plantRepository } from '../../src/lab/source.ts';
import { generate } from '../../src/packs/generate.ts';
import { ownDetectors } from '../support/detectors.ts';
import { sourceIO, sourceJob } from '../support/source-io.ts';

/** Every spelling in which a value could slip out. */
function spellings(value: string): string[] {
  const bytes = Buffer.from(value, 'utf8');
  const percent = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  return [
    value,
    value.split('').toReversed().join(''),
    bytes.toString('base64').replace(/=+$/, '').slice(0, -2),
    bytes.toString('base64url').slice(0, -2),
    bytes.toString('hex'),
    percent,
  ];
}

function assertNowhere(values: readonly string[], output: string): void {
  const lower = output.toLowerCase();
  for (const [index, value] of values.entries()) {
    for (const spelling of spellings(value)) {
      // the message must not hold the value either
      assert.ok(!lower.includes(spelling.toLowerCase()), `planted value ${String(index)} occurs in the output`);
    }
  }
}

test('no planted value of any detector occurs in raw evidence or facts', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'probity-canary-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const values: string[] = [];
  const kinds = new Set<string>();
  for (const { detector, examples } of ownDetectors()) {
    for (const [index, example] of examples.positive.entries()) {
      const text = generate(example.text, `canary ${detector.id} ${String(index)}`);
      const path = join(folder, `${detector.id}-${String(index)}`, example.path ?? 'src/config.txt');
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      // the random parts of the text: long runs with digits in them
      const parts = text.match(/[A-Za-z0-9+/_-]{12,}/g)?.filter((part) => /\d/.test(part) && /[A-Za-z]/.test(part));
      if (parts !== undefined && parts.length > 0) kinds.add(detector.id);
      values.push(...(parts ?? []).map((part) => part.slice(-12)));
    }
  }

  const raw = await observe(sourceJob('secrets', folder), sourceIO());
  const facts = interpret(raw);

  const found = own(raw, 'findings');
  assert.ok(isArray(found) && new Set(found.map((one) => own(one, 'detector'))).size >= 60, 'too little was found');
  assert.ok(kinds.size >= 60 && values.length >= 100, `${String(kinds.size)} kinds, ${String(values.length)} values`);
  assertNowhere(values, JSON.stringify(raw));
  assertNowhere(values, JSON.stringify(facts));
});

test('no value of the planted repository occurs in what secrets and packages yield, nor in paths', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'probity-canary-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const { values } = plantRepository(folder);
  const [first = ''] = values;
  writeFileSync(join(folder, `dump-${first}.txt`), ['password', '"a-pass-word-77"\n'].join(' = '));

  const secrets = await observe(sourceJob('secrets', folder), sourceIO());
  const kept = await packages.packages.observe(sourceJob('packages', folder), sourceIO());

  assertNowhere(values, JSON.stringify([secrets, kept, interpret(secrets), packages.packages.interpret(kept)]));
  assert.match(JSON.stringify(secrets), /dump-‹secret:aws-access-key›\.txt/);
});
