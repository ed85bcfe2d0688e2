/**
 * One POST to an AWS endpoint, whole body out and whole body in, without what the SDK and Node's HTTP client do around each request:
 * thousands of small questions go this way (facts/aws §9). Whatever is not a plain answer is the SDK's to ask again.
 */
import { FaultError } from '../../model/fault.ts';
import type { AwsPost, AwsReply } from '../../model/io.ts';
import { reasonOf } from '../deadline.ts';
import { createLanes, type Lanes } from './aws-lanes.ts';
import type { PlainAnswer } from './plain-answer.ts';

export interface Poster {
  post(request: AwsPost, signal: AbortSignal): Promise<AwsReply>;
  close(): void;
}

type Failed = (error: unknown) => void;

export function createPoster(timeoutMs: number): Poster {
  const places = new Map<string, Lanes>();
  /** One listener a job, not one a request. */
  const underWay = new WeakMap<AbortSignal, Set<Failed>>();

  function underWayOf(signal: AbortSignal): Set<Failed> {
    const known = underWay.get(signal);
    if (known !== undefined) return known;
    const open = new Set<Failed>();
    underWay.set(signal, open);
    signal.addEventListener(
      'abort',
      () => {
        for (const failed of open) failed(reasonOf(signal));
      },
      { once: true },
    );
    return open;
  }

  function lanesTo({ protocol, hostname, port }: AwsPost): Lanes {
    const place = `${protocol}//${hostname}:${String(port)}`;
    const secure = protocol !== 'http:';
    const lanes = places.get(place) ?? createLanes({ secure, hostname, port: port ?? (secure ? 443 : 80) });
    places.set(place, lanes);
    return lanes;
  }

  return {
    post(request, signal) {
      if (signal.aborted) return Promise.reject(reasonOf(signal));
      const open = underWayOf(signal);
      return new Promise((resolve, reject) => {
        const text = textOf(request);
        const lanes = lanesTo(request);
        const end = (): void => {
          clearTimeout(timer);
          open.delete(failed);
        };
        const failed = (error: unknown): void => {
          end();
          reject(error);
          lanes.leave(question);
        };
        const question = {
          text,
          answered({ status, headers, body }: PlainAnswer) {
            end();
            resolve({ status, requestId: headers.get('x-amzn-requestid') ?? '', body });
          },
          failed,
        };
        const timer = setTimeout(() => {
          failed(new FaultError('aws.timeout', `no whole answer within ${String(timeoutMs)} ms`));
        }, timeoutMs);
        open.add(failed);
        lanes.ask(question);
      });
    },
    close() {
      for (const lanes of places.values()) lanes.close();
    },
  };
}

/** RFC 9112 §2.1. A value that would end its line is nobody's header: throws. */
function textOf({ hostname, port, headers, body }: AwsPost): string {
  const host = port === undefined ? hostname : `${hostname}:${String(port)}`;
  let text = 'POST / HTTP/1.1\r\n';
  for (const [name, value] of Object.entries({ host, ...headers, 'content-length': String(Buffer.byteLength(body)) })) {
    if (/[^\t\x20-\x7E]/.test(value)) throw new FaultError('aws.bad-response', `${name} cannot be sent in a header`);
    text += `${name}: ${value}\r\n`;
  }
  return `${text}\r\n${body}`;
}
