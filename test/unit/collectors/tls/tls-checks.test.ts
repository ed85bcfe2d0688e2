import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { factsSchema, rawSchema } from '../../../../src/collectors/tls/schema.ts';
import { readPack } from '../../../../src/packs/load.ts';

const CHECKS = fileURLToPath(new URL('../../../../checks/', import.meta.url));
const schemas = new Map([['tls', { factsSchema, rawSchema, accepts: ['endpoint'] as const }]]);

for (const group of ['tls', 'cert', 'starttls', 'db']) {
  test(`every ${group} check loads, and its examples come out as they say`, () => {
    const { pack, problems, warnings } = readPack(`${CHECKS}${group}`, schemas, { examples: true });

    assert.deepEqual(problems, []);
    assert.deepEqual(warnings, []);
    assert.ok(pack.checks.every((check) => check.references.length > 0));
    assert.ok(pack.checks.length > 0);
  });
}
