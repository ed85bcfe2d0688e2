/** Response bodies: content decoding under a cap on what comes out, so that a small bomb stays small. */
import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';

/** RFC 9110 §8.4: codings may be stacked; nobody honest stacks more. */
const MAX_CODINGS = 3;

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
export function decodersOf(contentEncoding: string): readonly Transform[] | undefined {
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
