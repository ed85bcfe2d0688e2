/** TLSA and CAA from the zone to the handshake, in the program: what matches passes, another key fails, an unsigned zone is judged elsewhere. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createCa } from '../../../src/lab/ca.ts';
import { startDns } from '../../../src/lab/dns.ts';
import { startSmtpServer, startTlsServer } from '../../../src/lab/tls.ts';
import { own, type Json } from '../../../src/model/json.ts';
import { parseCertificate } from '../../../src/wire/x509/certificate.ts';
import { probity } from '../../support/program.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'probity-dane-'));
after(() => rmSync(FOLDER, { recursive: true, force: true }));

const CA = createCa({ name: 'Lab Root', organization: "Let's Encrypt" });
const LEAF = CA.issue({ names: ['mail.good.test', 'mail.bad.test', 'mail.open.test', 'good.test', 'bad.test'] });

function pin(der: Uint8Array): string {
  const parsed = parseCertificate(der);
  assert.ok(parsed.ok);
  return createHash('sha256').update(parsed.value.key.raw).digest('hex');
}

const zone = (name: string, tlsa: string, issuer: string) => [
  `$ORIGIN ${name}.`,
  '@ SOA ns1 h 1 7200 3600 1209600 300',
  '@ A 192.0.2.1',
  '@ MX 10 mail',
  'mail A 192.0.2.2',
  `_25._tcp.mail TLSA 3 1 1 ${tlsa}`,
  `@ CAA 0 issue "${issuer}"`,
];

test('each domain is told by its own records', async () => {
  const lines = [
    ...zone('good.test', pin(LEAF.der), 'letsencrypt.org'),
    ...zone('bad.test', pin(CA.der), 'pki.goog'),
    ...zone('open.test', pin(CA.der), 'letsencrypt.org'),
  ];
  const dns = await startDns({ lines, signed: (name) => !name.endsWith('open.test') });
  const identity = { certPem: LEAF.chainPem, keyPem: LEAF.keyPem };
  const mail = await startSmtpServer({ tls: identity });
  const web = await startTlsServer(identity);
  const caFile = join(FOLDER, 'ca.pem');
  writeFileSync(caFile, CA.certPem);
  const to = (port: number, target: number) => ['--connect-to', `:${String(port)}:127.0.0.1:${String(target)}`];

  const { stdout, stderr } = await probity([
    'audit',
    ...['good.test', 'bad.test', 'open.test', '--resolver', dns.address, '--allow-private', '--ca-file', caFile],
    ...[...to(25, mail.port), ...to(443, web.port), '--checks', 'dane.mismatch,dns.caa.mismatch,dane.unsigned'],
    ...['--output', join(FOLDER, 'run'), '--json'],
  ]);
  for (const server of [dns, mail, web]) await server.close();

  assert.ok(stdout.startsWith('{'), stderr);
  const results = own(JSON.parse(stdout) as Json, 'results') as readonly { readonly [key: string]: Json }[];
  const status = (check: string, target: string) =>
    results.find((result) => result['check'] === check && result['target'] === target)?.['status'];
  const dane = ['good', 'bad', 'open'].map((name) => status('dane.mismatch', `endpoint:mail.${name}.test:25/smtp`));
  const caa = ['good', 'bad'].map((name) => status('dns.caa.mismatch', `endpoint:${name}.test:443`));
  assert.deepEqual(dane, ['pass', 'fail', 'not-applicable']);
  assert.deepEqual(caa, ['pass', 'fail']);
  assert.equal(status('dane.unsigned', 'domain:open.test'), 'fail');
});
