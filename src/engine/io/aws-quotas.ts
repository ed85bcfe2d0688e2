/** How fast AWS may be asked: half of the documented default quotas, which the customer's own programs share (facts/aws §5). */

/** Requests a second per account and region by default, for `x-amz-target` or `Action`. */
const QUOTAS: { readonly [operation: string]: number } = {
  'TrentService.DescribeCustomKeyStores': 5,
  'TrentService.DescribeKey': 2000,
  'TrentService.GetKeyLastUsage': 5,
  'TrentService.GetKeyPolicy': 1000,
  'TrentService.GetKeyRotationStatus': 1000,
  'TrentService.ListAliases': 500,
  'TrentService.ListGrants': 100,
  'TrentService.ListKeyRotations': 100,
  'TrentService.ListKeys': 500,
  'TrentService.ListResourceTags': 2000,
  'CertificateManager.DescribeCertificate': 10,
  'CertificateManager.GetAccountConfiguration': 1,
  'CertificateManager.GetCertificate': 10,
  'CertificateManager.ListCertificates': 8,
  'CertificateManager.ListTagsForCertificate': 10,
  'CertificateManager.ListTagsForResource': 5,
  'CertificateManager.SearchCertificates': 5,
};

/** Services publish no figure for most operations; 20 a second is the refill of the smallest documented EC2 bucket. */
const UNDOCUMENTED = 20;
const SHARE = 0.5;

export function isDocumented(operation: string): boolean {
  return Object.hasOwn(QUOTAS, operation);
}

export function requestsPerSecond(operation: string): number {
  return (Object.hasOwn(QUOTAS, operation) ? (QUOTAS[operation] ?? UNDOCUMENTED) : UNDOCUMENTED) * SHARE;
}

export interface AwsHttpRequest {
  readonly hostname: string;
  readonly method: string;
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
  readonly body?: unknown;
}

/** `TrentService.DescribeKey`, `sts.GetCallerIdentity`, or method and first path segment where the protocol names no operation. */
export function operationOf(request: AwsHttpRequest): string {
  for (const [name, value] of Object.entries(request.headers)) if (name.toLowerCase() === 'x-amz-target') return value;
  const service = request.hostname.split('.')[0] ?? '';
  const action =
    typeof request.body === 'string' ? /^(?:.*&)?Action=([A-Za-z0-9]+)/.exec(request.body.slice(0, 512)) : null;
  if (action !== null) return `${service}.${action[1] ?? ''}`;
  return `${service} ${request.method} ${request.path.split('/').slice(0, 3).join('/')}`;
}

/** Hosts of AWS itself: there every operation has some quota. */
export function hasQuotas(hostname: string): boolean {
  return /\.(amazonaws\.com|amazonaws\.com\.cn|api\.aws|amazonaws\.eu|c2s\.ic\.gov|sc2s\.sgov\.gov)$/.test(hostname);
}
