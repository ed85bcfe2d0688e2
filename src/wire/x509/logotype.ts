/** The logotype extension (RFC 9399 §4): what image a certificate speaks of, by its digests and by its bytes where they are in it. */
import { gunzipSync } from 'node:zlib';
import { childrenOf, type Element, expect, oidOf, readOnly, TAG } from './der.ts';

export interface Logotype {
  /** Algorithm by OID, and value in lower-case hex. */
  readonly digests: readonly { readonly algorithm: string; readonly value: string }[];
  /** Of `data:` URIs, decompressed. */
  readonly images: readonly Uint8Array[];
}

/** Larger images are of no use to anybody (draft-svg-tiny-ps: 32 KB). */
const MAX_IMAGE = 256 * 1024;
const MAX_IMAGES = 8;
const IA5 = 0x16;
/** Context tags: subjectLogo [2] in the extension, direct [0] in LogotypeInfo. */
const SUBJECT = 0xa2;
const DIRECT = 0xa0;

/** The image of the subject. Throws DerError for what is not of the form. */
export function logotypeOf(value: Uint8Array): Logotype {
  const digests: { algorithm: string; value: string }[] = [];
  const images: Uint8Array[] = [];
  const extension = expect(readOnly(value), TAG.sequence, 'the logotype extension');
  for (const part of childrenOf(extension).filter(({ tag }) => tag === SUBJECT)) {
    const info = childrenOf(part)[0];
    if (info?.tag !== DIRECT) continue;
    for (const details of detailsIn(info).slice(0, MAX_IMAGES)) {
      const [, hashes, uris] = childrenOf(details);
      for (const hash of hashes === undefined ? [] : childrenOf(expect(hashes, TAG.sequence, 'the logotype hashes'))) {
        const [algorithm, octets] = childrenOf(hash);
        if (algorithm === undefined || octets === undefined) continue;
        digests.push({
          algorithm: oidOf(childrenOf(algorithm)[0], 'the hash of a logotype'),
          value: Buffer.from(octets.content).toString('hex'),
        });
      }
      for (const uri of uris === undefined ? [] : childrenOf(expect(uris, TAG.sequence, 'the logotype URIs'))) {
        const image = uri.tag === IA5 ? imageIn(Buffer.from(uri.content).toString('latin1')) : undefined;
        if (image !== undefined) images.push(image);
      }
    }
  }
  return { digests, images };
}

/** LogotypeData ::= SEQUENCE { image SEQUENCE OF LogotypeImage, audio [1] }; IMPLICIT tags, so [0] stands for the outer SEQUENCE. */
function detailsIn(info: Element): readonly Element[] {
  const data = childrenOf(info);
  const images = data[0]?.tag === TAG.sequence ? childrenOf(data[0]) : [];
  return images.flatMap((image) => {
    const details = childrenOf(expect(image, TAG.sequence, 'a logotype image'))[0];
    return details === undefined ? [] : [details];
  });
}

/** RFC 2397: `data:image/svg+xml;base64,…`, the content often compressed. */
function imageIn(uri: string): Uint8Array | undefined {
  const match = /^data:[a-z0-9.+/-]{1,60};base64,([A-Za-z0-9+/=]*)$/i.exec(uri.length > 2 * MAX_IMAGE ? '' : uri);
  return match === null ? undefined : unpacked(Buffer.from(match[1] ?? '', 'base64'));
}

/** Decompressed where it is gzip; undefined where that breaks or is larger than any logo. */
export function unpacked(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return new Uint8Array(bytes);
  try {
    return new Uint8Array(gunzipSync(bytes, { maxOutputLength: MAX_IMAGE }));
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}
