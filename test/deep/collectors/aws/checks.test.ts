/** The AWS checks load, and their examples say what they say. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { collectorSchemas } from '../../../../src/commands/packs.ts';
import { readPack } from '../../../../src/packs/load.ts';

const GROUPS = [
  'acm',
  'account',
  'config',
  'ec2',
  'elb',
  'cloudfront',
  'cloudtrail',
  's3',
  'guardduty',
  'iam',
  'kms',
  'rds',
  'secretsmanager',
  'securityhub',
];

test('every AWS check loads and its examples hold', async () => {
  const schemas = await collectorSchemas();

  for (const group of GROUPS) {
    const folder = fileURLToPath(new URL(`../../../../checks/${group}/`, import.meta.url));
    const { pack, problems } = readPack(folder, schemas, { examples: true });

    assert.deepEqual(
      problems.map(({ file, line, message }) => `${file}:${String(line)}: ${message}`),
      [],
    );
    assert.ok(pack.checks.length > 0, `no check in ${group}`);
  }
});
