import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Observation } from '../../src/judge/judge.ts';
import type { Json, JsonObject } from '../../src/model/json.ts';
import { resolvePointer } from '../../src/model/pointer.ts';
import { related } from '../../src/relations.ts';

function seen(name: string, facts: JsonObject): Observation {
  const at = { '/leaf': '/certificates/0' };
  return {
    target: { kind: 'endpoint', id: `endpoint:${name}`, labels: {} },
    collectors: { tls: { is: 'facts', id: 'ev-0', facts, at, why: {} } },
  };
}

function served(keys: readonly string[], sslv2 = false): JsonObject {
  const leaves = keys.map((sha256) => ({ key: { sha256 } }));
  return { offered: true, leaf: leaves[0] ?? {}, leaves, protocols: { sslv2: { offered: sslv2 } } };
}

function relationsOf(observations: readonly Observation[]): readonly (Json | undefined)[] {
  return related(observations).map(({ collectors }) => {
    const tls = collectors['tls'];
    return tls?.is === 'facts' ? resolvePointer(tls.facts, '/relations') : undefined;
  });
}

test('endpoints that share a key are told so, and which of them speak SSLv2', () => {
  const found = relationsOf([
    seen('a.test:443', served(['k1', 'k2'])),
    seen('b.test:443', served(['k2'], true)),
    seen('c.test:443', served(['k3'])),
  ]);

  assert.deepEqual(found, [
    { keyAlsoOn: ['b.test:443'], sslv2KeyOn: ['b.test:443'] },
    { keyAlsoOn: ['a.test:443'], sslv2KeyOn: [] },
    { keyAlsoOn: [], sslv2KeyOn: [] },
  ]);
});

test('a certificate that could not be seen is not known to be alone; without TLS there is none', () => {
  const lost = { $unknown: 'tls.handshake' } as const;

  assert.deepEqual(
    relationsOf([
      seen('a.test:443', { offered: true, leaf: lost, leaves: lost }),
      seen('b.test:443', { offered: false }),
      seen('c.test:443', { offered: true, leaf: {}, leaves: 7 }),
    ]),
    [lost, undefined, { $unknown: 'evidence.missing' }],
  );
});

test('what no TLS collector saw stays as it is', () => {
  const plain = { target: { kind: 'domain', id: 'domain:a.test', labels: {} }, collectors: {} } as const;
  const observations = [plain];

  assert.equal(related(observations), observations);
});
