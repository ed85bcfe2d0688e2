/** Every way in which an AWS call goes wrong ends as a fault at its place: never a pass, never a missing result. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { callsFor } from '../../../../src/collectors/aws/call-table.ts';
import { awsLogin } from '../../../../src/collectors/aws/login.ts';
import { aws } from '../../../../src/collectors/aws/regional.ts';
import { loginFacts } from '../../../../src/collectors/aws/schema.ts';
import { REGIONAL_CALLS } from '../../../../src/collectors/aws/tables.ts';
import { DENIED, startAwsEndpoint, THROTTLED, type Behaviour, type Refusal } from '../../../../src/lab/aws/server.ts';
import type { AwsState } from '../../../../src/lab/aws/state.ts';
import { judge } from '../../../../src/judge/judge.ts';
import type { Verdict } from '../../../../src/model/result.ts';
import type { Target } from '../../../../src/model/target.ts';
import { validateFacts } from '../../../../src/packs/facts-schema.ts';
import { pathsRead } from '../../../../src/packs/read-paths.ts';
import { AS_OF, awsIo, certificate, keyArn, keyState, planContext, REGION } from '../../../support/aws.ts';
import { interpretEvidence, loadAwsChecks, observedAws, pathsOf } from '../../../support/aws-run.ts';

const CHECKS = await loadAwsChecks(fileURLToPath(new URL('../../../../checks/', import.meta.url)));
const ACCOUNT = '123456789012';
const OLD = { CreationDate: '2020-01-01T00:00:00Z' };

const STATE: AwsState = {
  account: ACCOUNT,
  regions: {
    [REGION]: {
      keys: ['a', 'b', 'c', 'd', 'e'].map((id) =>
        keyState(id, OLD, {
          ListKeyRotations: { Rotations: [{ RotationDate: '2026-06-01T00:00:00Z', RotationType: 'AUTOMATIC' }] },
          GetKeyLastUsage: {
            TrackingStartDate: '2025-01-01T00:00:00Z',
            KeyLastUsage: { Timestamp: '2026-11-20T00:00:00Z', Operation: 'Decrypt' },
          },
        }),
      ),
      certificates: ['1', '2', '3'].map((id) => certificate(id)),
    },
  },
};

async function verdicts(
  refusals: readonly Refusal[],
  state = STATE,
): Promise<{ found: Verdict[]; calls: readonly string[] }> {
  const { raw, target, calls } = await observedAws(state, CHECKS, {}, { refusals });
  return { found: judge(CHECKS, [{ target, collectors: { aws: interpretEvidence(raw) } }], AS_OF), calls };
}

/** The IAM actions that the facts of one check need. */
function callsOf(id: string): string[] {
  return CHECKS.filter((check) => check.id === id).flatMap((check) =>
    callsFor(REGIONAL_CALLS, pathsRead(check).get('aws') ?? []),
  );
}

const BEFORE = (await verdicts([])).found;

test('a healthy account has no error', () => {
  assert.deepEqual(
    BEFORE.filter(({ status }) => status === 'error').map(({ check, message }) => `${check}: ${message}`),
    [],
  );
  assert.ok(BEFORE.filter(({ status }) => status === 'pass').length > 50);
});

for (const action of callsFor(REGIONAL_CALLS, pathsOf(CHECKS))) {
  test(`with ${action} denied no result that needs it passes, the others keep their verdicts, and the permission is named`, async () => {
    const refusals: Refusal[] = [{ action, behaves: DENIED }];
    // The older list would answer instead: it is denied too
    if (action === 'acm:SearchCertificates') refusals.push({ action: 'acm:ListCertificates', behaves: DENIED });

    const { found } = await verdicts(refusals);

    for (const check of CHECKS) {
      const needs = callsOf(check.id).includes(action);
      const now = found.filter((verdict) => verdict.check === check.id);
      const before = BEFORE.filter((verdict) => verdict.check === check.id);
      assert.ok(now.length > 0, `${check.id} vanished`);
      if (!needs) {
        assert.deepEqual(
          now.map(({ subject, status }) => [subject, status]),
          before.map(({ subject, status }) => [subject, status]),
          check.id,
        );
        continue;
      }
      for (const { subject, status, fault, message } of now) {
        assert.notEqual(status, 'pass', `${check.id} ${subject}`);
        if (status !== 'error') continue;
        assert.equal(fault?.code, 'aws.access-denied');
        assert.match(`${message} ${fault.message}`, new RegExp(action), message);
      }
    }
  });
}

const CODES: readonly (readonly [behaves: Behaviour, code: string])[] = [
  [DENIED, 'aws.access-denied'],
  [{ error: 'com.amazonaws.kms#AccessDeniedException' }, 'aws.access-denied'],
  [THROTTLED, 'aws.throttled'],
  [{ error: 'TooManyRequestsException', status: 429 }, 'aws.throttled'],
  [{ error: 'UnknownOperationException' }, 'aws.not-supported'],
  [{ error: 'ExpiredTokenException' }, 'aws.no-credentials'],
  [{ error: 'UnrecognizedClientException' }, 'aws.region-disabled'],
  [{ error: 'OptInRequired', status: 403 }, 'aws.region-disabled'],
  [{ error: 'InternalFailure', status: 500 }, 'aws.server-error'],
  [{ error: 'KMSInternalException', status: 503 }, 'aws.server-error'],
  [{ is: 'html' }, 'aws.server-error'],
  [{ body: '<html>' }, 'aws.bad-response'],
  [{ body: '[]' }, 'aws.bad-response'],
  [{ body: '{}' }, 'aws.bad-response'],
  [{ is: 'empty' }, 'aws.bad-response'],
  [{ is: 'close' }, 'aws.network'],
  [{ is: 'cut' }, 'aws.network'],
];

for (const [behaves, code] of CODES) {
  test(`a policy question that meets ${JSON.stringify(behaves).slice(0, 60)} is ${code} for that key alone`, async () => {
    const { found } = await verdicts([{ action: 'kms:GetKeyPolicy', resource: 'key/b', behaves }]);

    const results = found.filter(({ check }) => check === 'kms.policy.public');
    assert.deepEqual(
      results.map(({ subject, status, fault }) => [subject, fault?.code ?? status]),
      ['a', 'b', 'c', 'd', 'e'].map((id) => [keyArn(id), id === 'b' ? code : 'pass']),
    );
    assert.ok(found.filter(({ check }) => check === 'kms.rotation.off').every(({ status }) => status === 'pass'));
  });

  test(`a list of keys that meets ${JSON.stringify(behaves).slice(0, 60)} is one error for each check`, async () => {
    const { found } = await verdicts([{ action: 'kms:ListKeys', behaves }]);

    const results = found.filter(({ check }) => check.startsWith('kms.'));
    assert.deepEqual([...new Set(results.map(({ subject }) => subject))], [`aws:${ACCOUNT}/${REGION}`]);
    assert.deepEqual([...new Set(results.map(({ fault }) => fault?.code))], [code]);
  });
}

test('a second page that fails leaves the verdicts of the first and an error on the target', async () => {
  const state = { ...STATE, pageSize: 2 };

  const { found } = await verdicts([{ action: 'kms:ListKeys', laterPages: true, behaves: THROTTLED }], state);

  assert.deepEqual(
    found
      .filter(({ check }) => check === 'kms.rotation.off')
      .map(({ subject, status, fault }) => [subject, fault?.code ?? status]),
    [
      [keyArn('a'), 'pass'],
      [keyArn('b'), 'pass'],
      [`aws:${ACCOUNT}/${REGION}`, 'aws.throttled'],
    ],
  );
});

test('a marker that repeats ends the list, and says so', async () => {
  const more = {
    'kms:ListKeys': () => ({
      answer: { Keys: [{ KeyArn: keyArn('a'), KeyId: 'a' }], Truncated: true, NextMarker: 'again' },
    }),
  };

  const { raw, calls } = await observedAws(STATE, CHECKS, {}, { more });

  assert.equal(calls.filter((call) => call === 'kms:ListKeys').length, 2);
  const { facts } = aws.interpret(raw);
  assert.match(JSON.stringify(facts), /"\$unknown":"aws.bad-response"/);
});

test('a key that was deleted during the scan does not apply', async () => {
  const { found } = await verdicts([
    { action: 'kms:DescribeKey', resource: 'key/b', behaves: { error: 'NotFoundException' } },
  ]);

  const gone = found.filter(({ subject }) => subject === keyArn('b'));
  assert.ok(gone.length > 5);
  assert.deepEqual([...new Set(gone.map(({ status }) => status))], ['not-applicable']);
});

test('rotation status is asked of rotatable keys only, and policies of customer keys only', async () => {
  const keys = [
    keyState('good'),
    keyState('managed', { KeyManager: 'AWS' }),
    keyState('imported', { Origin: 'EXTERNAL' }),
    keyState('pending', { KeyState: 'PendingDeletion' }),
    keyState('rsa', { KeySpec: 'RSA_4096', KeyUsage: 'SIGN_VERIFY' }),
  ];
  const chosen = CHECKS.filter(({ id }) => id === 'kms.rotation.off' || id === 'kms.policy.public');

  const { calls } = await observedAws({ account: ACCOUNT, regions: { [REGION]: { keys, certificates: [] } } }, chosen);

  const count = (action: string): number => calls.filter((call) => call === action).length;
  assert.equal(count('kms:DescribeKey'), 5);
  assert.equal(count('kms:GetKeyRotationStatus'), 1);
  assert.equal(count('kms:GetKeyPolicy'), 3);
  assert.equal(calls.length, 10);
});

test('certificates come from one search, and details are asked for the deep checks only', async () => {
  const cheap = CHECKS.filter(({ id, deep }) => id.startsWith('acm.') && deep !== true);
  const deep = CHECKS.filter(({ id }) => id === 'acm.ct.off');

  assert.deepEqual((await observedAws(STATE, cheap)).calls, ['acm:SearchCertificates']);
  assert.deepEqual((await observedAws(STATE, deep)).calls, [
    'acm:SearchCertificates',
    ...Array<string>(3).fill('acm:DescribeCertificate'),
  ]);
});

test('where the search is unknown the older list is read with all key types, and the renewal from the details', async () => {
  const certificates = [certificate('ec', { KeyAlgorithm: 'EC_prime256v1', RenewalStatus: 'FAILED' })];
  const checks = CHECKS.filter(({ id }) => id === 'acm.renewal.stuck');
  const state = { account: ACCOUNT, regions: { [REGION]: { keys: [], certificates } } };

  const { raw, target, calls } = await observedAws(
    state,
    checks,
    {},
    { refusals: [{ action: 'acm:SearchCertificates', behaves: { error: 'InternalFailure', status: 500 } }] },
  );
  const found = judge(checks, [{ target, collectors: { aws: interpretEvidence(raw) } }], AS_OF);

  assert.deepEqual(calls, ['acm:SearchCertificates', 'acm:ListCertificates', 'acm:DescribeCertificate']);
  assert.deepEqual(
    found.map(({ status }) => status),
    ['fail'],
  );
});

const LOGIN: Target = { kind: 'aws-login', id: 'aws:default', labels: {} };

test('a login names the account, its partition and the enabled regions', async () => {
  const state: AwsState = {
    account: ACCOUNT,
    arn: `arn:aws-cn:iam::${ACCOUNT}:user/x`,
    regions: { 'cn-north-1': { keys: [], certificates: [] }, 'cn-northwest-1': { keys: [], certificates: [] } },
  };
  const lab = await startAwsEndpoint({ state });

  const raw = await awsLogin.observe({ collector: 'aws-login', target: LOGIN, options: {} }, awsIo(lab.url));
  await lab.close();
  const { facts } = awsLogin.interpret(raw);

  assert.deepEqual(validateFacts(loginFacts, facts), []);
  const targets = awsLogin.discover?.(facts, LOGIN, planContext([])) ?? [];
  assert.deepEqual(
    targets.map(({ id, kind }) => [id, kind]),
    [
      [`aws:${ACCOUNT}/cn-north-1`, 'aws'],
      [`aws:${ACCOUNT}/cn-northwest-1`, 'aws'],
      [`aws:${ACCOUNT}/global`, 'aws-global'],
    ],
  );
  assert.deepEqual(targets[0]?.options, { partition: 'aws-cn', regions: ['cn-north-1', 'cn-northwest-1'] });
});

test('without the list of regions the configured one is looked at, and the list is known in part', async () => {
  const lab = await startAwsEndpoint({
    state: STATE,
    refusals: [
      { action: 'account:ListRegions', behaves: DENIED },
      { action: 'ec2:*', behaves: DENIED },
    ],
  });

  const raw = await awsLogin.observe({ collector: 'aws-login', target: LOGIN, options: {} }, awsIo(lab.url));
  await lab.close();
  const { facts } = awsLogin.interpret(raw);

  assert.deepEqual(facts, {
    account: ACCOUNT,
    arn: `arn:aws:iam::${ACCOUNT}:user/auditor`,
    partition: 'aws',
    regions: { $items: [REGION], $unknown: 'aws.access-denied' },
    regionsFrom: 'configuration',
  });
});

for (const code of ['ExpiredToken', 'InvalidClientTokenId', 'UnrecognizedClientException', 'SignatureDoesNotMatch']) {
  test(`a login that meets ${code} has no credentials, and its regions do not vanish`, async () => {
    const lab = await startAwsEndpoint({ state: STATE, refusals: [{ action: 'sts:*', behaves: { error: code } }] });
    const job = { collector: 'aws-login', target: LOGIN, options: { regions: ['eu-west-1'] } };

    await assert.rejects(awsLogin.observe(job, awsIo(lab.url)), {
      message: /^aws\.no-credentials: sts:GetCallerIdentity/,
    });
    await lab.close();

    const found = awsLogin.discover?.(undefined, LOGIN, planContext([], { regions: ['eu-west-1'] })) ?? [];
    assert.deepEqual(
      found.map(({ id }) => id),
      ['aws:unknown/eu-west-1', 'aws:unknown/global'],
    );
  });
}

test('where Account Management refuses, EC2 is asked for the enabled regions', async () => {
  const xml =
    '<DescribeRegionsResponse><regionInfo><item><regionName>eu-west-1</regionName></item><item><regionName>us-east-1</regionName></item></regionInfo></DescribeRegionsResponse>';
  const lab = await startAwsEndpoint({
    state: STATE,
    refusals: [{ action: 'account:ListRegions', behaves: DENIED }],
    more: { 'ec2:DescribeRegions': () => ({ xml }) },
  });

  const raw = await awsLogin.observe({ collector: 'aws-login', target: LOGIN, options: {} }, awsIo(lab.url));
  await lab.close();
  const { facts } = awsLogin.interpret(raw);

  assert.match(JSON.stringify(facts), /"regions":\["eu-west-1","us-east-1"\],"regionsFrom":"ec2:DescribeRegions"/);
});
