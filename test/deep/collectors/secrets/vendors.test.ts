/** Vendors' credentials where people leave them, and what looks like them: every row of two tables. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { sampler } from '../../../../src/collectors/secrets/sample.ts';
import { generate } from '../../../../src/packs/generate.ts';
import { ownDetectorSet } from '../../../support/detectors.ts';
import { CREDENTIALS } from './credentials.ts';
import { TRAPS } from './traps.ts';

const sample = sampler(ownDetectorSet());
const pem = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ type: 'pkcs8', format: 'pem' });

/** A key in the ways that files hold one. */
const KEYS: { readonly [mark: string]: string } = {
  '@@PEM@@': pem.toString(),
  '@@PEM-XML@@': pem.toString().trim().replaceAll('\n', '&#10;'),
  '@@PEM-N@@': pem.toString().replaceAll('\n', '\\n'),
  '@@PEM-INDENTED@@': pem.toString().replaceAll(/^/gm, '    '),
  '@@PEM-BASE64@@': Buffer.from(pem).toString('base64'),
  '@@SERVICE@@': JSON.stringify({ type: 'service_account', project_id: 'corp', private_key: pem.toString() }, null, 2),
};

function textOf(template: string): string {
  let text = generate(template, template);
  for (const [mark, key] of Object.entries(KEYS)) text = text.replace(mark, key);
  return text;
}

test('the credentials of vendors are found, each by the detector that its row names', () => {
  const missed = CREDENTIALS.flatMap(([detector, path, template]) => {
    const found = sample(path, textOf(template)).found.map((one) => one.detector);
    return found.includes(detector) ? [] : [`${detector} in ${path}: ${found.join(', ') || 'nothing'}`];
  });

  assert.deepEqual(missed, []);
  assert.ok(CREDENTIALS.length >= 280, String(CREDENTIALS.length));
});

test('each of them is found with line ends of Windows, and in a file of UTF-16', () => {
  const missed = CREDENTIALS.flatMap(([detector, path, template]) => {
    const text = textOf(template);
    const forms = [
      text.replaceAll('\n', '\r\n'),
      Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]),
    ];
    return forms.every((form) => sample(path, form).found.some((one) => one.detector === detector)) ? [] : [detector];
  });

  assert.deepEqual(missed, []);
});

test('references, placeholders, names, hashes and public halves are no findings', () => {
  const alarms = TRAPS.flatMap(([path, template]) =>
    sample(path, textOf(template)).found.map((one) => `${one.detector} in ${path}: ${template}`),
  );

  assert.deepEqual(alarms, []);
  assert.ok(TRAPS.length >= 170, String(TRAPS.length));
});
