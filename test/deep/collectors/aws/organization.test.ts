/** What the organization says: its management account may take on roles; that nobody says so is told, and never a pass. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { awsGlobal } from '../../../../src/collectors/aws/global.ts';
import { faultMessages } from '../../../../src/engine/fault-messages.ts';
import { collectorSchemas } from '../../../../src/commands/packs.ts';
import { judge } from '../../../../src/judge/judge.ts';
import { startAwsEndpoint } from '../../../../src/lab/aws/server.ts';
import type { Reply } from '../../../../src/lab/aws/state.ts';
import type { Json } from '../../../../src/model/json.ts';
import type { Target } from '../../../../src/model/target.ts';
import { loadPack } from '../../../../src/packs/load.ts';
import { pathsRead } from '../../../../src/packs/read-paths.ts';
import { ACCOUNT, AS_OF, awsIo, planContext, REGION } from '../../../support/aws.ts';

const MANAGEMENT = '210987654321';
const OTHER = '345678901234';
const CHECKS = loadPack(
  fileURLToPath(new URL('../../../../checks/iam/', import.meta.url)),
  await collectorSchemas(),
).checks.filter(({ id }) => id === 'iam.role.foreign-account' || id === 'iam.root.no-mfa');
const TARGET: Target = { kind: 'aws-global', id: `aws:${ACCOUNT}/global`, labels: {} };

function role(name: string, principal: string): string {
  const trust = JSON.stringify({
    Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: `arn:aws:iam::${principal}:root` } }],
  });
  const document = `<AssumeRolePolicyDocument>${encodeURIComponent(trust)}</AssumeRolePolicyDocument>`;
  return `<member><RoleName>${name}</RoleName><Arn>arn:aws:iam::${ACCOUNT}:role/${name}</Arn><Path>/</Path>${document}</member>`;
}

function answered(operation: string, result: string): Reply {
  return { xml: `<${operation}Response><${operation}Result>${result}</${operation}Result></${operation}Response>` };
}

const roles = `<RoleDetailList>${role('audit', MANAGEMENT)}${role('vendor', OTHER)}</RoleDetailList>`;

/** Status and message of each verdict by subject, and how often the features of the organization were asked for. */
async function verdicts(
  organization: Reply,
  summary: { readonly [name: string]: number } = { AccountPasswordPresent: 1 },
  features: Reply = { error: 'AccessDenied', status: 403 },
): Promise<{ readonly found: ReadonlyMap<string, readonly [string, string]>; readonly asked: number }> {
  const counts = { AccountMFAEnabled: 0, AccountAccessKeysPresent: 0, ...summary };
  const entries = Object.entries(counts)
    .map(([key, value]) => `<entry><key>${key}</key><value>${String(value)}</value></entry>`)
    .join('');
  const lab = await startAwsEndpoint({
    state: { account: ACCOUNT, regions: { [REGION]: { keys: [], certificates: [] } } },
    more: {
      'iam:GetAccountAuthorizationDetails': () => answered('GetAccountAuthorizationDetails', roles),
      'iam:GetAccountSummary': () => answered('GetAccountSummary', `<SummaryMap>${entries}</SummaryMap>`),
      'iam:ListOrganizationsFeatures': () => features,
      'organizations:DescribeOrganization': () => organization,
    },
  });
  try {
    const paths = CHECKS.flatMap((check) => pathsRead(check).get('aws-global') ?? []);
    const options = awsGlobal.plan?.(TARGET, planContext([...new Set(paths)].sort())) ?? {};
    const observed = await awsGlobal.observe({ collector: 'aws-global', target: TARGET, options }, awsIo(lab.url));
    const raw = JSON.parse(JSON.stringify(observed)) as Json;
    const seen = { is: 'facts' as const, id: 'ev-0', ...awsGlobal.interpret(raw), why: faultMessages(raw) };
    const all = judge(CHECKS, [{ target: TARGET, collectors: { 'aws-global': seen } }], AS_OF);
    return {
      found: new Map(
        all.map(({ subject, status, message }) => [subject.slice(subject.lastIndexOf(':') + 1), [status, message]]),
      ),
      asked: lab.calls.filter((call) => call === 'iam:ListOrganizationsFeatures').length,
    };
  } finally {
    await lab.close();
  }
}

const statuses = ({ found }: Awaited<ReturnType<typeof verdicts>>) =>
  Object.fromEntries([...found].map(([subject, [status]]) => [subject, status]));

test('the management account is known where the organization names it, and nobody else is', async () => {
  const run = await verdicts({ answer: { Organization: { MasterAccountId: MANAGEMENT } } });

  assert.deepEqual(statuses(run), { 'role/audit': 'pass', 'role/vendor': 'fail', root: 'fail' });
  assert.doesNotMatch(run.found.get('role/vendor')?.[1] ?? '', /management/);
});

test('without an organization there is no exception, and no word of one', async () => {
  const run = await verdicts({ error: 'AWSOrganizationsNotInUseException', status: 400 });

  assert.deepEqual(statuses(run), { 'role/audit': 'fail', 'role/vendor': 'fail', root: 'fail' });
  assert.doesNotMatch(run.found.get('role/audit')?.[1] ?? '', /management/);
});

test('denied: no exception either, and the message says which permission would tell', async () => {
  const run = await verdicts({ error: 'AccessDeniedException', status: 400 });

  assert.deepEqual(statuses(run), { 'role/audit': 'fail', 'role/vendor': 'fail', root: 'fail' });
  assert.match(
    run.found.get('role/audit')?.[1] ?? '',
    /:root \(management account unknown: organizations:DescribeOrganization aws\.access-denied\)/,
  );
});

test('the features of the organization are asked for where nothing says whether root has a password; what they answer excuses nobody', async () => {
  const silent = { AccountMFAEnabled: 0 };
  const on = answered(
    'ListOrganizationsFeatures',
    '<EnabledFeatures><member>RootCredentialsManagement</member></EnabledFeatures>',
  );
  for (const features of [
    on,
    { error: 'AccessDenied', status: 403 },
    { error: 'OrganizationNotFoundException', status: 404 },
  ]) {
    const run = await verdicts({ answer: { Organization: { MasterAccountId: MANAGEMENT } } }, silent, features);
    assert.deepEqual([run.asked > 0, run.found.get('root')?.[0]], [true, 'fail']);
  }
  const none = await verdicts({ answer: { Organization: {} } }, { AccountPasswordPresent: 0 });
  assert.deepEqual([none.asked, none.found.get('root')?.[0]], [0, 'not-applicable']);
});
