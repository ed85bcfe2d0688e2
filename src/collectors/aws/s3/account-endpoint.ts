/** S3 Control puts the account before the host of its endpoint; a custom endpoint on a bare address has no such name. */
import type { AwsClientConfig } from '../../../model/io.ts';

interface Requestish {
  hostname: string;
}
interface Handlerish {
  handle(request: Requestish, options?: unknown): Promise<unknown>;
}

/** A name for the endpoint rules that nobody resolves (RFC 6761 §6.4). */
const NOWHERE = 'endpoint.invalid';

/** The configuration for S3 Control: for an endpoint on an address a name that takes a prefix, and a handler that goes to the address. */
export function accountEndpoint(config: AwsClientConfig): AwsClientConfig {
  const { endpoint } = config;
  if (endpoint === undefined) return config;
  const url = new URL(endpoint);
  const address = url.hostname;
  if (!/^(?:[0-9.]+|\[[0-9a-f:.]+\])$/.test(address)) return config;
  url.hostname = NOWHERE;
  const inner = config.requestHandler as Handlerish;
  const requestHandler = Object.assign(Object.create(inner) as Handlerish, {
    async handle(request: Requestish, options?: unknown): Promise<unknown> {
      if (request.hostname.endsWith(NOWHERE)) request.hostname = address.replace(/^\[|\]$/g, '');
      return inner.handle(request, options);
    },
  });
  return { ...config, endpoint: url.href, requestHandler };
}
