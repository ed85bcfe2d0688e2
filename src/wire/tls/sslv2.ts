/** The SSLv2 hello and its answer: one question lists every kind that the server does (SSL 0.2 §2.5-2.6). */
import { concat, readerOf, uint, WireError } from './bytes.ts';

/** Three octets each. */
export const SSLV2_KINDS: { readonly [code: number]: string } = {
  0x010080: 'SSL_CK_RC4_128_WITH_MD5',
  0x020080: 'SSL_CK_RC4_128_EXPORT40_WITH_MD5',
  0x030080: 'SSL_CK_RC2_128_CBC_WITH_MD5',
  0x040080: 'SSL_CK_RC2_128_CBC_EXPORT40_WITH_MD5',
  0x050080: 'SSL_CK_IDEA_128_CBC_WITH_MD5',
  0x060040: 'SSL_CK_DES_64_CBC_WITH_MD5',
  0x0700c0: 'SSL_CK_DES_192_EDE3_CBC_WITH_MD5',
  0x080080: 'SSL_CK_RC4_64_WITH_MD5',
};

export function sslv2Hello(challenge: Uint8Array): Uint8Array {
  const kinds = Object.keys(SSLV2_KINDS).map((code) => uint(Number(code), 3));
  const body = concat(
    uint(1, 1),
    uint(0x0002, 2),
    uint(kinds.length * 3, 2),
    uint(0, 2),
    uint(challenge.length, 2),
    ...kinds,
    challenge,
  );
  return concat(uint(0x8000 | body.length, 2), body);
}

export interface Sslv2ServerHello {
  readonly kinds: readonly number[];
  readonly certificate: Uint8Array;
}

/** Octets of the answer at the front, or undefined while more is due. */
export function sslv2Length(bytes: Uint8Array): number | undefined {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return undefined;
  // only the form with a two-octet header is legal for a hello
  if ((first & 0x80) === 0) return bytes.length;
  const end = 2 + (((first & 0x7f) << 8) | second);
  return bytes.length < end ? undefined : end;
}

/** The ServerHello, or undefined where the bytes are something else. */
export function sslv2ServerHello(bytes: Uint8Array): Sslv2ServerHello | undefined {
  const end = sslv2Length(bytes);
  if (end === undefined || ((bytes[0] ?? 0) & 0x80) === 0) return undefined;
  try {
    const reader = readerOf(bytes.subarray(2, end));
    if (reader.uint(1) !== 4) return undefined;
    reader.uint(2);
    if (reader.uint(2) !== 0x0002) return undefined;
    const certificateLength = reader.uint(2);
    const kindsLength = reader.uint(2);
    reader.uint(2);
    const certificate = reader.bytes(certificateLength);
    const list = readerOf(reader.bytes(kindsLength));
    const kinds: number[] = [];
    while (list.left() >= 3) kinds.push(list.uint(3));
    return { kinds, certificate };
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
