/** The hsts command: one answer a line, and only the line feed ends a line. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hsts } from '../../../src/commands/hsts.ts';

async function run(input: string, json = true): Promise<string[]> {
  const output: string[] = [];
  const code = await hsts(
    { positionals: [], flags: { json } },
    { stdout: (text) => void output.push(text) },
    feed(input),
  );
  assert.equal(code, 0);
  return output.join('').split('\n').slice(0, -1);
}

async function* feed(text: string): AsyncGenerator<Uint8Array> {
  if (text !== '') yield Buffer.from(text, 'latin1');
}

test('the object has the members of the contract and no other', async () => {
  const [line = ''] = await run('max-age=99999999999999999999; includeSubDomains; preload\n');

  assert.deepEqual(JSON.parse(line), {
    valid: true,
    maxAge: 9_007_199_254_740_991,
    includeSubDomains: true,
    preload: true,
    errors: [],
  });
});

test('what is not valid has three nulls and at least one reason', async () => {
  const [line = ''] = await run('max-age=abc\n');

  const { errors, ...rest } = JSON.parse(line) as { errors: string[] };
  assert.deepEqual(rest, { valid: false, maxAge: null, includeSubDomains: null, preload: null });
  assert.equal(errors.length, 1);
});

test('an empty line is an empty value, and a last line needs no line feed', async () => {
  assert.equal((await run('')).length, 0);
  assert.equal((await run('\n')).length, 1);
  assert.equal((await run('\n\nmax-age=1')).length, 3);
});

test('a carriage return belongs to the value and is no separator', async () => {
  const lines = await run('max-age=1\r\nmax-age=1\u0085max-age=2\n');

  assert.equal(lines.length, 2);
  assert.match(lines[0] ?? '', /"valid":false/);
});

test('without --json it prints a sentence a person can read', async () => {
  assert.deepEqual(await run('max-age=5; includeSubDomains\nx\n', false), [
    'valid: max-age 5 s, with subdomains',
    'invalid: max-age is missing',
  ]);
});
