/** Whole audits of accounts where something happens on the way: credentials that end, a region that is not enabled, another partition. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startAwsEndpoint, THROTTLED, type AwsEndpointOptions } from '../../../src/lab/aws/server.ts';
import type { KeyState, RegionState } from '../../../src/lab/aws/state.ts';
import type { Run } from '../../../src/model/result.ts';
import { certificate, keyState } from '../../support/aws.ts';
import { audit, type Audit } from './audit.ts';

const ACCOUNT = '480125637219';
const CHECKS = 'kms.rotation.off,kms.policy.public,acm.expired';

function arnOf(service: string, region: string, name: string, partition = 'aws'): string {
  return `arn:${partition}:${service}:${region}:${ACCOUNT}:${name}`;
}

function keyIn(region: string, id: string, metadata: KeyState['KeyMetadata'] = {}, partition = 'aws'): KeyState {
  const Arn = arnOf('kms', region, `key/${id}`, partition);
  const root = `arn:${partition}:iam::${ACCOUNT}:root`;
  const Statement = [{ Effect: 'Allow', Principal: { AWS: root }, Action: 'kms:*', Resource: '*' }];
  return keyState(
    id,
    { AWSAccountId: ACCOUNT, Arn, ...metadata },
    { GetKeyPolicy: { Policy: JSON.stringify({ Version: '2012-10-17', Statement }) } },
  );
}

function regionOf(region: string, ids: readonly string[], partition = 'aws'): RegionState {
  return {
    keys: ids.map((id) => keyIn(region, id, {}, partition)),
    certificates: [certificate('c', { CertificateArn: arnOf('acm', region, 'certificate/c', partition) })],
  };
}

async function auditOf(target: string, options: AwsEndpointOptions, ...more: readonly string[]): Promise<Audit> {
  const endpoint = await startAwsEndpoint(options);
  try {
    return await audit(endpoint.url, [
      target,
      '--checks',
      CHECKS,
      '--as-of',
      '2026-11-22T00:00:00Z',
      '--quiet',
      ...more,
    ]);
  } finally {
    await endpoint.close();
  }
}

/** `check subject` without what is before the last slash or colon, to status or fault. */
function linesOf({ results }: Run, check: string): readonly string[] {
  return results
    .filter((result) => result.check === check)
    .map(({ subject, status, fault }) => `${subject.replace(/^arn:[^:]*:[a-z]+:/, '')} ${fault?.code ?? status}`);
}

test('credentials that end on the way: what was answered is judged, the rest says that there are none', async () => {
  const ids = ['a', 'b', 'c', 'd'];
  let answered = 0;
  const { run, code } = await auditOf('aws@eu-north-1', {
    state: { account: ACCOUNT, regions: { 'eu-north-1': regionOf('eu-north-1', ids) } },
    before(call) {
      if (call.action !== 'kms:GetKeyPolicy') return undefined;
      answered += 1;
      return answered > 2 ? { error: 'ExpiredTokenException', message: 'The security token is expired' } : undefined;
    },
  });

  const policies = linesOf(run, 'kms.policy.public').map((line) => line.split(' ')[1]);
  assert.deepEqual(
    ['pass', 'aws.no-credentials'].map((said) => policies.filter((one) => one === said).length),
    [2, 2],
  );
  assert.equal(policies.length, 4);
  assert.deepEqual(
    linesOf(run, 'kms.rotation.off'),
    ids.map((id) => `eu-north-1:${ACCOUNT}:key/${id} pass`),
  );
  assert.equal(code, 3);
});

test('a region that is not enabled is an error there, and the others are judged', async () => {
  const { run, code } = await auditOf('aws@ap-east-1,eu-central-1', {
    state: { account: ACCOUNT, regions: { 'eu-central-1': regionOf('eu-central-1', ['k']) } },
  });

  assert.deepEqual(linesOf(run, 'kms.rotation.off'), [
    `aws:${ACCOUNT}/ap-east-1 aws.region-disabled`,
    `eu-central-1:${ACCOUNT}:key/k pass`,
  ]);
  assert.deepEqual(linesOf(run, 'acm.expired'), [
    `aws:${ACCOUNT}/ap-east-1 aws.region-disabled`,
    `eu-central-1:${ACCOUNT}:certificate/c pass`,
  ]);
  assert.equal(code, 3);
});

test('an account of GovCloud has names of its own partition, and its root is nobody foreign', async () => {
  const partition = 'aws-us-gov';
  const region = 'us-gov-east-1';
  const { run, code } = await auditOf(
    `aws@${region}`,
    {
      state: {
        account: ACCOUNT,
        arn: `arn:${partition}:sts::${ACCOUNT}:assumed-role/audit/session`,
        regions: { [region]: regionOf(region, ['k'], partition) },
      },
    },
    '--checks',
    'kms.policy.*',
  );

  assert.ok(run.results.length >= 5);
  for (const { check, status, subject } of run.results) {
    assert.equal(status, 'pass', check);
    assert.ok(subject.startsWith(`arn:${partition}:`), subject);
  }
  assert.equal(code, 0);
});

test('a replica is judged where its primary is not in the run, and only there', async () => {
  const primary = arnOf('kms', 'us-west-2', 'key/mrk-7');
  const metadata = {
    MultiRegion: true,
    MultiRegionConfiguration: {
      MultiRegionKeyType: 'REPLICA',
      PrimaryKey: { Arn: primary, Region: 'us-west-2' },
      ReplicaKeys: [{ Arn: arnOf('kms', 'sa-east-1', 'key/mrk-7'), Region: 'sa-east-1' }],
    },
  };
  const regions = Object.fromEntries(
    ['us-west-2', 'sa-east-1'].map((region) => [
      region,
      { keys: [keyIn(region, 'mrk-7', metadata)], certificates: [] },
    ]),
  );

  const both = await auditOf('aws@sa-east-1,us-west-2', { state: { account: ACCOUNT, regions } });
  const alone = await auditOf('aws@sa-east-1', { state: { account: ACCOUNT, regions } });

  assert.deepEqual(linesOf(both.run, 'kms.rotation.off'), [
    `sa-east-1:${ACCOUNT}:key/mrk-7 not-applicable`,
    `us-west-2:${ACCOUNT}:key/mrk-7 pass`,
  ]);
  assert.deepEqual(linesOf(alone.run, 'kms.rotation.off'), [`sa-east-1:${ACCOUNT}:key/mrk-7 pass`]);
});

test('pages and questions that are throttled for a while are answered in the end', async () => {
  const ids = Array.from({ length: 7 }, (_, index) => `k${String(index)}`);
  const { run, code } = await auditOf('aws@ca-central-1', {
    state: { account: ACCOUNT, pageSize: 3, regions: { 'ca-central-1': regionOf('ca-central-1', ids) } },
    refusals: [
      { action: 'kms:ListKeys', laterPages: true, times: 2, behaves: THROTTLED },
      {
        action: 'kms:GetKeyRotationStatus',
        resource: 'k4',
        times: 2,
        behaves: { error: 'KMSInternalException', status: 500 },
      },
      { action: 'acm:SearchCertificates', times: 1, behaves: { is: 'close' } },
    ],
  });

  assert.deepEqual(
    run.results.filter(({ status }) => status !== 'pass'),
    [],
  );
  assert.equal(run.results.length, 15);
  assert.equal(code, 0);
});
