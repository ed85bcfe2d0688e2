/** Several accounts in one audit: through Organizations and a role, through profiles; what is refused in one touches no other. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { DENIED, startAwsEndpoint, THROTTLED, type Behaviour, type Refusal } from '../../../src/lab/aws/server.ts';
import type { AwsState } from '../../../src/lab/aws/state.ts';
import type { Result, Run } from '../../../src/model/result.ts';
import { certificate, keyState } from '../../support/aws.ts';
import { audit, type Audit } from './audit.ts';

const MANAGEMENT = '123456789012';
const MEMBER = '210987654321';
const SUSPENDED = '333333333333';
const REGIONS = ['eu-west-1', 'us-east-1'];
const ROLE = 'audit/SecurityAudit';

/** One key that rotates and one that does not, in each of two regions. */
function state(account: string): AwsState {
  const regions = REGIONS.map((region) => {
    const key = (id: string, rotates: boolean): ReturnType<typeof keyState> =>
      keyState(
        id,
        { Arn: `arn:aws:kms:${region}:${account}:key/${id}`, AWSAccountId: account },
        { GetKeyRotationStatus: { KeyRotationEnabled: rotates, RotationPeriodInDays: 365 } },
      );
    const Arn = `arn:aws:acm:${region}:${account}:certificate/c`;
    return [
      region,
      { keys: [key('good', true), key('bad', false)], certificates: [certificate('c', { CertificateArn: Arn })] },
    ];
  });
  return { account, regions: Object.fromEntries(regions) as AwsState['regions'] };
}

const CONFIG = `
targets:
  - { target: "aws@${REGIONS.join(',')}", options: { aws: { memberRole: "${ROLE}" } } }
checks: [kms.rotation.off, acm.key.weak, account.members.unknown]
`;

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'probity-accounts-'));
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function auditBoth(
  refusals: readonly Refusal[] = [],
  config = CONFIG,
  further: readonly string[] = [],
): Promise<Audit> {
  const endpoint = await startAwsEndpoint({
    state: state(MANAGEMENT),
    members: [state(MEMBER), { ...state(SUSPENDED), status: 'SUSPENDED' }, ...further.map(state)],
    refusals,
  });
  const file = join(folder, 'probity.yaml');
  writeFileSync(file, config);
  try {
    return await audit(endpoint.url, ['--config', file, '--timeout', '2s']);
  } finally {
    await endpoint.close();
  }
}

/** `target check subject status`, what is about the account alone. */
function linesOf(run: Run, account: string): string[] {
  return run.results
    .filter(({ target }) => target.startsWith(`aws:${account}/`))
    .map(({ check, subject, status }) => `${check} ${subject} ${status}`);
}

const expected = (account: string): string[] =>
  REGIONS.flatMap((region) => [
    `acm.key.weak arn:aws:acm:${region}:${account}:certificate/c pass`,
    `kms.rotation.off arn:aws:kms:${region}:${account}:key/bad fail`,
    `kms.rotation.off arn:aws:kms:${region}:${account}:key/good pass`,
  ]);

const members = (run: Run): Result | undefined =>
  run.results.find(({ check, target }) => check === 'account.members.unknown' && target === 'aws:default');

describe('the accounts of an organization', () => {
  test('each active one is judged, with the named role; a suspended one is not entered', async () => {
    const { run, code } = await auditBoth();

    assert.deepEqual(linesOf(run, MANAGEMENT), expected(MANAGEMENT));
    assert.deepEqual(linesOf(run, MEMBER), expected(MEMBER));
    assert.deepEqual(linesOf(run, SUSPENDED), []);
    assert.equal(members(run)?.status, 'pass');
    assert.equal(code, 1);
    assert.deepEqual(
      run.targets.map(({ id, parent }) => [id, parent]),
      [
        [`aws:${MANAGEMENT}/eu-west-1`, 'aws:default'],
        [`aws:${MANAGEMENT}/us-east-1`, 'aws:default'],
        [`aws:${MEMBER}`, 'aws:default'],
        [`aws:${MEMBER}/eu-west-1`, `aws:${MEMBER}`],
        [`aws:${MEMBER}/us-east-1`, `aws:${MEMBER}`],
        ['aws:default', undefined],
      ],
    );
  });

  test('a role that may not be taken on is named in every result of that account, and of no other', async () => {
    const { run } = await auditBoth([
      { action: 'sts:AssumeRole', resource: MEMBER, behaves: { error: 'AccessDenied' } },
    ]);

    const lost = run.results.filter(({ target }) => target.startsWith(`aws:${MEMBER}/`));
    assert.deepEqual(linesOf(run, MANAGEMENT), expected(MANAGEMENT));
    assert.equal(lost.length, 4);
    for (const { status, fault, message } of lost) {
      assert.equal(status, 'error');
      assert.equal(fault?.code, 'aws.access-denied');
      assert.match(message, new RegExp(`sts:AssumeRole of arn:aws:iam::${MEMBER}:role/${ROLE}`));
    }
  });

  test('accounts that cannot be listed are one error, and the own account is judged', async () => {
    const { run } = await auditBoth([{ action: 'organizations:ListAccounts', behaves: DENIED }]);

    assert.deepEqual(linesOf(run, MANAGEMENT), expected(MANAGEMENT));
    assert.deepEqual(linesOf(run, MEMBER), []);
    assert.equal(members(run)?.status, 'error');
    assert.match(members(run)?.message ?? '', /organizations:ListAccounts/);
  });

  test('accounts may be named instead of listed', async () => {
    const config = CONFIG.replace('memberRole', `members: ["${MEMBER}"], memberRole`);

    const { run } = await auditBoth([{ action: 'organizations:*', behaves: DENIED }], config);

    assert.deepEqual(linesOf(run, MEMBER), expected(MEMBER));
    assert.equal(members(run)?.status, 'pass');
  });

  const INJECTED: readonly (readonly [Behaviour, string])[] = [
    [DENIED, 'aws.access-denied'],
    [THROTTLED, 'aws.throttled'],
    [{ error: 'ExpiredTokenException' }, 'aws.no-credentials'],
    [{ error: 'UnknownOperationException' }, 'aws.not-supported'],
    [{ error: 'InternalFailure' }, 'aws.server-error'],
    [{ is: 'close' }, 'aws.network'],
    [{ is: 'hang' }, 'aws.timeout'],
  ];
  test('whatever goes wrong in one region of one account is a typed fault there and nowhere else', async () => {
    const troubled = INJECTED.map((_, index) => `4444444444${String(index + 10)}`);
    const region = 'us-east-1';
    const refusals = INJECTED.map(([behaves], index): Refusal => {
      const account = troubled[index] ?? '';
      return { action: 'kms:*', account, region, behaves };
    });

    const { run } = await auditBoth(refusals, CONFIG, troubled);

    assert.deepEqual(linesOf(run, MANAGEMENT), expected(MANAGEMENT));
    assert.deepEqual(linesOf(run, MEMBER), expected(MEMBER));
    for (const [index, account] of troubled.entries()) {
      assert.deepEqual(
        linesOf(run, account).toSorted(),
        [
          ...expected(account).filter((line) => !line.includes(`kms:${region}`)),
          `kms.rotation.off aws:${account}/${region} error`,
        ].toSorted(),
      );
      const lost = run.results.find(({ subject }) => subject === `aws:${account}/${region}`);
      assert.equal(lost?.fault?.code, INJECTED[index]?.[1]);
      assert.match(lost?.message ?? '', /kms:ListKeys/);
    }
  });
});

test('profiles are accounts of their own: by keys, and by a role over another profile', async () => {
  const endpoint = await startAwsEndpoint({ state: state(MANAGEMENT), members: [state(MEMBER)] });
  const config = join(folder, 'aws-config');
  writeFileSync(
    config,
    [
      '[profile base]',
      `aws_access_key_id = ${['AK', 'IA', 'BASE'].join('')}`,
      `aws_secret_access_key = ${['se', 'cret'].join('')}`,
      '[profile first]',
      `role_arn = arn:aws:iam::${MEMBER}:role/first`,
      'source_profile = base',
      '[profile second]',
      `role_arn = arn:aws:iam::${MEMBER}:role/second`,
      'source_profile = first',
      '[profile closed]',
      'role_arn = arn:aws:iam::444444444444:role/closed',
      'source_profile = base',
      'region = us-east-1',
    ].join('\n'),
  );
  try {
    const { run } = await audit(
      endpoint.url,
      ['aws:base@us-east-1', 'aws:second@us-east-1', 'aws:closed@us-east-1', '--checks', 'kms.rotation.off'],
      { AWS_CONFIG_FILE: config, AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' },
    );

    const of = (account: string): string[] =>
      run.results.filter(({ target }) => target === `aws:${account}/us-east-1`).map(({ status }) => status);
    assert.deepEqual(of(MANAGEMENT), ['fail', 'pass']);
    assert.deepEqual(of(MEMBER), ['fail', 'pass']);
    assert.deepEqual(of('unknown'), ['error']);
  } finally {
    await endpoint.close();
  }
});
