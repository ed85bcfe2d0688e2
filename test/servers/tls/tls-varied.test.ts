/** Servers with keys and groups that few have: every question about them gets an answer, and nothing is blamed on them. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { collector } from '../../../src/collectors/tls/collector.ts';
import { resolvePointer } from '../../../src/model/pointer.ts';
import { needsProgram } from '../../support/system.ts';
import { jobFor, labIo } from '../../unit/collectors/tls/lab-io.ts';
import { makeMaterial, startOpenssl } from './peers.ts';

const material = makeMaterial();
after(() => material.clear());

const EC = (curve: string): readonly string[] => ['-algorithm', 'EC', '-pkeyopt', `ec_paramgen_curve:${curve}`];

/** A self-signed leaf for a.test with a key of this kind; its own root, so that it is trusted. */
function makeLeaf(name: string, key: readonly string[]): string {
  const run = (...args: readonly string[]): Buffer =>
    execFileSync('openssl', [...args], { cwd: material.folder, stdio: 'pipe' });
  run('genpkey', ...key, '-out', `${name}.key`);
  const subject = ['-subj', '/CN=a.test', '-addext', 'subjectAltName=DNS:a.test', '-days', '30'];
  const pem = run('req', '-x509', '-new', '-key', `${name}.key`, ...subject).toString('latin1');
  writeFileSync(join(material.folder, `${name}.pem`), pem);
  return pem;
}

const KEYS: { readonly [name: string]: readonly string[] } = {
  ed25519: ['-algorithm', 'ED25519'],
  ed448: ['-algorithm', 'ED448'],
  pss: ['-algorithm', 'RSA-PSS', '-pkeyopt', 'rsa_keygen_bits:2048'],
  p521: EC('P-521'),
  brainpool: EC('brainpoolP256r1'),
};

const CASES: readonly (readonly [name: string, key: string | undefined, args: readonly string[]])[] = [
  ['an Ed25519 certificate', 'ed25519', []],
  ['an Ed448 certificate', 'ed448', []],
  ['a certificate for RSA-PSS alone', 'pss', []],
  ['a P-521 certificate', 'p521', []],
  ['a brainpool certificate', 'brainpool', ['-no_tls1_3']],
  ['TLS 1.3 with FFDHE groups alone', undefined, ['-tls1_3', '-groups', 'ffdhe2048:ffdhe3072']],
  ['TLS 1.3 with X448 alone', undefined, ['-tls1_3', '-groups', 'X448']],
  ['TLS 1.3 with P-521 alone', undefined, ['-tls1_3', '-groups', 'P-521']],
  ['one suite of each version', undefined, ['-ciphersuites', 'TLS_CHACHA20_POLY1305_SHA256', '-cipher', 'AES256-SHA']],
  ['brainpool groups', undefined, ['-no_tls1_3', '-groups', 'brainpoolP256r1:brainpoolP384r1', '-cipher', 'ECDHE']],
];

for (const [name, key, args] of CASES)
  test(`${name}: every question is answered`, needsProgram('openssl'), async () => {
    const ca = key === undefined ? material.ca : makeLeaf(key, KEYS[key] ?? []);
    const leaf = key ?? 'rsa';
    const server = await startOpenssl(material, ['-cert', `${leaf}.pem`, '-key', `${leaf}.key`, '-www', ...args]);
    const job = labIo({ ca, timeoutMs: 1500 });
    try {
      const parts = ['suites', 'served', 'questions', 'session'];
      const raw = await collector.observe(jobFor(`a.test:${String(server.port)}`, { parts }), job.io);
      const { facts } = collector.interpret(raw);
      const fact = (path: string): unknown => resolvePointer(facts, `/${path.replaceAll('.', '/')}`);

      assert.deepEqual(fact('tolerance'), { higherVersion: true, grease: true, long: true, huge: true });
      assert.equal(fact('sni.missingFails'), false);
      assert.equal(fact('trust.trusted'), true);
      assert.equal(fact('hostname.matches'), true);
      assert.ok(Array.isArray(fact('suites')) && Array.isArray(fact('groups')));
      if (fact('protocols.tls13.offered') === true) assert.equal(fact('retry.works'), true);
    } finally {
      job.end();
      await server.stop();
    }
  });
