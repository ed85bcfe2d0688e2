/** An AWS key id is critical where its secret stands within twenty lines, and high alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampler } from '../../../../src/collectors/secrets/sample.ts';
import { generate } from '../../../../src/packs/generate.ts';
import { ownDetectorSet } from '../../../support/detectors.ts';

const sample = sampler(ownDetectorSet());
const id = generate('aws_access_key_id = AK@{}IA@{b32:16}', 'pair');
const secret = generate('aws_secret_access_key = @{b64:40}', 'pair');

function severityOf(text: string): string {
  const found = sample('credentials.txt', text).found.find((one) => one.detector === 'aws-access-key');
  return `${found?.severity ?? 'not found'}${found?.note?.includes('beside it') === true ? ', beside it' : ''}`;
}

test('a key id with its secret near it is critical', () => {
  assert.equal(severityOf(`${id}\n${secret}\n`), 'critical, beside it');
  assert.equal(severityOf(`${secret}\n${'\n'.repeat(18)}${id}\n`), 'critical, beside it');
});

test('a key id alone, or with a secret far away, is high', () => {
  assert.equal(severityOf(`${id}\n`), 'high');
  assert.equal(severityOf(`${id}\n${'\n'.repeat(30)}${secret}\n`), 'high');
});
