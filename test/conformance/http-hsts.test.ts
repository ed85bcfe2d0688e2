/** Strict-Transport-Security values transcribed from Chromium's unit tests, against our grammar and our command. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hsts } from '../../src/commands/hsts.ts';
import { parseHsts } from '../../src/wire/http/hsts.ts';
import { conformanceFile, needsConformance } from '../support/conformance.ts';

interface Case {
  readonly value: string;
  readonly valid: boolean;
  readonly maxAge: number | 'large' | null;
  readonly includeSubDomains: boolean | null;
}

function cases(): Case[] {
  const text = conformanceFile('http/chromium-hsts-open.jsonl').toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Case);
}

test('every value is judged as Chromium judges it', needsConformance(), () => {
  const all = cases();

  for (const { value, valid, maxAge, includeSubDomains } of all) {
    const parsed = parseHsts(value);
    assert.equal(parsed.valid, valid, value);
    assert.equal(parsed.includeSubDomains, includeSubDomains, value);
    if (maxAge === 'large') assert.ok(parsed.maxAge !== null && parsed.maxAge >= 31_536_000, value);
    else assert.equal(parsed.maxAge, maxAge, value);
    assert.equal(parsed.errors.length === 0, valid, value);
  }
  assert.equal(all.length, 60);
});

test('the command prints one object for each of them, in their order', needsConformance(), async () => {
  const all = cases();
  const output: string[] = [];

  const code = await hsts(
    { positionals: [], flags: { json: true } },
    { stdout: (text) => void output.push(text) },
    bytes(all.map(({ value }) => `${value}\n`).join('')),
  );

  const lines = output.join('').trimEnd().split('\n');
  assert.equal(code, 0);
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as Case).valid),
    all.map(({ valid }) => valid),
  );
});

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  // an odd size, so that chunks end inside lines
  for (let at = 0; at < text.length; at += 7) yield Buffer.from(text.slice(at, at + 7), 'latin1');
}
