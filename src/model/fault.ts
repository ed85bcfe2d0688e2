/** Faults: the closed list of reasons for not knowing. A fault is data; it never becomes a pass or a fail. */

interface FaultKind {
  /** Worth another try: the engine retries only these. */
  readonly transient: boolean;
  /** What it means, for a person; used where a fault carries no message of its own. */
  readonly title: string;
}

/** Every code that may occur in evidence and results. Grouped by where it arises; sorted inside a group. */
export const FAULTS = {
  'aws.access-denied': { transient: false, title: 'AWS refused the call: the permission is missing' },
  'aws.bad-response': { transient: false, title: 'AWS answered with something that is not the documented shape' },
  'aws.gone': { transient: false, title: 'the resource was deleted during the scan' },
  'aws.network': { transient: true, title: 'AWS could not be reached' },
  'aws.no-credentials': { transient: false, title: 'no valid AWS credentials' },
  'aws.not-supported': { transient: false, title: 'the AWS endpoint does not know this operation' },
  'aws.region-disabled': { transient: false, title: 'the AWS region is not enabled for this account' },
  'aws.server-error': { transient: true, title: 'AWS answered with a server error' },
  'aws.throttled': { transient: true, title: 'AWS throttled the call' },
  'aws.timeout': { transient: true, title: 'AWS did not answer in time' },
  'aws.too-young': { transient: false, title: 'AWS has not recorded this for long enough to tell' },

  'cert.issuer-missing': {
    transient: false,
    title: "the issuer's certificate was not sent, so what stands above it cannot be seen",
  },
  'cert.malformed': { transient: false, title: 'the certificate, or this part of it, cannot be parsed' },
  'cert.revocation-unclear': {
    transient: false,
    title: 'the list of revoked certificates does not speak for this one',
  },

  'collector.bug': { transient: false, title: 'a defect of Probity itself while collecting' },

  'data.missing': { transient: false, title: 'reference data is not there' },
  'data.stale': { transient: false, title: 'reference data is too old to tell absence' },

  'dns.bad-name': { transient: false, title: 'the name cannot be asked in DNS' },
  'dns.formerr': { transient: false, title: 'the DNS server did not understand the query' },
  'dns.limit': { transient: false, title: 'the bound on DNS queries for this target was reached' },
  'dns.loop': { transient: false, title: 'the DNS answer is a CNAME loop' },
  'dns.malformed': { transient: true, title: 'the DNS answer is malformed' },
  'dns.network': { transient: true, title: 'the DNS server could not be reached' },
  'dns.notimp': { transient: false, title: 'the DNS server does not implement the query' },
  'dns.refused': { transient: false, title: 'the DNS server refused the query' },
  'dns.servfail': { transient: true, title: 'the DNS server failed (SERVFAIL)' },
  'dns.timeout': { transient: true, title: 'the DNS server did not answer in time' },
  'dns.unvalidated': {
    transient: false,
    title: 'no DNS resolver that validates can be believed; name one with --resolver',
  },

  'engine.bug': { transient: false, title: 'a defect of Probity itself while judging' },
  'engine.deadline': { transient: true, title: 'the time for this job ran out' },
  'engine.interrupted': { transient: false, title: 'the run was interrupted before this was observed' },
  'engine.limit': { transient: false, title: 'the bound on derived targets was reached: not all were observed' },
  'engine.not-run': { transient: false, title: 'this was not observed in this run' },
  'engine.type': { transient: false, title: 'the value has another type than the rule expects' },

  'evidence.digest': { transient: false, title: 'the stored evidence does not match its digest' },
  'evidence.missing': { transient: false, title: 'the evidence does not hold this' },

  'git.dubious-ownership': { transient: false, title: 'git refuses a repository owned by somebody else' },
  'git.failed': { transient: false, title: 'git failed' },
  'git.object-missing': { transient: false, title: 'git objects are missing (partial clone)' },
  'git.shallow': { transient: false, title: 'the clone is shallow: its history is cut' },

  'http.coding': { transient: false, title: 'the body is in a content coding or character encoding that is not known' },
  'http.limit': { transient: false, title: 'the bound on the HTTP response was reached' },
  'http.malformed': { transient: false, title: 'the HTTP response is malformed' },
  'http.no-key': { transient: false, title: 'the key that made this signature is not published' },
  'http.not-a-page': { transient: false, title: 'the address gives no page' },
  'http.timeout': { transient: true, title: 'the HTTP server did not answer in time' },
  'http.tls': { transient: false, title: 'the TLS handshake for HTTPS failed' },
  'http.unavailable': { transient: true, title: 'the HTTP server is overloaded or out of order (429 or 5xx)' },

  'net.closed': { transient: true, title: 'the connection was closed early' },
  'net.limit': { transient: false, title: 'the bound on bytes or connections was reached' },
  'net.no-address': { transient: false, title: 'the name has no address' },
  'net.private-address': { transient: false, title: 'the address is private or loopback; --allow-private permits it' },
  'net.refused': { transient: false, title: 'the connection was refused' },
  'net.reset': { transient: true, title: 'the connection was reset' },
  'net.timeout': { transient: true, title: 'the connection timed out' },
  'net.unreachable': { transient: true, title: 'the host is unreachable' },

  'package.not-asked': { transient: false, title: 'this is asked of the outside only when --online or --osv says so' },
  'package.unknown': { transient: false, title: 'the registry does not know this package or version' },

  'source.empty': { transient: false, title: 'nothing was read from the source tree' },
  'source.no-base': { transient: false, title: 'where a relative link leads is known to the site of the page only' },
  'source.malformed': { transient: false, title: 'the file cannot be parsed' },
  'source.not-found': { transient: false, title: 'the source path does not exist' },
  'source.too-complex': { transient: false, title: 'the file was built so that reading it takes too long' },
  'source.too-large': { transient: false, title: 'the file is larger than the cap' },
  'source.unreadable': { transient: false, title: 'the file or folder cannot be read' },
  'source.unsupported': { transient: false, title: 'files of this kind cannot be read yet' },

  'tls.handshake': { transient: false, title: 'the TLS handshake failed' },
  'tls.malformed': { transient: false, title: 'the TLS answer is malformed' },
  'tls.timeout': { transient: true, title: 'the TLS server did not answer in time' },
  'tls.unclear': { transient: false, title: 'the server gave no clear answer to this TLS question' },
} as const satisfies Record<`${string}.${string}`, FaultKind>;

export type FaultCode = keyof typeof FAULTS;

export interface Fault {
  readonly code: FaultCode;
  readonly message: string;
  readonly transient: boolean;
}

export function isFaultCode(text: unknown): text is FaultCode {
  return typeof text === 'string' && Object.hasOwn(FAULTS, text);
}

export function fault(code: FaultCode, message: string = FAULTS[code].title): Fault {
  return { code, message, transient: FAULTS[code].transient };
}

/** What the capabilities of `IO` throw. A collector may catch it and put `{ $fault }` at its place in raw. */
export class FaultError extends Error {
  readonly fault: Fault;
  constructor(code: FaultCode, message?: string, options?: ErrorOptions) {
    const made = fault(code, message);
    // It is data, and thousands of them may be made in a run: where it was thrown tells nobody anything
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(`${made.code}: ${made.message}`, options);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'FaultError';
    this.fault = made;
  }
}

/** What a person did wrong on the command line or in a file. Ends the program with exit code 2 before any packet. */
export class UsageError extends Error {
  /** The flag whose value is refused, without its dashes: the same value may stand in probity.yaml, and is named there. */
  readonly flag?: string;

  constructor(message: string, options: ErrorOptions & { readonly flag?: string } = {}) {
    super(message, options);
    this.name = 'UsageError';
    if (options.flag !== undefined) this.flag = options.flag;
  }
}
