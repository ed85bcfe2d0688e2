/** The AWS capability: what is loaded when, where requests go, how fast, and that they end. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import { test, type TestContext } from 'node:test';
import { STSClient, GetCallerIdentityCommand, type STSClientConfig } from '@aws-sdk/client-sts';
import { customEndpoint } from '../../../src/engine/io/aws.ts';
import { hasQuotas, operationOf, requestsPerSecond } from '../../../src/engine/io/aws-quotas.ts';
import { createData } from '../../../src/engine/io/data.ts';
import { faultOf, ioFor, listening } from './support.ts';

const IDENTITY = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/t</Arn><UserId>U</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;

function environment(t: TestContext, values: { readonly [name: string]: string }): void {
  for (const [name, value] of Object.entries(values)) {
    const before = process.env[name];
    process.env[name] = value;
    t.after(() => {
      if (before === undefined) delete process.env[name];
      else process.env[name] = before;
    });
  }
}

async function endpoint(t: TestContext, answer: (request: IncomingMessage) => string | undefined): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    const body = answer(request);
    if (body !== undefined) response.writeHead(200, { 'content-type': 'text/xml' }).end(body);
  });
  t.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${String(await listening(server))}`;
}

function credentials(t: TestContext, url: string): void {
  environment(t, {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: ['AK', 'IA', 'TEST'].join(''),
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/nonexistent/config',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/credentials',
    AWS_REGION: 'eu-west-1',
  });
}

async function client(t: TestContext, signal?: AbortSignal): Promise<STSClient> {
  const config = await ioFor(t, { allowPrivate: false, timeoutMs: 5000 }, signal).aws({});
  assert.equal(config.region, 'eu-west-1');
  return new STSClient(config as unknown as STSClientConfig);
}

test('a client goes to AWS_ENDPOINT_URL with the credentials of the environment', async (t) => {
  const seen: string[] = [];
  credentials(
    t,
    await endpoint(t, (request) => {
      seen.push(request.headers.authorization ?? '');
      return IDENTITY;
    }),
  );

  const answer = await (await client(t)).send(new GetCallerIdentityCommand({}));

  assert.equal(answer.Account, '123456789012');
  assert.match(seen[0] ?? '', /Credential=AKIATEST\/\d+\/eu-west-1\/sts/);
});

test('the end of the job ends a request, and a silent service ends by itself', async (t) => {
  credentials(t, await endpoint(t, () => undefined));
  const stop = new AbortController();
  const waiting = (await client(t, stop.signal)).send(new GetCallerIdentityCommand({}));

  stop.abort();

  assert.equal(await faultOf(waiting), 'engine.interrupted');
});

test('an answer without end is cut off', async (t) => {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/xml' });
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    const more = (): void => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', more);
    more();
  });
  t.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  credentials(t, `http://127.0.0.1:${String(await listening(server))}`);

  await assert.rejects((await client(t)).send(new GetCallerIdentityCommand({})), /bytes/);
});

test('operations are known by target, by action, or by path', () => {
  const base = { method: 'POST', path: '/', headers: {} };
  assert.equal(
    operationOf({
      ...base,
      hostname: 'kms.eu-west-1.amazonaws.com',
      headers: { 'X-Amz-Target': 'TrentService.ListKeys' },
    }),
    'TrentService.ListKeys',
  );
  assert.equal(
    operationOf({ ...base, hostname: 'sts.amazonaws.com', body: 'Version=2011-06-15&Action=GetCallerIdentity' }),
    'sts.GetCallerIdentity',
  );
  assert.equal(
    operationOf({ ...base, hostname: 'guardduty.us-east-1.amazonaws.com', method: 'GET', path: '/detector/abc' }),
    'guardduty GET /detector/abc',
  );
});

test('documented quotas are used by half, and only at the hosts of AWS', () => {
  assert.equal(requestsPerSecond('CertificateManager.DescribeCertificate'), 5);
  assert.equal(requestsPerSecond('TrentService.GetKeyLastUsage'), 2.5);
  assert.ok(requestsPerSecond('constructor') > 0);
  assert.equal(hasQuotas('kms.eu-west-1.amazonaws.com'), true);
  assert.equal(hasQuotas('kms.cn-north-1.amazonaws.com.cn'), true);
  assert.equal(hasQuotas('127.0.0.1'), false);
  assert.equal(hasQuotas('amazonaws.com.evil.example'), false);
});

test('a service with an endpoint of its own is left to the SDK', () => {
  assert.equal(customEndpoint({ AWS_ENDPOINT_URL: 'http://x' }), 'http://x');
  assert.equal(customEndpoint({ AWS_ENDPOINT_URL: 'http://x', AWS_ENDPOINT_URL_KMS: 'http://y' }), undefined);
  assert.equal(
    customEndpoint({ AWS_ENDPOINT_URL: 'http://x', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }),
    undefined,
  );
  assert.equal(customEndpoint({}), undefined);
});

test('reference data is read once, named by its digest, and missing data is a fault', () => {
  let reads = 0;
  const data = createData([
    {
      name: 'list',
      date: '2026-01-01T00:00:00Z',
      read: () => {
        reads++;
        return Buffer.from('abc');
      },
    },
  ]);

  assert.equal(reads, 0);
  assert.equal(data.digest('list'), 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  assert.equal(Buffer.from(data.bytes('list')).toString(), 'abc');
  assert.equal(data.date('list'), '2026-01-01T00:00:00Z');
  assert.equal(reads, 1);
  assert.equal(data.digest('none'), undefined);
  assert.throws(() => data.bytes('none'), /data\.missing/);
});
