/** The check files about code, packages and secrets load against the facts schemas, and their examples hold. */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import * as code from '../../../../src/collectors/code/schema.ts';
import * as advisories from '../../../../src/collectors/packages/advisories.ts';
import * as registry from '../../../../src/collectors/packages/registry.ts';
import * as packages from '../../../../src/collectors/packages/schema.ts';
import * as secrets from '../../../../src/collectors/secrets/schema.ts';
import { readPack } from '../../../../src/packs/load.ts';
import { problemText } from '../../../../src/packs/problem.ts';

const SCHEMAS = new Map(
  Object.entries({ advisories, code, packages, registry, secrets }).map(([id, { rawSchema, factsSchema }]) => [
    id,
    { rawSchema, factsSchema, accepts: ['source' as const] },
  ]),
);

for (const [group, least] of Object.entries({ code: 48, package: 28, secret: 1 })) {
  test(`the checks of checks/${group} load and their examples hold`, () => {
    const folder = fileURLToPath(new URL(`../../../../checks/${group}`, import.meta.url));

    const reading = readPack(folder, SCHEMAS, { examples: true });

    assert.deepEqual(reading.problems.map(problemText), []);
    assert.deepEqual(reading.warnings.map(problemText), []);
    assert.ok(reading.pack.checks.length >= least);
  });
}
