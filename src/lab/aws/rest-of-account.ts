/** What the demo company's account answers beside keys and certificates: small, with a few defects planted. */
import type { JsonObject } from '../../model/json.ts';
import type { Reply } from './state.ts';
import type { Call } from './wire.ts';

type Answers = { readonly [action: string]: (call: Call) => Reply };

const json = (answer: JsonObject) => (): Reply => ({ answer });
const error = (code: string, status: number) => (): Reply => ({ error: code, status });

/** Query protocol: the result inside its two wrappers. EC2 has none but the response. */
function query(result: string) {
  return ({ operation, service }: Call): Reply => ({
    xml:
      service === 'ec2'
        ? `<${operation}Response><requestId>lab</requestId>${result}</${operation}Response>`
        : `<${operation}Response><${operation}Result>${result}</${operation}Result></${operation}Response>`,
  });
}

const tag = (name: string, value: string | number | boolean): string => `<${name}>${String(value)}</${name}>`;
const tags = (values: { readonly [name: string]: string | number | boolean }): string =>
  Object.entries(values)
    .map(([name, value]) => tag(name, value))
    .join('');

const COLUMNS =
  'user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,' +
  'access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,' +
  'access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service';

function credentialReport(account: string, now: number): string {
  const date = (daysAgo: number): string =>
    new Date(now - daysAgo * 86_400_000).toISOString().replace(/\.\d+Z$/, '+00:00');
  const none = ['false', 'N/A', 'N/A', 'N/A', 'N/A'];
  const rows = [
    [
      '<root_account>',
      `arn:aws:iam::${account}:root`,
      date(900),
      'not_supported',
      date(400),
      'not_supported',
      'not_supported',
      'true',
      ...none,
      ...none,
    ],
    ['ops', `arn:aws:iam::${account}:user/ops`, date(500), 'true', date(2), date(60), 'N/A', 'false', ...none, ...none],
    [
      'deploy',
      `arn:aws:iam::${account}:user/deploy`,
      date(700),
      'false',
      'N/A',
      'N/A',
      'N/A',
      'false',
      'true',
      date(600),
      date(1),
      'eu-west-1',
      's3',
      ...none,
    ],
  ];
  return Buffer.from([COLUMNS, ...rows.map((row) => row.join(','))].join('\n')).toString('base64');
}

function database(account: string, region: string): string {
  return `<DBInstance>${tags({
    DBInstanceIdentifier: 'orders',
    DBInstanceArn: `arn:aws:rds:${region}:${account}:db:orders`,
    Engine: 'postgres',
    EngineVersion: '14.1',
    PubliclyAccessible: true,
    StorageEncrypted: true,
    BackupRetentionPeriod: 7,
    DeletionProtection: true,
    AutoMinorVersionUpgrade: true,
    CACertificateIdentifier: 'rds-ca-rsa2048-g1',
  })}<CertificateDetails>${tags({ CAIdentifier: 'rds-ca-rsa2048-g1', ValidTill: '2061-05-25T22:34:57Z' })}</CertificateDetails></DBInstance>`;
}

function securityGroup(account: string): string {
  const rule = `<item>${tags({ ipProtocol: 'tcp', fromPort: 22, toPort: 22 })}<ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item></ipRanges></item>`;
  return `<item>${tags({ ownerId: account, groupId: 'sg-0bastion', groupName: 'bastion' })}<ipPermissions>${rule}</ipPermissions></item>`;
}

/** Answers by action; REST services are named by their path. */
export function restOfAccount(account: string, region: string): Answers {
  const now = Date.now();
  const empty = query('');
  const summary = { AccountMFAEnabled: 1, AccountPasswordPresent: 1, AccountAccessKeysPresent: 0 };
  const entries = Object.entries(summary).map(([key, value]) => `<entry>${tags({ key, value })}</entry>`);
  return {
    'iam:GetAccountSummary': query(`<SummaryMap>${entries.join('')}</SummaryMap>`),
    'iam:ListVirtualMFADevices': query('<VirtualMFADevices/><IsTruncated>false</IsTruncated>'),
    'iam:GenerateCredentialReport': query('<State>COMPLETE</State>'),
    'iam:GetCredentialReport': query(
      tags({
        Content: credentialReport(account, now),
        ReportFormat: 'text/csv',
        GeneratedTime: new Date(now).toISOString(),
      }),
    ),
    'iam:GetAccountPasswordPolicy': query(
      `<PasswordPolicy>${tags({ MinimumPasswordLength: 14, PasswordReusePrevention: 24, RequireSymbols: true })}</PasswordPolicy>`,
    ),
    'iam:GetAccountAuthorizationDetails': query('<IsTruncated>false</IsTruncated>'),
    'iam:ListEntitiesForPolicy': query(
      '<PolicyRoles><member><RoleName>support</RoleName></member></PolicyRoles><IsTruncated>false</IsTruncated>',
    ),
    'iam:ListServerCertificates': query('<ServerCertificateMetadataList/><IsTruncated>false</IsTruncated>'),
    'organizations:DescribeOrganization': error('AWSOrganizationsNotInUseException', 400),
    'account:GetAlternateContact': error('ResourceNotFoundException', 404),
    'access-analyzer:Analyzer': json({ analyzers: [] }),
    'guardduty:Detector': json({ detectorIds: [] }),
    'securityhub:Accounts': () => ({
      error: 'InvalidAccessException',
      status: 401,
      message: `Account ${account} is not subscribed to AWS Security Hub`,
    }),
    'cloudtrail:DescribeTrails': json({ trailList: [] }),
    'config:DescribeConfigurationRecorders': json({ ConfigurationRecorders: [] }),
    'config:DescribeConfigurationRecorderStatus': json({ ConfigurationRecordersStatus: [] }),
    'secretsmanager:ListSecrets': json({ SecretList: [] }),
    's3:': () => ({ xml: '<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>' }),
    's3:V20180820/configuration/publicAccessBlock': () => ({
      xml: `<PublicAccessBlockConfiguration>${tags({
        BlockPublicAcls: true,
        IgnorePublicAcls: true,
        BlockPublicPolicy: true,
        RestrictPublicBuckets: true,
      })}</PublicAccessBlockConfiguration>`,
    }),
    'cloudfront:2020-05-31/distribution': () => ({
      xml: '<DistributionList><Quantity>0</Quantity></DistributionList>',
    }),
    'elasticloadbalancing:DescribeLoadBalancers': query('<LoadBalancers/>'),
    'rds:DescribeDBInstances': query(`<DBInstances>${database(account, region)}</DBInstances>`),
    'rds:DescribeDBClusters': query('<DBClusters/>'),
    'rds:DescribeDBSnapshots': query('<DBSnapshots/>'),
    'rds:DescribeDBClusterSnapshots': query('<DBClusterSnapshots/>'),
    'rds:DescribeCertificates': query('<Certificates/>'),
    'ec2:GetEbsEncryptionByDefault': query('<ebsEncryptionByDefault>true</ebsEncryptionByDefault>'),
    'ec2:DescribeVolumes': empty,
    'ec2:DescribeSnapshots': empty,
    'ec2:DescribeSecurityGroups': query(`<securityGroupInfo>${securityGroup(account)}</securityGroupInfo>`),
    'ec2:DescribeInstances': empty,
    'ec2:DescribeVpcs': empty,
    'ec2:DescribeFlowLogs': empty,
    'ec2:DescribeRouteTables': empty,
  };
}
