import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { collectorSchemas, loadOptions } from '../../../../src/commands/packs.ts';
import { judge } from '../../../../src/judge/judge.ts';
import type { JsonObject } from '../../../../src/model/json.ts';
import { readPack } from '../../../../src/packs/load.ts';

test('a bad certificate of a mail host weighs little until MTA-STS or DANE binds senders to it', async () => {
  const folder = fileURLToPath(new URL('../../../../checks/', import.meta.url));
  const { pack } = readPack(folder, await collectorSchemas(), await loadOptions());
  const names = ['cert.expired', 'cert.name.mismatch', 'cert.self-signed', 'cert.untrusted-root'];
  const checks = pack.checks.filter(({ id }) => names.includes(id));
  const weights = (more: JsonObject): readonly string[] => {
    const leaf = { id: 'mx:25#leaf', notAfter: '2020-01-01T00:00:00Z', speaksForHost: false };
    const trust = { selfSigned: more['signed'] === 'self', trusted: false };
    const { signed: _, ...rest } = more;
    const facts = { offered: true, protocol: 'smtp', port: 25, leaf, leaves: [leaf], trust, ...rest };
    const target = { kind: 'endpoint', id: 'endpoint:mx:25/smtp', labels: {} } as const;
    const collectors = { tls: { is: 'facts', id: 'x', facts, at: {} } } as const;
    return judge(checks, [{ target, collectors }], '2026-01-01T00:00:00Z')
      .filter(({ status }) => status === 'fail')
      .map(({ check, severity }) => `${check} ${severity}`);
  };
  const low = ['cert.expired low', 'cert.name.mismatch low', 'cert.untrusted-root low'];
  const bound = ['cert.expired critical', 'cert.name.mismatch critical', 'cert.untrusted-root high'];

  assert.deepEqual(weights({}), low);
  assert.deepEqual(weights({ policy: { mtaSts: 'testing' }, dane: { usable: 0, records: [] } }), low);
  assert.deepEqual(weights({ dane: { usable: 1, records: ['3 1 1 00ff'] } }), low);
  assert.deepEqual(weights({ dane: { usable: 1, records: ['2 1 1 00ff'] } }), bound);
  assert.deepEqual(weights({ policy: { mtaSts: 'enforce' } }), bound);
  assert.deepEqual(weights({ signed: 'self', policy: { mtaSts: 'enforce' } }), [
    ...bound.slice(0, 2),
    'cert.self-signed high',
  ]);
  assert.deepEqual(weights({ port: 465 }), bound);
});
