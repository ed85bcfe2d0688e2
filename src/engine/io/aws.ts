/** The AWS capability: credentials of the standard chain, and a request handler under our limits. The SDK is loaded when first asked for. */
import { Agent as HttpsAgent } from 'node:https';
import type { STSClientConfig } from '@aws-sdk/client-sts';
import type { AwsClientConfig, AwsRequest } from '../../model/io.ts';
import { reasonOf, untilAbort } from '../deadline.ts';
import { createPace, type Pace } from '../limits.ts';
import { type Handled, withWholeBody } from './aws-body.ts';
import { createPoster } from './aws-post.ts';
import { HttpAgent } from './node-http.ts';
import { roleProvider } from './aws-role.ts';
import { hasQuotas, isDocumented, operationOf, requestsPerSecond, type AwsHttpRequest } from './aws-quotas.ts';

const MAX_SOCKETS = 32;
const MAX_ATTEMPTS = 5;
const DEFAULT_REGION = 'us-east-1';
/** Without credentials the chain ends at the metadata service, which is silent outside of AWS. */
const METADATA_TIMEOUT_MS = 1000;

interface HandlerOptions {
  readonly abortSignal?: AbortSignal;
  readonly requestTimeout?: number;
}
/** The part of the SDK's request handler that clients use. */
interface Handler {
  handle(request: AwsHttpRequest, options?: HandlerOptions): Promise<Handled>;
  destroy(): void;
}

export interface AwsClient {
  configure(request: AwsRequest, signal: AbortSignal): Promise<AwsClientConfig>;
  /** Closes the connections that are kept alive. */
  close(): void;
}

export function createAwsClient(timeoutMs: number): AwsClient {
  const paces = new Map<string, Pace>();
  const credentials = new Map<string, unknown>();
  const agents = { keepAlive: true, maxSockets: MAX_SOCKETS };
  const poster = createPoster(timeoutMs);
  let shared: Promise<Handler> | undefined;

  async function loadHandler(): Promise<Handler> {
    const { NodeHttpHandler } = await import('@smithy/node-http-handler');
    const handler: unknown = new NodeHttpHandler({
      httpAgent: new HttpAgent(agents),
      httpsAgent: new HttpsAgent(agents),
      connectionTimeout: timeoutMs,
      requestTimeout: timeoutMs,
      throwOnRequestTimeout: true,
      // Jobs queue for sockets on purpose; the SDK would warn on the console
      socketAcquisitionWarningTimeout: 2 ** 31 - 1,
    });
    return handler as Handler;
  }

  /** One provider a role: for all jobs of the run, so under no signal of a job. */
  async function roleCredentials(request: AwsRequest, region: string, role: string): Promise<unknown> {
    const { profile, externalId } = request;
    const key = `${profile ?? ''} ${role} ${externalId ?? ''}`;
    const endpoint = customEndpoint(process.env);
    const base = await credentialsOf(profile);
    const known = credentials.get(key);
    if (known !== undefined) return known;
    const config = {
      region,
      ...(endpoint !== undefined && { endpoint }),
      credentials: base,
      maxAttempts: MAX_ATTEMPTS,
    };
    const provider = roleProvider(config as STSClientConfig, { role, externalId });
    credentials.set(key, provider);
    return provider;
  }

  /** One provider a profile: it keeps what it found until shortly before it expires. */
  async function credentialsOf(profile: string | undefined): Promise<unknown> {
    const key = profile ?? '';
    const known = credentials.get(key);
    if (known !== undefined) return known;
    const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
    const provider = defaultProvider({
      ...(profile !== undefined && { profile }),
      timeout: METADATA_TIMEOUT_MS,
      maxRetries: 1,
    });
    credentials.set(key, provider);
    return provider;
  }

  function paceOf(owner: string, request: AwsHttpRequest): Pace | undefined {
    const operation = operationOf(request);
    // An emulator or a recorder may enforce the documented quotas too; the others are guesses about AWS itself
    if (!hasQuotas(request.hostname) && !isDocumented(operation)) return undefined;
    const key = `${owner} ${operation}`;
    const perSecond = requestsPerSecond(operation);
    // A rested bucket holds a second of our share: with it no second ever takes more than the whole quota
    const pace = paces.get(key) ?? createPace(perSecond, Math.max(1, Math.floor(perSecond)));
    paces.set(key, pace);
    return pace;
  }

  return {
    async configure(request, signal) {
      shared ??= loadHandler();
      const handler = await untilAbort(shared, signal);
      const region = request.region ?? (await untilAbort(configuredRegion(request.profile), signal));
      const owner = `${request.profile ?? ''} ${request.role ?? ''} ${region}`;
      const endpoint = customEndpoint(process.env);
      return {
        region,
        ...(endpoint !== undefined && { endpoint }),
        credentials:
          request.role === undefined
            ? await credentialsOf(request.profile)
            : await roleCredentials(request, region, request.role),
        requestHandler: limited(handler, signal, (sent) => paceOf(owner, sent)),
        maxAttempts: MAX_ATTEMPTS,
        async post(sent) {
          await paceOf(owner, { method: 'POST', path: '/', ...sent })?.take(signal);
          return poster.post(sent, signal);
        },
      };
    },
    close() {
      poster.close();
      shared?.then((handler) => handler.destroy()).catch(() => undefined);
    },
  };
}

/** The region of the environment, else of the profile in the shared configuration, else the first that AWS had. */
async function configuredRegion(profile: string | undefined): Promise<string> {
  const { loadConfig, NODE_REGION_CONFIG_OPTIONS, NODE_REGION_CONFIG_FILE_OPTIONS } =
    await import('@smithy/core/config');
  const named = process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'];
  if (named !== undefined && named !== '') return named;
  const read = loadConfig(
    { ...NODE_REGION_CONFIG_OPTIONS, default: DEFAULT_REGION },
    { ...NODE_REGION_CONFIG_FILE_OPTIONS, ...(profile !== undefined && { profile }) },
  );
  return (await read()) ?? DEFAULT_REGION;
}

/** AWS_ENDPOINT_URL; left to the SDK where a service has an endpoint of its own, which an option would override. */
export function customEndpoint(env: NodeJS.ProcessEnv): string | undefined {
  if (env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] === 'true') return undefined;
  if (Object.keys(env).some((name) => name.startsWith('AWS_ENDPOINT_URL_'))) return undefined;
  const url = env['AWS_ENDPOINT_URL'];
  return url === undefined || url === '' ? undefined : url;
}

/**
 * The handler under the job's signal, the token bucket of the operation and the byte cap. No address rule: an endpoint of AWS
 * is a private address wherever a VPC endpoint serves it, and no other host than the service's or the user's is ever asked.
 */
function limited(handler: Handler, job: AbortSignal, paceOf: (request: AwsHttpRequest) => Pace | undefined): unknown {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request: AwsHttpRequest, options: HandlerOptions = {}) {
      if (job.aborted) throw reasonOf(job);
      const signal = options.abortSignal === undefined ? job : AbortSignal.any([job, options.abortSignal]);
      await paceOf(request)?.take(signal);
      try {
        return withWholeBody(await handler.handle(request, { ...options, abortSignal: signal }));
      } catch (error) {
        if (job.aborted) throw reasonOf(job);
        throw error;
      }
    },
    // Shared by all clients of the run: one of them may not end it for the others
    destroy() {},
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  };
}
