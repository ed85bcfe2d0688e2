/** Each AWS operation denied in turn, before moto: what needs it does not pass, and names it; the rest keeps its verdicts. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as ec2 from '@aws-sdk/client-ec2';
import { CreateUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateDBInstanceCommand, RDSClient } from '@aws-sdk/client-rds';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateTrailCommand, CloudTrailClient, StartLoggingCommand } from '@aws-sdk/client-cloudtrail';
import { callsFor } from '../../../src/collectors/aws/call-table.ts';
import { awsGlobal } from '../../../src/collectors/aws/global.ts';
import { aws } from '../../../src/collectors/aws/regional.ts';
import { CALLS_BY_COLLECTOR } from '../../../src/collectors/aws/tables.ts';
import { collectorSchemas } from '../../../src/commands/packs.ts';
import { faultMessages } from '../../../src/engine/fault-messages.ts';
import { judge } from '../../../src/judge/judge.ts';
import type { Check } from '../../../src/model/check.ts';
import type { Collector } from '../../../src/model/collector.ts';
import type { Json } from '../../../src/model/json.ts';
import type { Verdict } from '../../../src/model/result.ts';
import type { Target } from '../../../src/model/target.ts';
import { loadPack } from '../../../src/packs/load.ts';
import { pathsRead } from '../../../src/packs/read-paths.ts';
import type { Call } from '../../../src/lab/aws/wire.ts';
import { awsIo, planContext, writingConfig } from '../../support/aws.ts';
import { needsMoto, startMoto, startRefusingProxy, type Moto, type Proxy } from './moto.ts';

const CHECKS = fileURLToPath(new URL('../../../checks/', import.meta.url));
const FOLDERS = [
  'account',
  'cloudfront',
  'cloudtrail',
  'config',
  'ec2',
  'elb',
  'guardduty',
  'iam',
  'kms',
  'rds',
  's3',
  'secretsmanager',
  'securityhub',
];
const PLACES: readonly (readonly [Collector, Target])[] = [
  [aws, { kind: 'aws', id: 'aws:123456789012/us-east-1', labels: {} }],
  [awsGlobal, { kind: 'aws-global', id: 'aws:123456789012/global', labels: {} }],
];

/** How a request to moto spells an action of IAM: the service's operation names differ. */
const SPELLED: { readonly [action: string]: (call: Call) => boolean } = {
  's3:ListAllMyBuckets': (call) => call.service === 's3' && call.path === '/',
  's3:GetAccountPublicAccessBlock': (call) =>
    call.service === 's3' && call.path.endsWith('/configuration/publicAccessBlock'),
  's3:GetBucketPublicAccessBlock': (call) => call.service === 's3' && call.query.has('publicAccessBlock'),
  's3:GetBucketPolicyStatus': (call) => call.service === 's3' && call.query.has('policyStatus'),
  's3:GetBucketAcl': (call) => call.service === 's3' && call.query.has('acl'),
  's3:GetBucketPolicy': (call) => call.service === 's3' && call.query.has('policy'),
  's3:GetEncryptionConfiguration': (call) => call.service === 's3' && call.query.has('encryption'),
  'cloudfront:ListDistributions': (call) => call.service === 'cloudfront',
  'guardduty:ListDetectors': (call) => call.service === 'guardduty' && call.path === '/detector',
  'guardduty:GetDetector': (call) => call.service === 'guardduty' && call.path.startsWith('/detector/'),
  'securityhub:DescribeHub': (call) => call.service === 'securityhub',
  'access-analyzer:ListAnalyzers': (call) => call.service === 'access-analyzer',
};

/** By their rules no verdict needs them: test/deep/collectors/aws/organization.test.ts shows what they do. */
const HARMLESS = new Set(['organizations:DescribeOrganization', 'iam:ListOrganizationsFeatures']);

async function verdicts(url: string, checks: readonly Check[]): Promise<Verdict[]> {
  const observations = await Promise.all(
    PLACES.map(async ([collector, target]) => {
      const paths = checks.flatMap((check) => pathsRead(check).get(collector.id) ?? []);
      const options =
        collector.plan?.(target, planContext([...new Set(paths)].sort(), { regions: ['us-east-1'] })) ?? {};
      const raw = JSON.parse(
        JSON.stringify(await collector.observe({ collector: collector.id, target, options }, awsIo(url))),
      ) as Json;
      const interpreted = collector.interpret(raw);
      return {
        target,
        collectors: { [collector.id]: { is: 'facts' as const, id: 'ev-0', ...interpreted, why: faultMessages(raw) } },
      };
    }),
  );
  return judge(checks, observations, new Date().toISOString());
}

/** A security group that lets a list of private addresses in. */
async function withPrefixList(config: never): Promise<void> {
  const client = new ec2.EC2Client(config);
  const { PrefixList } = await client.send(
    new ec2.CreateManagedPrefixListCommand({
      PrefixListName: 'office',
      MaxEntries: 1,
      AddressFamily: 'IPv4',
      Entries: [{ Cidr: '10.0.0.0/8' }],
    }),
  );
  const { GroupId } = await client.send(
    new ec2.CreateSecurityGroupCommand({ GroupName: 'office', Description: 'office' }),
  );
  await client.send(
    new ec2.AuthorizeSecurityGroupIngressCommand({
      GroupId,
      IpPermissions: [
        { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, PrefixListIds: [{ PrefixListId: PrefixList?.PrefixListId }] },
      ],
    }),
  );
}

describe('each operation denied in turn', needsMoto(), () => {
  let moto: Moto;
  let proxy: Proxy;
  let checks: Check[];
  let healthy: Verdict[];

  before(async () => {
    const schemas = await collectorSchemas();
    checks = FOLDERS.flatMap((folder) => [...loadPack(`${CHECKS}${folder}`, schemas).checks]).filter(
      ({ target, deep }) => target !== 'aws-login' && deep !== true,
    );
    moto = await startMoto();
    proxy = await startRefusingProxy(moto.url);
    const config = writingConfig(moto.url) as never;
    await new IAMClient(config).send(new CreateUserCommand({ UserName: 'alice' }));
    await new S3Client({ ...(config as object), forcePathStyle: true }).send(
      new CreateBucketCommand({ Bucket: 'plain' }),
    );
    await new ec2.EC2Client(config).send(
      new ec2.CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1, Encrypted: true }),
    );
    await withPrefixList(config);
    await new RDSClient(config).send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: 'good',
        DBInstanceClass: 'db.t3.micro',
        Engine: 'postgres',
        EngineVersion: '16.1',
        AllocatedStorage: 20,
        MasterUsername: 'admin',
        MasterUserPassword: ['not', 'a', 'password'].join('-'),
      }),
    );
    const trails = new CloudTrailClient(config);
    await trails.send(
      new CreateTrailCommand({
        Name: 'main',
        S3BucketName: 'plain',
        IsMultiRegionTrail: true,
        EnableLogFileValidation: true,
      }),
    );
    await trails.send(new StartLoggingCommand({ Name: 'main' }));
    healthy = await verdicts(proxy.url, checks);
    assert.ok(proxy.calls.includes('ec2:GetManagedPrefixListEntries'), 'the list of addresses is read');
  });
  after(async () => {
    await proxy.close();
    await moto.close();
  });

  test('no operation is without consequence', async (t) => {
    const actions = PLACES.flatMap(([{ id }]) =>
      callsFor(
        CALLS_BY_COLLECTOR[id] ?? [],
        checks.flatMap((check) => pathsRead(check).get(id) ?? []),
      ),
    );
    for (const action of [...new Set(actions)].sort()) {
      await t.test(action, async () => {
        const matches = SPELLED[action] ?? ((call: Call) => call.action === action);
        proxy.refuse((call) =>
          matches(call)
            ? { code: call.isXml ? 'AccessDenied' : 'AccessDeniedException', status: call.isXml ? 403 : 400 }
            : undefined,
        );

        const now = await verdicts(proxy.url, checks);

        const denied = now.filter(({ fault }) => fault?.code === 'aws.access-denied');
        for (const { message, check } of denied) assert.match(message, new RegExp(action), check);
        const needing = new Set(
          checks
            .filter((check) =>
              check.needs.some((id) =>
                callsFor(CALLS_BY_COLLECTOR[id] ?? [], pathsRead(check).get(id) ?? []).includes(action),
              ),
            )
            .map(({ id }) => id),
        );
        const before = new Map(healthy.map((verdict) => [`${verdict.check} ${verdict.subject}`, verdict.status]));
        for (const { check, subject, status } of now) {
          const was = before.get(`${check} ${subject}`);
          if (needing.has(check)) {
            if (status === 'pass')
              assert.equal(was, 'pass', `${check} ${subject} passes only where ${action} is denied`);
          } else assert.equal(status, was, `${check} ${subject}`);
        }
        for (const { id } of checks)
          assert.ok(
            now.some(({ check }) => check === id),
            `${id} vanished`,
          );
        const touched = healthy.some(({ check, status }) => needing.has(check) && status === 'pass');
        if (touched && !HARMLESS.has(action) && proxy.calls.includes(action))
          assert.ok(denied.length > 0, `${action} is denied and nothing says so`);
      });
    }
  });
});
