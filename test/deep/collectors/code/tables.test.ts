/** One row a snippet: what must be found, and what must not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeChecks, found } from '../../../support/code-judge.ts';
import { MORE_NEGATIVES, MORE_POSITIVES } from './idioms.ts';
import { NEGATIVES } from './negatives.ts';
import { POSITIVES } from './positives.ts';

test('every positive snippet fails the checks that its row names, and no other', async () => {
  const wrong: string[] = [];
  for (const [ids, path, text] of [...POSITIVES, ...MORE_POSITIVES]) {
    const actual = (await found({ [path]: text })).join(' ');
    if (actual !== ids) wrong.push(`${path}: ${text}\n  wanted ${ids}\n  found  ${actual}`);
  }

  assert.equal(wrong.join('\n'), '');
  assert.ok(POSITIVES.length + MORE_POSITIVES.length >= 350, String(POSITIVES.length + MORE_POSITIVES.length));
});

test('every negative snippet is silent', async () => {
  const wrong: string[] = [];
  for (const [path, text] of [...NEGATIVES, ...MORE_NEGATIVES]) {
    const actual = (await found({ [path]: text })).join(' ');
    if (actual !== '') wrong.push(`${path}: ${text}\n  found  ${actual}`);
  }

  assert.equal(wrong.join('\n'), '');
  assert.ok(NEGATIVES.length + MORE_NEGATIVES.length >= 280, String(NEGATIVES.length + MORE_NEGATIVES.length));
});

test('every check of the code collector has rows of its own', () => {
  const named = new Set(POSITIVES.flatMap(([ids]) => ids.split(' ').map((id) => id.split(':')[0] ?? '')));
  const without = codeChecks()
    .map((check) => check.id)
    .filter((id) => !named.has(id) && !id.startsWith('code.webhook.'));

  assert.deepEqual(without, []);
});
