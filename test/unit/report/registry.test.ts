import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { FORMATS, formatEntry } from '../../../src/report/registry.ts';

const REGISTRY = fileURLToPath(new URL('../../../src/report/registry.ts', import.meta.url));

test('each format is loaded under its own name, with its own file', async () => {
  for (const entry of FORMATS) {
    const reporter = await entry.load();
    assert.equal(reporter.id, entry.id);
    assert.equal(reporter.fileName, entry.fileName);
  }
  assert.equal(new Set(FORMATS.map(({ fileName }) => fileName)).size, FORMATS.length);
  assert.equal(formatEntry('nothing'), undefined);
});

test('no format but html loads handlebars', () => {
  const script = `
    import { createRequire } from 'node:module';
    const { FORMATS } = await import(${JSON.stringify(REGISTRY)});
    const { cache } = createRequire(${JSON.stringify(REGISTRY)});
    const loaded = () => Object.keys(cache).some((path) => path.includes('handlebars'));
    for (const entry of FORMATS) if (entry.id !== 'html') await entry.load();
    const before = loaded();
    await FORMATS.find((entry) => entry.id === 'html').load();
    console.log(JSON.stringify([before, loaded()]));
  `;

  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });

  assert.deepEqual(JSON.parse(output), [false, true]);
});
