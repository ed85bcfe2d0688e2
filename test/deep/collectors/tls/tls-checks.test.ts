import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { collectorSchemas, loadOptions } from '../../../../src/commands/packs.ts';
import { type Pack } from '../../../../src/packs/pack.ts';
import { readPack } from '../../../../src/packs/load.ts';

const CHECKS = fileURLToPath(new URL('../../../../checks/', import.meta.url));
const OURS = /^(?:tls|cert|mtls|starttls|db)\./;

let read: Promise<{ readonly pack: Pack; readonly problems: readonly { readonly file: string }[] }> | undefined;

async function pack(): Promise<{ readonly pack: Pack; readonly problems: readonly { readonly file: string }[] }> {
  read ??= (async () => readPack(CHECKS, await collectorSchemas(), { ...(await loadOptions()), examples: true }))();
  return await read;
}

test('every check of TLS loads, and its examples come out as they say', async () => {
  const { pack: whole, problems } = await pack();

  assert.deepEqual(
    problems.filter(({ file }) => /checks\/(?:tls|cert|mtls|starttls|db|profiles)\//.test(file)),
    [],
  );
  const ours = whole.checks.filter(({ id }) => OURS.test(id));
  assert.ok(ours.length > 150, String(ours.length));
});

test('every suite that a profile lists is one of the registry', async () => {
  const { pack: whole } = await pack();
  const { SUITE_NAMES } = await import('../../../../src/wire/tls/registry.ts');
  const known = new Set(SUITE_NAMES.values());

  for (const { id, data } of whole.profiles) {
    const suites = data?.['suites'];
    if (!Array.isArray(suites)) continue;
    assert.deepEqual(
      suites.filter((suite) => !known.has(String(suite))),
      [],
      id,
    );
  }
});
