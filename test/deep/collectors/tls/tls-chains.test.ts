/** Servers without any certificate, and chains with an authority whose time is over. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type TlsOptions } from 'node:tls';
import { after, test } from 'node:test';
import { collector } from '../../../../src/collectors/tls/collector.ts';
import { createCa } from '../../../../src/lab/ca.ts';
import type { Json } from '../../../../src/model/json.ts';
import { resolvePointer } from '../../../../src/model/pointer.ts';
import { validateFacts } from '../../../../src/packs/facts-schema.ts';
import { jobFor, labIo } from '../../../unit/collectors/tls/lab-io.ts';

const open: { close(): unknown }[] = [];
after(() => {
  for (const server of open) server.close();
});

async function factsOf(options: TlsOptions, ca?: string): Promise<(path: string) => Json | undefined> {
  const server = createServer(options, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.resume();
  });
  open.push(server);
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const job = labIo({ timeoutMs: 2000, ...(ca !== undefined && { ca }) });
  try {
    const parts = ['suites', 'served'];
    const { facts } = collector.interpret(await collector.observe(jobFor(`a.test:${String(port)}`, { parts }), job.io));
    assert.deepEqual(validateFacts(collector.factsSchema, facts), []);
    return (path) => resolvePointer(facts, `/${path.replaceAll('.', '/')}`);
  } finally {
    job.end();
  }
}

const CERTIFICATE = ['leaf', 'leaves', 'chain', 'path', 'trust', 'hostname', 'staple', 'scts'];

for (const [name, ciphers] of [
  ['pre-shared keys', 'PSK:@SECLEVEL=0'],
  ['anonymous suites', 'aNULL:@SECLEVEL=0'],
] as const)
  test(`a server of ${name} alone has no certificate, and that is no doubt`, async () => {
    const fact = await factsOf({ ciphers, maxVersion: 'TLSv1.2', pskCallback: () => null });

    assert.equal(fact('offered'), true);
    assert.deepEqual(
      CERTIFICATE.map((path) => fact(path)),
      CERTIFICATE.map(() => undefined),
    );
    assert.deepEqual(fact('clientCertificate'), { requested: false, authorities: [] });
  });

test('where one suite beside anonymous ones comes with a certificate it is read', async () => {
  const leaf = createCa({ name: 'Root' }).issue({ names: ['a.test'], keyType: 'rsa' });
  const fact = await factsOf({
    cert: leaf.certPem,
    key: leaf.keyPem,
    ciphers: 'aNULL:AES128-SHA:@SECLEVEL=0',
    maxVersion: 'TLSv1.2',
  });

  assert.equal(fact('leaf.key.bits'), 2048);
});

const DAY = 86_400_000;
const instant = (value: Json | undefined): number => (typeof value === 'string' ? Date.parse(value) : Number.NaN);
const ago = (days: number): Date => new Date(Date.now() - days * DAY);

test('an authority in between whose time is over ends the path, and one beside it keeps it', async () => {
  const root = createCa({ name: 'Root' });
  const old = root.issueAuthority({ name: 'Between', notBefore: ago(400), notAfter: ago(3) });
  const leaf = old.issue({ names: ['a.test'] });
  const fact = await factsOf({ cert: leaf.chainPem, key: leaf.keyPem }, root.certPem);

  assert.equal(fact('path.incomplete'), false);
  assert.equal(instant(fact('path.endsAt')) < Date.now(), true);
  assert.equal(fact('path.beforeLeaf'), true);

  const renewed = root.issueAuthority({ name: 'Between', keyPem: old.keyPem });
  const both = await factsOf({ cert: `${leaf.chainPem}${renewed.certPem}`, key: leaf.keyPem }, root.certPem);

  assert.equal(instant(both('path.endsAt')) > Date.now(), true);
});
