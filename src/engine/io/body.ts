/** Response bodies: content decoding under a cap on what comes out, so that a small bomb stays small. */
import type { Readable, Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import type { FaultCode } from '../../model/fault.ts';
import type { HopRequest } from '../../model/io.ts';
import { type Deadline, reasonOf } from '../deadline.ts';
import { type Head, listNamed, MAX_HEADER_BYTES } from './head.ts';

/** RFC 9110 §8.4: codings may be stacked; nobody honest stacks more. */
const MAX_CODINGS = 3;
/** What is read of an unwanted body to keep the connection. */
const MAX_DRAIN = 64 * 1024;

export interface Body {
  readonly bytes: Uint8Array;
  readonly truncated: boolean;
  readonly fault?: FaultCode;
}

/** The decoder of one content coding; undefined where this node has none. */
function decoderOf(coding: string): Transform | undefined {
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return zlib.createGunzip();
    case 'deflate':
      return zlib.createInflate();
    case 'br':
      return zlib.createBrotliDecompress();
    case 'zstd':
      // From Node 22.15
      return typeof zlib.createZstdDecompress === 'function' ? zlib.createZstdDecompress() : undefined;
    default:
      return undefined;
  }
}

/** The decoders for a Content-Encoding value, in the order to undo them; undefined where one is not known (the body stays coded). */
function decodersOf(contentEncoding: string): readonly Transform[] | undefined {
  const codings = contentEncoding
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length > MAX_CODINGS) return undefined;
  const decoders: Transform[] = [];
  for (const coding of codings.reverse()) {
    const decoder = decoderOf(coding);
    if (decoder === undefined) return undefined;
    decoders.push(decoder);
  }
  return decoders;
}

/**
 * The head is already an answer: whatever goes wrong in the body cuts it, and says why. Only the end of the job rejects.
 * The deadline is that of the answer; it is cleared here.
 */
export async function readBody(
  { body, headers, status, faultOf, cutBy }: Head,
  { method, maxBody }: HopRequest,
  job: AbortSignal,
  deadline: Deadline,
): Promise<Body> {
  if (method === 'HEAD' || status === 101) {
    deadline.clear();
    body.resume();
    return { bytes: new Uint8Array(0), truncated: false };
  }
  const known = decodersOf(listNamed(headers, 'content-encoding'));
  const decoders = known ?? [];
  // RFC 9110 §15.3.5, §15.4.5: no content, whatever size is named
  const announced = status === 204 || status === 304 ? 0 : announcedSize(listNamed(headers, 'content-length'));
  const chunks: Uint8Array[] = [];
  let size = 0;
  let wire = 0;
  let wireCap = 2 * maxBody + MAX_HEADER_BYTES;
  return await new Promise<Body>((resolve, reject) => {
    const giveUp = (): void => {
      if (!job.aborted) return finish(true, 'http.timeout');
      stop();
      body.destroy();
      reject(reasonOf(job));
    };
    function stop(): void {
      deadline.signal.removeEventListener('abort', giveUp);
      deadline.clear();
      for (const decoder of decoders) decoder.destroy();
    }
    function finish(truncated: boolean, fault?: FaultCode): void {
      stop();
      if (fault !== undefined && fault !== 'http.coding') body.destroy();
      resolve({ bytes: Buffer.concat(chunks), truncated, ...(fault !== undefined && { fault }) });
    }
    /** The rest of a body that nobody wants is read where it is short: a new connection costs more. */
    function finishAtCap(): void {
      wireCap = wire + MAX_DRAIN;
      finish(true, known === undefined ? 'http.coding' : undefined);
      if (announced > wireCap) body.destroy();
      else body.resume();
    }
    if (deadline.signal.aborted) return giveUp();
    deadline.signal.addEventListener('abort', giveUp, { once: true });
    body.on('error', (error) => finish(true, faultOf(error)));
    // HTTP/2: a stream that is reset, or whose connection is closed, may end without an error
    body.on('close', () => {
      if (!body.readableEnded) finish(true, 'net.closed');
    });
    // Codings that decode to nothing may not be read for ever either
    body.on('data', (chunk: Uint8Array) => {
      wire += chunk.length;
      if (wire <= wireCap) return;
      finish(true);
      body.destroy();
    });
    let last: Readable = body;
    for (const decoder of decoders) {
      decoder.on('error', () => finish(true, 'http.malformed'));
      last = last.pipe(decoder);
    }
    const keep = (chunk: Uint8Array): void => {
      const room = maxBody - size;
      if (room > 0) chunks.push(chunk.subarray(0, room));
      size += Math.min(room, chunk.length);
      if (chunk.length <= room) return;
      last.off('data', keep);
      finishAtCap();
    };
    last.on('data', keep);
    last.on('end', () => {
      const cut = wire < announced ? 'net.closed' : cutBy();
      if (cut !== undefined) finish(true, cut);
      else finish(false, known === undefined ? 'http.coding' : undefined);
    });
  });
}

/** RFC 9110 §8.6; 0 where the lines name no one size. */
function announcedSize(line: string): number {
  return /^[0-9]{1,15}$/.test(line) ? Number(line) : 0;
}
