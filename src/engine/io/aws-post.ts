/**
 * One POST to an AWS endpoint, whole body out and whole body in, without what the SDK does around each request: thousands of
 * small questions go this way (facts/aws §9). Whatever is not a plain answer is the SDK's to ask again.
 */
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { FaultError } from '../../model/fault.ts';
import type { AwsPost, AwsReply } from '../../model/io.ts';
import { reasonOf } from '../deadline.ts';
import { HttpAgent, httpRequest } from './node-http.ts';

/** An answer to a question about one resource is some kilobytes. */
const MAX_BODY = 8 * 1024 * 1024;
/** More at once than the slowest documented quota needs at a far region's round trip. */
const MAX_SOCKETS = 64;

export interface Poster {
  post(request: AwsPost, signal: AbortSignal): Promise<AwsReply>;
  close(): void;
}

export function createPoster(timeoutMs: number): Poster {
  const http = new HttpAgent({ keepAlive: true, maxSockets: MAX_SOCKETS });
  const https = new HttpsAgent({ keepAlive: true, maxSockets: MAX_SOCKETS });
  /** One listener a job, not one a request. */
  const underWay = new WeakMap<AbortSignal, Set<ClientRequest>>();

  function underWayOf(signal: AbortSignal): Set<ClientRequest> {
    const known = underWay.get(signal);
    if (known !== undefined) return known;
    const open = new Set<ClientRequest>();
    underWay.set(signal, open);
    signal.addEventListener(
      'abort',
      () => {
        for (const request of open) request.destroy(reasonOf(signal));
      },
      { once: true },
    );
    return open;
  }

  return {
    post({ protocol, hostname, port, headers, body }, signal) {
      if (signal.aborted) return Promise.reject(reasonOf(signal));
      const open = underWayOf(signal);
      return new Promise((resolve, reject) => {
        const isPlain = protocol === 'http:';
        const options = { hostname, port, method: 'POST', path: '/', headers };
        const request = isPlain ? httpRequest({ ...options, agent: http }) : httpsRequest({ ...options, agent: https });
        open.add(request);
        const timer = setTimeout(() => {
          request.destroy(new FaultError('aws.timeout', `no whole answer within ${String(timeoutMs)} ms`));
        }, timeoutMs);
        let isWhole = false;
        request.once('error', reject);
        request.once('response', (response) => {
          read(response, request, (reply) => {
            isWhole = true;
            resolve(reply);
          });
        });
        request.once('close', () => {
          clearTimeout(timer);
          open.delete(request);
          if (!isWhole) reject(new FaultError('aws.network', 'the answer was cut'));
        });
        request.end(body);
      });
    },
    close() {
      http.destroy();
      https.destroy();
    },
  };
}

function read(response: IncomingMessage, request: ClientRequest, done: (reply: AwsReply) => void): void {
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    text += chunk;
    if (text.length > MAX_BODY) {
      request.destroy(new FaultError('net.limit', `AWS sent more than ${String(MAX_BODY)} characters`));
    }
  });
  response.once('end', () => {
    if (!response.complete) return;
    const id = response.headers['x-amzn-requestid'];
    done({ status: response.statusCode ?? 0, requestId: typeof id === 'string' ? id : '', body: text });
  });
}
