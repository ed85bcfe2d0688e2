/** Our OpenPGP reader against GnuPG: keys of each kind, cleartext signatures, tampered text, expiry, revocation, weak keys. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { goodHandlers, response } from '../../../src/lab/http.ts';
import { parseSecurityTxt } from '../../../src/wire/http/security-txt.ts';
import {
  dearmor,
  packetsOf,
  readCertificates,
  readSignature,
  verifySignature,
  weakness,
} from '../../../src/wire/openpgp.ts';
import { certificate, startLab } from '../../support/http-lab.ts';

const missing = spawnSync('gpg', ['--version']).status !== 0;
if (missing && process.env['CI'] !== undefined) throw new Error('gpg is missing, and this is CI');
const skip = missing ? { skip: 'gpg is not installed' } : {};

let home = '';

before(() => {
  home = mkdtempSync(join(tmpdir(), 'pgp-'));
});
after(() => {
  spawnSync('gpgconf', ['--homedir', home, '--kill', 'all']);
  rmSync(home, { recursive: true, force: true });
});

function gpg(args: readonly string[], input = ''): string {
  return execFileSync(
    'gpg',
    ['--homedir', home, '--batch', '--yes', '--quiet', '--pinentry-mode', 'loopback', '--passphrase', '', ...args],
    {
      input,
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  ).toString('latin1');
}

const TEXT = 'Contact: mailto:security@signed.test  \n- dash\nExpires: 2030-01-01T00:00:00Z\n';

function exported(user: string) {
  const bytes = dearmor(Buffer.from(gpg(['--armor', '--export', user]), 'latin1'));
  const [certificate] = readCertificates(bytes ?? new Uint8Array(0));
  assert.ok(certificate !== undefined);
  return certificate;
}

for (const kind of ['ed25519', 'rsa2048', 'nistp256', 'nistp384']) {
  test(`a cleartext signature by a key of kind ${kind} verifies, and a changed text does not`, skip, () => {
    const user = `${kind}@signed.test`;
    gpg(['--quick-generate-key', user, kind, 'sign', '0']);
    const signed = gpg(['--local-user', user, '--clearsign'], TEXT);
    const { primary } = exported(user);

    const file = parseSecurityTxt(signed);
    const armour = dearmor(Buffer.from(file.signature?.armour ?? '', 'latin1'));
    const packet = packetsOf(armour ?? new Uint8Array(0)).find(({ tag }) => tag === 2);
    const signature = packet === undefined ? undefined : readSignature(packet.body);
    assert.ok(signature !== undefined);
    const data = Buffer.from(file.signature?.text ?? '', 'utf8');

    assert.deepEqual(file.signatureDefects, []);
    assert.ok(signature.issuers.some((issuer) => primary.fingerprint.endsWith(issuer)));
    assert.equal(verifySignature(signature, primary, data), true);
    assert.equal(verifySignature(signature, primary, Buffer.concat([data, Buffer.from('x')])), false);
    assert.equal(weakness(primary), undefined);
  });
}

test('a key shows its user ids, expiry, encryption subkey and revocation', skip, () => {
  gpg(['--quick-generate-key', 'Team <team@keys.test>', 'ed25519', 'sign', '30d']);
  const plain = exported('team@keys.test');
  const [fingerprint = ''] = /[0-9A-F]{40}/.exec(gpg(['--with-colons', '--list-keys', 'team@keys.test'])) ?? [];
  gpg(['--quick-add-key', fingerprint, 'cv25519', 'encr', '30d']);
  const whole = exported('team@keys.test');

  assert.deepEqual([plain.userIds, plain.primary.fingerprint], [['Team <team@keys.test>'], fingerprint.toLowerCase()]);
  assert.ok(Math.abs((plain.expires ?? 0) - plain.primary.created - 30 * 86_400) < 10);
  assert.deepEqual([plain.subkeys.length, whole.subkeys.map(({ encrypts }) => encrypts)], [0, [true]]);
  assert.deepEqual([whole.revoked, whole.primaryEncrypts], [false, false]);

  const certificate = execFileSync('sh', [
    '-c',
    `sed 's/^:---/---/' '${home}/openpgp-revocs.d/${fingerprint}.rev'`,
  ]).toString('latin1');
  gpg(['--import'], certificate);
  assert.equal(exported('team@keys.test').revoked, true);
});

test('an RSA key of 1024 bit is weak', skip, () => {
  gpg(['--quick-generate-key', 'weak@keys.test', 'rsa1024', 'sign', '0']);

  assert.equal(weakness(exported('weak@keys.test').primary), 'RSA of 1024 bit');
});

test(
  'a site that signs its security.txt, one whose file was changed, and one whose key is of no use',
  skip,
  async (t) => {
    const origin = 'https://signer.test';
    gpg(['--quick-generate-key', 'security@signer.test', 'ed25519', 'sign', '0']);
    const [fingerprint = ''] = /[0-9A-F]{40}/.exec(gpg(['--with-colons', '--list-keys', 'security@signer.test'])) ?? [];
    gpg(['--quick-add-key', fingerprint, 'cv25519', 'encr', '0']);
    gpg(['--quick-generate-key', 'old@elsewhere.test', 'rsa1024', 'sign', '0']);
    const lines = (key: string) =>
      `Contact: mailto:security@signer.test\nExpires: ${new Date(Date.now() + 90 * 86_400_000).toISOString()}\nEncryption: ${origin}${key}\n`;
    const signed = gpg(['--local-user', fingerprint, '--clearsign'], lines('/key.asc'));
    const key = (user: string) =>
      response('200 OK', ['Content-Type: application/pgp-keys'], gpg(['--armor', '--export', user]));
    const site = (name: string, file: string) => ({
      name,
      certificate: certificate(name),
      ...goodHandlers(name, {
        replies: {
          '/.well-known/security.txt': response('200 OK', ['Content-Type: text/plain; charset=utf-8'], file),
          '/key.asc': key(fingerprint),
          '/old.asc': key('old@elsewhere.test'),
          '/page.asc': response('200 OK', ['Content-Type: text/html'], '<h1>no key here</h1>'),
        },
      }),
    });
    const lab = await startLab([
      site('signer.test', signed),
      site('changed.test', signed.replace('security@signer.test', 'security@evil.test')),
      site('weak.test', lines('/old.asc')),
      site('nokey.test', lines('/page.asc')),
      site('unnamed.test', gpg(['--local-user', fingerprint, '--clearsign'], lines('/old.asc'))),
      site('otherkey.test', signed.replace('/key.asc', '/old.asc')),
    ]);
    t.after(async () => await lab.close());
    const state = async (name: string) => {
      const seen = await lab.observe(`https://${name}/`);
      return [
        seen.status('sectxt.signature-invalid'),
        seen.status('sectxt.encryption-key'),
        seen.status('sectxt.signature-format'),
      ];
    };

    assert.deepEqual(await state('signer.test'), ['pass', 'pass', 'pass']);
    assert.deepEqual((await state('changed.test'))[0], 'fail');
    assert.deepEqual(await state('weak.test'), ['not-applicable', 'fail', 'not-applicable']);
    assert.deepEqual(await state('nokey.test'), ['not-applicable', 'fail', 'not-applicable']);
    assert.deepEqual((await state('otherkey.test'))[0], 'error');
    assert.deepEqual((await state('unnamed.test'))[0], 'error');

    const brought = async (name: string, user: string) => {
      const data = { name: 'openpgp-key', read: () => Buffer.from(gpg(['--export', user]), 'latin1') };
      return (await lab.observe(`https://${name}/`, { key: 'sha256:test' }, [data])).status('sectxt.signature-invalid');
    };
    assert.deepEqual(
      [
        await brought('unnamed.test', fingerprint),
        await brought('unnamed.test', 'old@elsewhere.test'),
        await brought('changed.test', fingerprint),
      ],
      ['pass', 'error', 'fail'],
    );
  },
);
