/** KMS and ACM of the emulator moto, seeded with a nasty account: every verdict by a written table; refused calls never pass. */
import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { ACMClient, ImportCertificateCommand, RequestCertificateCommand } from '@aws-sdk/client-acm';
import {
  CreateKeyCommand,
  DisableKeyCommand,
  EnableKeyRotationCommand,
  KMSClient,
  PutKeyPolicyCommand,
  ReplicateKeyCommand,
  ScheduleKeyDeletionCommand,
  type CreateKeyCommandInput,
} from '@aws-sdk/client-kms';
import { createCa } from '../../../src/lab/ca.ts';
import type { Run } from '../../../src/model/result.ts';
import { audit, statusOf } from './audit.ts';
import { needsMoto, startMoto, startRefusingProxy, type Moto, type Proxy } from './moto.ts';

const REGION = 'us-east-1';
const ACCOUNT = '123456789012';
const DAY = 86_400_000;

const clientOf = (url: string) => ({
  region: REGION,
  endpoint: url,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  requestHandler: { httpAgent: new Agent({ keepAlive: false }) },
});

const ROOT = { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' };

/** Names of the seeded resources to their ARNs. */
async function seed(url: string): Promise<Map<string, string>> {
  const kms = new KMSClient(clientOf(url));
  const acm = new ACMClient(clientOf(url));
  const arns = new Map<string, string>();
  const create = async (name: string, input: CreateKeyCommandInput = {}): Promise<string> => {
    const { KeyMetadata: key } = await kms.send(new CreateKeyCommand({ ...input, Description: name }));
    arns.set(name, key?.Arn ?? '');
    return key?.KeyId ?? '';
  };
  const policy = async (KeyId: string, statement: object): Promise<void> => {
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [ROOT, statement] });
    await kms.send(new PutKeyPolicyCommand({ KeyId, PolicyName: 'default', Policy }));
  };
  await kms.send(new EnableKeyRotationCommand({ KeyId: await create('rotated') }));
  await create('unrotated');
  await create('rsa', { KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' });
  await create('imported', { Origin: 'EXTERNAL' });
  await kms.send(new DisableKeyCommand({ KeyId: await create('disabled') }));
  await kms.send(new ScheduleKeyDeletionCommand({ KeyId: await create('pending'), PendingWindowInDays: 7 }));
  await policy(await create('public'), { Effect: 'Allow', Principal: '*', Action: 'kms:Decrypt', Resource: '*' });
  await policy(await create('narrowed'), {
    Effect: 'Allow',
    Principal: '*',
    Action: 'kms:Decrypt',
    Resource: '*',
    Condition: { StringEquals: { 'kms:CallerAccount': ACCOUNT } },
  });
  await policy(await create('shared'), {
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::999999999999:root' },
    Action: 'kms:Decrypt',
    Resource: '*',
  });
  const multi = await create('multi', { MultiRegion: true });
  const replica = await kms.send(new ReplicateKeyCommand({ KeyId: multi, ReplicaRegion: 'eu-west-1' }));
  arns.set('replica', replica.ReplicaKeyMetadata?.Arn ?? '');

  const ca = createCa({ name: 'Nasty CA' });
  const imported = async (name: string, days: number, bits: number): Promise<void> => {
    const issued = ca.issue({
      names: [name],
      keyType: 'rsa',
      bits,
      notBefore: new Date(Date.now() - 200 * DAY),
      notAfter: new Date(Date.now() + days * DAY),
    });
    const { CertificateArn } = await acm.send(
      new ImportCertificateCommand({
        Certificate: Buffer.from(issued.certPem),
        PrivateKey: Buffer.from(issued.keyPem),
        CertificateChain: Buffer.from(ca.certPem),
      }),
    );
    arns.set(name, CertificateArn ?? '');
  };
  await imported('soon.example.com', 10, 2048);
  await imported('weak.example.com', 300, 1024);
  await imported('*.example.com', 300, 2048);
  const requested = await acm.send(
    new RequestCertificateCommand({ DomainName: 'fresh.example.com', ValidationMethod: 'DNS' }),
  );
  arns.set('fresh.example.com', requested.CertificateArn ?? '');
  return arns;
}

/** Check, resource, status. */
const TABLE: readonly (readonly [check: string, resource: string, status: string])[] = [
  ['kms.rotation.off', 'rotated', 'pass'],
  ['kms.rotation.off', 'unrotated', 'fail'],
  ['kms.rotation.off', 'rsa', 'not-applicable'],
  ['kms.rotation.off', 'imported', 'not-applicable'],
  ['kms.rotation.off', 'disabled', 'not-applicable'],
  ['kms.rotation.off', 'pending', 'not-applicable'],
  ['kms.rotation.off', 'multi', 'fail'],
  ['kms.rotation.off', 'replica', 'not-applicable'],
  ['kms.rotation.slow', 'rotated', 'pass'],
  ['kms.rotation.slow', 'unrotated', 'not-applicable'],
  // moto says nothing of the material's end, which KMS always does: not the documented shape
  ['kms.material.expiring', 'imported', 'error'],
  ['kms.material.expiring', 'rotated', 'not-applicable'],
  ['kms.deletion.pending', 'pending', 'fail'],
  ['kms.deletion.pending', 'disabled', 'pass'],
  ['kms.policy.public', 'public', 'fail'],
  ['kms.policy.public', 'narrowed', 'pass'],
  ['kms.policy.public', 'shared', 'pass'],
  ['kms.policy.public', 'pending', 'not-applicable'],
  ['kms.policy.foreign-account', 'shared', 'fail'],
  ['kms.policy.foreign-account', 'public', 'pass'],
  ['kms.policy.no-admin-path', 'rotated', 'pass'],
  ['kms.key.multi-region', 'multi', 'fail'],
  ['kms.key.multi-region', 'rotated', 'pass'],
  ['kms.spec.weak', 'rsa', 'fail'],
  ['kms.spec.weak', 'rotated', 'not-applicable'],
  ['kms.grant.broad', 'rotated', 'pass'],
  ['acm.expired', 'soon.example.com', 'pass'],
  ['acm.expiring', 'soon.example.com', 'fail'],
  ['acm.expiring', 'weak.example.com', 'pass'],
  ['acm.key.weak', 'weak.example.com', 'fail'],
  ['acm.key.weak', 'soon.example.com', 'pass'],
  ['acm.wildcard', '*.example.com', 'fail'],
  ['acm.wildcard', 'soon.example.com', 'pass'],
  ['acm.imported', 'soon.example.com', 'not-applicable'],
  ['acm.status.bad', 'fresh.example.com', 'pass'],
  ['acm.validation.email', 'fresh.example.com', 'pass'],
  ['acm.validation.email', 'weak.example.com', 'not-applicable'],
  ['acm.renewal.stuck', 'fresh.example.com', 'not-applicable'],
];

/** What moto lacks (played by the lab in the unit tests), and the rules that read IAM (judged in the test of the whole account). */
const NOT_IN_MOTO = 'kms.key.unused,kms.iam.*';
const CHECKS = ['--checks', 'kms.*,acm.*,account.regions.*', '--skip', NOT_IN_MOTO];

describe('KMS and ACM of moto', needsMoto(), () => {
  let moto: Moto;
  let proxy: Proxy;
  let arns: Map<string, string>;
  let healthy: Run;

  before(async () => {
    moto = await startMoto();
    proxy = await startRefusingProxy(moto.url);
    arns = await seed(moto.url);
    healthy = (await audit(proxy.url, ['aws@us-east-1', ...CHECKS])).run;
  });
  after(async () => {
    await proxy.close();
    await moto.close();
  });

  test('every verdict is that of the table, in two regions of one account', async () => {
    proxy.refuse(() => undefined);

    const { code, run } = await audit(proxy.url, ['aws@us-east-1,eu-west-1', ...CHECKS]);

    assert.equal(code, 1);
    assert.deepEqual(
      TABLE.map(([check, resource]) => [check, resource, statusOf(run, check, arns.get(resource) ?? '?')]),
      TABLE,
    );
    assert.deepEqual(
      run.targets.map(({ id }) => id),
      ['aws:123456789012/eu-west-1', 'aws:123456789012/us-east-1', 'aws:default'],
    );
    const pairs = run.results.map(({ check, target, subject }) => `${check} ${target} ${subject}`);
    assert.equal(new Set(pairs).size, pairs.length);
  });

  for (const operation of [
    'ListKeys',
    'DescribeKey',
    'GetKeyRotationStatus',
    'GetKeyPolicy',
    'ListGrants',
    'ListKeyRotations',
  ]) {
    test(`with kms:${operation} denied the results that need it are errors, and nothing else changes for the worse`, async () => {
      proxy.refuse((call) => (call.action === `kms:${operation}` ? { code: 'AccessDeniedException' } : undefined));

      const { run } = await audit(proxy.url, ['aws@us-east-1', ...CHECKS]);

      const before = new Map(healthy.results.map((result) => [`${result.check} ${result.subject}`, result.status]));
      const denied = run.results.filter(
        ({ check, subject, status }) => status === 'error' && before.get(`${check} ${subject}`) !== 'error',
      );
      assert.ok(operation === 'ListKeyRotations' || denied.length > 0);
      for (const { fault, message } of denied) {
        assert.equal(fault?.code, 'aws.access-denied');
        assert.match(message, new RegExp(`kms:${operation}`));
      }
      for (const { check, subject, status } of run.results) {
        const was = before.get(`${check} ${subject}`);
        // moto issues a requested certificate after a minute, so ACM changes by itself
        if (status === 'pass' && check.startsWith('kms.')) assert.equal(was, 'pass', `${check} ${subject}`);
      }
    });
  }

  test('with every KMS call denied nothing passes and the audit ends with 3', async () => {
    proxy.refuse((call) => (call.service === 'kms' ? { code: 'AccessDeniedException' } : undefined));

    const { code, run, stderr } = await audit(proxy.url, ['aws@us-east-1', '--checks', 'kms.*', '--skip', 'kms.iam.*']);

    assert.equal(code, 3);
    assert.deepEqual(
      [...new Set(run.results.map(({ status, fault }) => `${status} ${fault?.code ?? ''}`))],
      ['error aws.access-denied'],
    );
    assert.doesNotMatch(stderr, /\n {4}at /);
  });

  test('with an expired token every result is an error and the audit ends with 3', async () => {
    proxy.refuse((call) => ({ code: 'ExpiredToken', status: call.isXml ? 403 : 400 }));

    const { code, run } = await audit(proxy.url, ['aws@us-east-1', ...CHECKS]);

    assert.equal(code, 3);
    assert.deepEqual(
      [...new Set(run.results.map(({ status, fault }) => `${status} ${fault?.code ?? ''}`))],
      ['error aws.no-credentials'],
    );
    assert.ok(run.targets.some(({ id }) => id === 'aws:unknown/us-east-1'));
  });
});
