/**
 * Audits 2,000 keys and 1,000 certificates of a local endpoint with 20 ms round trip and AWS's default quotas enforced.
 * Prints time, peak memory, calls and throttles; with `deep`, the rules with a call per resource and those of IAM beside the floor of
 * their quota (`deep iam` only some of them); with `once`, one round.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
// oxlint-disable unicorn/require-post-message-target-origin -- worker threads have no origin
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { restOfAccount } from '../../src/lab/aws/rest-of-account.ts';
import { startAwsEndpoint, THROTTLED, type AwsEndpointOptions } from '../../src/lab/aws/server.ts';
import type { AwsState, KeyState, Reply } from '../../src/lab/aws/state.ts';
import type { Call } from '../../src/lab/aws/wire.ts';
import type { Run } from '../../src/model/result.ts';

interface Size {
  readonly keys: number;
  readonly certificates: number;
  /** Users, roles and policies that IAM lists. */
  readonly principals?: number;
}
const WHOLE: Size = { keys: 2_000, certificates: 1_000 };
/** Shares of the keys: those that AWS manages, and those of the customer that AWS can rotate. */
const MANAGED = 0.05;
const ROTATABLE = 0.5855;
const ROUND_TRIP_MS = 20;
const ACCOUNT = '123456789012';
const REGION = 'us-east-1';

/** Requests a second (facts/aws §5); a bucket holds one second of them. */
const QUOTAS: { readonly [action: string]: number } = {
  'kms:ListKeys': 500,
  'kms:DescribeKey': 2000,
  'kms:GetKeyRotationStatus': 1000,
  'kms:GetKeyPolicy': 1000,
  'kms:ListGrants': 100,
  'kms:ListKeyRotations': 100,
  'kms:GetKeyLastUsage': 5,
  'acm:SearchCertificates': 5,
  'acm:ListCertificates': 8,
  'acm:DescribeCertificate': 10,
  // AWS publishes none for IAM: the guess of src/engine/io/aws-quotas.ts
  'iam:GetAccountAuthorizationDetails': 20,
};

function state(size: Size): AwsState {
  const policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'Root',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  });
  const keys = Array.from({ length: size.keys }, (_, index): KeyState => {
    const id = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
    const isManaged = index < size.keys * MANAGED;
    const isRotatable = !isManaged && index < size.keys * (MANAGED + ROTATABLE);
    return {
      KeyMetadata: {
        AWSAccountId: ACCOUNT,
        KeyId: id,
        Arn: `arn:aws:kms:${REGION}:${ACCOUNT}:key/${id}`,
        CreationDate: '2023-06-01T00:00:00Z',
        Enabled: true,
        KeyUsage: isRotatable || isManaged ? 'ENCRYPT_DECRYPT' : 'SIGN_VERIFY',
        KeyState: 'Enabled',
        Origin: 'AWS_KMS',
        KeyManager: isManaged ? 'AWS' : 'CUSTOMER',
        KeySpec: isRotatable || isManaged ? 'SYMMETRIC_DEFAULT' : 'RSA_4096',
        MultiRegion: false,
      },
      GetKeyRotationStatus: { KeyRotationEnabled: index % 3 !== 0, RotationPeriodInDays: 365 },
      GetKeyPolicy: { Policy: policy },
      ListGrants: { Grants: [] },
      ListKeyRotations: { Rotations: [{ RotationDate: '2026-06-01T00:00:00Z', RotationType: 'AUTOMATIC' }] },
      GetKeyLastUsage: {
        TrackingStartDate: '2025-06-01T00:00:00Z',
        KeyLastUsage: { Timestamp: '2026-11-01T00:00:00Z' },
      },
    };
  });
  const certificates = Array.from({ length: size.certificates }, (_, index) => ({
    CertificateArn: `arn:aws:acm:${REGION}:${ACCOUNT}:certificate/${String(index)}`,
    DomainName: `h${String(index)}.example.com`,
    SubjectAlternativeNames: [`h${String(index)}.example.com`],
    Status: 'ISSUED',
    Type: 'AMAZON_ISSUED',
    KeyAlgorithm: index % 6 === 0 ? 'RSA_1024' : 'RSA_2048',
    SignatureAlgorithm: 'SHA256WITHRSA',
    InUse: index % 2 === 0,
    RenewalEligibility: 'ELIGIBLE',
    ValidationMethod: 'DNS',
    NotBefore: '2026-10-01T00:00:00Z',
    NotAfter: '2027-04-16T00:00:00Z',
    CreatedAt: '2026-10-01T00:00:00Z',
    IssuedAt: '2026-10-01T00:00:00Z',
    Options: { CertificateTransparencyLoggingPreference: 'ENABLED', Export: 'DISABLED' },
  }));
  return { account: ACCOUNT, regions: { [REGION]: { keys, certificates } } };
}

const PRINCIPALS_A_PAGE = 100;

/** Pages of IAM: roles and customer policies by turns, every tenth policy with a right to decrypt with every key. */
function iam(principals: number): NonNullable<AwsEndpointOptions['more']> {
  const document = (statement: object): string =>
    encodeURIComponent(JSON.stringify({ Version: '2012-10-17', Statement: [statement] }));
  const trust = document({
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
    Action: 'sts:AssumeRole',
  });
  const member = (index: number): { readonly kind: 'role' | 'policy'; readonly xml: string } => {
    const name = `p${String(index)}`;
    const Resource = index % 20 === 1 ? '*' : `arn:aws:kms:${REGION}:${ACCOUNT}:key/k`;
    const granted = document({ Effect: 'Allow', Action: 'kms:Decrypt', Resource });
    if (index % 2 === 0) {
      const inline = `<RolePolicyList><member><PolicyName>own</PolicyName><PolicyDocument>${granted}</PolicyDocument></member></RolePolicyList>`;
      return {
        kind: 'role',
        xml: `<member><RoleName>${name}</RoleName><Arn>arn:aws:iam::${ACCOUNT}:role/${name}</Arn><Path>/</Path><AssumeRolePolicyDocument>${trust}</AssumeRolePolicyDocument>${inline}</member>`,
      };
    }
    const version = `<PolicyVersionList><member><VersionId>v1</VersionId><IsDefaultVersion>true</IsDefaultVersion><Document>${granted}</Document></member></PolicyVersionList>`;
    return {
      kind: 'policy',
      xml: `<member><PolicyName>${name}</PolicyName><Arn>arn:aws:iam::${ACCOUNT}:policy/${name}</Arn><AttachmentCount>1</AttachmentCount><DefaultVersionId>v1</DefaultVersionId>${version}</member>`,
    };
  };
  const all = Array.from({ length: principals }, (_, index) => member(index));
  return {
    'iam:GetAccountAuthorizationDetails': ({ input }: Call): Reply => {
      const from = Number(input['Marker'] ?? 0);
      const to = from + PRINCIPALS_A_PAGE;
      const page = Map.groupBy(all.slice(from, to), ({ kind }) => kind);
      const list = (kind: 'role' | 'policy'): string => (page.get(kind) ?? []).map(({ xml }) => xml).join('');
      const rest = to < all.length ? `<IsTruncated>true</IsTruncated><Marker>${String(to)}</Marker>` : '';
      const result = `<RoleDetailList>${list('role')}</RoleDetailList><Policies>${list('policy')}</Policies>${rest}`;
      return {
        xml: `<GetAccountAuthorizationDetailsResponse><GetAccountAuthorizationDetailsResult>${result}</GetAccountAuthorizationDetailsResult></GetAccountAuthorizationDetailsResponse>`,
      };
    },
  };
}

/** The endpoint runs in a thread of its own, so that its work is not in the figures. */
async function serve(): Promise<void> {
  const buckets = new Map<string, { tokens: number; at: number }>();
  let throttled = 0;
  let firstAt = 0;
  let lastAt = 0;
  const size = workerData as Size;
  const endpoint = await startAwsEndpoint({
    state: state(size),
    more: { ...restOfAccount(ACCOUNT, REGION), ...iam(size.principals ?? 0) },
    async before(call) {
      lastAt = Date.now();
      if (call.service !== 'sts' && firstAt === 0) firstAt = lastAt;
      await new Promise((resolve) => setTimeout(resolve, ROUND_TRIP_MS));
      const quota = QUOTAS[call.action];
      if (quota === undefined) return undefined;
      const now = performance.now();
      const bucket = buckets.get(call.action) ?? { tokens: quota, at: now };
      bucket.tokens = Math.min(quota, bucket.tokens + ((now - bucket.at) / 1000) * quota);
      bucket.at = now;
      buckets.set(call.action, bucket);
      if (bucket.tokens < 1) {
        throttled += 1;
        return THROTTLED;
      }
      bucket.tokens -= 1;
      return undefined;
    },
  });
  parentPort?.on('message', () => {
    parentPort?.postMessage({
      calls: endpoint.calls.length,
      throttled,
      firstAt,
      lastAt,
      byAction: Object.fromEntries(
        Map.groupBy(endpoint.calls, (call) => call)
          .entries()
          .map(([name, all]) => [name, all.length]),
      ),
    });
  });
  parentPort?.postMessage({ url: endpoint.url });
}

interface Counts {
  readonly url?: string;
  readonly calls: number;
  readonly throttled: number;
  /** When the first question after the login came, and the last one. */
  readonly firstAt: number;
  readonly lastAt: number;
  readonly byAction: { readonly [action: string]: number };
}

const told = (worker: Worker): Promise<Counts> => new Promise((resolve) => worker.once('message', resolve));

/** Peak resident memory of a process in bytes, from /proc. */
function peak(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** User and system time of a process in seconds: what it took whatever else the machine did. */
function cpuSeconds(pid: number | undefined): number {
  try {
    const fields =
      readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
        .split(') ')[1]
        ?.split(' ') ?? [];
    // proc(5): clock ticks of 10 ms, fields 14 and 15
    return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100;
  } catch {
    return 0;
  }
}

async function measure(name: string, size: Size, args: readonly string[]): Promise<void> {
  const worker = new Worker(new URL(import.meta.url), { workerData: size });
  const { url = '' } = await told(worker);
  const output = mkdtempSync(join(tmpdir(), 'probity-bench-'));
  const built = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
  const cli =
    process.env['PROBITY_CLI'] ??
    (existsSync(built) ? built : fileURLToPath(new URL('../../src/cli.ts', import.meta.url)));
  const started = performance.now();
  const startedAt = Date.now();
  const child = spawn(
    process.execPath,
    [cli, 'audit', `aws@${REGION}`, ...args, '--output', output, '--no-progress', '--quiet'],
    {
      env: {
        ...process.env,
        AWS_ENDPOINT_URL: url,
        AWS_ACCESS_KEY_ID: 'x',
        AWS_SECRET_ACCESS_KEY: 'x',
        AWS_EC2_METADATA_DISABLED: 'true',
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  let most = 0;
  let busy = 0;
  const timer = setInterval(() => {
    most = Math.max(most, peak(child.pid));
    busy = Math.max(busy, cpuSeconds(child.pid));
  }, 25);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const seconds = (performance.now() - started) / 1000;
  clearInterval(timer);
  worker.postMessage('count');
  const { calls, throttled, byAction, firstAt, lastAt } = await told(worker);
  const run = JSON.parse(readFileSync(join(output, 'run.json'), 'utf8')) as Run;
  rmSync(output, { recursive: true, force: true });
  await worker.terminate();
  console.log(`${name} (${cli.endsWith('.js') ? 'built' : 'source'}, exit ${String(code)})`);
  console.log(
    `  ${seconds.toFixed(2)} s (${busy.toFixed(2)} s of CPU), peak ${(most / 1e6).toFixed(0)} MB (${(most / 2 ** 20).toFixed(0)} MiB), ${String(calls)} calls, ${String(throttled)} throttled, ${String(run.results.length)} results, ${String(run.summary.byStatus.error)} errors`,
  );
  const [before, asking] = [(firstAt - startedAt) / 1000, (lastAt - firstAt) / 1000];
  console.log(
    `  start ${before.toFixed(2)} s, questions ${asking.toFixed(2)} s, the rest ${(seconds - before - asking).toFixed(2)} s`,
  );
  // Several floors run side by side: the highest is that of the whole
  const floors = Object.entries(byAction).map(
    ([action, count]) => [action, count, count / ((QUOTAS[action] ?? Number.POSITIVE_INFINITY) / 2)] as const,
  );
  for (const [action, count, floor] of floors.sort((a, b) => b[2] - a[2]).slice(0, 1)) {
    console.log(
      `  ${action}: ${String(count)} calls, floor ${floor.toFixed(1)} s at half the quota, ratio ${(seconds / floor).toFixed(2)}`,
    );
  }
}

const CHEAP =
  'kms.rotation.off,kms.rotation.slow,kms.material.expiring,kms.deletion.pending,kms.policy.*,kms.key.multi-region,kms.spec.weak,acm.*';

/** Rules beyond the floor, in accounts so large that their quota sets the time. */
const DEEP: readonly (readonly [checks: string, size: Size])[] = [
  ['kms.grant.broad', WHOLE],
  ['kms.rotation.unproven', WHOLE],
  ['kms.key.unused', { keys: 60, certificates: 0 }],
  ['acm.ct.off,acm.signature.weak', { keys: 0, certificates: 120 }],
  ['kms.iam.*,iam.policy.*,iam.role.*', { keys: 0, certificates: 0, principals: 6_000 }],
];

if (isMainThread) {
  const [mode, only = ''] = process.argv.slice(2);
  if (mode === 'deep') {
    for (const [checks, size] of DEEP.filter(([checks]) => checks.includes(only)))
      await measure(checks, size, ['--checks', checks]);
  } else {
    for (let round = 0; round < (mode === 'once' ? 1 : 3); round += 1) {
      const skipped = ['--skip', 'acm.ct.off,acm.signature.weak,acm.tags.missing'];
      await measure('what lists and cheap calls decide', WHOLE, ['--checks', CHEAP, ...skipped]);
    }
  }
} else {
  await serve();
}
