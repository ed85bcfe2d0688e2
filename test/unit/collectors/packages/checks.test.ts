/** The check files about packages and secrets load against the facts schemas, and their examples hold. */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import * as packages from '../../../../src/collectors/packages/schema.ts';
import * as secrets from '../../../../src/collectors/secrets/schema.ts';
import { readPack } from '../../../../src/packs/load.ts';
import { problemText } from '../../../../src/packs/problem.ts';

for (const [group, schema] of Object.entries({ package: packages, secret: secrets })) {
  const id = `${group}s`;
  test(`the checks of checks/${group} load and their examples hold`, () => {
    const folder = fileURLToPath(new URL(`../../../../checks/${group}`, import.meta.url));
    const { rawSchema, factsSchema } = schema;

    const reading = readPack(folder, new Map([[id, { rawSchema, factsSchema, accepts: ['source' as const] }]]), {
      examples: true,
    });

    assert.deepEqual(reading.problems.map(problemText), []);
    assert.deepEqual(reading.warnings.map(problemText), []);
    assert.ok(reading.pack.checks.length >= (group === 'package' ? 8 : 1));
  });
}
