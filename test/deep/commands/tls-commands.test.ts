import assert from 'node:assert/strict';
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
