import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, test } from 'node:test';
import { collector } from '../../../../src/collectors/tls/collector.ts';
import { createCa } from '../../../../src/lab/ca.ts';
import {
  type LabServer,
  listenOnLoopback,
  startPostgresServer,
  startSmtpServer,
  startTlsServer,
} from '../../../../src/lab/tls.ts';
import type { JobOptions } from '../../../../src/model/io.ts';
import type { Json } from '../../../../src/model/json.ts';
import { resolvePointer } from '../../../../src/model/pointer.ts';
import { validateFacts } from '../../../../src/packs/facts-schema.ts';
import { jobFor, labIo } from '../../../unit/collectors/tls/lab-io.ts';

const ca = createCa({ name: 'Lab Root' });
const good = ca.issue({ names: ['a.test'] });
const identity = { certPem: good.chainPem, keyPem: good.keyPem };
const open: LabServer[] = [];
after(async () => {
  await Promise.all(open.map((server) => server.close()));
});

async function factsOf(
  port: number,
  protocol: string,
  options: JobOptions,
): Promise<(path: string) => Json | undefined> {
  const job = labIo({ ca: ca.certPem, timeoutMs: 1000 });
  try {
    const raw = await collector.observe(jobFor(`a.test:${String(port)}/${protocol}`, options), job.io);
    const { facts, at } = collector.interpret(raw);
    assert.deepEqual(validateFacts(collector.factsSchema, facts), []);
    for (const [fact, place] of Object.entries(at)) assert.notEqual(resolvePointer(raw, place), undefined, fact);
    return (path) => resolvePointer(facts, `/${path.replaceAll('.', '/')}`);
  } finally {
    job.end();
  }
}

async function started(server: Promise<LabServer>): Promise<number> {
  const made = await server;
  open.push(made);
  return made.port;
}

test('a command that was sent before TLS is answered inside it by a broken server alone', async () => {
  const sound = await started(startSmtpServer({ tls: identity }));
  const broken = await started(startSmtpServer({ tls: identity, keepsInput: true }));

  assert.equal((await factsOf(sound, 'smtp', { parts: ['injection'] }))('injection.answered'), false);
  assert.equal((await factsOf(broken, 'smtp', { parts: ['injection'] }))('injection.answered'), true);
});

/** Reads the first octet: a TLS record goes to the server behind, a start-up message of PostgreSQL to the other. */
async function eitherWay(direct: boolean): Promise<number> {
  const tls = await started(startTlsServer({ ...identity, alpn: ['postgresql'] }));
  const upgrade = await started(startPostgresServer({ tls: identity }));
  const { connect } = await import('node:net');
  const server = createServer((socket) => {
    socket.once('data', (first: Buffer) => {
      if (first[0] === 22 && !direct) return void socket.destroy();
      const behind = connect(first[0] === 22 ? tls : upgrade, '127.0.0.1');
      behind.on('error', () => socket.destroy());
      behind.write(first);
      socket.pipe(behind).pipe(socket);
      return undefined;
    });
  });
  return await started(listenOnLoopback(server));
}

test('PostgreSQL that takes TLS from the first byte is told from one that does not', async () => {
  assert.equal((await factsOf(await eitherWay(true), 'postgres', { parts: ['direct'] }))('directTls.offered'), true);
  assert.equal((await factsOf(await eitherWay(false), 'postgres', { parts: ['direct'] }))('directTls.offered'), false);
});

test('a private database is reached, refuses, or is asked about in vain', async () => {
  const there = await started(startPostgresServer({ tls: identity }));
  const gone = await listenOnLoopback(createServer());
  await gone.close();

  const reached = await factsOf(there, 'postgres', { parts: [], private: true });
  const refused = await factsOf(gone.port, 'postgres', { parts: [], private: true });

  assert.equal(reached('reach.reached'), true);
  assert.equal(reached('policy.private'), true);
  assert.equal(refused('reach.reached'), false);
  assert.deepEqual(refused('offered'), { $unknown: 'net.refused' });
});

test('memcached that answers in the clear is no TLS', async () => {
  const server = createServer((socket) => void socket.on('data', () => socket.write('ERROR\r\n')));
  const fact = await factsOf(await started(listenOnLoopback(server)), 'memcached', { parts: ['plain'] });

  assert.deepEqual(fact('plaintext'), { answered: true });
  assert.equal(fact('offered'), false);
});

test('RDP goes over to TLS after its negotiation', async () => {
  const inner = await started(startTlsServer(identity));
  const { connect } = await import('node:net');
  const server = createServer((socket) => {
    socket.once('data', () => {
      socket.write(Uint8Array.from([3, 0, 0, 19, 14, 0xd0, 0, 0, 0, 0, 0, 2, 0, 8, 0, 1, 0, 0, 0]));
      const behind = connect(inner, '127.0.0.1');
      behind.on('error', () => socket.destroy());
      socket.pipe(behind).pipe(socket);
    });
  });
  const fact = await factsOf(await started(listenOnLoopback(server)), 'rdp', { parts: ['session'] });

  assert.deepEqual(fact('rdp'), { security: 'tls' });
  assert.equal(fact('offered'), true);
});
