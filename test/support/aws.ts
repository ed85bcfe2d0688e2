/** Helps the AWS tests: an IO whose only capability is a client configuration for a loopback endpoint, and small accounts. */
import { Agent } from 'node:http';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { withWholeBody } from '../../src/engine/io/aws-body.ts';
import { createPoster } from '../../src/engine/io/aws-post.ts';
import type { PlanContext } from '../../src/model/collector.ts';
import { FaultError } from '../../src/model/fault.ts';
import type { AwsClientConfig, IO } from '../../src/model/io.ts';
import type { JsonObject } from '../../src/model/json.ts';

export const ACCOUNT = '123456789012';
export const REGION = 'us-east-1';
export const AS_OF = '2026-11-22T00:00:00.000Z';

function refuse(): never {
  throw new FaultError('net.unreachable', 'this test gives no such capability');
}

const poster = createPoster(30_000);
const never = new AbortController().signal;

/** The handler with the engine's eye on its answers. */
function wholeAnswers(handler: NodeHttpHandler): NodeHttpHandler {
  const handle = handler.handle.bind(handler);
  return Object.assign(handler, {
    handle: async (...question: Parameters<typeof handle>) => {
      const handled = await handle(...question);
      withWholeBody(handled);
      return handled;
    },
  });
}

const handler = (): NodeHttpHandler =>
  new NodeHttpHandler({
    httpAgent: new Agent({ keepAlive: true, maxSockets: 32 }),
    connectionTimeout: 30_000,
    requestTimeout: 30_000,
  });

/** A plain client configuration, as `io.aws` makes it, without buckets. */
export function clientConfig(url: string, region = REGION): AwsClientConfig {
  return { ...writingConfig(url, region), requestHandler: wholeAnswers(handler()) };
}

/** The same for a client that writes, to set up what is read later: what is written may be answered with nothing. */
export function writingConfig(url: string, region = REGION): AwsClientConfig {
  return {
    region,
    endpoint: url,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' },
    requestHandler: handler(),
    maxAttempts: 1,
    post: (sent) => poster.post(sent, never),
  };
}

export function awsIo(url: string, regions: string[] = []): IO {
  return {
    signal: new AbortController().signal,
    now: () => AS_OF,
    random: (bytes) => new Uint8Array(bytes),
    runKey: new Uint8Array(32),
    dns: refuse,
    tcp: refuse,
    tls: refuse,
    fetch: refuse,
    aws: async ({ region = REGION }) => {
      regions.push(region);
      return Promise.resolve(clientConfig(url, region));
    },
    files: refuse,
    kept: refuse,
    git: refuse,
    data: refuse,
    progress: () => undefined,
  };
}

export function planContext(paths: readonly string[], options: JsonObject = {}): PlanContext {
  return { options, paths, connectTo: [], switches: {}, dataDigest: () => undefined };
}

const ROOT_POLICY = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' }],
};

export function keyArn(id: string, region = REGION): string {
  return `arn:aws:kms:${region}:${ACCOUNT}:key/${id}`;
}

/** A symmetric customer key that rotates, with changes. */
export function keyState(
  id: string,
  metadata: JsonObject = {},
  rest: JsonObject = {},
): { KeyMetadata: JsonObject } & JsonObject {
  return {
    KeyMetadata: {
      AWSAccountId: ACCOUNT,
      KeyId: id,
      Arn: keyArn(id),
      CreationDate: '2026-06-01T00:00:00Z',
      Enabled: true,
      KeyUsage: 'ENCRYPT_DECRYPT',
      KeyState: 'Enabled',
      Origin: 'AWS_KMS',
      KeyManager: 'CUSTOMER',
      KeySpec: 'SYMMETRIC_DEFAULT',
      MultiRegion: false,
      ...metadata,
    },
    GetKeyRotationStatus: {
      KeyRotationEnabled: true,
      RotationPeriodInDays: 365,
      NextRotationDate: '2027-06-01T00:00:00Z',
    },
    GetKeyPolicy: { Policy: JSON.stringify(ROOT_POLICY) },
    ListGrants: { Grants: [] },
    ListKeyRotations: { Rotations: [] },
    ...rest,
  };
}

export function certificateArn(id: string): string {
  return `arn:aws:acm:${REGION}:${ACCOUNT}:certificate/${id}`;
}

/** A certificate that ACM issued and renews, with changes. */
export function certificate(id: string, changes: JsonObject = {}): JsonObject {
  return {
    CertificateArn: certificateArn(id),
    DomainName: 'www.example.com',
    SubjectAlternativeNames: ['www.example.com'],
    Status: 'ISSUED',
    Type: 'AMAZON_ISSUED',
    KeyAlgorithm: 'RSA_2048',
    SignatureAlgorithm: 'SHA256WITHRSA',
    InUse: true,
    RenewalEligibility: 'ELIGIBLE',
    NotBefore: '2026-10-01T00:00:00Z',
    NotAfter: '2027-04-16T00:00:00Z',
    CreatedAt: '2026-10-01T00:00:00Z',
    IssuedAt: '2026-10-01T00:00:00Z',
    ValidationMethod: 'DNS',
    Options: { CertificateTransparencyLoggingPreference: 'ENABLED', Export: 'DISABLED' },
    ...changes,
  };
}
