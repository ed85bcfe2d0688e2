/** What an AWS service or the SDK throws, as a typed fault (facts/aws §2). Reads `error.name`, never the body. */
import { FaultError, type FaultCode } from '../../model/fault.ts';

const ACCESS_DENIED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AuthorizationError',
  'AuthorizationErrorException',
  'Forbidden',
  'InvalidAccessException',
  'KMSAccessDeniedException',
  'NotAuthorized',
  'UnauthorizedAccess',
  'UnauthorizedException',
  'UnauthorizedOperation',
]);

// The SDK's own list of throttling codes, and the two that EC2 and IAM add
const THROTTLED = new Set([
  'BandwidthLimitExceeded',
  'EC2ThrottledException',
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionInProgressException',
]);

/** A token that has run out, or a clock that is wrong (the SDK has set it right before), is never a matter of the region. */
const CREDENTIALS_ENDED = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'IncompleteSignature',
  'InvalidSignatureException',
  'RequestExpired',
  'RequestTimeTooSkewed',
  'TokenRefreshRequired',
]);
/** Wrong credentials, unless they are good elsewhere: then the region is not enabled. */
const CREDENTIALS_UNKNOWN = new Set([
  'AuthFailure',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidClientTokenIdException',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'OptInRequired',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);
/** Thrown by the SDK's credential chain before any request. */
const NO_CREDENTIALS = new Set([
  'CredentialsProviderError',
  'CredentialsError',
  'ProviderError',
  'TokenProviderError',
  'NoCredentialsError',
]);

const NOT_SUPPORTED = new Set([
  'InvalidAction',
  'NotImplemented',
  'UnknownOperation',
  'UnknownOperationException',
  'UnsupportedOperation',
  'UnsupportedOperationException',
]);

const TIMEOUT = new Set(['TimeoutError', 'RequestTimeout', 'RequestTimeoutException', 'ETIMEDOUT']);
const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'EAI_AGAIN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ERR_STREAM_PREMATURE_CLOSE',
  'NetworkingError',
  'UND_ERR_SOCKET',
]);
const GONE = /^NoSuch|^NotFound|NotFound(?:Exception|Fault)?$/;

interface Seen {
  readonly name: string;
  readonly code: string;
  readonly message: string;
  readonly status: number | undefined;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function see(error: unknown): Seen {
  // `ns#AccessDeniedException` and `AccessDeniedException:http://…` are the same word (facts/aws §2)
  const name = textOf(member(error, 'name'));
  const status =
    member(member(error, '$metadata'), 'httpStatusCode') ??
    member(member(error, '$response'), 'statusCode') ??
    member(member(error, '$responseMetadata'), 'httpStatusCode');
  return {
    name: (name.includes('#') ? name.slice(name.lastIndexOf('#') + 1) : name).split(':')[0] ?? '',
    code: textOf(member(error, 'code') ?? member(error, 'Code')),
    message: textOf(member(error, 'message')),
    status: typeof status === 'number' ? status : undefined,
  };
}

function codeOf(seen: Seen, atLogin: boolean): FaultCode {
  const { name, status } = seen;
  // Account-level "limit exceeded" answers of create calls never occur here: every call is a read
  if (THROTTLED.has(name) || status === 429) return 'aws.throttled';
  if (ACCESS_DENIED.has(name)) return 'aws.access-denied';
  if (CREDENTIALS_ENDED.has(name) || NO_CREDENTIALS.has(name)) return 'aws.no-credentials';
  if (CREDENTIALS_UNKNOWN.has(name)) return atLogin ? 'aws.no-credentials' : 'aws.region-disabled';
  if (NOT_SUPPORTED.has(name)) return 'aws.not-supported';
  // The SDK calls a reset connection TimeoutError: the code tells
  if (NETWORK.has(seen.code) || NETWORK.has(name)) return 'aws.network';
  if (TIMEOUT.has(name) || TIMEOUT.has(seen.code)) return 'aws.timeout';
  if (name === 'AbortError') return 'engine.deadline';
  if (status !== undefined && status >= 500) return 'aws.server-error';
  // S3 answers a HEAD-like 403 without a code
  if (status === 403) return 'aws.access-denied';
  if (GONE.test(name)) return 'aws.gone';
  if (status === 404) return 'aws.not-supported';
  return 'aws.bad-response';
}

const printable = (text: string): string =>
  // eslint-disable-next-line no-control-regex -- that is what it removes
  (text.split('Deserialization error:')[0] ?? '')
    .replaceAll(/[\u0000-\u001F\u007F-\u009F]+/g, ' ')
    .slice(0, 400)
    .trim()
    .toWellFormed();

export interface Asked {
  /** The permission, in IAM's spelling: `kms:GetKeyPolicy`. */
  readonly action: string;
  readonly region: string;
  /** The question decides whether the credentials are good at all. */
  readonly atLogin?: boolean;
}

/** The fault that a rejected call stands for. A FaultError of the capabilities keeps its code. */
export function faultOf(error: unknown, asked: Asked): FaultError {
  if (error instanceof FaultError)
    return new FaultError(error.fault.code, `${asked.action} in ${asked.region}: ${error.fault.message}`, {
      cause: error,
    });
  const seen = see(error);
  const code = codeOf(seen, asked.atLogin === true);
  const denied = code === 'aws.access-denied' ? `; the permission ${asked.action} is missing` : '';
  const words = printable(seen.message === '' ? seen.name : `${seen.name}: ${seen.message}`);
  return new FaultError(code, `${asked.action} in ${asked.region} answered ${words}${denied}`, { cause: error });
}

/** The name of the service's error, for calls where one error is an answer (no such configuration). */
export function errorName(error: unknown): string {
  return see(error).name;
}
