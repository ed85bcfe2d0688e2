import assert from 'node:assert/strict';
import { connect, createServer } from 'node:net';
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
import { FaultError } from '../../../../src/model/fault.ts';
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

async function started(server: Promise<LabServer>): Promise<number> {
  const made = await server;
  open.push(made);
  return made.port;
}

async function observed(endpoint: string, timeoutMs = 5000): Promise<Json> {
  const job = labIo({ ca: ca.certPem, timeoutMs });
  try {
    return await collector.observe(jobFor(endpoint), job.io);
  } finally {
    job.end();
  }
}

/** The facts of a live endpoint; they keep to the schema, and every place they name is there in raw. */
async function factsOf(endpoint: string, timeoutMs?: number): Promise<(path: string) => Json | undefined> {
  const raw = await observed(endpoint, timeoutMs);
  const { facts, at } = collector.interpret(raw);
  assert.deepEqual(validateFacts(collector.factsSchema, facts), []);
  for (const [fact, place] of Object.entries(at)) assert.notEqual(resolvePointer(raw, place), undefined, fact);
  return (path) => resolvePointer(facts, `/${path.replaceAll('.', '/')}`);
}

test('a good server offers TLS 1.2 and 1.3 only, with a trusted certificate for its name', async () => {
  const fact = await factsOf(`a.test:${String(await started(startTlsServer(identity)))}`);

  assert.equal(fact('offered'), true);
  assert.deepEqual(
    ['sslv3', 'tls10', 'tls11', 'tls12', 'tls13'].map((version) => fact(`protocols.${version}.offered`)),
    [false, false, false, true, true],
  );
  assert.deepEqual(fact('hostname'), { name: 'a.test', matches: true });
  assert.deepEqual(fact('trust'), { trusted: true, public: false, selfSigned: false });
  assert.equal(fact('session.protocol'), 'TLSv1.3');
  assert.equal(fact('leaf.key.curve'), 'P-256');
  assert.equal(fact('starttls'), undefined);
});

test('a server of TLS 1.0 is seen as that, and its certificate is read', async () => {
  const port = await started(
    startTlsServer({ ...identity, minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' }),
  );

  const fact = await factsOf(`a.test:${String(port)}`);

  assert.equal(fact('protocols.tls10.offered'), true);
  assert.equal(fact('protocols.tls12.offered'), false);
  assert.equal(fact('session.protocol'), 'TLSv1');
  assert.equal(fact('leaf.subject'), 'CN=a.test');
});

test('an expired certificate for another name says nothing against the trust of its chain', async () => {
  const bad = ca.issue({
    names: ['other.test'],
    notBefore: new Date('2024-01-01T00:00:00Z'),
    notAfter: new Date('2024-04-01T00:00:00Z'),
  });
  const port = await started(startTlsServer({ certPem: bad.chainPem, keyPem: bad.keyPem }));

  const fact = await factsOf(`a.test:${String(port)}`);

  assert.equal(fact('leaf.notAfter'), '2024-04-01T00:00:00Z');
  assert.equal(fact('hostname.matches'), false);
  assert.equal(fact('trust.trusted'), true);
});

test('SMTP with STARTTLS is upgraded, without it the absence is observed', async () => {
  const upgraded = await factsOf(`a.test:${String(await started(startSmtpServer({ tls: identity })))}/smtp`);
  const features = ['AUTH PLAIN LOGIN'];
  const plain = await factsOf(`a.test:${String(await started(startSmtpServer({ features })))}/smtp`);

  assert.deepEqual(upgraded('starttls'), {
    offered: true,
    ready: true,
    handshake: true,
    plainLogin: false,
    greeting: '220 mail.test ESMTP',
  });
  assert.equal(upgraded('protocols.tls13.offered'), true);
  assert.equal(plain('starttls.offered'), false);
  assert.equal(plain('starttls.plainLogin'), true);
  assert.equal(plain('offered'), false);
  assert.equal(plain('leaf'), undefined);
});

test('STARTTLS that is offered and then refused is offered and not ready', async () => {
  const port = await started(startSmtpServer({ answer: '454 TLS not available' }));

  const fact = await factsOf(`a.test:${String(port)}/smtp`);

  assert.equal(fact('starttls.offered'), true);
  assert.equal(fact('starttls.ready'), false);
});

test('PostgreSQL says S or N', async () => {
  const yes = await factsOf(`a.test:${String(await started(startPostgresServer({ tls: identity })))}/postgres`);
  const no = await factsOf(`a.test:${String(await started(startPostgresServer()))}/postgres`);

  assert.equal(yes('starttls.offered'), true);
  assert.equal(yes('leaf.subject'), 'CN=a.test');
  assert.deepEqual(yes('plaintext'), { answered: true, authentication: 'scram' });
  assert.equal(no('starttls.offered'), false);
  assert.equal(no('offered'), false);
});

test('PostgreSQL that insists on TLS refuses the plain start', async () => {
  const port = await started(startPostgresServer({ tls: identity, plain: 'refused' }));

  const fact = await factsOf(`a.test:${String(port)}/postgres`);

  assert.deepEqual(fact('plaintext'), { answered: false });
});

test('a port that speaks HTTP does not speak TLS', async () => {
  const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'));
  const fact = await factsOf(`a.test:${String(await started(listenOnLoopback(server)))}`);

  assert.equal(fact('offered'), false);
});

test('a server that closes on every hello, resets, or stays silent is unknown, never "not offered"', async () => {
  const closing = createServer((socket) => socket.once('data', () => socket.end()));
  const resetting = createServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
  const silent = createServer((socket) => socket.resume());
  for (const [server, code] of [
    [closing, 'net.closed'],
    [resetting, 'net.reset'],
    [silent, 'net.timeout'],
  ] as const) {
    const fact = await factsOf(`a.test:${String(await started(listenOnLoopback(server)))}`, 150);

    assert.deepEqual(fact('offered'), { $unknown: code });
    assert.deepEqual(fact('protocols.tls12.offered'), { $unknown: code });
    assert.ok(Object.hasOwn(fact('leaf') as object, '$unknown'));
  }
});

test('a server that loses two connections of three is still seen as it is', async () => {
  const inner = await started(startTlsServer(identity));
  let count = 0;
  const flaky = createServer((socket) => {
    count++;
    if (count % 3 !== 0) {
      socket.once('data', () => socket.resetAndDestroy());
      return;
    }
    const behind = connect(inner, '127.0.0.1');
    behind.on('error', () => socket.destroy());
    socket.pipe(behind).pipe(socket);
  });
  const fact = await factsOf(`a.test:${String(await started(listenOnLoopback(flaky)))}`, 1000);

  for (const version of ['tls12', 'tls13']) assert.notEqual(fact(`protocols.${version}.offered`), false);
  for (const version of ['sslv3', 'tls10', 'tls11']) assert.notEqual(fact(`protocols.${version}.offered`), true);
});

test('nothing listening is the fault of the job', async () => {
  const server = await listenOnLoopback(createServer());
  await server.close();

  await assert.rejects(
    observed(`a.test:${String(server.port)}`),
    (error) => error instanceof FaultError && error.fault.code === 'net.refused',
  );
});

test('one byte at a time, garbage and endless messages end, and are unknown or no TLS', async () => {
  const drip = createServer((socket) => {
    const bytes = Buffer.from([22, 3, 3, 0x40, 0, 2, 0, 0x3f, 0xfc]);
    let at = 0;
    const timer = setInterval(() => socket.write(bytes.subarray(at, ++at)), 10);
    socket.once('close', () => clearInterval(timer));
  });
  const endless = createServer((socket) => {
    const record = Buffer.concat([Buffer.from([22, 3, 3, 0x3f, 0xff]), Buffer.alloc(0x3fff)]);
    record[5] = 2;
    record[6] = 1;
    socket.once('data', () => {
      const push = (): void => {
        if (!socket.destroyed) socket.write(record, () => setImmediate(push));
      };
      push();
    });
  });
  const garbage = createServer((socket) => socket.once('data', () => socket.end(Buffer.alloc(3000, 0xa5))));
  for (const server of [drip, endless, garbage]) {
    const fact = await factsOf(`a.test:${String(await started(listenOnLoopback(server)))}`, 100);

    assert.notEqual(fact('offered'), true);
  }
});
