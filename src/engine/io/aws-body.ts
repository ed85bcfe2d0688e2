/** The body of an answer of AWS as the SDK reads it: under a byte cap, and never nothing where the answer says that all went well. */
import { Transform, type Readable } from 'node:stream';
import { FaultError } from '../../model/fault.ts';

/** The largest page of any call we make is some megabytes. */
const MAX_BODY = 64 * 1024 * 1024;

/** What the SDK's request handler gives. */
export interface Handled {
  readonly response: { readonly statusCode?: number; body?: unknown };
}

/**
 * Every question of ours is answered in words. The SDK takes no body at all for an empty list, and an empty list can be a pass.
 */
export function withWholeBody(handled: Handled): Handled {
  const { response } = handled;
  const { body, statusCode = 0 } = response;
  if (isReadable(body)) response.body = watched(body, statusCode >= 200 && statusCode < 300);
  return handled;
}

function isReadable(body: unknown): body is Readable {
  return typeof body === 'object' && body !== null && 'pipe' in body && typeof body.pipe === 'function';
}

function watched(body: Readable, saysSomething: boolean): Readable {
  let size = 0;
  const watch = new Transform({
    transform(chunk: Uint8Array, _, done) {
      size += chunk.length;
      if (size > MAX_BODY) done(new FaultError('net.limit', `AWS sent more than ${String(MAX_BODY)} bytes`));
      else done(null, chunk);
    },
    flush(done) {
      if (size === 0 && saysSomething) done(new FaultError('aws.bad-response', 'the answer is empty'));
      else done();
    },
  });
  body.on('error', (error) => watch.destroy(error));
  watch.on('close', () => body.destroy());
  return body.pipe(watch);
}
