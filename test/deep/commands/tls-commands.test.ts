import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, test } from 'node:test';
import { cert } from '../../../src/commands/cert.ts';
import type { CommandContext } from '../../../src/commands/context.ts';
import { tls } from '../../../src/commands/tls.ts';
import { createCa } from '../../../src/lab/ca.ts';
import { startTlsServer } from '../../../src/lab/tls.ts';
import { UsageError } from '../../../src/model/fault.ts';

const folder = mkdtempSync(join(tmpdir(), 'probity-cert-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function contextWith(said: string[]): CommandContext {
  return {
    stdout: (text) => void said.push(text),
    stderr: () => undefined,
    packageRoot: fileURLToPath(new URL('../../../', import.meta.url)),
    version: '0.0.0',
    cwd: folder,
    env: {},
    color: false,
    colorErr: false,
    isTTY: false,
    isErrTTY: false,
    columns: 80,
  };
}

const ca = createCa({ name: 'Lab Root' });
const leaf = ca.issue({ names: ['a.test'], policies: ['2.23.140.1.2.1'] });
const NETWORK = { connectTo: ['::127.0.0.1:'], allowPrivate: true };

test('probity tls scan --json is tls-scan/1 with every version, and exit 0 where all could be told', async () => {
  const server = await startTlsServer({ certPem: leaf.chainPem, keyPem: leaf.keyPem });
  const said: string[] = [];
  const target = `a.test:${String(server.port)}`;

  const code = await tls({ positionals: ['scan', target], flags: { ...NETWORK, json: true } }, contextWith(said));
  await server.close();

  const scan = JSON.parse(said.join(''));
  assert.equal(code, 0);
  assert.equal(scan.schema, 'tls-scan/1');
  assert.equal(scan.target, target);
  assert.deepEqual(Object.keys(scan.versions), ['SSLv2', 'SSLv3', 'TLSv1.0', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']);
  assert.deepEqual(scan.versions['TLSv1.0'], { offered: false, suites: [] });
  assert.ok(scan.versions['TLSv1.3'].suites.some(({ id }: { id: string }) => id === '0x1301'));
  assert.ok(scan.groups.some(({ name }: { name: string }) => name === 'x25519'));
  assert.deepEqual(scan.chains, [[leaf.certPem]]);
  assert.deepEqual(scan.clientCertificate, { requested: false });
  assert.ok(scan.connections > 10 && Number.isInteger(scan.elapsedMs));
  assert.deepEqual(scan.unknown, []);
});

test('probity tls scan of a port where nothing listens could not tell anything: exit 3', async () => {
  const server = await startTlsServer({ certPem: leaf.chainPem, keyPem: leaf.keyPem });
  await server.close();
  const said: string[] = [];

  const code = await tls(
    { positionals: ['scan', `a.test:${String(server.port)}`], flags: { ...NETWORK, json: true } },
    contextWith(said),
  );

  const scan = JSON.parse(said.join(''));
  assert.equal(code, 3);
  assert.equal(scan.versions['TLSv1.2'].offered, null);
  assert.equal(scan.unknown[0].code, 'net.refused');
});

test('probity tls scan refuses what is no endpoint', async () => {
  for (const positionals of [
    [],
    ['scan'],
    ['look', 'a.test:443'],
    ['scan', './folder'],
    ['scan', 'a.test:443', 'b.test:443'],
  ])
    await assert.rejects(tls({ positionals, flags: {} }, contextWith([])), UsageError);
});

test('probity cert judges files in the order given, PEM with text around it and DER', async () => {
  writeFileSync(join(folder, 'a.pem'), `some text\n${leaf.chainPem}more text\n`);
  writeFileSync(join(folder, 'b.der'), leaf.der);
  const said: string[] = [];

  const code = await cert(
    { positionals: ['b.der', 'a.pem'], flags: { json: true, asOf: '2040-01-01T00:00:00Z' } },
    contextWith(said),
  );

  const { schema, files } = JSON.parse(said.join(''));
  assert.equal(code, 1);
  assert.equal(schema, 'cert/1');
  assert.deepEqual(
    files.map(({ file }: { file: string }) => file),
    ['b.der', 'a.pem'],
  );
  for (const { results } of files) {
    const of = (check: string): string => results.find((result: { check: string }) => result.check === check)?.status;
    assert.equal(of('cert.expired'), 'fail');
    assert.equal(of('cert.key.rsa-small'), 'not-applicable');
    assert.equal(of('cert.sct.missing'), 'not-applicable', 'a private certificate needs no timestamps');
  }
});

test('a file without a certificate, or none at all, is a usage error', async () => {
  writeFileSync(join(folder, 'empty.pem'), 'nothing here');
  for (const positionals of [[], ['missing.pem'], ['empty.pem']])
    await assert.rejects(cert({ positionals, flags: {} }, contextWith([])), UsageError);
});

/** The status of each check that probity cert gives of one file. */
async function judged(
  name: string,
  flags: Record<string, string | boolean>,
): Promise<(check: string) => readonly string[]> {
  const said: string[] = [];
  await cert({ positionals: [name], flags: { json: true, ...flags } }, contextWith(said));
  const { files } = JSON.parse(said.join('')) as { files: { results: { check: string; status: string }[] }[] };
  return (check) => (files[0]?.results ?? []).filter((result) => result.check === check).map(({ status }) => status);
}

test('with --ca-file and --host the chain and the name of a file are judged, without them they are not', async () => {
  const mid = ca.issueAuthority({ name: 'Lab Issuing', pathLength: 0 });
  const below = mid.issueAuthority({ name: 'Below' });
  writeFileSync(join(folder, 'ca.pem'), ca.certPem);
  writeFileSync(join(folder, 'chain.pem'), mid.issue({ names: ['b.test'] }).chainPem);
  writeFileSync(join(folder, 'alone.pem'), mid.issue({ names: ['b.test'] }).certPem);
  writeFileSync(join(folder, 'broken.pem'), below.issue({ names: ['b.test'] }).chainPem);
  writeFileSync(join(folder, 'other.pem'), createCa({ name: 'Other' }).certPem);
  const trusting = { caFile: 'ca.pem', host: 'b.test' };

  const plain = await judged('chain.pem', {});
  assert.deepEqual(plain('cert.untrusted-root'), ['not-applicable']);
  assert.deepEqual(plain('cert.name.mismatch'), ['not-applicable']);
  const whole = await judged('chain.pem', trusting);
  for (const check of ['cert.untrusted-root', 'cert.name.mismatch', 'cert.chain.invalid', 'cert.chain.incomplete'])
    assert.deepEqual(whole(check), ['pass'], check);
  assert.deepEqual((await judged('chain.pem', { ...trusting, host: 'c.test' }))('cert.name.mismatch'), ['fail']);
  assert.deepEqual((await judged('alone.pem', trusting))('cert.chain.incomplete'), ['fail']);
  assert.deepEqual((await judged('alone.pem', trusting))('cert.untrusted-root'), ['error']);
  assert.deepEqual((await judged('broken.pem', trusting))('cert.chain.invalid'), ['fail']);
  assert.deepEqual((await judged('other.pem', { caFile: 'ca.pem' }))('cert.self-signed'), ['fail']);
  await assert.rejects(judged('chain.pem', { caFile: 'nothing.pem' }), UsageError);
});

test('lists of leaked keys and of logs are read, and refused where they are something else', async () => {
  const key = createHash('sha256')
    .update(new X509Certificate(leaf.certPem).publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
  writeFileSync(join(folder, 'leaf.pem'), leaf.certPem);
  writeFileSync(join(folder, 'keys.txt'), `# found in a repository\n${key}\n`);
  writeFileSync(join(folder, 'bad.txt'), 'hello\n');

  assert.deepEqual((await judged('leaf.pem', { leakedKeys: 'keys.txt' }))('cert.key.compromised'), ['fail']);
  assert.deepEqual((await judged('leaf.pem', {}))('cert.key.compromised'), ['not-applicable']);
  await assert.rejects(judged('leaf.pem', { leakedKeys: 'bad.txt' }), UsageError);
  await assert.rejects(judged('leaf.pem', { ctLogs: 'bad.txt' }), UsageError);
});

test('the labels of older programs are certificates too, and a block without an end is none', async () => {
  const body = leaf.certPem.replaceAll(/-----[^-]+-----/g, '');
  const trusted = Buffer.concat([leaf.der, Buffer.from('3000', 'hex')]).toString('base64');
  writeFileSync(join(folder, 'x509.pem'), `-----BEGIN X509 CERTIFICATE-----${body}-----END X509 CERTIFICATE-----\r\n`);
  writeFileSync(
    join(folder, 'trusted.pem'),
    `-----BEGIN TRUSTED CERTIFICATE-----\n${trusted}\n-----END TRUSTED CERTIFICATE-----\n`,
  );
  writeFileSync(join(folder, 'endless.pem'), `-----BEGIN CERTIFICATE-----${body}${leaf.certPem}`);

  for (const name of ['x509.pem', 'trusted.pem', 'endless.pem'])
    assert.deepEqual((await judged(name, {}))('cert.expired'), ['pass'], name);
});
