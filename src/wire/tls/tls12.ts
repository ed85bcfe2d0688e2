/** The key schedule and records of TLS 1.2 (RFC 5246 §5, §6.3, §8; RFC 7627, 7366, 5288, 7905), for a client that finishes. */
import {
  createCipheriv,
  createDecipheriv,
  createDiffieHellman,
  createHash,
  createHmac,
  constants,
  publicEncrypt,
  randomBytes,
  timingSafeEqual,
  X509Certificate,
} from 'node:crypto';
import { ascii, concat, uint, vector, WireError } from './bytes.ts';
import type { KeyExchange } from './key-exchange.ts';
import { encodeRecord } from './record.ts';
import { CLASSIC_SUITES, type Suite, suiteOf } from './suites.ts';
import { makeShare } from './tls13.ts';

const TLS12 = 0x0303;
/** A handshake with a longer prime is work that an attacker gives us. */
const MAX_DH_OCTETS = 1024;
const CURVES = [0x001d, 0x0017, 0x0018, 0x0019];

function isReadable(suite: Suite): boolean {
  return (
    ['ecdhe', 'dhe', 'rsa'].includes(suite.keyExchange) &&
    ['rsa', 'ecdsa', 'dss'].includes(suite.authentication) &&
    ['aes-128', 'aes-256', 'chacha20', '3des'].includes(suite.encryption) &&
    ['gcm', 'poly1305', 'cbc'].includes(suite.mode) &&
    ['aead', 'sha1', 'sha256', 'sha384'].includes(suite.mac) &&
    !suite.exportGrade
  );
}

/** The suites and groups that a TLS 1.2 handshake of ours can go through with. */
export const READABLE_SUITES12: readonly number[] = CLASSIC_SUITES.filter((code) => isReadable(suiteOf(code)));
export const READABLE_GROUPS12: readonly number[] = CURVES;

type HashName = 'sha256' | 'sha384';

function hashOf(suite: Suite): HashName {
  return suite.name.endsWith('SHA384') ? 'sha384' : 'sha256';
}

/** RFC 5246 §5. */
export function prf(hash: HashName, secret: Uint8Array, label: string, seed: Uint8Array, length: number): Uint8Array {
  const input = concat(ascii(label), seed);
  let a: Uint8Array = input;
  let output: Uint8Array = new Uint8Array();
  while (output.length < length) {
    a = createHmac(hash, secret).update(a).digest();
    output = concat(output, createHmac(hash, secret).update(a).update(input).digest());
  }
  return output.subarray(0, length);
}

export interface Agreed {
  /** The body of the ClientKeyExchange. */
  readonly message: Uint8Array;
  readonly premaster: Uint8Array;
}

/** Our half of the key exchange; `leaf` is the DER of the server's certificate, for RSA. */
export function agree(suite: Suite, exchange: KeyExchange | undefined, leaf: Uint8Array | undefined): Agreed {
  try {
    if (suite.keyExchange === 'rsa') return agreeByRsa(leaf);
    if (exchange?.dh !== undefined) return agreeByDh(exchange.dh);
    if (exchange?.group === undefined || exchange.point === undefined || !CURVES.includes(exchange.group))
      throw new WireError('a key exchange that cannot be answered');
    const share = makeShare(exchange.group);
    return { message: vector(1, share.key), premaster: share.agree(exchange.point) };
  } catch (error) {
    if (error instanceof WireError) throw error;
    throw new WireError(`the key exchange cannot be answered: ${error instanceof Error ? error.message : ''}`);
  }
}

function agreeByRsa(leaf: Uint8Array | undefined): Agreed {
  if (leaf === undefined) throw new WireError('no certificate to encrypt to');
  const premaster = concat(uint(TLS12, 2), randomBytes(46));
  const key = new X509Certificate(Buffer.from(leaf)).publicKey;
  return { message: vector(2, publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, premaster)), premaster };
}

function agreeByDh(dh: NonNullable<KeyExchange['dh']>): Agreed {
  if (dh.prime.length > MAX_DH_OCTETS) throw new WireError(`a prime of ${String(dh.prime.length)} octets`);
  const ours = createDiffieHellman(Buffer.from(dh.prime), Buffer.from(dh.generator));
  const message = vector(2, ours.generateKeys());
  const secret = ours.computeSecret(dh.public);
  // RFC 5246 §8.1.2: leading zero octets are left out
  const first = secret.findIndex((octet) => octet !== 0);
  return { message, premaster: secret.subarray(Math.max(0, first)) };
}

export interface Randoms {
  readonly client: Uint8Array;
  readonly server: Uint8Array;
}

function transcriptHash(suite: Suite, transcript: Uint8Array): Uint8Array {
  return createHash(hashOf(suite)).update(transcript).digest();
}

/** RFC 5246 §8.1; RFC 7627 §4 where both sides agreed to it (`transcript` up to the ClientKeyExchange). */
export function masterSecret(
  suite: Suite,
  premaster: Uint8Array,
  randoms: Randoms,
  transcript: Uint8Array | undefined,
): Uint8Array {
  return transcript === undefined
    ? prf(hashOf(suite), premaster, 'master secret', concat(randoms.client, randoms.server), 48)
    : prf(hashOf(suite), premaster, 'extended master secret', transcriptHash(suite, transcript), 48);
}

/** The verify_data of a Finished. */
export function verifyData(
  suite: Suite,
  master: Uint8Array,
  who: 'client' | 'server',
  transcript: Uint8Array,
): Uint8Array {
  return prf(hashOf(suite), master, `${who} finished`, transcriptHash(suite, transcript), 12);
}

/** One direction of a protected connection. */
export interface Protection {
  /** The record as it goes on the wire. */
  seal(type: number, content: Uint8Array): Uint8Array;
  /** The content of a record; throws a WireError where it does not verify. */
  open(type: number, fragment: Uint8Array): Uint8Array;
}

const CIPHERS: {
  readonly [encryption: string]: { readonly name: string; readonly key: number; readonly block: number };
} = {
  'aes-128/gcm': { name: 'aes-128-gcm', key: 16, block: 4 },
  'aes-256/gcm': { name: 'aes-256-gcm', key: 32, block: 4 },
  'chacha20/poly1305': { name: 'chacha20-poly1305', key: 32, block: 12 },
  'aes-128/cbc': { name: 'aes-128-cbc', key: 16, block: 16 },
  'aes-256/cbc': { name: 'aes-256-cbc', key: 32, block: 16 },
  '3des/cbc': { name: 'des-ede3-cbc', key: 24, block: 8 },
};
const MACS: { readonly [mac: string]: number } = { sha1: 20, sha256: 32, sha384: 48 };

function sequenceBytes(sequence: number): Uint8Array {
  return concat(uint(0, 4), uint(sequence, 4));
}

function associated(sequence: number, type: number, length: number): Uint8Array {
  return concat(sequenceBytes(sequence), uint(type, 1), uint(TLS12, 2), uint(length, 2));
}

const TAG = 16;

function aead(name: string, key: Uint8Array, iv: Uint8Array): Protection {
  const explicit = iv.length === 4 ? 8 : 0;
  let sent = 0;
  let received = 0;
  const nonceFor = (sequence: number, given: Uint8Array): Uint8Array => {
    // RFC 5288 §3: half of the nonce travels; RFC 7905 §2: the sequence number is mixed in
    if (explicit > 0) return concat(iv, given);
    const nonce = Buffer.from(iv);
    nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ sequence) >>> 0, 8);
    return nonce;
  };
  return {
    seal(type, content) {
      const given = explicit > 0 ? sequenceBytes(sent) : new Uint8Array();
      const cipher = createCipheriv(name as 'aes-128-gcm', key, nonceFor(sent, given), { authTagLength: TAG });
      cipher.setAAD(associated(sent++, type, content.length));
      return encodeRecord(type, TLS12, concat(given, cipher.update(content), cipher.final(), cipher.getAuthTag()));
    },
    open(type, fragment) {
      if (fragment.length < explicit + TAG) throw new WireError('an encrypted record is shorter than its tag');
      const nonce = nonceFor(received, fragment.subarray(0, explicit));
      const body = fragment.subarray(explicit, fragment.length - TAG);
      const decipher = createDecipheriv(name as 'aes-128-gcm', key, nonce, { authTagLength: TAG });
      decipher.setAAD(associated(received++, type, body.length));
      decipher.setAuthTag(fragment.subarray(fragment.length - TAG));
      try {
        return concat(decipher.update(body), decipher.final());
      } catch (error) {
        throw new WireError(`an encrypted record cannot be opened: ${error instanceof Error ? error.message : ''}`);
      }
    },
  };
}

interface Cbc {
  readonly name: string;
  readonly block: number;
  readonly mac: string;
  readonly size: number;
  /** RFC 7366: the MAC is over what is encrypted. */
  readonly etm: boolean;
}

/** How a CBC record may be spoilt on purpose, to see what a server makes of it. */
export interface Spoilt {
  readonly padding?: (padding: Buffer) => void;
  readonly mac?: (mac: Buffer) => void;
}

function sealCbc(
  cbc: Cbc,
  keys: { mac: Uint8Array; key: Uint8Array },
  sequence: number,
  type: number,
  content: Uint8Array,
  spoilt: Spoilt,
): Uint8Array {
  const { name, block, etm } = cbc;
  const macOver = (bytes: Uint8Array): Buffer =>
    createHmac(cbc.mac, keys.mac)
      .update(associated(sequence, type, bytes.length))
      .update(bytes)
      .digest();
  const mac = macOver(content);
  spoilt.mac?.(mac);
  const plain = etm ? content : concat(content, mac);
  // a padding that is to be spoilt has to be longer than its last octet
  const extra = spoilt.padding === undefined ? 0 : block;
  const padding = Buffer.alloc(extra + block - (plain.length % block));
  padding.fill(padding.length - 1);
  spoilt.padding?.(padding);
  const iv = randomBytes(block);
  const cipher = createCipheriv(name, keys.key, iv).setAutoPadding(false);
  const body = concat(iv, cipher.update(concat(plain, padding)), cipher.final());
  return encodeRecord(type, TLS12, etm ? concat(body, macOver(body)) : body);
}

function openCbc(
  cbc: Cbc,
  keys: { mac: Uint8Array; key: Uint8Array },
  sequence: number,
  type: number,
  fragment: Uint8Array,
): Uint8Array {
  const { name, block, etm, size } = cbc;
  const body = etm ? fragment.subarray(0, Math.max(0, fragment.length - size)) : fragment;
  if (body.length < 2 * block || body.length % block !== 0) throw new WireError('an encrypted record of odd length');
  const decipher = createDecipheriv(name, keys.key, body.subarray(0, block)).setAutoPadding(false);
  const plain = concat(decipher.update(body.subarray(block)), decipher.final());
  const end = plain.length - 1 - (plain.at(-1) ?? 0) - (etm ? 0 : size);
  if (end < 0) throw new WireError('an encrypted record is padded wrongly');
  const content = plain.subarray(0, end);
  const over = etm ? body : content;
  const mac = createHmac(cbc.mac, keys.mac)
    .update(associated(sequence, type, over.length))
    .update(over)
    .digest();
  const sent = etm ? fragment.subarray(fragment.length - size) : plain.subarray(end, end + size);
  if (sent.length !== size || !timingSafeEqual(mac, sent))
    throw new WireError('the MAC of an encrypted record is wrong');
  return content;
}

export interface CbcProtection extends Protection {
  sealSpoilt(type: number, content: Uint8Array, spoilt: Spoilt): Uint8Array;
}

function cbcProtection(cbc: Cbc, mac: Uint8Array, key: Uint8Array): CbcProtection {
  let sent = 0;
  let received = 0;
  const keys = { mac, key };
  return {
    seal: (type, content) => sealCbc(cbc, keys, sent++, type, content, {}),
    sealSpoilt: (type, content, spoilt) => sealCbc(cbc, keys, sent++, type, content, spoilt),
    open: (type, fragment) => openCbc(cbc, keys, received++, type, fragment),
  };
}

/** The protections of both directions (RFC 5246 §6.3). */
export function protections(
  suite: Suite,
  master: Uint8Array,
  randoms: Randoms,
  etm: boolean,
): { readonly client: Protection | CbcProtection; readonly server: Protection } {
  const cipher = CIPHERS[`${suite.encryption}/${suite.mode}`];
  if (cipher === undefined) throw new WireError(`suite ${suite.name} cannot be read`);
  const isCbc = suite.mode === 'cbc';
  const macSize = isCbc ? (MACS[suite.mac] ?? 20) : 0;
  const ivSize = isCbc ? 0 : cipher.block;
  const seed = concat(randoms.server, randoms.client);
  const block = prf(hashOf(suite), master, 'key expansion', seed, 2 * (macSize + cipher.key + ivSize));
  let at = 0;
  const cut = (size: number): Uint8Array => block.subarray(at, (at += size));
  const [clientMac, serverMac, clientKey, serverKey] = [cut(macSize), cut(macSize), cut(cipher.key), cut(cipher.key)];
  const [clientIv, serverIv] = [cut(ivSize), cut(ivSize)];
  if (!isCbc) return { client: aead(cipher.name, clientKey, clientIv), server: aead(cipher.name, serverKey, serverIv) };
  const cbc = { name: cipher.name, block: cipher.block, mac: suite.mac, size: macSize, etm };
  return { client: cbcProtection(cbc, clientMac, clientKey), server: cbcProtection(cbc, serverMac, serverKey) };
}
