/** Tells text from binary by its bytes, and turns UTF-16 into the bytes that the detectors read. */

export type Encoding = 'bytes' | 'utf-16le' | 'utf-16be' | 'binary';

const LOOK = 512;
const BINARY_LOOK = 8192;

export function encodingOf(bytes: Buffer): Encoding {
  if (bytes[0] === 0xff && bytes[1] === 0xfe && !(bytes[2] === 0 && bytes[3] === 0)) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const nul = bytes.subarray(0, BINARY_LOOK).indexOf(0);
  if (nul < 0) return 'bytes';
  if (nul >= LOOK) return 'binary';
  const length = Math.min(bytes.length, LOOK);
  let [even, odd] = [0, 0];
  for (let i = 0; i < length; i++) {
    if (bytes[i] !== 0) continue;
    if (i % 2 === 0) even++;
    else odd++;
  }
  if (even + odd > 0 && length >= 8) {
    const half = length / 2;
    // a text of Latin letters has a NUL in nearly every other byte, and none in the rest
    if (odd > half * 0.8 && even === 0) return 'utf-16le';
    if (even > half * 0.8 && odd === 0) return 'utf-16be';
  }
  return 'binary';
}

/** UTF-16 as UTF-8, with the byte order mark removed. An odd last byte is lost. */
export function fromUtf16(bytes: Uint8Array, encoding: 'utf-16le' | 'utf-16be'): Buffer {
  const even = Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2)));
  if (encoding === 'utf-16be') even.swap16();
  const text = even.toString('utf16le').toWellFormed();
  return Buffer.from(text.startsWith('\uFEFF') ? text.slice(1) : text, 'utf8');
}
