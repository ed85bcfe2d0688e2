/**
 * Thousands of small JSON 1.1 questions to one endpoint without the SDK's work for each (about a millisecond of CPU): the first
 * answer of the SDK shows where and as whom to ask; whatever is not a plain 200 is asked again through the SDK, which retries and
 * names errors.
 */
import type { AwsClientConfig } from '../../model/io.ts';
import { isObject, type Json, type JsonObject } from '../../model/json.ts';
import type { Answer } from './call.ts';
import { signedHeaders, type Scope, type SigningKey } from './sign.ts';

interface HttpRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly path: string;
  readonly method: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}
interface Handler {
  handle(request: HttpRequest): Promise<{
    readonly response: {
      readonly statusCode: number;
      readonly headers: { readonly [name: string]: string };
      readonly body: AsyncIterable<Uint8Array>;
    };
  }>;
}
/** The part of an SDK client that shows its requests. */
export interface Observable {
  readonly middlewareStack: {
    add(
      middleware: (next: (args: never) => Promise<never>) => (args: never) => Promise<never>,
      options: { readonly step: 'finalizeRequest'; readonly priority: 'low'; readonly name: string },
    ): void;
  };
}

interface Template {
  readonly request: HttpRequest;
  readonly scope: Scope;
}

export interface Bulk {
  /** Asks `operation`; `dates` are the members that hold seconds since 1970. `slow` is the same question through the SDK. */
  ask(operation: string, input: JsonObject, dates: readonly string[], slow: () => Promise<Answer>): Promise<Answer>;
}

function templateOf(request: unknown): Template | undefined {
  const seen = request as Partial<HttpRequest> | undefined;
  const scope = /Credential=[^/]+\/[0-9]{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(
    seen?.headers?.['authorization'] ?? '',
  );
  const [, region, service] = scope ?? [];
  if (seen?.hostname === undefined || seen.path !== '/' || region === undefined || service === undefined)
    return undefined;
  return { request: seen as HttpRequest, scope: { region, service } };
}

function withDates(value: Json, dates: ReadonlySet<string>): Json {
  if (Array.isArray(value)) return value.map((item: Json) => withDates(item, dates));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]): [string, Json] => {
      if (!dates.has(name) || typeof member !== 'number') return [name, withDates(member, dates)];
      const at = new Date(member * 1000);
      return [name, Number.isFinite(at.getTime()) ? at.toISOString() : null];
    }),
  );
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** Watches one client; `prefix` is that of `x-amz-target`. */
export function createBulk(client: Observable, config: AwsClientConfig, prefix: string): Bulk {
  let template: Template | undefined;
  client.middlewareStack.add(
    (next) => async (args) => {
      template ??= templateOf((args as { readonly request?: unknown }).request);
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low', name: 'probityTemplate' },
  );
  const handler = config.requestHandler as Handler;
  const provider = config.credentials;

  async function quick(operation: string, input: JsonObject, dates: readonly string[]): Promise<Answer | undefined> {
    if (template === undefined) return undefined;
    const credentials = (
      typeof provider === 'function' ? await (provider as () => Promise<SigningKey>)() : provider
    ) as SigningKey | undefined;
    if (credentials?.secretAccessKey === undefined) return undefined;
    const { request, scope } = template;
    const body = JSON.stringify(input);
    const host = request.port === undefined ? request.hostname : `${request.hostname}:${String(request.port)}`;
    const headers = signedHeaders(
      { 'content-type': 'application/x-amz-json-1.1', host, 'x-amz-target': `${prefix}.${operation}` },
      body,
      credentials,
      scope,
      new Date(),
    );
    const { protocol, hostname, port } = request;
    const { response } = await handler.handle({
      protocol,
      hostname,
      ...(port === undefined ? {} : { port }),
      path: '/',
      method: 'POST',
      headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
      body,
    });
    const text = await textOf(response.body);
    if (response.statusCode !== 200) return undefined;
    const answer = JSON.parse(text) as Json;
    if (!isObject(answer)) return undefined;
    const kept = withDates(answer, new Set(dates)) as JsonObject;
    return { ...kept, $metadata: { requestId: response.headers['x-amzn-requestid'] } };
  }

  return {
    async ask(operation, input, dates, slow) {
      try {
        const answer = await quick(operation, input, dates);
        if (answer !== undefined) return answer;
      } catch {
        // Whatever it was, the SDK meets it too, tries again and names it
        return slow();
      }
      return slow();
    },
  };
}
