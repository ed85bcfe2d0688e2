/** What looks like a credential and is none: hashes, identifiers, lockfiles, bundles, certificates, placeholders. No alarm at all. */
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, randomUUID, X509Certificate } from 'node:crypto';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { rootCertificates } from 'node:tls';
import { sampler } from '../../../../src/collectors/secrets/sample.ts';
import { ownDetectorSet } from '../../../support/detectors.ts';

const sample = sampler(ownDetectorSet());
const ROOT = new URL('../../../../', import.meta.url).pathname;

/** Findings, with a piece of the line so that a failure can be understood: nothing here is secret. */
function alarms(path: string, content: string | Uint8Array): string[] {
  const lines = Buffer.from(content).toString('latin1').split('\n');
  return sample(path, content).found.map(
    (one) =>
      `${one.detector} ${path}:${String(one.line)} ${(lines[one.line - 1] ?? '').slice(Math.max(0, one.column - 40), one.column + 60)}`,
  );
}

const digest = (kind: string, encoding: 'hex' | 'base64', seed: number): string =>
  createHash(kind).update(String(seed)).digest(encoding);
const many = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');

test('ten thousand integrity hashes, in lockfiles of every kind and in plain text', () => {
  const npm = many(10_000, (i) => `"integrity": "sha512-${digest('sha512', 'base64', i)}",`);
  const yarn = many(
    3000,
    (i) => `  integrity sha512-${digest('sha512', 'base64', i)}\n  checksum: 10c0/${digest('sha512', 'hex', i)}`,
  );
  const go = many(3000, (i) => `github.com/owner/auth-token-${String(i)} v1.2.3 h1:${digest('sha256', 'base64', i)}`);
  const cargo = many(3000, (i) => `name = "secret-key-${String(i)}"\nchecksum = "${digest('sha256', 'hex', i)}"`);
  const poetry = many(
    3000,
    (i) => `    {file = "access_key-${String(i)}.whl", hash = "sha256:${digest('sha256', 'hex', i)}"},`,
  );
  const pip = many(3000, (i) => `token-auth==1.${String(i)} --hash=sha256:${digest('sha256', 'hex', i)}`);

  for (const [path, text] of [
    ['package-lock.json', npm],
    ['yarn.lock', yarn],
    ['go.sum', go],
    ['Cargo.lock', cargo],
    ['poetry.lock', poetry],
    ['requirements.txt', pip],
  ] as const) {
    assert.deepEqual(alarms(path, text), []);
    assert.deepEqual(alarms(`notes/${path}.txt`, text), [], 'the same where the name does not help');
  }
});

test('identifiers and hashes: UUIDs, ULIDs, commits, digests of images, etags, ARNs', () => {
  const texts = {
    'uuids.csv': many(10_000, (i) => `${String(i)},${randomUUID()}`),
    'ids.json': JSON.stringify(
      Array.from({ length: 3000 }, () => ({ id: randomUUID(), tenantId: randomUUID(), requestId: randomUUID() })),
    ),
    'commits.txt': many(5000, (i) => `${digest('sha1', 'hex', i)} Rotate the access key and the auth token`),
    'sums.txt': many(
      5000,
      (i) => `${digest('md5', 'hex', i)}  file-${String(i)}\n${digest('sha256', 'hex', i)}  file-${String(i)}`,
    ),
    'deploy.yaml': many(2000, (i) => `image: registry.corp/app@sha256:${digest('sha256', 'hex', i)}`),
    'headers.txt': many(2000, (i) => `etag: "${digest('md5', 'hex', i)}"\nx-request-id: ${randomUUID()}`),
    'arns.txt': many(
      2000,
      (i) =>
        `arn:aws:kms:eu-west-1:123456789012:key/${randomUUID()} arn:aws:secretsmanager:eu-west-1:123456789012:secret:name-${String(i)}`,
    ),
    'cache.json': many(
      2000,
      (i) => `"cacheKey": "${digest('sha1', 'hex', i)}", "cache_key": "${digest('md5', 'hex', i)}",`,
    ),
  };

  for (const [path, text] of Object.entries(texts)) assert.deepEqual(alarms(path, text), []);
});

test('certificates, public keys, signatures and images', () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const ssh = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const certificates = rootCertificates.join('\n');
  const first = new X509Certificate(rootCertificates[0] ?? '');
  const pixels = Buffer.from(digest('sha512', 'hex', 1).repeat(300), 'hex').toString('base64');

  for (const [path, text] of Object.entries({
    'roots.pem': certificates,
    'bundle.js': `module.exports = ${JSON.stringify(rootCertificates)};`,
    'ca.ts': `const root = "${first.raw.toString('base64')}";\nconst fingerprint256 = '${first.fingerprint256}';`,
    'key.pub': `${pem}\nssh-rsa ${ssh} robin@corp\n`,
    authorized_keys: `ssh-ed25519 ${ssh.slice(0, 68)} robin@corp\n`,
    'k8s.yaml': `caBundle: ${Buffer.from(certificates.slice(0, 2000)).toString('base64')}\n`,
    'style.css': `.a { background: url(data:image/png;base64,${pixels}) }`,
    'icon.svg': `<path d="${many(2000, (i) => `M${String(i)}.5 ${String(i * 3)}c-1.2.3-4.5 6-7.8${String(i)}z`).replaceAll('\n', ' ')}"/>`,
    'signature.asc': `-----BEGIN PGP SIGNATURE-----\n\n${pixels.slice(0, 600)}\n-----END PGP SIGNATURE-----\n`,
  })) {
    assert.deepEqual(alarms(path, text), []);
  }
});

test('placeholders of documentation and references to secrets that are kept elsewhere', () => {
  const lines = [
    'password: changeme',
    'password = "your-password-here"',
    "DB_PASSWORD='********'",
    'API_KEY=<your api key>',
    'api_key = "YOUR_API_KEY"',
    'token: ${{ secrets.GITHUB_TOKEN }}',
    'apiKey: process.env.API_KEY,',
    'secret = os.environ["SECRET_KEY"]',
    'password = getpass.getpass()',
    'export AWS_SECRET_ACCESS_KEY=$(aws-vault exec)',
    'aws_access_key_id = AKIA@@IOSFODNN7EXAMPLE',
    'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCY@@EXAMPLEKEY',
    'Authorization: Bearer <token>',
    'Authorization: Bearer ${TOKEN}',
    'curl -H "Authorization: Bearer $TOKEN" https://api.corp/',
    'curl -u "$USER:$PASSWORD" https://api.corp/',
    'postgres://user:password@host/database',
    'mysql://${USER}:${PASS}@db/app',
    'redis://:<password>@example.com:6379',
    'password: "{{ vault_password }}"',
    'value: {{ .Values.secret.key | b64enc }}',
    'secretKeyRef: { name: app-secret, key: access-key }',
    'secretName: tls-secret-production',
    'token_endpoint: https://login.corp/oauth/token',
    'tokenType: "bearer-access-token-v1"',
    'const key = event.key === "ArrowDown" ? next : previous;',
    'publicKey: "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE"',
    'ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
    'sk_test_@@1234567890abcdefghijklmn',
    'xoxb-@@000000000000-000000000000-xxxxxxxxxxxxxxxxxxxxxxxx',
    'passwordResetTokenExpiresInMinutes = 30',
    'if (password.length < 12) throw new Error("password too short")',
    "{ name: 'password', type: 'password', placeholder: 'Your password' }",
    'api-key-auth-header-name = X-Api-Key',
    'sort_key = "created_at_desc_v2"',
    'KEY_VAULT_NAME=kv-production-weu-01',
    'AccountKey=<account-key>;EndpointSuffix=core.windows.net',
    'private_key_path = "/etc/ssl/private/server.key"',
    'idempotency_key: 0 # see below',
  ];
  const text = lines.join('\n').replaceAll('@@', '');

  for (const path of ['README.txt', 'src/a.ts', 'config/app.yaml', '.env.example', 'notes.cfg']) {
    assert.deepEqual(alarms(path, text), []);
  }
});

test('the bundles and data that the installed packages bring, each as if it were our own file', () => {
  const files = globSync('node_modules/**/*.{min.js,min.css,map,json,woff2,wasm,cjs,d.ts}', { cwd: ROOT })
    .filter((path) => !/tests?\/|fixtures|\.test\.|package\.json$/.test(path))
    .map((path) => ({ path, size: statSync(join(ROOT, path)).size }))
    .filter(({ size }) => size > 20_000 && size < 4_000_000)
    .sort((a, b) => b.size - a.size)
    .slice(0, 150);

  const all: string[] = [];
  for (const { path } of files) {
    const content = readFileSync(join(ROOT, path));
    all.push(...alarms(path, content), ...alarms(`src/${path.split('/').at(-1) ?? ''}`, content));
  }

  assert.ok(files.length >= 50, `only ${String(files.length)} files`);
  assert.deepEqual(all, []);
});
