/**
 * An account in which every rule holds and every operation is needed, in the shapes that AWS documents: ours, because the emulator
 * lacks half of these calls.
 */
import type { JsonObject } from '../../src/model/json.ts';
import type { AwsState, Reply } from '../../src/lab/aws/state.ts';
import type { Call } from '../../src/lab/aws/wire.ts';
import { ACCOUNT, certificate, certificateArn, keyState, REGION } from './aws.ts';

const NOW = Date.now();
const DAY = 86_400_000;
const ago = (days: number): string => new Date(NOW - days * DAY).toISOString();

type Node = string | number | boolean | { readonly [name: string]: Node } | readonly Node[];

/** Elements by name; a list repeats its name. */
function xml(node: Node): string {
  if (typeof node !== 'object')
    return String(node).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
  return Object.entries(node)
    .map(([name, value]) =>
      (Array.isArray(value) ? (value as readonly Node[]) : [value])
        .map((one) => `<${name}>${xml(one)}</${name}>`)
        .join(''),
    )
    .join('');
}

/** Query protocol: the result in its two wrappers; EC2 has one. */
function query(result: Node) {
  return ({ operation, service }: Call): Reply => ({
    xml:
      service === 'ec2'
        ? `<${operation}Response><requestId>r</requestId>${xml(result)}</${operation}Response>`
        : `<${operation}Response><${operation}Result>${xml(result)}</${operation}Result></${operation}Response>`,
  });
}
const json = (answer: JsonObject) => (): Reply => ({ answer });
const rest = (result: Node) => (): Reply => ({ xml: xml(result) });
const document = (...statements: readonly JsonObject[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });

const COLUMNS = [
  ...['user', 'arn', 'user_creation_time', 'password_enabled', 'password_last_used', 'password_last_changed'],
  ...['password_next_rotation', 'mfa_active'],
  ...['1', '2'].flatMap((key) =>
    ['active', 'last_rotated', 'last_used_date', 'last_used_region', 'last_used_service'].map(
      (part) => `access_key_${key}_${part}`,
    ),
  ),
];

function credentialReport(): string {
  const row = (values: { readonly [column: string]: string }): string =>
    COLUMNS.map((column) => values[column] ?? (/active|enabled/.test(column) ? 'false' : 'N/A')).join(',');
  const arn = `arn:aws:iam::${ACCOUNT}:`;
  return [
    COLUMNS.join(','),
    row({
      user: '<root_account>',
      arn: `${arn}root`,
      user_creation_time: ago(900),
      password_enabled: 'not_supported',
      password_last_used: ago(400),
      mfa_active: 'true',
    }),
    row({
      user: 'ops',
      arn: `${arn}user/ops`,
      user_creation_time: ago(100),
      password_enabled: 'true',
      password_last_used: ago(1),
      password_last_changed: ago(20),
      mfa_active: 'true',
      access_key_1_active: 'true',
      access_key_1_last_rotated: ago(30),
      access_key_1_last_used_date: ago(1),
    }),
  ].join('\n');
}

const NARROW = document({ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::sound/*' });
const TRUST = document({ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' });
const PLAIN_REFUSED = document({
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:*',
  Resource: ['arn:aws:s3:::sound', 'arn:aws:s3:::sound/*'],
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
});
const BLOCKED = {
  PublicAccessBlockConfiguration: {
    BlockPublicAcls: true,
    IgnorePublicAcls: true,
    BlockPublicPolicy: true,
    RestrictPublicBuckets: true,
  },
};

function bucket({ query: asked }: Call): Reply {
  if (asked.has('publicAccessBlock')) return { xml: xml(BLOCKED) };
  if (asked.has('policyStatus')) return { xml: xml({ PolicyStatus: { IsPublic: false } }) };
  if (asked.has('acl')) {
    return { xml: xml({ AccessControlPolicy: { Owner: { ID: 'o' }, AccessControlList: { Grant: [] } } }) };
  }
  if (asked.has('encryption')) {
    const ApplyServerSideEncryptionByDefault = {
      SSEAlgorithm: 'aws:kms',
      KMSMasterKeyID: `arn:aws:kms:${REGION}:${ACCOUNT}:key/a`,
    };
    return { xml: xml({ ServerSideEncryptionConfiguration: { Rule: [{ ApplyServerSideEncryptionByDefault }] } }) };
  }
  // The policy is the body itself
  return { xml: PLAIN_REFUSED };
}

const rds = (kind: string, name: string): string => `arn:aws:rds:${REGION}:${ACCOUNT}:${kind}:${name}`;
const DATABASE = { StorageEncrypted: true, BackupRetentionPeriod: 14, DeletionProtection: true };
const elb = (kind: string, name: string): string =>
  `arn:aws:elasticloadbalancing:${REGION}:${ACCOUNT}:${kind}/app/web/1${name}`;
const REDIRECT = {
  member: [{ Type: 'redirect', RedirectConfig: { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' } }],
};
const ACM = certificateArn('sound');

const ANSWERS: { readonly [action: string]: (call: Call) => Reply } = {
  'iam:GetAccountSummary': query({
    SummaryMap: {
      entry: Object.entries({ AccountMFAEnabled: 1, AccountPasswordPresent: 1, AccountAccessKeysPresent: 0 }).map(
        ([key, value]) => ({ key, value }),
      ),
    },
  }),
  'iam:ListVirtualMFADevices': query({ VirtualMFADevices: '', IsTruncated: false }),
  'iam:GenerateCredentialReport': query({ State: 'COMPLETE' }),
  'iam:GetCredentialReport': query({
    Content: Buffer.from(credentialReport()).toString('base64'),
    ReportFormat: 'text/csv',
    GeneratedTime: ago(0),
  }),
  'iam:GetAccountPasswordPolicy': query({
    PasswordPolicy: { MinimumPasswordLength: 14, PasswordReusePrevention: 24, RequireSymbols: true },
  }),
  'iam:GetAccountAuthorizationDetails': query({
    UserDetailList: { member: [{ Arn: `arn:aws:iam::${ACCOUNT}:user/ops`, UserName: 'ops', Path: '/' }] },
    RoleDetailList: {
      member: [
        {
          Arn: `arn:aws:iam::${ACCOUNT}:role/worker`,
          RoleName: 'worker',
          Path: '/',
          AssumeRolePolicyDocument: encodeURIComponent(TRUST),
          RolePolicyList: { member: [{ PolicyName: 'read', PolicyDocument: encodeURIComponent(NARROW) }] },
        },
      ],
    },
    Policies: {
      member: [
        {
          Arn: `arn:aws:iam::${ACCOUNT}:policy/read`,
          PolicyName: 'read',
          AttachmentCount: 1,
          DefaultVersionId: 'v1',
          PolicyVersionList: {
            member: [{ VersionId: 'v1', IsDefaultVersion: true, Document: encodeURIComponent(NARROW) }],
          },
        },
      ],
    },
    IsTruncated: false,
  }),
  'iam:ListEntitiesForPolicy': query({ PolicyRoles: { member: [{ RoleName: 'support' }] }, IsTruncated: false }),
  'iam:ListServerCertificates': query({
    ServerCertificateMetadataList: {
      member: [{ Arn: `arn:aws:iam::${ACCOUNT}:server-certificate/c`, Expiration: ago(-300) }],
    },
    IsTruncated: false,
  }),
  'organizations:DescribeOrganization': json({ Organization: { MasterAccountId: ACCOUNT } }),
  'account:GetAlternateContact': json({ AlternateContact: { AlternateContactType: 'SECURITY', Name: 'n' } }),
  'access-analyzer:Analyzer': json({
    analyzers: [{ arn: `arn:aws:access-analyzer:${REGION}:${ACCOUNT}:analyzer/a`, status: 'ACTIVE', type: 'ACCOUNT' }],
  }),
  'guardduty:Detector': json({ detectorIds: ['d1'] }),
  'guardduty:Detector/d1': json({ status: 'ENABLED' }),
  'securityhub:Accounts': json({ HubArn: `arn:aws:securityhub:${REGION}:${ACCOUNT}:hub/default` }),
  'cloudtrail:DescribeTrails': json({
    trailList: [
      {
        Name: 'main',
        TrailARN: `arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/main`,
        HomeRegion: REGION,
        IsMultiRegionTrail: true,
        IsOrganizationTrail: false,
        LogFileValidationEnabled: true,
        KmsKeyId: `arn:aws:kms:${REGION}:${ACCOUNT}:key/a`,
        S3BucketName: 'sound',
        HasCustomEventSelectors: false,
      },
    ],
  }),
  'cloudtrail:GetTrailStatus': json({
    IsLogging: true,
    StartLoggingTime: ago(100),
    LatestDigestDeliveryTime: ago(0.02),
  }),
  'cloudtrail:GetEventSelectors': json({ EventSelectors: [{ ReadWriteType: 'All', IncludeManagementEvents: true }] }),
  'config:DescribeConfigurationRecorders': json({ ConfigurationRecorders: [{ name: 'default' }] }),
  'config:DescribeConfigurationRecorderStatus': json({
    ConfigurationRecordersStatus: [{ name: 'default', recording: true, lastStatus: 'SUCCESS' }],
  }),
  'secretsmanager:ListSecrets': json({
    SecretList: [
      {
        ARN: `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:s`,
        CreatedDate: ago(400),
        LastRotatedDate: ago(10),
        RotationEnabled: true,
        RotationRules: { AutomaticallyAfterDays: 30 },
      },
    ],
  }),
  's3:': rest({ ListAllMyBucketsResult: { Buckets: { Bucket: [{ Name: 'sound' }] } } }),
  's3:Sound': bucket,
  's3:Sound/': bucket,
  's3:V20180820/configuration/publicAccessBlock': rest(BLOCKED),
  'cloudfront:2020-05-31/distribution': rest({
    DistributionList: {
      Quantity: 1,
      IsTruncated: false,
      Items: {
        DistributionSummary: [
          {
            ARN: `arn:aws:cloudfront::${ACCOUNT}:distribution/D`,
            Enabled: true,
            ViewerCertificate: { CloudFrontDefaultCertificate: false, MinimumProtocolVersion: 'TLSv1.2_2021' },
            DefaultCacheBehavior: { ViewerProtocolPolicy: 'redirect-to-https' },
            CacheBehaviors: { Quantity: 0 },
            Origins: {
              Quantity: 1,
              Items: {
                Origin: [
                  {
                    Id: 'origin',
                    DomainName: 'origin.example.com',
                    CustomOriginConfig: {
                      OriginProtocolPolicy: 'https-only',
                      OriginSslProtocols: { Quantity: 1, Items: { SslProtocol: ['TLSv1.2'] } },
                    },
                  },
                ],
              },
            },
          },
        ],
      },
    },
  }),
  'elasticloadbalancing:DescribeLoadBalancers': query({
    LoadBalancers: {
      member: [{ LoadBalancerArn: elb('loadbalancer', ''), Scheme: 'internet-facing', Type: 'application' }],
    },
  }),
  'elasticloadbalancing:DescribeListeners': query({
    Listeners: {
      member: [
        { ListenerArn: elb('listener', '/80'), Port: 80, Protocol: 'HTTP', DefaultActions: REDIRECT },
        {
          ListenerArn: elb('listener', '/443'),
          Port: 443,
          Protocol: 'HTTPS',
          SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
          DefaultActions: { member: [{ Type: 'forward' }] },
        },
      ],
    },
  }),
  'elasticloadbalancing:DescribeRules': query({
    Rules: { member: [{ RuleArn: elb('listener-rule', '/80/r'), Actions: REDIRECT }] },
  }),
  'elasticloadbalancing:DescribeListenerCertificates': query({ Certificates: { member: [{ CertificateArn: ACM }] } }),
  'elasticloadbalancing:DescribeSSLPolicies': query({
    SslPolicies: {
      member: [{ Name: 'ELBSecurityPolicy-TLS13-1-2-2021-06', SslProtocols: { member: ['TLSv1.2', 'TLSv1.3'] } }],
    },
  }),
  'rds:DescribeDBInstances': query({
    DBInstances: {
      DBInstance: [
        {
          ...DATABASE,
          DBInstanceIdentifier: 'orders',
          DBInstanceArn: rds('db', 'orders'),
          Engine: 'postgres',
          EngineVersion: '16.1',
          PubliclyAccessible: false,
          AutoMinorVersionUpgrade: true,
          CACertificateIdentifier: 'rds-ca-rsa2048-g1',
          DBParameterGroups: { DBParameterGroup: [{ DBParameterGroupName: 'pg' }] },
          DBSubnetGroup: { VpcId: 'vpc-1', Subnets: { Subnet: [{ SubnetIdentifier: 'subnet-1' }] } },
        },
      ],
    },
  }),
  'rds:DescribeDBClusters': query({
    DBClusters: {
      DBCluster: [
        {
          ...DATABASE,
          DBClusterIdentifier: 'ledger',
          DBClusterArn: rds('cluster', 'ledger'),
          Engine: 'aurora-postgresql',
          EngineVersion: '15.4',
          DBClusterParameterGroup: 'cluster-pg',
        },
      ],
    },
  }),
  'rds:DescribeDBParameters': query({
    Parameters: { Parameter: [{ ParameterName: 'rds.force_ssl', ParameterValue: '1' }] },
  }),
  'rds:DescribeDBClusterParameters': query({
    Parameters: { Parameter: [{ ParameterName: 'rds.force_ssl', ParameterValue: '1' }] },
  }),
  'rds:DescribeDBSnapshots': query({
    DBSnapshots: {
      DBSnapshot: [
        {
          DBSnapshotArn: rds('snapshot', 'orders'),
          DBSnapshotIdentifier: 'orders',
          Encrypted: true,
          SnapshotType: 'manual',
        },
      ],
    },
  }),
  'rds:DescribeDBClusterSnapshots': query({
    DBClusterSnapshots: {
      DBClusterSnapshot: [
        {
          DBClusterSnapshotArn: rds('cluster-snapshot', 'ledger'),
          DBClusterSnapshotIdentifier: 'ledger',
          StorageEncrypted: true,
          SnapshotType: 'manual',
        },
      ],
    },
  }),
  'rds:DescribeDBSnapshotAttributes': query({
    DBSnapshotAttributesResult: {
      DBSnapshotIdentifier: 'orders',
      DBSnapshotAttributes: { DBSnapshotAttribute: [{ AttributeName: 'restore', AttributeValues: '' }] },
    },
  }),
  'rds:DescribeDBClusterSnapshotAttributes': query({
    DBClusterSnapshotAttributesResult: {
      DBClusterSnapshotIdentifier: 'ledger',
      DBClusterSnapshotAttributes: { DBClusterSnapshotAttribute: [{ AttributeName: 'restore', AttributeValues: '' }] },
    },
  }),
  'rds:DescribeCertificates': query({
    Certificates: { Certificate: [{ CertificateIdentifier: 'rds-ca-rsa2048-g1', ValidTill: ago(-9000) }] },
  }),
  'ec2:GetEbsEncryptionByDefault': query({ ebsEncryptionByDefault: true }),
  'ec2:DescribeVolumes': query({ volumeSet: { item: [{ volumeId: 'vol-1', encrypted: true }] } }),
  'ec2:DescribeSnapshots': query({ snapshotSet: '' }),
  'ec2:DescribeSecurityGroups': query({
    securityGroupInfo: {
      item: [
        { ownerId: ACCOUNT, groupId: 'sg-0', groupName: 'default' },
        {
          ownerId: ACCOUNT,
          groupId: 'sg-1',
          groupName: 'office',
          ipPermissions: {
            item: [
              { ipProtocol: 'tcp', fromPort: 22, toPort: 5432, prefixListIds: { item: [{ prefixListId: 'pl-1' }] } },
            ],
          },
        },
      ],
    },
  }),
  'ec2:GetManagedPrefixListEntries': query({ entrySet: { item: [{ cidr: '10.0.0.0/8' }] } }),
  'ec2:DescribeInstances': query({
    reservationSet: {
      item: [
        {
          instancesSet: {
            item: [
              {
                instanceId: 'i-1',
                instanceState: { name: 'running' },
                metadataOptions: { httpTokens: 'required', httpEndpoint: 'enabled' },
              },
            ],
          },
        },
      ],
    },
  }),
  'ec2:DescribeVpcs': query({ vpcSet: { item: [{ vpcId: 'vpc-1' }] } }),
  'ec2:DescribeFlowLogs': query({ flowLogSet: { item: [{ resourceId: 'vpc-1', flowLogStatus: 'ACTIVE' }] } }),
  'ec2:DescribeRouteTables': query({
    routeTableSet: {
      item: [
        {
          routeTableId: 'rtb-1',
          vpcId: 'vpc-1',
          associationSet: { item: [{ main: true }] },
          routeSet: { item: [{ destinationCidrBlock: '0.0.0.0/0', gatewayId: 'nat-1' }] },
        },
      ],
    },
  }),
};

const OLD = { CreationDate: ago(800) };
const USED = {
  ListKeyRotations: { Rotations: [{ RotationDate: ago(100), RotationType: 'AUTOMATIC' }] },
  GetKeyLastUsage: { TrackingStartDate: ago(500), KeyLastUsage: { Timestamp: ago(1), Operation: 'Decrypt' } },
};

const STATE: AwsState = {
  account: ACCOUNT,
  regions: {
    [REGION]: {
      keys: [
        keyState('a', OLD, USED),
        keyState('imported', { ...OLD, Origin: 'EXTERNAL', ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' }, USED),
        keyState('signing', { ...OLD, KeySpec: 'RSA_4096', KeyUsage: 'SIGN_VERIFY' }, USED),
        keyState('stored', { ...OLD, Origin: 'AWS_CLOUDHSM', CustomKeyStoreId: 'cks-1' }, USED),
      ],
      stores: [{ CustomKeyStoreId: 'cks-1', ConnectionState: 'CONNECTED' }],
      certificates: [
        certificate('sound', { NotBefore: ago(60), NotAfter: ago(-138), CreatedAt: ago(60), IssuedAt: ago(60) }),
        // Without the search telling, how it was validated is asked of the certificate itself
        certificate('unused', { InUse: true, NotBefore: ago(60), NotAfter: ago(-138), IssuedAt: ago(60) }),
      ],
      tags: [ACM, certificateArn('unused')].map((ResourceARN) => ({
        ResourceARN,
        Tags: [{ Key: 'owner', Value: 'x' }],
      })),
    },
  },
};

export const SOUND = { state: STATE, more: ANSWERS } as const;
/** With it the rule on tags has something to look for. */
export const SOUND_OPTIONS: JsonObject = { regions: [REGION], aws: { requiredTags: ['owner'] } };
