/** What a denied operation means for the program's end: 3 where nothing fails, 1 where something does, 0 never. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DENIED, startAwsEndpoint } from '../../../src/lab/aws/server.ts';
import { keyState } from '../../support/aws.ts';
import { isCallOf } from '../../support/aws-actions.ts';
import { SOUND } from '../../support/aws-sound.ts';
import { audit, type Audit } from './audit.ts';

const CHECKS = [
  '--checks',
  'account.*,acm.*,cloudfront.*,cloudtrail.*,config.*,ec2.*,elb.*,guardduty.*,iam.*,kms.*,rds.*,s3.*,secretsmanager.*,securityhub.*',
];

async function sound(denied?: string, args: readonly string[] = [], more = SOUND): Promise<Audit> {
  const endpoint = await startAwsEndpoint({
    ...more,
    before: (call) => (denied !== undefined && isCallOf(denied, call) ? DENIED : undefined),
  });
  try {
    return await audit(endpoint.url, ['aws@us-east-1', ...CHECKS, ...args]);
  } finally {
    await endpoint.close();
  }
}

test('a sound account ends with 0, and every result is a pass or does not apply', async () => {
  const { code, run, stderr } = await sound();

  assert.deepEqual(
    run.results.filter(({ status }) => status === 'fail' || status === 'error').map(({ message }) => message),
    [],
  );
  assert.equal(code, 0, stderr);
});

for (const action of ['kms:GetKeyPolicy', 'rds:DescribeDBInstances', 'iam:GetAccountAuthorizationDetails']) {
  test(`${action} denied ends with 3 and is named`, async () => {
    const { code, run, stderr } = await sound(action);

    const errors = run.results.filter(({ status }) => status === 'error');
    assert.equal(code, 3, stderr);
    assert.ok(errors.length > 0);
    for (const { message, fault } of errors) {
      assert.equal(fault?.code, 'aws.access-denied');
      assert.match(message, new RegExp(action));
    }
    assert.doesNotMatch(stderr, /\n {4}at /);
  });
}

test('--allow-incomplete makes of 3 a 0', async () => {
  const { code, stderr } = await sound('kms:GetKeyPolicy', ['--allow-incomplete']);

  assert.equal(code, 0, stderr);
});

test('where something fails beside what is denied the end is 1', async () => {
  const { state, more } = SOUND;
  const region = state.regions['us-east-1'] ?? { keys: [], certificates: [] };
  const bad = keyState('bad', {}, { GetKeyRotationStatus: { KeyRotationEnabled: false } });
  const failing = { more, state: { ...state, regions: { 'us-east-1': { ...region, keys: [...region.keys, bad] } } } };

  const { code, run } = await sound('kms:GetKeyPolicy', [], failing);

  assert.equal(code, 1);
  assert.deepEqual(
    run.results.filter(({ status }) => status === 'fail').map(({ check }) => check),
    ['kms.rotation.off'],
  );
});
