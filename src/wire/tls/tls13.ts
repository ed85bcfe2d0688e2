/** The key schedule of TLS 1.3 (RFC 8446 §7), as far as a server's first flight: enough to read its certificate. */
import {
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHash,
  createHmac,
  createPublicKey,
  diffieHellman,
  type ECDH,
  generateKeyPairSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import { ascii, concat, readerOf, uint, vector, WireError } from './bytes.ts';
import type { Extension } from './client-hello.ts';
import { extensionsFrom } from './client-hello.ts';
import { MAX_MESSAGE, type Message } from './flight.ts';

type HashName = 'sha256' | 'sha384';
type CipherName = 'aes-128-gcm' | 'aes-256-gcm' | 'chacha20-poly1305' | 'aes-128-ccm';

interface SuiteKeys {
  readonly hash: HashName;
  readonly cipher: CipherName;
  readonly keyLength: number;
  readonly tagLength: number;
}

const SUITES: { readonly [code: number]: SuiteKeys } = {
  0x1301: { hash: 'sha256', cipher: 'aes-128-gcm', keyLength: 16, tagLength: 16 },
  0x1302: { hash: 'sha384', cipher: 'aes-256-gcm', keyLength: 32, tagLength: 16 },
  0x1303: { hash: 'sha256', cipher: 'chacha20-poly1305', keyLength: 32, tagLength: 16 },
  0x1304: { hash: 'sha256', cipher: 'aes-128-ccm', keyLength: 16, tagLength: 16 },
  0x1305: { hash: 'sha256', cipher: 'aes-128-ccm', keyLength: 16, tagLength: 8 },
};

/** The suites and groups that a handshake of ours can go through with. */
export const READABLE_SUITES: readonly number[] = Object.keys(SUITES).map(Number);
export const READABLE_GROUPS: readonly number[] = [0x001d, 0x0017, 0x0018, 0x0019, 0x001e, 0x0100, 0x0101];
const CURVES: { readonly [group: number]: string } = { 0x0017: 'prime256v1', 0x0018: 'secp384r1', 0x0019: 'secp521r1' };

export interface Share {
  readonly group: number;
  readonly key: Uint8Array;
  /** The shared secret with the server's share; throws a WireError where that is no point of the group. */
  agree(server: Uint8Array): Uint8Array;
}

type Montgomery = 'X25519' | 'X448';

function montgomery(group: number, crv: Montgomery): Share {
  const { privateKey, publicKey } = crv === 'X448' ? generateKeyPairSync('x448') : generateKeyPairSync('x25519');
  const { x = '' } = publicKey.export({ format: 'jwk' });
  return {
    group,
    key: Buffer.from(x, 'base64url'),
    agree: (server) => agreement(() => diffieHellman({ privateKey, publicKey: montgomeryKey(crv, server) })),
  };
}

function montgomeryKey(crv: Montgomery, bytes: Uint8Array): KeyObject {
  const x = Buffer.from(bytes).toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv, x }, format: 'jwk' });
}

/** RFC 7919 §A: p = 2^b - 2^(b-64) + (floor(2^(b-130) e) + X) 2^64 - 1, with this X for b bits. */
const FFDHE: { readonly [group: number]: readonly [bits: number, x: bigint] } = {
  0x0100: [2048, 560_316n],
  0x0101: [3072, 2_625_351n],
};

export function ffdhePrime(bits: number, x: bigint): bigint {
  const size = BigInt(bits);
  // e is the sum of 1/n!, here in fixed point with more digits than are needed
  const spare = 64n;
  let term = 1n << (size - 130n + spare);
  let e = 0n;
  for (let n = 1n; term > 0n; n++) {
    e += term;
    term /= n;
  }
  return (1n << size) - (1n << (size - 64n)) + (((e >> spare) + x) << 64n) - 1n;
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

const bigintOf = (bytes: Uint8Array): bigint => BigInt(`0x0${Buffer.from(bytes).toString('hex')}`);

/** RFC 8446 §4.2.8.1, §7.4.1: both values are as long as the prime. Not node's own: it tests the known prime for half a second. */
function finiteField(group: number, [bits, x]: readonly [bits: number, x: bigint]): Share {
  const prime = ffdhePrime(bits, x);
  const secret = bigintOf(randomBytes(32));
  const octets = (value: bigint): Uint8Array => Buffer.from(value.toString(16).padStart(bits / 4, '0'), 'hex');
  return {
    group,
    key: octets(power(2n, secret, prime)),
    agree(server) {
      const theirs = bigintOf(server);
      if (theirs < 2n || theirs > prime - 2n) throw new WireError("the server's key share is outside of the group");
      return octets(power(theirs, secret, prime));
    },
  };
}

function onCurve(group: number, ecdh: ECDH): Share {
  const key = ecdh.generateKeys();
  return { group, key, agree: (server) => agreement(() => ecdh.computeSecret(server)) };
}

function agreement(compute: () => Uint8Array): Uint8Array {
  try {
    return compute();
  } catch (error) {
    throw new WireError(`the server's key share is no point: ${error instanceof Error ? error.message : ''}`);
  }
}

/** A fresh share of a readable group. */
export function makeShare(group: number): Share {
  const curve = CURVES[group];
  if (curve !== undefined) return onCurve(group, createECDH(curve));
  const field = FFDHE[group];
  return field === undefined ? montgomery(group, group === 0x001e ? 'X448' : 'X25519') : finiteField(group, field);
}

function hkdfExpandLabel(
  hash: HashName,
  secret: Uint8Array,
  label: string,
  context: Uint8Array,
  length: number,
): Uint8Array {
  const info = concat(uint(length, 2), vector(1, ascii(`tls13 ${label}`)), vector(1, context));
  let block: Uint8Array = new Uint8Array();
  let output: Uint8Array = new Uint8Array();
  for (let counter = 1; output.length < length; counter++) {
    block = createHmac(hash, secret).update(block).update(info).update(uint(counter, 1)).digest();
    output = concat(output, block);
  }
  return output.subarray(0, length);
}

function digest(hash: HashName, ...parts: readonly Uint8Array[]): Uint8Array {
  return createHash(hash)
    .update(concat(...parts))
    .digest();
}

/** RFC 8446 §4.4.1: after a HelloRetryRequest the first hello counts as its hash. */
export function transcriptAfterRetry(suite: number, hello: Uint8Array, retry: Uint8Array): Uint8Array {
  const { hash } = keysOf(suite);
  const hashed = digest(hash, hello);
  return concat(Uint8Array.of(254, 0, 0, hashed.length), hashed, retry);
}

function keysOf(suite: number): SuiteKeys {
  const keys = SUITES[suite];
  if (keys === undefined) throw new WireError(`suite 0x${suite.toString(16)} cannot be read`);
  return keys;
}

export interface FlightReader {
  /** The plain content of the next encrypted record, with its type. */
  open(header: Uint8Array, fragment: Uint8Array): { readonly type: number; readonly content: Uint8Array };
}

function nonceOf(iv: Uint8Array, sequence: number): Buffer {
  const nonce = Buffer.from(iv);
  nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ sequence) >>> 0, 8);
  return nonce;
}

function readerWith(suite: SuiteKeys, secret: Uint8Array): FlightReader {
  const { hash, cipher, keyLength, tagLength } = suite;
  const key = hkdfExpandLabel(hash, secret, 'key', new Uint8Array(), keyLength);
  const iv = hkdfExpandLabel(hash, secret, 'iv', new Uint8Array(), 12);
  let sequence = 0;
  return {
    open(header, fragment) {
      if (fragment.length <= tagLength) throw new WireError('an encrypted record is shorter than its tag');
      const plain = decrypt(cipher, key, nonceOf(iv, sequence), tagLength, header, fragment);
      sequence++;
      // RFC 8446 §5.2: the type is the last octet that is not zero
      let end = plain.length;
      while (end > 0 && plain[end - 1] === 0) end--;
      if (end === 0) throw new WireError('an encrypted record has no type');
      return { type: plain[end - 1] ?? 0, content: plain.subarray(0, end - 1) };
    },
  };
}

export interface FlightWriter {
  /** The record as it goes on the wire. */
  seal(type: number, content: Uint8Array): Uint8Array;
}

function writerWith(suite: SuiteKeys, secret: Uint8Array): FlightWriter {
  const { hash, cipher, keyLength, tagLength } = suite;
  const key = hkdfExpandLabel(hash, secret, 'key', new Uint8Array(), keyLength);
  const iv = hkdfExpandLabel(hash, secret, 'iv', new Uint8Array(), 12);
  let sequence = 0;
  return {
    seal(type, content) {
      const plain = concat(content, Uint8Array.of(type));
      const header = concat(Uint8Array.of(23, 3, 3), uint(plain.length + tagLength, 2));
      const sealer = createCipheriv(cipher as 'aes-128-ccm', key, nonceOf(iv, sequence++), {
        authTagLength: tagLength,
      });
      sealer.setAAD(header, { plaintextLength: plain.length });
      return concat(header, sealer.update(plain), sealer.final(), sealer.getAuthTag());
    },
  };
}

/** The secrets of one connection, in the order in which a handshake needs them. */
export interface Schedule {
  readonly server: FlightReader;
  readonly client: FlightWriter;
  /** The verify_data of the client's Finished, over the transcript up to it. */
  clientVerify(transcript: Uint8Array): Uint8Array;
  /** Behind both Finished: the transcript up to the server's, and up to the client's. */
  application(
    upToServer: Uint8Array,
    upToClient: Uint8Array,
  ): { readonly server: FlightReader; readonly client: FlightWriter; psk(nonce: Uint8Array): Uint8Array };
}

/** RFC 8446 §7.1, from the shared secret and the transcript up to the ServerHello. */
export function schedule13(suite: number, shared: Uint8Array, transcript: Uint8Array): Schedule {
  const keys = keysOf(suite);
  const { hash } = keys;
  const size = hash === 'sha256' ? 32 : 48;
  const zero = new Uint8Array(size);
  const expand = (secret: Uint8Array, label: string, over: Uint8Array): Uint8Array =>
    hkdfExpandLabel(hash, secret, label, digest(hash, over), size);
  const early = createHmac(hash, zero).update(zero).digest();
  const handshake = createHmac(hash, expand(early, 'derived', new Uint8Array()))
    .update(shared)
    .digest();
  const clientSecret = expand(handshake, 'c hs traffic', transcript);
  const serverSecret = expand(handshake, 's hs traffic', transcript);
  const master = createHmac(hash, expand(handshake, 'derived', new Uint8Array()))
    .update(zero)
    .digest();
  return {
    server: readerWith(keys, serverSecret),
    client: writerWith(keys, clientSecret),
    clientVerify: (upTo) =>
      createHmac(hash, hkdfExpandLabel(hash, clientSecret, 'finished', new Uint8Array(), size))
        .update(digest(hash, upTo))
        .digest(),
    application(upToServer, upToClient) {
      const resumption = expand(master, 'res master', upToClient);
      return {
        server: readerWith(keys, expand(master, 's ap traffic', upToServer)),
        client: writerWith(keys, expand(master, 'c ap traffic', upToServer)),
        psk: (nonce) => hkdfExpandLabel(hash, resumption, 'resumption', nonce, size),
      };
    },
  };
}

export interface Ticket13 {
  readonly suite: number;
  readonly psk: Uint8Array;
  readonly ticket: Uint8Array;
  readonly ageAdd: number;
}

/**
 * A hello that resumes (RFC 8446 §4.2.11): `encode` makes the message with the extension given as its last. The age is
 * told as none: the ticket is fresh.
 */
export function helloWithPsk(ticket: Ticket13, encode: (last: Extension) => Uint8Array): Uint8Array {
  const { hash } = keysOf(ticket.suite);
  const size = hash === 'sha256' ? 32 : 48;
  const identities = vector(2, vector(2, ticket.ticket), uint(ticket.ageAdd, 4));
  const binders = (binder: Uint8Array): Uint8Array => vector(2, vector(1, binder));
  const extensionWith = (binder: Uint8Array): Extension => ({ type: 41, data: concat(identities, binders(binder)) });
  const draft = encode(extensionWith(new Uint8Array(size)));
  const truncated = draft.subarray(0, draft.length - 3 - size);
  const early = createHmac(hash, new Uint8Array(size)).update(ticket.psk).digest();
  const binderKey = hkdfExpandLabel(hash, early, 'res binder', digest(hash), size);
  const finished = hkdfExpandLabel(hash, binderKey, 'finished', new Uint8Array(), size);
  return encode(extensionWith(createHmac(hash, finished).update(digest(hash, truncated)).digest()));
}

export interface SessionTicket {
  /** Seconds. */
  readonly lifetime: number;
  readonly ageAdd: number;
  readonly nonce: Uint8Array;
  readonly ticket: Uint8Array;
  /** max_early_data_size; 0 where early data is not taken. */
  readonly earlyData: number;
}

/** A NewSessionTicket of TLS 1.3 (RFC 8446 §4.6.1). */
export function decodeTicket13(body: Uint8Array): SessionTicket {
  const reader = readerOf(body);
  const lifetime = reader.uint(4);
  const ageAdd = reader.uint(4);
  const nonce = reader.vector(1);
  const ticket = reader.vector(2);
  const early = extensionsFrom(reader.vector(2)).find(({ type }) => type === 42)?.data;
  return { lifetime, ageAdd, nonce, ticket, earlyData: early === undefined ? 0 : readerOf(early).uint(4) };
}

function decrypt(
  cipher: CipherName,
  key: Uint8Array,
  nonce: Uint8Array,
  tagLength: number,
  header: Uint8Array,
  fragment: Uint8Array,
): Uint8Array {
  const body = fragment.subarray(0, fragment.length - tagLength);
  const tag = fragment.subarray(fragment.length - tagLength);
  try {
    // node takes the same two options for all four modes; its types ask for them with CCM only
    const decipher = createDecipheriv(cipher as 'aes-128-ccm', key, nonce, { authTagLength: tagLength });
    decipher.setAuthTag(tag);
    decipher.setAAD(header, { plaintextLength: body.length });
    return concat(decipher.update(body), decipher.final());
  } catch (error) {
    throw new WireError(`an encrypted record cannot be opened: ${error instanceof Error ? error.message : ''}`);
  }
}

/** Complete messages in the joined plain content. */
export function messagesOf(joined: Uint8Array): readonly Message[] {
  const reader = readerOf(joined);
  const found: Message[] = [];
  while (reader.left() >= 4) {
    const type = reader.uint(1);
    const length = reader.uint(3);
    if (length > MAX_MESSAGE) throw new WireError(`a handshake message of ${String(length)} octets`);
    if (reader.left() < length) break;
    found.push({ type, body: reader.bytes(length) });
  }
  return found;
}

export interface CertificateEntry {
  readonly certificate: Uint8Array;
  readonly extensions: readonly Extension[];
}

/** RFC 8446 §4.4.2; at most 64 entries. */
export function certificateEntries(body: Uint8Array): readonly CertificateEntry[] {
  const reader = readerOf(body);
  reader.vector(1);
  const list = readerOf(reader.vector(3));
  const found: CertificateEntry[] = [];
  while (list.left() > 0 && found.length < 64)
    found.push({ certificate: list.vector(3), extensions: extensionsFrom(list.vector(2)) });
  return found;
}
