/** IAM, S3, RDS, EC2, load balancers, CloudTrail, CloudFront and the rest of moto, seeded with a nasty account: verdicts by a table. */
import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { CloudFrontClient, CreateDistributionCommand, type DistributionConfig } from '@aws-sdk/client-cloudfront';
import { CloudTrailClient, CreateTrailCommand, StartLoggingCommand } from '@aws-sdk/client-cloudtrail';
import * as ec2 from '@aws-sdk/client-ec2';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import * as iam from '@aws-sdk/client-iam';
import * as rds from '@aws-sdk/client-rds';
import * as s3 from '@aws-sdk/client-s3';
import * as secrets from '@aws-sdk/client-secrets-manager';
import { CreateDetectorCommand, GuardDutyClient } from '@aws-sdk/client-guardduty';
import type { Run } from '../../../src/model/result.ts';
import { createCa } from '../../../src/lab/ca.ts';
import { audit } from './audit.ts';
import { needsMoto, startMoto, startRefusingProxy, type Moto, type Proxy } from './moto.ts';

const REGION = 'us-east-1';
const ACCOUNT = '123456789012';

const clientOf = (url: string) => ({
  region: REGION,
  endpoint: url,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  requestHandler: { httpAgent: new Agent({ keepAlive: false }) },
});

const allow = (...statements: readonly object[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((statement) => ({ Effect: 'Allow', ...statement })),
  });

async function seedIam(url: string): Promise<void> {
  const client = new iam.IAMClient(clientOf(url));
  const policy = async (name: string, document: string): Promise<string> =>
    (await client.send(new iam.CreatePolicyCommand({ PolicyName: name, PolicyDocument: document }))).Policy?.Arn ?? '';
  const admin = await policy('admin', allow({ Action: '*', Resource: '*' }));
  await policy('decrypt', allow({ Action: 'kms:Decrypt', Resource: '*' }));
  await policy('narrow', allow({ Action: ['s3:GetObject'], Resource: 'arn:aws:s3:::b/*' }));
  await policy('service', allow({ Action: 'sqs:*', Resource: 'arn:aws:sqs:us-east-1:123456789012:q' }));
  await client.send(new iam.CreateUserCommand({ UserName: 'alice' }));
  await client.send(
    new iam.CreateLoginProfileCommand({ UserName: 'alice', Password: ['Test', '1234', '!x'].join('-') }),
  );
  await client.send(new iam.AttachUserPolicyCommand({ UserName: 'alice', PolicyArn: admin }));
  await client.send(new iam.CreateUserCommand({ UserName: 'robot' }));
  await client.send(new iam.CreateAccessKeyCommand({ UserName: 'robot' }));
  await client.send(new iam.CreateAccessKeyCommand({ UserName: 'robot' }));
  const role = async (name: string, ...statements: readonly object[]): Promise<void> => {
    await client.send(
      new iam.CreateRoleCommand({
        RoleName: name,
        AssumeRolePolicyDocument: allow(...statements.map((statement) => ({ Action: 'sts:AssumeRole', ...statement }))),
      }),
    );
  };
  await role('open', { Principal: { AWS: '*' } });
  await role('foreign', { Principal: { AWS: 'arn:aws:iam::999999999999:root' } });
  await role('external', {
    Principal: { AWS: 'arn:aws:iam::999999999999:root' },
    Condition: { StringEquals: { 'sts:ExternalId': 'x' } },
  });
  await role('service', { Principal: { Service: 'ec2.amazonaws.com' } });
  const provider = `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`;
  const web = { Action: 'sts:AssumeRoleWithWebIdentity', Principal: { Federated: provider } };
  const audience = { 'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com' };
  await role('any-repository', { ...web, Condition: { StringEquals: audience } });
  await role('one-repository', {
    ...web,
    Condition: { StringEquals: audience, StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:org/app:*' } },
  });
  await client.send(
    new iam.PutRolePolicyCommand({
      RoleName: 'service',
      PolicyName: 'inline',
      PolicyDocument: allow({ Action: 'kms:*', Resource: 'arn:aws:kms:*:*:key/*' }),
    }),
  );
  const old = createCa({ name: 'IAM CA' }).issue({
    names: ['old.example.com'],
    keyType: 'rsa',
    notBefore: new Date('2020-01-01'),
    notAfter: new Date('2021-01-01'),
  });
  await client.send(
    new iam.UploadServerCertificateCommand({
      ServerCertificateName: 'old',
      CertificateBody: old.certPem,
      PrivateKey: old.keyPem,
    }),
  );
}

async function seedS3(url: string): Promise<void> {
  const client = new s3.S3Client({ ...clientOf(url), forcePathStyle: true });
  for (const Bucket of ['plain', 'good', 'open', 'trail']) await client.send(new s3.CreateBucketCommand({ Bucket }));
  const all = { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true };
  await client.send(new s3.PutPublicAccessBlockCommand({ Bucket: 'good', PublicAccessBlockConfiguration: all }));
  const deny = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: ['arn:aws:s3:::good', 'arn:aws:s3:::good/*'],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
  };
  await client.send(new s3.PutBucketPolicyCommand({ Bucket: 'good', Policy: JSON.stringify(deny) }));
  await client.send(
    new s3.PutBucketEncryptionCommand({
      Bucket: 'good',
      ServerSideEncryptionConfiguration: {
        Rules: [
          {
            ApplyServerSideEncryptionByDefault: {
              SSEAlgorithm: 'aws:kms',
              KMSMasterKeyID: `arn:aws:kms:us-east-1:${ACCOUNT}:key/k`,
            },
          },
        ],
      },
    }),
  );
  await client.send(new s3.PutBucketAclCommand({ Bucket: 'open', ACL: 'public-read' }));
}

async function seedEc2(url: string): Promise<Map<string, string>> {
  const client = new ec2.EC2Client(clientOf(url));
  const named = new Map<string, string>();
  const group = async (
    name: string,
    port: number,
    cidr: { CidrIp?: string; CidrIpv6?: string },
    protocol = 'tcp',
    to = port,
  ): Promise<void> => {
    const { GroupId = '' } = await client.send(
      new ec2.CreateSecurityGroupCommand({ GroupName: name, Description: name }),
    );
    named.set(name, GroupId);
    const permission: ec2.IpPermission = {
      IpProtocol: protocol,
      ...(protocol === '-1' ? {} : { FromPort: port, ToPort: to }),
      ...(cidr.CidrIp === undefined ? {} : { IpRanges: [{ CidrIp: cidr.CidrIp }] }),
      ...(cidr.CidrIpv6 === undefined ? {} : { Ipv6Ranges: [{ CidrIpv6: cidr.CidrIpv6 }] }),
    };
    await client.send(new ec2.AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [permission] }));
  };
  await group('ssh-open', 22, { CidrIp: '0.0.0.0/0' });
  await group('ssh-office', 22, { CidrIp: '203.0.113.0/24' });
  await group('range-open', 0, { CidrIpv6: '::/0' }, 'tcp', 65_535);
  await group('all-open', 0, { CidrIp: '0.0.0.0/0' }, '-1');
  await group('postgres-open', 5432, { CidrIp: '0.0.0.0/0' });
  await group('web-open', 443, { CidrIp: '0.0.0.0/0' });
  for (const [name, Encrypted] of [
    ['plain', false],
    ['encrypted', true],
  ] as const) {
    const { VolumeId = '' } = await client.send(
      new ec2.CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1, Encrypted }),
    );
    named.set(`volume-${name}`, VolumeId);
  }
  const { SnapshotId = '' } = await client.send(
    new ec2.CreateSnapshotCommand({ VolumeId: named.get('volume-plain') ?? '' }),
  );
  named.set('snapshot', SnapshotId);
  await client.send(
    new ec2.ModifySnapshotAttributeCommand({
      SnapshotId,
      Attribute: 'createVolumePermission',
      OperationType: 'add',
      GroupNames: ['all'],
    }),
  );
  for (const [name, HttpTokens] of [
    ['old', 'optional'],
    ['new', 'required'],
  ] as const) {
    const { Instances: [instance] = [] } = await client.send(
      new ec2.RunInstancesCommand({
        ImageId: 'ami-12c6146b',
        MinCount: 1,
        MaxCount: 1,
        MetadataOptions: { HttpTokens, HttpEndpoint: 'enabled' },
      }),
    );
    named.set(`instance-${name}`, instance?.InstanceId ?? '');
  }
  const { Vpcs: [vpc] = [] } = await client.send(new ec2.DescribeVpcsCommand({}));
  named.set('vpc', vpc?.VpcId ?? '');
  return named;
}

async function seedRds(url: string): Promise<void> {
  const client = new rds.RDSClient(clientOf(url));
  const database = async (id: string, changes: Partial<rds.CreateDBInstanceCommandInput>): Promise<void> => {
    await client.send(
      new rds.CreateDBInstanceCommand({
        DBInstanceIdentifier: id,
        DBInstanceClass: 'db.t3.micro',
        Engine: 'postgres',
        EngineVersion: '14.1',
        AllocatedStorage: 20,
        MasterUsername: 'admin',
        MasterUserPassword: ['not', 'a', 'password'].join('-'),
        StorageEncrypted: true,
        BackupRetentionPeriod: 7,
        DeletionProtection: true,
        AutoMinorVersionUpgrade: true,
        PubliclyAccessible: false,
        ...changes,
      }),
    );
  };
  await database('good', { EngineVersion: '16.1' });
  await database('public', { PubliclyAccessible: true });
  await database('plain', {
    StorageEncrypted: false,
    BackupRetentionPeriod: 1,
    DeletionProtection: false,
    AutoMinorVersionUpgrade: false,
  });
  await database('oracle', { Engine: 'oracle-ee', EngineVersion: '19.0' });
  await client.send(
    new rds.CreateDBSnapshotCommand({ DBInstanceIdentifier: 'plain', DBSnapshotIdentifier: 'plain-snapshot' }),
  );
  await client.send(
    new rds.ModifyDBSnapshotAttributeCommand({
      DBSnapshotIdentifier: 'plain-snapshot',
      AttributeName: 'restore',
      ValuesToAdd: ['all'],
    }),
  );
}

async function seedRest(url: string): Promise<Map<string, string>> {
  const arns = new Map<string, string>();
  const trails = new CloudTrailClient(clientOf(url));
  await trails.send(
    new CreateTrailCommand({
      Name: 'main',
      S3BucketName: 'trail',
      IsMultiRegionTrail: true,
      EnableLogFileValidation: true,
    }),
  );
  await trails.send(new StartLoggingCommand({ Name: 'main' }));
  await trails.send(new CreateTrailCommand({ Name: 'side', S3BucketName: 'elsewhere-bucket' })).catch(() => undefined);
  const secretsClient = new secrets.SecretsManagerClient(clientOf(url));
  await secretsClient.send(
    new secrets.CreateSecretCommand({ Name: 'password', SecretString: ['not', 'a', 'secret'].join('-') }),
  );
  await new GuardDutyClient(clientOf(url)).send(new CreateDetectorCommand({ Enable: true }));

  const network = new ec2.EC2Client(clientOf(url));
  const { Subnets = [] } = await network.send(new ec2.DescribeSubnetsCommand({}));
  const balancers = new elb.ElasticLoadBalancingV2Client(clientOf(url));
  const { LoadBalancers: [balancer] = [] } = await balancers.send(
    new elb.CreateLoadBalancerCommand({
      Name: 'web',
      Subnets: Subnets.slice(0, 2).map(({ SubnetId = '' }) => SubnetId),
    }),
  );
  const { TargetGroups: [targets] = [] } = await balancers.send(
    new elb.CreateTargetGroupCommand({ Name: 'app', Protocol: 'HTTP', Port: 80, VpcId: Subnets[0]?.VpcId }),
  );
  const listener = async (name: string, input: Partial<elb.CreateListenerCommandInput>): Promise<void> => {
    const { Listeners: [made] = [] } = await balancers.send(
      new elb.CreateListenerCommand({
        LoadBalancerArn: balancer?.LoadBalancerArn,
        DefaultActions: [{ Type: 'forward', TargetGroupArn: targets?.TargetGroupArn }],
        ...input,
      }),
    );
    arns.set(name, made?.ListenerArn ?? '');
  };
  await listener('plain', { Protocol: 'HTTP', Port: 80 });
  await listener('redirect', {
    Protocol: 'HTTP',
    Port: 8080,
    DefaultActions: [{ Type: 'redirect', RedirectConfig: { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' } }],
  });

  const distributions = new CloudFrontClient(clientOf(url));
  const distribution = async (name: string, policy: string, changes: Partial<DistributionConfig>): Promise<void> => {
    const made = await distributions.send(
      new CreateDistributionCommand({
        DistributionConfig: {
          CallerReference: name,
          Comment: name,
          Enabled: true,
          Origins: {
            Quantity: 1,
            Items: [
              {
                Id: 'origin',
                DomainName: 'origin.example.com',
                CustomOriginConfig: {
                  HTTPPort: 80,
                  HTTPSPort: 443,
                  OriginProtocolPolicy: policy === 'allow-all' ? 'http-only' : 'https-only',
                  OriginSslProtocols: { Quantity: 1, Items: ['TLSv1.2'] },
                },
              },
            ],
          },
          DefaultCacheBehavior: {
            TargetOriginId: 'origin',
            ViewerProtocolPolicy: policy === 'allow-all' ? 'allow-all' : 'redirect-to-https',
            MinTTL: 0,
            ForwardedValues: { QueryString: false, Cookies: { Forward: 'none' } },
          },
          ...changes,
        },
      }),
    );
    arns.set(name, made.Distribution?.ARN ?? '');
  };
  await distribution('weak', 'allow-all', {});
  await distribution('strong', 'redirect-to-https', {
    ViewerCertificate: {
      ACMCertificateArn: `arn:aws:acm:us-east-1:${ACCOUNT}:certificate/c`,
      MinimumProtocolVersion: 'TLSv1.2_2021',
      SSLSupportMethod: 'sni-only',
      CloudFrontDefaultCertificate: false,
    },
  });
  return arns;
}

/** Check, end of the subject (a name of the seed, or text), status. */
type Row = readonly [check: string, resource: string, status: string];
const GLOBAL = `aws:${ACCOUNT}/global`;
const HERE = `aws:${ACCOUNT}/${REGION}`;
const TABLE: readonly Row[] = [
  ['iam.root.no-mfa', ':root', 'fail'],
  ['iam.root.virtual-mfa', ':root', 'fail'],
  ['iam.root.access-key', ':root', 'pass'],
  ['iam.user.no-mfa', 'user/alice', 'fail'],
  ['iam.user.no-mfa', 'user/robot', 'not-applicable'],
  ['iam.key.old', 'user/robot', 'pass'],
  ['iam.key.old', 'user/alice', 'not-applicable'],
  ['iam.key.two-active', 'user/robot', 'fail'],
  ['iam.credential.unused', 'user/robot', 'pass'],
  ['iam.password.short', GLOBAL, 'fail'],
  ['iam.password.reuse', GLOBAL, 'fail'],
  ['iam.user.direct-policy', 'user/alice', 'fail'],
  ['iam.user.direct-policy', 'user/robot', 'pass'],
  ['iam.policy.admin', 'policy/admin', 'fail'],
  ['iam.policy.admin', 'policy/narrow', 'not-applicable'],
  ['iam.policy.service-wildcard', 'policy/service', 'fail'],
  ['iam.policy.service-wildcard', 'policy/narrow', 'pass'],
  ['iam.role.open-trust', 'role/open', 'fail'],
  ['iam.role.open-trust', 'role/any-repository', 'fail'],
  ['iam.role.open-trust', 'role/one-repository', 'pass'],
  ['iam.role.open-trust', 'role/service', 'pass'],
  ['iam.role.foreign-account', 'role/foreign', 'fail'],
  ['iam.role.foreign-account', 'role/external', 'pass'],
  ['iam.support-role.missing', GLOBAL, 'fail'],
  ['iam.server-cert.expired', 'server-certificate/old', 'fail'],
  ['kms.iam.decrypt-all-managed', 'policy/decrypt', 'fail'],
  ['kms.iam.decrypt-all-managed', 'policy/admin', 'fail'],
  ['kms.iam.decrypt-all-managed', 'policy/narrow', 'pass'],
  ['kms.iam.decrypt-all-inline', 'role/service', 'fail'],
  ['kms.iam.decrypt-all-inline', 'role/foreign', 'pass'],
  ['s3.account-block.off', GLOBAL, 'fail'],
  ['s3.bucket-block.off', ':good', 'pass'],
  ['s3.bucket-block.off', ':plain', 'fail'],
  ['s3.public', ':open', 'fail'],
  ['s3.public', ':plain', 'pass'],
  ['s3.plain-http', ':good', 'pass'],
  ['s3.plain-http', ':plain', 'fail'],
  ['s3.kms.off', ':good', 'pass'],
  ['s3.kms.off', ':plain', 'fail'],
  ['cloudtrail.multi-region.missing', GLOBAL, 'pass'],
  ['cloudtrail.validation.off', 'trail/main', 'pass'],
  ['cloudtrail.kms.off', 'trail/main', 'fail'],
  ['cloudtrail.bucket.public', 'trail/main', 'pass'],
  ['cloudfront.tls.old', 'weak', 'fail'],
  ['cloudfront.tls.old', 'strong', 'pass'],
  ['cloudfront.origin.tls-old', 'weak', 'fail'],
  ['cloudfront.origin.tls-old', 'strong', 'pass'],
  ['account.security-contact.missing', GLOBAL, 'fail'],
  ['ec2.ebs-default.off', HERE, 'fail'],
  ['ec2.volume.plain', 'volume-plain', 'fail'],
  ['ec2.volume.plain', 'volume-encrypted', 'pass'],
  ['ec2.snapshot.public', 'snapshot', 'fail'],
  ['ec2.sg.admin-open', 'ssh-open', 'fail'],
  ['ec2.sg.admin-open', 'ssh-office', 'pass'],
  ['ec2.sg.admin-open', 'range-open', 'fail'],
  ['ec2.sg.admin-open', 'all-open', 'fail'],
  ['ec2.sg.admin-open', 'web-open', 'pass'],
  ['ec2.sg.database-open', 'postgres-open', 'fail'],
  ['ec2.sg.database-open', 'ssh-open', 'pass'],
  ['ec2.sg.default-open', 'ssh-open', 'not-applicable'],
  ['ec2.imds.v1', 'instance-old', 'fail'],
  ['ec2.imds.v1', 'instance-new', 'pass'],
  ['ec2.flow-log.missing', 'vpc', 'fail'],
  ['rds.public', 'db:public', 'fail'],
  ['rds.public', 'db:good', 'pass'],
  ['rds.storage.plain', 'db:plain', 'fail'],
  ['rds.storage.plain', 'db:good', 'pass'],
  ['rds.backup.short', 'db:plain', 'fail'],
  ['rds.backup.short', 'db:good', 'pass'],
  ['rds.deletion-protection.off', 'db:plain', 'fail'],
  ['rds.minor-upgrade.off', 'db:plain', 'fail'],
  ['rds.tls.optional', 'db:good', 'pass'],
  ['rds.tls.optional', 'db:public', 'fail'],
  ['rds.tls.optional', 'db:oracle', 'manual'],
  ['rds.snapshot.plain', 'plain-snapshot', 'fail'],
  ['rds.snapshot.public', 'plain-snapshot', 'fail'],
  ['secretsmanager.rotation.off', 'password', 'fail'],
  ['elb.http.no-redirect', 'plain', 'fail'],
  ['elb.http.no-redirect', 'redirect', 'pass'],
  ['elb.tls.old', 'plain', 'not-applicable'],
  ['guardduty.off', HERE, 'pass'],
  ['securityhub.off', HERE, 'fail'],
  ['config.recorder.off', HERE, 'fail'],
];

const CHECKS = [
  '--checks',
  'iam.*,s3.*,cloudtrail.*,cloudfront.*,account.*,ec2.*,rds.*,elb.*,secretsmanager.*,guardduty.*,securityhub.*,config.*,kms.iam.*',
];

describe('the whole account of moto', needsMoto(), () => {
  let moto: Moto;
  let proxy: Proxy;
  let healthy: Run;
  const names = new Map<string, string>();

  const find = (run: Run, check: string, resource: string): string | undefined => {
    const ending = names.get(resource) ?? resource;
    // Names of secrets end in random letters
    return run.results.find(
      (result) => result.check === check && (result.subject.endsWith(ending) || result.subject.includes(`${ending}-`)),
    )?.status;
  };

  before(async () => {
    moto = await startMoto();
    proxy = await startRefusingProxy(moto.url);
    await seedIam(moto.url);
    await seedS3(moto.url);
    for (const [name, id] of await seedEc2(moto.url)) names.set(name, id);
    await seedRds(moto.url);
    for (const [name, arn] of await seedRest(moto.url)) names.set(name, arn);
    healthy = (await audit(proxy.url, ['aws@us-east-1', ...CHECKS])).run;
  });
  after(async () => {
    await proxy.close();
    await moto.close();
  });

  test('every verdict is that of the table', () => {
    assert.deepEqual(
      TABLE.map(([check, resource]) => [check, resource, find(healthy, check, resource)]),
      TABLE,
    );
  });

  test('the account is judged once, though two regions are named', async () => {
    proxy.refuse(() => undefined);

    const { run } = await audit(proxy.url, ['aws@us-east-1,eu-west-1', '--checks', 'iam.*,s3.*,cloudtrail.*']);

    const pairs = run.results.map(({ check, subject }) => `${check} ${subject}`);
    assert.equal(
      new Set(pairs).size,
      pairs.length -
        pairs.filter((pair) => pair.startsWith('iam.analyzer')).length +
        new Set(pairs.filter((pair) => pair.startsWith('iam.analyzer'))).size,
    );
  });

  test('with everything but the login denied nothing passes and the audit ends with 3', async () => {
    proxy.refuse((call) =>
      call.service === 'sts' || call.service === 'account' ? undefined : { code: 'AccessDenied', status: 403 },
    );

    const { code, run, stderr } = await audit(proxy.url, ['aws@us-east-1', ...CHECKS, '--skip', 'account.*']);

    assert.deepEqual(
      run.results
        .filter(({ status, fault }) => status !== 'error' || fault?.code !== 'aws.access-denied')
        .map(({ check, status, message }) => `${check} ${status} ${message}`),
      [],
    );
    assert.equal(code, 3);
    assert.doesNotMatch(stderr, /\n {4}at /);
  });
});
