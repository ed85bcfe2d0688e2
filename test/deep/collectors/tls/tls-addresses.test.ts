import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:tls';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { collector } from '../../../../src/collectors/tls/collector.ts';
import { createIO } from '../../../../src/engine/io/create.ts';
import { createData } from '../../../../src/engine/io/data.ts';
import { rootSources } from '../../../../src/engine/io/roots.ts';
import { createCa, type Issued } from '../../../../src/lab/ca.ts';
import { startDns } from '../../../../src/lab/dns.ts';
import type { Json } from '../../../../src/model/json.ts';
import { resolvePointer } from '../../../../src/model/pointer.ts';
import { validateFacts } from '../../../../src/packs/facts-schema.ts';
import { jobFor } from '../../../unit/collectors/tls/lab-io.ts';

const ca = createCa({ name: 'Lab Root' });
const good = ca.issue({ names: ['a.test'] });
const open: (() => unknown)[] = [];
after(async () => {
  for (const end of open) await end();
});

/** A server at an address of loopback; undefined where the port is taken there. */
async function serve(identity: Issued, address: string, port: number): Promise<number> {
  const server: Server = createServer({ cert: identity.chainPem, key: identity.keyPem });
  server.on('tlsClientError', () => undefined);
  server.listen(port, address);
  await once(server, 'listening');
  open.push(() => server.close());
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : 0;
}

async function factsOf(port: number, records: readonly string[]): Promise<(path: string) => Json | undefined> {
  const dns = await startDns({ lines: ['$ORIGIN test.', ...records.map((address) => `a A ${address}`)] });
  open.push(() => dns.close());
  const own = { pem: ca.certPem, digest: 'sha256:test' };
  const job = createIO(
    {
      resolvers: [dns.address],
      connectTo: [],
      ca: own,
      allowPrivate: true,
      timeoutMs: 3000,
      concurrency: 4,
      rate: 0,
      maxConnections: 8,
    },
    { signal: new AbortController().signal, data: createData(rootSources(own)) },
  );
  try {
    const raw = await collector.observe(
      jobFor(`a.test:${String(port)}`, { parts: ['served'], addresses: true }),
      job.io,
    );
    const { facts, at } = collector.interpret(raw);
    assert.deepEqual(validateFacts(collector.factsSchema, facts), []);
    for (const place of Object.values(at)) assert.notEqual(resolvePointer(raw, place), undefined, place);
    return (path) => resolvePointer(facts, `/${path.replaceAll('.', '/')}`);
  } finally {
    job.end();
  }
}

test('addresses that serve the same names under the same trust do not differ, whatever the key', async () => {
  const port = await serve(good, '127.0.0.1', 0);
  await serve(ca.issue({ names: ['a.test'] }), '127.0.0.2', port);

  const fact = await factsOf(port, ['127.0.0.1', '127.0.0.2']);

  assert.deepEqual(fact('addresses'), { asked: 2, differing: [] });
});

test('other names and another trust are differences; an address where nothing listens is none', async () => {
  const port = await serve(good, '127.0.0.1', 0);
  await serve(ca.issue({ names: ['old.test'] }), '127.0.0.2', port);
  await serve(createCa({ name: 'Strange' }).issue({ names: ['a.test'] }), '127.0.0.3', port);

  const fact = await factsOf(port, ['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.4']);

  assert.deepEqual(fact('addresses'), { asked: 4, differing: ['127.0.0.2', '127.0.0.3'] });
});

test('a name with one address has nothing to compare', async () => {
  const port = await serve(good, '127.0.0.1', 0);

  assert.equal((await factsOf(port, ['127.0.0.1']))('addresses'), undefined);
});
