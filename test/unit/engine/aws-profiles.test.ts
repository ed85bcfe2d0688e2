/** Profiles that targets name are looked up in the shared configuration before anything is asked. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { insistOnProfiles } from '../../../src/engine/aws-profiles.ts';
import { UsageError } from '../../../src/model/fault.ts';

test('a profile of either file is accepted, another is refused with the nearest name', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'probity-aws-'));
  const before = [process.env['AWS_CONFIG_FILE'], process.env['AWS_SHARED_CREDENTIALS_FILE']];
  process.env['AWS_CONFIG_FILE'] = join(folder, 'config');
  process.env['AWS_SHARED_CREDENTIALS_FILE'] = join(folder, 'credentials');
  t.after(() => {
    for (const [index, name] of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE'].entries()) {
      if (before[index] === undefined) delete process.env[name];
      else process.env[name] = before[index];
    }
    rmSync(folder, { recursive: true });
  });
  writeFileSync(
    join(folder, 'config'),
    '[default]\nregion=eu-west-1\n[profile audit]\nregion=eu-west-1\n[sso-session s]\n',
  );
  writeFileSync(join(folder, 'credentials'), '[keys]\naws_access_key_id=test\n');

  await insistOnProfiles([]);
  await insistOnProfiles(['default', 'audit', 'keys']);

  await assert.rejects(insistOnProfiles(['audit', 'audti']), (error: Error) => {
    assert.ok(error instanceof UsageError);
    assert.match(error.message, /aws:audti.*audit/);
    return true;
  });
  rmSync(join(folder, 'config'));
  rmSync(join(folder, 'credentials'));
  await assert.rejects(insistOnProfiles(['audit']), UsageError);
});
