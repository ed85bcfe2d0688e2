/** The whole audit against servers that nobody here wrote: NSD, nginx, moto and a source tree, in one command. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createCa } from '../../../src/lab/ca.ts';
import { plantRepository } from '../../../src/lab/source.ts';
import type { Result, Run } from '../../../src/model/result.ts';
import { needsMoto, startMoto, startRefusingProxy, type Moto } from '../aws/moto.ts';
import { probity } from '../../support/program.ts';
import { needsProgram, startNginx, startNsd, type SystemServer } from '../../support/system.ts';

const BASE = mkdtempSync(join(tmpdir(), 'probity-whole-'));
const NEEDS = { ...needsProgram('nsd', 'nginx', 'git'), ...needsMoto() };
const DAY = 86_400_000;

const head = (name: string): string => `$ORIGIN ${name}.
$TTL 300
@ SOA ns.test. hostmaster.test. 1 7200 3600 1209600 300
@ NS ns.test.
`;

// the top is served too, so that the walk up the tree gets answers from a server that is authoritative for them
const ZONES = {
  test: `${head('test')}ns A 127.0.0.1
ns2 A 127.0.0.2
weak NS ns.test.
strong NS ns.test.
strong NS ns2.test.
old A 127.0.0.1
`,
  'weak.test': `${head('weak.test')}@ A 127.0.0.1
@ MX 10 mail
mail A 127.0.0.1
@ TXT "v=spf1 +all"
_dmarc TXT "v=DMARC1; p=none"
`,
  'strong.test': `${head('strong.test')}@ NS ns2.test.
@ A 127.0.0.1
@ MX 0 .
@ TXT "v=spf1 -all"
_dmarc TXT "v=DMARC1; p=reject; rua=mailto:d@strong.test"
@ CAA 0 issue "ca.example"
`,
};

let nsd: SystemServer | undefined;
let nginx: SystemServer | undefined;
let moto: Moto | undefined;
let common: string[] = [];

before(async () => {
  if (NEEDS.skip !== undefined) return;
  const ca = createCa({ name: 'Whole CA' });
  writeFileSync(join(BASE, 'ca.pem'), ca.certPem);
  const block = (name: string, options: Parameters<typeof ca.issue>[0], lines: string): string => {
    const issued = ca.issue({ names: [name], ...options });
    writeFileSync(join(BASE, `${name}.crt`), issued.chainPem);
    writeFileSync(join(BASE, `${name}.key`), issued.keyPem);
    return `server { listen 127.0.0.1:PORT ssl; server_name ${name}; ssl_certificate ${BASE}/${name}.crt; ssl_certificate_key ${BASE}/${name}.key; ${lines} }\n`;
  };
  nginx = await startNginx(
    join(BASE, 'nginx'),
    [
      // OpenSSL takes the protocol versions from the default server: the one that offers the most stands first
      block(
        'weak.test',
        { keyType: 'rsa' },
        'ssl_protocols TLSv1 TLSv1.1 TLSv1.2; ssl_ciphers DEFAULT:@SECLEVEL=0; location / { return 200 "weak"; }',
      ),
    ].join(''),
  );
  const strong = await startNginx(
    join(BASE, 'nginx-strong'),
    block(
      'strong.test',
      {},
      'ssl_protocols TLSv1.2 TLSv1.3; add_header Strict-Transport-Security "max-age=63072000; includeSubDomains" always; location / { return 200 "strong"; }',
    ) + 'server { listen 127.0.0.1:PORT ssl; server_name x.test; ssl_reject_handshake on; }\n',
  );
  const expired = await startNginx(
    join(BASE, 'nginx-old'),
    block(
      'old.test',
      { notBefore: new Date(Date.now() - 100 * DAY), notAfter: new Date(Date.now() - DAY) },
      'ssl_protocols TLSv1.2 TLSv1.3;',
    ),
  );
  others.push(strong, expired);
  nsd = await startNsd(join(BASE, 'nsd'), ZONES);
  moto = await startMoto();
  await seedKeys(moto.url);
  const repository = join(BASE, 'repository');
  mkdirSync(repository);
  plantRepository(repository);
  const to = (host: string, port: number): string[] => ['--connect-to', `${host}:443:127.0.0.1:${String(port)}`];
  common = [
    'audit',
    'weak.test',
    'strong.test',
    'tls://old.test:443',
    'aws@us-east-1',
    repository,
    '--resolver',
    `127.0.0.1:${String(nsd.port)}`,
    '--ca-file',
    join(BASE, 'ca.pem'),
    '--allow-private',
    '--timeout',
    '15s',
    '--json',
    ...to('weak.test', nginx.port),
    ...to('strong.test', strong.port),
    ...to('old.test', expired.port),
  ];
});

const others: SystemServer[] = [];
after(async () => {
  for (const server of [nsd, nginx, ...others]) await server?.stop();
  await moto?.close();
  rmSync(BASE, { recursive: true, force: true });
});

const statuses = (run: Run, check: string, target: string): string[] =>
  run.results
    .filter((result) => result.check === check && result.target === target)
    .map((result: Result) => result.status);

test('one command audits a real name server, nginx, moto and a source tree, exits 1 and is right', NEEDS, async () => {
  const ran = await probity([...common, '--output', join(BASE, 'out')], { env: awsEnvironment(moto?.url ?? '') });

  assert.equal(ran.code, 1, ran.stderr);
  const run = JSON.parse(ran.stdout) as Run;
  assert.equal(run.complete, true);
  const expected: readonly (readonly [string, string, string])[] = [
    ['spf.all.pass', 'domain:weak.test', 'fail'],
    ['spf.all.pass', 'domain:strong.test', 'pass'],
    ['dmarc.p.none', 'domain:weak.test', 'fail'],
    ['dmarc.p.none', 'domain:strong.test', 'pass'],
    ['dns.caa.missing', 'domain:weak.test', 'fail'],
    ['dns.caa.missing', 'domain:strong.test', 'pass'],
    ['dns.ns.count', 'domain:weak.test', 'fail'],
    ['dns.ns.count', 'domain:strong.test', 'pass'],
    ['tls.proto.tls10', 'endpoint:weak.test:443', 'fail'],
    ['tls.proto.tls11', 'endpoint:weak.test:443', 'fail'],
    ['tls.proto.tls13-missing', 'endpoint:weak.test:443', 'fail'],
    ['tls.proto.tls10', 'endpoint:strong.test:443', 'pass'],
    ['tls.proto.tls13-missing', 'endpoint:strong.test:443', 'pass'],
    ['cert.expired', 'endpoint:old.test:443', 'fail'],
    ['cert.expired', 'endpoint:strong.test:443', 'pass'],
    ['cert.name.mismatch', 'endpoint:strong.test:443', 'pass'],
    ['cert.untrusted-root', 'endpoint:strong.test:443', 'pass'],
    ['http.hsts.missing', 'site:https://weak.test/', 'fail'],
    ['http.hsts.missing', 'site:https://strong.test/', 'pass'],
    ['http.hsts.short', 'site:https://strong.test/', 'pass'],
    ['secret.none', `source:${join(BASE, 'repository')}`, 'fail'],
    ['package.resolved.http', `source:${join(BASE, 'repository')}`, 'fail'],
  ];
  for (const [check, target, status] of expected)
    assert.ok(
      statuses(run, check, target).includes(status),
      `${check} on ${target}: ${statuses(run, check, target).join(' ')}`,
    );
  const rotation = run.results.filter((result) => result.check === 'kms.rotation.off');
  assert.deepEqual([...new Set(rotation.map((result) => result.status))].sort(), ['fail', 'not-applicable', 'pass']);
  // mail.weak.test:25 is planned from the MX record and nothing listens there
  assert.deepEqual(
    [
      ...new Set(
        run.results
          .filter((result) => result.target === 'endpoint:mail.weak.test:25/smtp')
          .map((result) => result.status),
      ),
    ],
    ['not-applicable'],
  );
});

test(
  'with every KMS call refused the KMS checks are errors with aws.access-denied, and the exit code is 3',
  NEEDS,
  async () => {
    const proxy = await startRefusingProxy(moto?.url ?? '');
    proxy.refuse((call) => (call.service === 'kms' ? { code: 'AccessDeniedException' } : undefined));
    try {
      const ran = await probity(
        ['audit', 'aws@us-east-1', '--checks', 'kms.*', '--json', '--output', join(BASE, 'denied')],
        { env: awsEnvironment(proxy.url) },
      );

      const run = JSON.parse(ran.stdout) as Run;
      assert.equal(ran.code, 3, ran.stderr);
      const regional = run.results.filter((result) => result.target === 'aws:123456789012/us-east-1');
      assert.ok(regional.length >= 5);
      assert.equal(run.summary.byStatus.pass, 0);
      for (const result of regional)
        assert.equal(result.fault?.code ?? result.status, 'aws.access-denied', `${result.check}: ${result.message}`);
      assert.ok(
        regional.every((result) => /kms:[A-Z]/.test(result.message)),
        'the missing permission is named',
      );
    } finally {
      await proxy.close();
    }
  },
);

/** A key that rotates, one that does not, one that cannot. */
async function seedKeys(endpoint: string): Promise<void> {
  const { CreateKeyCommand, EnableKeyRotationCommand, KMSClient } = await import('@aws-sdk/client-kms');
  const client = new KMSClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const rotating = await client.send(new CreateKeyCommand({}));
  await client.send(new EnableKeyRotationCommand({ KeyId: rotating.KeyMetadata?.KeyId }));
  await client.send(new CreateKeyCommand({}));
  await client.send(new CreateKeyCommand({ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' }));
  client.destroy();
}

function awsEnvironment(endpoint: string): { readonly [name: string]: string } {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  };
}
