/** An AWS endpoint on loopback: STS, Account, KMS, ACM and tags over an account that is plain data; refuses what it is told to. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject } from '../../model/json.ts';
import { answerAcm } from './acm.ts';
import { answerKms } from './kms.ts';
import { page, type AwsState, type Reply } from './state.ts';
import { callOf, sendAnswer, sendError, type Call } from './wire.ts';

/** How a call goes wrong: an error of the service, or a server that misbehaves. */
export type Behaviour =
  | { readonly error: string; readonly status?: number; readonly message?: string }
  /** `cut`: the body ends early; `html`: a proxy's error page; `close`: the connection ends; `hang`: no answer ever. */
  | { readonly is: 'cut' | 'html' | 'close' | 'empty' | 'hang' }
  | { readonly body: string };

export interface Refusal {
  /** `kms:GetKeyPolicy`, `kms:*` or `*`. */
  readonly action: string;
  readonly region?: string;
  /** Only for callers of this account. */
  readonly account?: string;
  /** Only where the input holds this text (a key's id). */
  readonly resource?: string;
  /** Only for pages after the first. */
  readonly laterPages?: boolean;
  /** Only this often; then the call goes well. */
  readonly times?: number;
  readonly behaves: Behaviour;
}

export const DENIED: Behaviour = {
  error: 'AccessDeniedException',
  message: 'User: arn:aws:iam::123456789012:user/auditor is not authorized to perform this action',
};
export const THROTTLED: Behaviour = { error: 'ThrottlingException', message: 'Rate exceeded' };

export interface AwsEndpointOptions {
  readonly state: AwsState;
  /** Further accounts of the organization: whoever assumes a role there calls as them. */
  readonly members?: readonly AwsState[];
  readonly refusals?: readonly Refusal[];
  /** Runs before each answer: for delays and quotas. May decide the answer. */
  readonly before?: (call: Call) => Behaviour | undefined | Promise<Behaviour | undefined>;
  /** Further operations by action: what a test needs beyond the lab's own. */
  readonly more?: { readonly [action: string]: (call: Call) => Reply };
  readonly port?: number;
}

export interface AwsEndpoint {
  /** For AWS_ENDPOINT_URL. */
  readonly url: string;
  /** Actions in the order in which they came. */
  readonly calls: readonly string[];
  close(): Promise<void>;
}

const MAX_BODY = 1_048_576;

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw new Error('the request is too large for the lab');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The account whose role the caller has taken on; undefined for the credentials that the user has. */
function accountOfCaller(call: Call): string | undefined {
  return /^ASIA([0-9]{12})$/.exec(call.accessKey)?.[1];
}

/** AssumeRole of the lab: the access key names the account, any role of it will do. */
function assumeRole(states: readonly AwsState[], call: Call): Reply {
  const asked = call.input['RoleArn'];
  const role = typeof asked === 'string' ? asked : '';
  const account = role.split(':')[4] ?? '';
  if (!states.some((state) => state.account === account)) {
    return { error: 'AccessDenied', message: `User is not authorized to perform: sts:AssumeRole on resource: ${role}` };
  }
  const Credentials = {
    AccessKeyId: `ASIA${account}`,
    SecretAccessKey: 'lab',
    SessionToken: 'lab',
    Expiration: new Date(Date.now() + 3_600_000).toISOString(),
  };
  return {
    answer: { Credentials, AssumedRoleUser: { Arn: role.replace(':role/', ':assumed-role/'), AssumedRoleId: 'A' } },
  };
}

function listAccounts(states: readonly AwsState[], call: Call): Reply {
  const accounts = states.map(({ account, status = 'ACTIVE' }) => ({ Id: account, Status: status, State: status }));
  const { items, next } = page<JsonObject>(accounts, call.input['NextToken'], 20);
  return { answer: { Accounts: items, ...(next === undefined ? {} : { NextToken: next }) } };
}

function matches(refusal: Refusal, call: Call): boolean {
  const { account, action, region, resource, laterPages } = refusal;
  if (account !== undefined && accountOfCaller(call) !== account) return false;
  if (action !== '*' && action !== call.action && action !== `${call.service}:*`) return false;
  if (region !== undefined && region !== call.region) return false;
  if (laterPages === true && call.input['Marker'] === undefined && call.input['NextToken'] === undefined) return false;
  return resource === undefined || JSON.stringify(call.input).includes(resource);
}

function partitionOf(state: AwsState): string {
  return (state.arn ?? 'arn:aws:').split(':')[1] ?? 'aws';
}

function answer(options: AwsEndpointOptions, call: Call): Reply {
  const { more = {} } = options;
  const states = [options.state, ...(options.members ?? [])];
  const caller = accountOfCaller(call);
  const state = states.find(({ account }) => account === caller) ?? options.state;
  const pageSize = state.pageSize ?? 1000;
  const extra = Object.hasOwn(more, call.action) ? more[call.action]?.(call) : undefined;
  if (extra !== undefined) return extra;
  if (call.action === 'sts:AssumeRole') return assumeRole(states, call);
  if (call.action === 'organizations:ListAccounts') return listAccounts(states, call);
  if (call.action === 'sts:GetCallerIdentity') {
    const arn = state.arn ?? `arn:${partitionOf(state)}:iam::${state.account}:user/auditor`;
    return { answer: { Arn: arn, UserId: 'AIDAEXAMPLE', Account: state.account } };
  }
  if (call.action === 'account:ListRegions') {
    const names = Object.keys(state.regions).map((name) => ({
      RegionName: name,
      RegionOptStatus: 'ENABLED_BY_DEFAULT',
    }));
    return { answer: { Regions: names } };
  }
  const region = Object.hasOwn(state.regions, call.region) ? state.regions[call.region] : undefined;
  // A region that is not enabled does not know the credentials
  if (region === undefined)
    return { error: 'UnrecognizedClientException', message: 'The security token included in the request is invalid.' };
  if (call.action === 'tag:GetResources') {
    const { items, next } = page<JsonObject>(region.tags ?? [], call.input['PaginationToken'], Math.min(pageSize, 100));
    return { answer: { ResourceTagMappingList: items, PaginationToken: next ?? '' } };
  }
  const reply =
    call.service === 'kms'
      ? answerKms(region, call, pageSize)
      : call.service === 'acm'
        ? answerAcm(region, call, pageSize)
        : undefined;
  return reply ?? { error: 'UnknownOperationException', message: `${call.action} is not known here` };
}

function misbehave(how: Exclude<Behaviour, { error: string }>, response: ServerResponse): void {
  if ('body' in how) {
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(how.body);
    return;
  }
  switch (how.is) {
    case 'cut':
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1', 'content-length': '1000' });
      response.write('{"Keys": [{"KeyArn": "arn:aws:kms:');
      response.destroy();
      return;
    case 'html':
      response.writeHead(502, { 'content-type': 'text/html' }).end('<html><h1>Bad Gateway</h1></html>');
      return;
    case 'close':
      response.destroy();
      return;
    case 'empty':
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end();
      return;
    case 'hang':
  }
}

const STATUS: { readonly [code: string]: number } = {
  InternalFailure: 500,
  InternalServerError: 500,
  ServiceUnavailable: 503,
};

function finish(call: Call, response: ServerResponse, how: Behaviour | Reply, id: string): void {
  if ('answer' in how) sendAnswer(call, response, how.answer, id);
  else if ('xml' in how) response.writeHead(200, { 'content-type': 'text/xml', 'x-amzn-requestid': id }).end(how.xml);
  else if ('error' in how) {
    const message = how.message ?? `the lab refuses ${call.action}`;
    sendError(call, response, how.error, message, how.status ?? STATUS[how.error] ?? (call.isXml ? 403 : 400), id);
  } else misbehave(how, response);
}

/** Starts the endpoint on 127.0.0.1. */
export async function startAwsEndpoint(options: AwsEndpointOptions): Promise<AwsEndpoint> {
  const calls: string[] = [];
  const left = new Map((options.refusals ?? []).map((refusal) => [refusal, refusal.times ?? Number.POSITIVE_INFINITY]));

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = callOf(request, await bodyOf(request));
    calls.push(call.action);
    const id = `lab-${String(calls.length)}`;
    const decided = await options.before?.(call);
    if (decided !== undefined) return finish(call, response, decided, id);
    for (const [refusal, times] of left) {
      if (times <= 0 || !matches(refusal, call)) continue;
      left.set(refusal, times - 1);
      return finish(call, response, refusal.behaves, id);
    }
    return finish(call, response, answer(options, call), id);
  }

  const server: Server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error));
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    calls,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
    },
  };
}
