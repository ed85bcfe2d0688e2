import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:tls';
import { after, test } from 'node:test';
import { collector } from '../../../../src/collectors/tls/collector.ts';
import { ticketKeysIn } from '../../../../src/collectors/tls/facts-sessions.ts';
import { createCa } from '../../../../src/lab/ca.ts';
import { alertRecord, type Script, serverHelloRecord, startRawTlsServer } from '../../../../src/lab/tls-raw.ts';
import { isArray, isObject, type Json, type JsonObject } from '../../../../src/model/json.ts';
import { resolvePointer } from '../../../../src/model/pointer.ts';
import { validateFacts } from '../../../../src/packs/facts-schema.ts';
import { jobFor, labIo } from '../../../unit/collectors/tls/lab-io.ts';

const open: { close(): unknown }[] = [];
after(async () => {
  await Promise.all(open.map((server) => server.close()));
});

type Fact = (path: string) => Json | undefined;

function factsOf(raw: Json): Fact {
  const { facts } = collector.interpret(raw);
  assert.deepEqual(validateFacts(collector.factsSchema, facts), []);
  return (path) => resolvePointer(facts, `/${path.replaceAll('.', '/')}`);
}

async function observed(port: number): Promise<JsonObject> {
  const job = labIo({ timeoutMs: 2000 });
  try {
    const raw = await collector.observe(jobFor(`a.test:${String(port)}`, { parts: ['suites', 'sessions'] }), job.io);
    assert.ok(isObject(raw));
    return raw;
  } finally {
    job.end();
  }
}

const DAY = 86_400_000;
const ca = createCa({ name: 'Root' });
const leaf = ca.issue({ names: ['a.test'] });

/** An HTTPS server with these ticket keys and these words. */
async function https(ticketKeys: Buffer, fields: string): Promise<JsonObject> {
  const server = createServer({ cert: leaf.chainPem, key: leaf.keyPem, ticketKeys }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\n${fields}Content-Length: 0\r\n\r\nAlt-Svc: h3=":1"`));
  });
  open.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return await observed(typeof address === 'object' && address !== null ? address.port : 0);
}

test('a ticket key that an older run saw more than a day before repeats; a younger run says nothing', async () => {
  const keys = randomBytes(48);
  const raw = await https(keys, '');
  const names = ticketKeysIn(raw);
  const seen = (key: string, ago: number): Fact =>
    factsOf({ ...raw, earlierTickets: [{ key, at: new Date(Date.now() - ago).toISOString() }] });

  assert.deepEqual(names, [keys.subarray(0, 16).toString('hex')]);
  assert.equal(seen(names[0] ?? '', 2 * DAY)('resumption.keyRepeats'), true);
  assert.equal(seen(names[0] ?? '', DAY / 2)('resumption.keyRepeats'), undefined);
  assert.equal(seen('00'.repeat(16), 2 * DAY)('resumption.keyRepeats'), false);
  assert.equal(factsOf(raw)('resumption.keyRepeats'), undefined);
  const lost = { ...raw, sessions: { asked: raw['observedAt'] ?? new Date().toISOString(), 'TLSv1.3': {} } };
  const unsure = factsOf({ ...lost, earlierTickets: [{ key: names[0] ?? '', at: '2020-01-01T00:00:00Z' }] });
  assert.deepEqual(unsure('resumption.keyRepeats'), { $unknown: 'evidence.missing' });
});

test('that no key repeats is said only of tickets which evidently begin with a name', async () => {
  const raw = await https(randomBytes(48), '');
  const { sessions } = raw;
  assert.ok(isObject(sessions));
  const modern = sessions['TLSv1.3'];
  assert.ok(isObject(modern) && isArray(modern['tickets']));
  const earlierTickets = [{ key: '00'.repeat(16), at: '2020-01-01T00:00:00Z' }];
  const given = (tickets: readonly Json[], old: readonly Json[]): Fact => {
    const now = { ...sessions, 'TLSv1.3': { ...modern, tickets }, 'TLSv1.2': { tickets: old, end: 'net.closed' } };
    return factsOf({ ...raw, sessions: now, earlierTickets });
  };

  assert.equal(modern['tickets'].length, 2);
  assert.equal(given(modern['tickets'], [])('resumption.keyRepeats'), false);
  assert.deepEqual(given(modern['tickets'].slice(1), [])('resumption.keyRepeats'), { $unknown: 'tls.unclear' });
  assert.equal(given([], [])('resumption.keyRepeats'), undefined);
});

test('HTTP/3 is advertised by Alt-Svc in the head of an answer, and by nothing else', async () => {
  assert.equal(factsOf(await https(randomBytes(48), 'alt-svc: h3=":443"; ma=86400\r\n'))('http3.advertised'), true);
  assert.equal(factsOf(await https(randomBytes(48), 'Alt-Svc: h2="b.test:443"\r\n'))('http3.advertised'), false);
});

/** RSA key exchange with these suites, at TLS 1.2 and below. */
function rsaServer(suites: readonly number[], extensions: readonly number[] = []): Script {
  return (hello) => {
    if (hello === undefined || hello.version < 0x0301 || hello.versions.length > 0) return alertRecord(70);
    const suite = suites.find((code) => hello.suites.includes(code));
    if (suite === undefined) return alertRecord(40);
    return serverHelloRecord({
      version: hello.version,
      suite,
      extensions: extensions.map((type) => ({ type, data: new Uint8Array() })),
    });
  };
}

/** `product`: what a Server field would say. */
async function schannel(script: Script, product?: string): Promise<Fact> {
  const server = await startRawTlsServer(script);
  open.push(server);
  const raw = await observed(server.port);
  return factsOf(
    product === undefined ? raw : { ...raw, sessions: { 'TLSv1.2': { answer: 'SFRUUA==', server: product } } },
  );
}

test('an old Schannel is known by what it lacks, and by AES-GCM or the extended master secret as mended', async () => {
  const old = await schannel(rsaServer([0x002f, 0x0035, 0x000a, 0x0005]));
  const suites = [0x009d, 0x009c, 0x002f, 0x0035];
  const gcm = await schannel(rsaServer(suites), 'Microsoft-IIS/7.5');
  const newer = await schannel(rsaServer(suites), 'Microsoft-IIS/8.5');
  const nameless = await schannel(rsaServer(suites));
  const dss = await schannel(rsaServer([0x00a2, 0x002f]));
  const master = await schannel(rsaServer([0x002f, 0x0035], [23]));
  const openssl = await schannel(rsaServer([0x002f, 0x0035], [22]));
  const other = await schannel(rsaServer([0x002f, 0x0041]));

  assert.deepEqual([old('schannel.old'), old('schannel.patched')], [true, false]);
  assert.deepEqual([gcm('schannel.old'), gcm('schannel.patched')], [true, true]);
  // Windows 8.1 and Server 2012 R2 had these suites before
  assert.deepEqual([newer('schannel.old'), newer('schannel.patched')], [true, { $unknown: 'tls.unclear' }]);
  assert.deepEqual(nameless('schannel.patched'), { $unknown: 'tls.unclear' });
  assert.equal(dss('schannel.old'), false);
  assert.deepEqual([master('schannel.old'), master('schannel.patched')], [true, true]);
  assert.deepEqual([openssl('schannel.old'), openssl('schannel.patched')], [false, undefined]);
  assert.equal(other('schannel.old'), false);
});
