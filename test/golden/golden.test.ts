/**
 * Recorded runs judged again: each folder here is a run folder with `expected.json`, the status of every result. A bug report's run
 * folder becomes a case unchanged. UPDATE_GOLDEN=1 writes the expectations anew; the diff is then read like code.
 */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { builtInPack } from '../../src/commands/packs.ts';
import { replay } from '../../src/pipeline.ts';
import { readRun } from '../../src/run-folder.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const cases = globSync('*/run.json', { cwd: HERE })
  .map((path) => dirname(path))
  .sort();

test('there are recorded runs', () => {
  assert.ok(cases.length > 0);
});

for (const name of cases) {
  test(`the recorded run "${name}" is judged as expected`, async () => {
    const folder = join(HERE, name);
    const pack = await builtInPack({ packageRoot: ROOT, cwd: ROOT });

    const { run } = await replay({
      stored: readRun(folder),
      pack,
      added: [],
      changes: {},
      version: 'test',
      listener: () => undefined,
    });

    const judged = Object.fromEntries(
      run.results.map((result) => [
        `${result.target} ${result.check} ${result.subject}`,
        result.fault?.code ?? result.status,
      ]),
    );
    const expected = join(folder, 'expected.json');
    if (process.env['UPDATE_GOLDEN'] !== undefined) writeFileSync(expected, `${JSON.stringify(judged, null, 1)}\n`);
    assert.ok(existsSync(expected), `${name} has no expected.json: UPDATE_GOLDEN=1 npm test golden`);
    assert.deepEqual(judged, JSON.parse(readFileSync(expected, 'utf8')));
  });
}
