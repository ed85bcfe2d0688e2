import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { collector } from '../../../../src/collectors/tls/collector.ts';
import { alertRecord, type Script, serverHelloRecord, startRawTlsServer } from '../../../../src/lab/tls-raw.ts';
import type { LabServer } from '../../../../src/lab/tls.ts';
import type { Json } from '../../../../src/model/json.ts';
import { resolvePointer } from '../../../../src/model/pointer.ts';
import { validateFacts } from '../../../../src/packs/facts-schema.ts';
import { jobFor, labIo } from '../../../unit/collectors/tls/lab-io.ts';

const open: LabServer[] = [];
after(async () => {
  await Promise.all(open.map((server) => server.close()));
});

async function factsOf(script: Script, timeoutMs = 2000): Promise<(path: string) => Json | undefined> {
  const server = await startRawTlsServer(script);
  open.push(server);
  const job = labIo({ timeoutMs });
  try {
    const raw = await collector.observe(jobFor(`a.test:${String(server.port)}`), job.io);
    const { facts } = collector.interpret(raw);
    assert.deepEqual(validateFacts(collector.factsSchema, facts), []);
    return (path) => resolvePointer(facts, `/${path.replaceAll('.', '/')}`);
  } finally {
    job.end();
  }
}

const REFUSED = alertRecord(40);
const WRONG_VERSION = alertRecord(70);

/** RSA_EXPORT_WITH_RC4_40_MD5 at TLS 1.0, and protocol_version to everything newer. */
const exportOnly: Script = (hello) => {
  if (hello === undefined || hello.version !== 0x0301) return WRONG_VERSION;
  return hello.suites.includes(0x0003) ? serverHelloRecord({ version: 0x0301, suite: 0x0003 }) : REFUSED;
};

test('an EXPORT server that refuses every newer version is found', async () => {
  const fact = await factsOf(exportOnly);

  assert.equal(fact('protocols.tls10.offered'), true);
  assert.equal(fact('protocols.tls12.offered'), false);
  assert.deepEqual(fact('ciphers.export'), ['TLSv1.0/TLS_RSA_EXPORT_WITH_RC4_40_MD5']);
  assert.deepEqual(fact('ciphers.rsaExport'), ['TLSv1.0/TLS_RSA_EXPORT_WITH_RC4_40_MD5']);
});

test('a server that dies on long lists is asked with short ones', async () => {
  const fact = await factsOf((hello) => {
    if (hello === undefined || hello.version !== 0x0303 || hello.versions.length > 0) return WRONG_VERSION;
    if (hello.suites.length > 64) return 'close';
    const suite = [0xc02f, 0x009c].find((code) => hello.suites.includes(code));
    return suite === undefined ? REFUSED : serverHelloRecord({ version: 0x0303, suite });
  });

  assert.equal(fact('protocols.tls12.offered'), true);
  assert.deepEqual(fact('ciphers.names'), ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'TLS_RSA_WITH_AES_128_GCM_SHA256']);
});

test('the ServerHello of SSLv2 lists its kinds', async () => {
  const body = Buffer.concat([
    Buffer.from('0400010002000000060004', 'hex'),
    Buffer.from('0100800200800a0b0c0d', 'hex'),
  ]);
  const answer = Buffer.concat([Buffer.from([0x80, body.length]), body]);

  const fact = await factsOf((hello) => (hello === undefined ? answer : REFUSED));

  assert.equal(fact('protocols.sslv2.offered'), true);
  assert.deepEqual(fact('protocols.sslv2.kinds'), ['SSL_CK_RC4_128_WITH_MD5', 'SSL_CK_RC4_128_EXPORT40_WITH_MD5']);
  assert.equal(fact('offered'), true);
});

test('compression, heartbeat and a truncated MAC that are agreed to are seen', async () => {
  const none = new Uint8Array();
  const fact = await factsOf((hello) => {
    if (hello === undefined || hello.version !== 0x0303 || hello.versions.length > 0) return WRONG_VERSION;
    if (!hello.suites.includes(0x002f)) return REFUSED;
    const extensions = hello.compression.includes(1)
      ? [
          { type: 4, data: none },
          { type: 15, data: Uint8Array.of(1) },
        ]
      : [];
    return serverHelloRecord({
      version: 0x0303,
      suite: 0x002f,
      compression: hello.compression.includes(1) ? 1 : 0,
      extensions,
    });
  });

  assert.equal(fact('hellos.compression'), true);
  assert.equal(fact('hellos.heartbeat'), true);
  assert.equal(fact('hellos.truncatedHmac'), true);
  assert.equal(fact('hellos.secureRenegotiation'), false);
  assert.equal(fact('hellos.extendedMasterSecret'), false);
});

test('a suite that was not offered is a breach of the protocol, not an offer', async () => {
  const fact = await factsOf((hello) =>
    hello === undefined || hello.versions.length > 0
      ? WRONG_VERSION
      : serverHelloRecord({ version: hello.version, suite: 0x1301 }),
  );

  assert.deepEqual(fact('protocols.tls12.offered'), { $unknown: 'tls.malformed' });
  assert.notEqual(fact('offered'), true);
});

test('an endless loop of HelloRetryRequests ends', async () => {
  const random = Buffer.from('cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c', 'hex');
  const fact = await factsOf((hello) => {
    if (hello === undefined || hello.versions.length === 0) return WRONG_VERSION;
    const group = hello.groups[0] ?? 0x001d;
    const extensions = [
      { type: 43, data: Uint8Array.of(3, 4) },
      { type: 51, data: Uint8Array.of(group >> 8, group & 255) },
    ];
    const suite = hello.suites[0] ?? 0x1301;
    return serverHelloRecord({ version: 0x0303, suite, random, extensions, done: false });
  });

  assert.equal(fact('protocols.tls13.offered'), true);
  assert.ok(Object.hasOwn(fact('leaf') as object, '$unknown'));
});
