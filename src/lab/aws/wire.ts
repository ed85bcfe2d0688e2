/** The forms in which AWS services are asked and answer: which call a request is, JSON 1.1, REST-JSON and query XML. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Json, JsonObject } from '../../model/json.ts';

export interface Call {
  /** `kms`, `acm`, `sts`, `account`, `tag`: as IAM spells it. */
  readonly service: string;
  readonly operation: string;
  /** `kms:ListKeys`. */
  readonly action: string;
  readonly region: string;
  readonly accessKey: string;
  readonly userAgent: string;
  /** The answer is XML of the query protocol. */
  readonly isXml: boolean;
  readonly input: JsonObject;
  readonly path: string;
  readonly query: URLSearchParams;
}

const REST_XML: ReadonlySet<string> = new Set(['s3', 'cloudfront']);
const SERVICE_NAMES: { readonly [signed: string]: string } = { tagging: 'tag' };

/** `AWS4-HMAC-SHA256 Credential=AKID/20261122/us-east-1/kms/aws4_request, …`: the scope names region and service. */
function scopeOf(authorization: string): { accessKey: string; region: string; service: string } {
  const match = /Credential=([^/,]*)\/[0-9]{8}\/([^/]*)\/([^/]*)\/aws4_request/.exec(authorization);
  const signed = match?.[3] ?? '';
  return { accessKey: match?.[1] ?? '', region: match?.[2] ?? '', service: SERVICE_NAMES[signed] ?? signed };
}

function objectOf(text: string): JsonObject {
  if (!text.startsWith('{')) return {};
  const value: unknown = JSON.parse(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** Which call a request is. Signatures are not verified: the lab knows no secret. */
export function callOf(request: IncomingMessage, body: string): Call {
  const scope = scopeOf(request.headers.authorization ?? '');
  const target = request.headers['x-amz-target'];
  const [path = '/', query = ''] = (request.url ?? '/').split('?');
  const isForm = (request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  const input = isForm ? Object.fromEntries(new URLSearchParams(body)) : objectOf(body);
  const named = typeof target === 'string' ? target.slice(target.lastIndexOf('.') + 1) : undefined;
  const form = input['Action'];
  const operation =
    named ??
    (isForm && typeof form === 'string' ? form : path.slice(1).replace(/^[a-z]/, (first) => first.toUpperCase()));
  return {
    ...scope,
    operation,
    action: `${scope.service}:${operation}`,
    userAgent: request.headers['user-agent'] ?? '',
    isXml: isForm || REST_XML.has(scope.service),
    input,
    path,
    query: new URLSearchParams(query),
  };
}

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

function xmlOf(value: Json): string {
  if (Array.isArray(value)) return value.map((item: Json) => `<member>${xmlOf(item)}</member>`).join('');
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([name, member]) => `<${name}>${xmlOf(member)}</${name}>`)
      .join('');
  }
  return value === null ? '' : escapeXml(String(value));
}

const IS_DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z$/;

/** JSON 1.1 writes instants as seconds since 1970. */
function withEpochs(value: Json): Json {
  if (typeof value === 'string') return IS_DATE.test(value) ? Date.parse(value) / 1000 : value;
  if (Array.isArray(value)) return value.map((item: Json) => withEpochs(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withEpochs(member)]));
}

export function sendAnswer(call: Call, response: ServerResponse, answer: JsonObject, id: string): void {
  if (call.isXml) {
    const result = `<${call.operation}Result>${xmlOf(answer)}</${call.operation}Result>`;
    const metadata = `<ResponseMetadata><RequestId>${id}</RequestId></ResponseMetadata>`;
    response.writeHead(200, { 'content-type': 'text/xml', 'x-amzn-requestid': id });
    response.end(`<${call.operation}Response>${result}${metadata}</${call.operation}Response>`);
    return;
  }
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': id });
  response.end(JSON.stringify(withEpochs(answer)));
}

export function sendError(
  call: Call,
  response: ServerResponse,
  code: string,
  message: string,
  status: number,
  id: string,
): void {
  if (call.isXml) {
    response.writeHead(status, { 'content-type': 'text/xml', 'x-amzn-requestid': id });
    const error = `<Error><Type>Sender</Type><Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message></Error>`;
    // S3 has the error at the root
    const body = `<Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message>`;
    response.end(
      call.service === 's3'
        ? `<Error>${body}</Error>`
        : `<ErrorResponse>${error}<RequestId>${id}</RequestId></ErrorResponse>`,
    );
    return;
  }
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.1',
    'x-amzn-requestid': id,
    // A code with a namespace comes in the body alone, as some services send it
    ...(code.includes('#') ? {} : { 'x-amzn-errortype': code }),
  });
  response.end(JSON.stringify({ __type: code.includes('#') ? code : `com.amazonaws#${code}`, message }));
}
