/** S3 Control puts the account before the host of its endpoint; a custom endpoint on an address has no such name. */
import type { AwsClientConfig } from '../../../model/io.ts';

interface Requestish {
  hostname: string;
  readonly headers: { [name: string]: string };
}
interface Handlerish {
  handle(request: Requestish, options?: unknown): Promise<unknown>;
}

/**
 * For a custom endpoint: a request handler that asks the endpoint's own host. The signature covers the host that was asked, so
 * the header stays as it was signed; only the address that is connected to changes.
 */
export function loopbackHandler(config: AwsClientConfig): { readonly requestHandler?: unknown } {
  const { endpoint } = config;
  if (endpoint === undefined) return {};
  const host = new URL(endpoint).hostname;
  const inner = config.requestHandler as Handlerish & { readonly [name: string]: unknown };
  const requestHandler = Object.assign(Object.create(inner) as Handlerish, {
    handle(request: Requestish, options?: unknown): Promise<unknown> {
      if (request.hostname.endsWith(`.${host}`)) request.hostname = host;
      return inner.handle(request, options);
    },
  });
  return { requestHandler };
}
