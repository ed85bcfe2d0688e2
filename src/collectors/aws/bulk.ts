/**
 * Thousands of small JSON 1.1 questions to one endpoint without the SDK's work for each (about a millisecond of CPU): the first
 * answer of the SDK shows where and as whom to ask; whatever is not a plain 200 is asked again through the SDK, which retries and
 * names errors.
 */
import type { AwsClientConfig, AwsReply } from '../../model/io.ts';
import { isObject, own, type Json, type JsonObject } from '../../model/json.ts';
import { PLAIN, type Answer } from './call.ts';
import { faultOf } from './faults.ts';
import { signedHeaders, type Scope, type SigningKey } from './sign.ts';

interface HttpRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
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

/** Instants are seconds since 1970 on the wire, with fractions. In place: nobody else holds what was just parsed. */
function putDates(value: Json, dates: readonly string[]): void {
  if (Array.isArray(value)) {
    for (const item of value) putDates(item as Json, dates);
  } else if (isObject(value)) {
    const object: { [name: string]: Json } = value;
    for (const [name, member] of Object.entries(object)) {
      if (typeof member === 'object') putDates(member, dates);
      else if (typeof member === 'number' && dates.includes(name)) {
        const at = new Date(member * 1000);
        object[name] = Number.isFinite(at.getTime()) ? at.toISOString() : null;
      }
    }
  }
}

const MAX_MISSED = 20;

/** What a service says of a question, whoever asks it: no second try changes it. */
const FINAL: ReadonlySet<string> = new Set(['aws.access-denied', 'aws.gone', 'aws.not-supported']);

/** Throws what the SDK would throw for an answer that is final; undefined where the SDK should ask again. */
function refused({ status, body }: AwsReply): undefined {
  if (status < 400 || status >= 500) return undefined;
  let answer: Json;
  try {
    answer = JSON.parse(body) as Json;
  } catch {
    // No JSON: a proxy's page, or worse; the SDK names it
    return undefined;
  }
  const type = own(answer, '__type');
  const message = own(answer, 'message') ?? own(answer, 'Message');
  if (typeof type !== 'string') return undefined;
  const error = new ServiceError(type, typeof message === 'string' ? message : '', status);
  if (FINAL.has(faultOf(error, { action: '', region: '' }).fault.code)) throw error;
  return undefined;
}

/** An error of a service in the form of the SDK's, which `faultOf` reads. */
class ServiceError extends Error {
  readonly $metadata: { readonly httpStatusCode: number };
  constructor(name: string, message: string, httpStatusCode: number) {
    super(message);
    this.name = name;
    this.$metadata = { httpStatusCode };
  }
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
  const provider = config.credentials;
  const { post } = config;
  /** Quick questions without an answer, one after the other. */
  let missed = 0;

  async function quick(operation: string, input: JsonObject, dates: readonly string[]): Promise<Answer | undefined> {
    // Where the endpoint wants something else (a clock set right, say) only the SDK gets on
    if (template === undefined || post === undefined || missed >= MAX_MISSED) return undefined;
    const credentials = (
      typeof provider === 'function' ? await (provider as () => Promise<SigningKey>)() : provider
    ) as SigningKey | undefined;
    if (credentials?.secretAccessKey === undefined) return undefined;
    const { request, scope } = template;
    const { protocol, hostname, port } = request;
    const body = JSON.stringify(input);
    const host = port === undefined ? hostname : `${hostname}:${String(port)}`;
    const headers = signedHeaders(
      { 'content-type': 'application/x-amz-json-1.1', host, 'x-amz-target': `${prefix}.${operation}` },
      body,
      credentials,
      scope,
      new Date(),
    );
    // CloudTrail of the account names who asked
    const reply = await post({ protocol, hostname, port, headers: { ...headers, 'user-agent': 'probity' }, body });
    if (reply.status !== 200) return refused(reply);
    const answer = JSON.parse(reply.body) as Json;
    if (!isObject(answer)) return undefined;
    if (dates.length > 0) putDates(answer, dates);
    return Object.assign(answer, { $metadata: { requestId: reply.requestId }, [PLAIN]: true });
  }

  return {
    async ask(operation, input, dates, slow) {
      try {
        const answer = await quick(operation, input, dates);
        missed = answer === undefined ? missed + 1 : 0;
        if (answer !== undefined) return answer;
      } catch (error) {
        if (error instanceof ServiceError) throw error;
        missed += 1;
        // Whatever it was, the SDK meets it too, tries again and names it
        return slow();
      }
      return slow();
    },
  };
}
