/** OpenPGP (RFC 9580, and RFC 4880 where keys are older): armour, packets, keys with their self-signatures, detached verification. */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';

export interface Packet {
  readonly tag: number;
  readonly body: Uint8Array;
}

export interface PublicKey {
  readonly version: number;
  readonly algorithm: number;
  /** Seconds since 1970. */
  readonly created: number;
  /** Lower-case hex. */
  readonly fingerprint: string;
  /** Bits of RSA modulus, DSA or ElGamal prime; 0 where the algorithm is a curve. */
  readonly bits: number;
  /** Undefined where node cannot verify with it. */
  readonly verifier: KeyObject | undefined;
  readonly body: Uint8Array;
}

export interface Signature {
  readonly version: number;
  readonly type: number;
  readonly algorithm: number;
  /** node's name of the digest; undefined where it is none that is accepted. */
  readonly hash: string | undefined;
  readonly created: number | undefined;
  /** Key expiration after creation, in seconds. */
  readonly keyLifetime: number | undefined;
  readonly keyFlags: number | undefined;
  /** Lower-case hex of fingerprint or key id, whichever is there. */
  readonly issuers: readonly string[];
  /** What is hashed behind the data. */
  readonly trailer: Uint8Array;
  readonly salt: Uint8Array;
  readonly value: Uint8Array;
}

export interface Certificate {
  readonly primary: PublicKey;
  readonly userIds: readonly string[];
  /** Seconds since 1970; undefined where it never expires. */
  readonly expires: number | undefined;
  readonly revoked: boolean;
  readonly subkeys: readonly {
    readonly key: PublicKey;
    readonly encrypts: boolean;
    readonly revoked: boolean;
    readonly expires: number | undefined;
  }[];
  /** The primary key itself may encrypt. */
  readonly primaryEncrypts: boolean;
}

const MAX_PACKETS = 2000;
const MAX_LINES = 20_000;

/** The bytes inside ASCII armour, or the bytes themselves where they start like a packet; undefined otherwise. */
export function dearmor(bytes: Uint8Array): Uint8Array | undefined {
  if (((bytes[0] ?? 0) & 0x80) !== 0) return bytes;
  const lines = Buffer.from(bytes)
    .toString('latin1')
    .split('\n', MAX_LINES)
    .map((line) => line.trim());
  const begin = lines.findIndex((line) => line.startsWith('-----BEGIN PGP '));
  const blank = lines.findIndex((line, at) => at > begin && line === '');
  const end = lines.findIndex((line, at) => at > blank && line.startsWith('-----END PGP '));
  if (begin === -1 || blank === -1 || end === -1) return undefined;
  // the checksum line starts with an equals sign; RFC 9580 §6.1 no longer asks for it
  const body = lines.slice(blank, end).filter((line) => line !== '' && !line.startsWith('='));
  return body.every((line) => /^[A-Za-z0-9+/=]+$/.test(line)) ? Buffer.from(body.join(''), 'base64') : undefined;
}

/** RFC 9580 §4.2. Stops at the first byte that is no packet; partial lengths are not used by keys and signatures. */
export function packetsOf(bytes: Uint8Array): Packet[] {
  const packets: Packet[] = [];
  let at = 0;
  while (at < bytes.length && packets.length < MAX_PACKETS) {
    const head = bytes[at] ?? 0;
    if ((head & 0x80) === 0) break;
    const fresh = (head & 0x40) !== 0;
    const length = fresh ? newLength(bytes, at + 1) : oldLength(bytes, at + 1, head & 3);
    if (length === undefined || length.end + length.size > bytes.length) break;
    packets.push({
      tag: fresh ? head & 0x3f : (head >> 2) & 0x0f,
      body: bytes.subarray(length.end, length.end + length.size),
    });
    at = length.end + length.size;
  }
  return packets;
}

interface Length {
  readonly size: number;
  readonly end: number;
}

function newLength(bytes: Uint8Array, at: number): Length | undefined {
  const first = bytes[at];
  if (first === undefined) return undefined;
  if (first < 192) return { size: first, end: at + 1 };
  if (first < 224) return { size: (first - 192) * 256 + (bytes[at + 1] ?? 0) + 192, end: at + 2 };
  return first === 255 ? { size: number(bytes, at + 1, 4), end: at + 5 } : undefined;
}

function oldLength(bytes: Uint8Array, at: number, type: number): Length | undefined {
  if (type === 3) return { size: bytes.length - at, end: at };
  const octets = 1 << type;
  return { size: number(bytes, at, octets), end: at + octets };
}

function number(bytes: Uint8Array, at: number, octets: number): number {
  let value = 0;
  for (let index = 0; index < octets; index += 1) value = value * 256 + (bytes[at + index] ?? 0);
  return value;
}

/** RFC 9580 §3.2: two octets of bit count, then the bytes. */
function readMpis(bytes: Uint8Array, start: number): Uint8Array[] {
  const mpis: Uint8Array[] = [];
  for (let at = start; at + 2 <= bytes.length && mpis.length < 8;) {
    const size = Math.ceil(number(bytes, at, 2) / 8);
    mpis.push(bytes.subarray(at + 2, at + 2 + size));
    at += 2 + size;
  }
  return mpis;
}

const CURVES: { readonly [oid: string]: 'P-256' | 'P-384' | 'P-521' | 'Ed25519' } = {
  '2a8648ce3d030107': 'P-256',
  '2b81040022': 'P-384',
  '2b81040023': 'P-521',
  '2b06010401da470f01': 'Ed25519',
};

/** RFC 9580 §5.5.2; undefined where the packet is too short or of version 2, 3 or 5. */
export function readKey(body: Uint8Array): PublicKey | undefined {
  const version = body[0] ?? 0;
  if (body.length < 8) return undefined;
  const algorithm = body[version < 4 ? 7 : 5] ?? 0;
  const created = number(body, 1, 4);
  const start = version === 6 ? 10 : version < 4 ? 8 : 6;
  const material = body.subarray(start);
  const mpis =
    algorithm === 1 || algorithm === 2 || algorithm === 3 || algorithm === 16 || algorithm === 17
      ? readMpis(material, 0)
      : [];
  const digest =
    version === 6
      ? createHash('sha256')
          .update(Buffer.from([0x9b, ...u32(body.length)]))
          .update(body)
      : createHash('sha1')
          .update(Buffer.from([0x99, body.length >> 8, body.length & 255]))
          .update(body);
  return {
    version,
    algorithm,
    created,
    fingerprint: digest.digest('hex'),
    bits: (mpis[0]?.length ?? 0) * 8,
    verifier: version === 4 || version === 6 ? verifierOf(algorithm, material, mpis) : undefined,
    body,
  };
}

function u32(value: number): number[] {
  return [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

function verifierOf(algorithm: number, material: Uint8Array, mpis: readonly Uint8Array[]): KeyObject | undefined {
  const url = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('base64url');
  try {
    if (algorithm === 1 || algorithm === 3) {
      return createPublicKey({ key: { kty: 'RSA', n: url(mpis[0]), e: url(mpis[1]) }, format: 'jwk' });
    }
    if (algorithm === 27)
      return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: url(material.subarray(0, 32)) }, format: 'jwk' });
    if (algorithm !== 19 && algorithm !== 22) return undefined;
    const oid = Buffer.from(material.subarray(1, 1 + (material[0] ?? 0))).toString('hex');
    const curve = CURVES[oid];
    const point = readMpis(material, 1 + (material[0] ?? 0))[0];
    if (curve === undefined || point === undefined) return undefined;
    // 0x40: native point of EdDSA; 0x04: uncompressed
    if (curve === 'Ed25519')
      return createPublicKey({ key: { kty: 'OKP', crv: curve, x: url(point.subarray(1)) }, format: 'jwk' });
    const half = (point.length - 1) / 2;
    return createPublicKey({
      key: { kty: 'EC', crv: curve, x: url(point.subarray(1, 1 + half)), y: url(point.subarray(1 + half)) },
      format: 'jwk',
    });
  } catch (error) {
    // numbers that are no key of that kind
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/** RFC 9580 §9.5; MD5, SHA-1 and RIPEMD-160 are not accepted in signatures. */
const HASHES: { readonly [id: number]: string } = {
  8: 'sha256',
  9: 'sha384',
  10: 'sha512',
  11: 'sha224',
  12: 'sha3-256',
  14: 'sha3-512',
};

export function readSignature(body: Uint8Array): Signature | undefined {
  const version = body[0] ?? 0;
  if (version !== 4 && version !== 6) return undefined;
  const wide = version === 6 ? 4 : 2;
  const hashedSize = number(body, 4, wide);
  const hashedEnd = 4 + wide + hashedSize;
  const unhashedSize = number(body, hashedEnd, wide);
  let at = hashedEnd + wide + unhashedSize + 2;
  if (at > body.length) return undefined;
  let salt: Uint8Array = new Uint8Array(0);
  if (version === 6) {
    const size = body[at] ?? 0;
    salt = body.subarray(at + 1, at + 1 + size);
    at += 1 + size;
  }
  const hashed = body.subarray(0, hashedEnd);
  const inside = subpackets(body.subarray(4 + wide, hashedEnd));
  const outside = subpackets(body.subarray(hashedEnd + wide, hashedEnd + wide + unhashedSize));
  const first = (type: number): Uint8Array | undefined => inside.find((one) => one.type === type)?.body;
  const seconds = (type: number): number | undefined => {
    const value = first(type);
    return value?.length === 4 ? number(value, 0, 4) : undefined;
  };
  const issuers = [...inside, ...outside].flatMap(({ type, body: value }) =>
    type === 16
      ? [Buffer.from(value).toString('hex')]
      : type === 33
        ? [Buffer.from(value.subarray(1)).toString('hex')]
        : [],
  );
  return {
    version,
    type: body[1] ?? 0,
    algorithm: body[2] ?? 0,
    hash: HASHES[body[3] ?? 0],
    created: seconds(2),
    keyLifetime: seconds(9),
    keyFlags: first(27)?.[0],
    issuers,
    trailer: Buffer.concat([hashed, Buffer.from([version, 0xff, ...u32(hashed.length)])]),
    salt,
    value: body.subarray(at),
  };
}

interface Subpacket {
  readonly type: number;
  readonly body: Uint8Array;
}

function subpackets(bytes: Uint8Array): Subpacket[] {
  const found: Subpacket[] = [];
  for (let at = 0; at < bytes.length && found.length < 200;) {
    const first = bytes[at] ?? 0;
    const length =
      first < 192
        ? { size: first, end: at + 1 }
        : first < 255
          ? { size: (first - 192) * 256 + (bytes[at + 1] ?? 0) + 192, end: at + 2 }
          : { size: number(bytes, at + 1, 4), end: at + 5 };
    if (length.size === 0) break;
    found.push({
      type: (bytes[length.end] ?? 0) & 0x7f,
      body: bytes.subarray(length.end + 1, length.end + length.size),
    });
    at = length.end + length.size;
  }
  return found;
}

/** True where the key made the signature over the data; undefined where we cannot tell (algorithm, digest). */
export function verifySignature(signature: Signature, key: PublicKey, data: Uint8Array): boolean | undefined {
  if (signature.hash === undefined || key.verifier === undefined || signature.algorithm !== key.algorithm)
    return undefined;
  const message = Buffer.concat([signature.salt, data, signature.trailer]);
  try {
    if (key.algorithm === 27)
      return verify(
        null,
        createHash(signature.hash).update(message).digest(),
        key.verifier,
        signature.value.subarray(0, 64),
      );
    const mpis = readMpis(signature.value, 0);
    if (key.algorithm === 1 || key.algorithm === 3) {
      const size = Math.ceil(key.bits / 8);
      return verify(signature.hash, message, key.verifier, padded(mpis[0], size));
    }
    const size = key.algorithm === 22 ? 32 : curveSize(key.verifier);
    const pair = Buffer.concat([padded(mpis[0], size), padded(mpis[1], size)]);
    if (key.algorithm === 22)
      return verify(null, createHash(signature.hash).update(message).digest(), key.verifier, pair);
    return verify(signature.hash, message, { key: key.verifier, dsaEncoding: 'ieee-p1363' }, pair);
  } catch (error) {
    // OpenSSL refuses what is no signature of that kind
    if (error instanceof Error) return false;
    throw error;
  }
}

function curveSize(key: KeyObject): number {
  const curve = key.asymmetricKeyDetails?.namedCurve;
  return curve === 'secp521r1' ? 66 : curve === 'secp384r1' ? 48 : 32;
}

function padded(bytes: Uint8Array | undefined, size: number): Buffer {
  const value = Buffer.from(bytes ?? []);
  return value.length >= size ? value : Buffer.concat([Buffer.alloc(size - value.length), value]);
}

/** What a signature over a key hashes of it. */
function keyData(key: PublicKey): Buffer {
  const head =
    key.version === 6 ? [0x9b, ...u32(key.body.length)] : [0x99, key.body.length >> 8, key.body.length & 255];
  return Buffer.concat([Buffer.from(head), key.body]);
}

function userData(version: number, id: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([version === 3 ? 0 : 0xb4, ...u32(id.length)]), id]);
}

/** RFC 9580 §10.1: a transferable public key; only self-signatures that verify (or cannot be verified by us) count. */
export function readCertificates(bytes: Uint8Array): Certificate[] {
  const certificates: Certificate[] = [];
  let group: Packet[] = [];
  const flush = (): void => {
    const made = certificateOf(group);
    if (made !== undefined) certificates.push(made);
  };
  for (const packet of packetsOf(bytes)) {
    if (packet.tag === 6) {
      flush();
      group = [];
    }
    group.push(packet);
  }
  flush();
  return certificates.slice(0, 20);
}

function certificateOf(packets: readonly Packet[]): Certificate | undefined {
  const head = packets[0];
  const primary = head?.tag === 6 ? readKey(head.body) : undefined;
  if (primary === undefined) return undefined;
  const userIds: string[] = [];
  const subkeys: { key: PublicKey; encrypts: boolean; revoked: boolean; expires: number | undefined; at: number }[] =
    [];
  let revoked = false;
  let latest: Signature | undefined;
  let subject:
    | { readonly is: 'key' }
    | { readonly is: 'user'; readonly id: Uint8Array }
    | { readonly is: 'subkey'; readonly key: PublicKey } = { is: 'key' };
  for (const { tag, body } of packets.slice(1)) {
    if (tag === 13) {
      subject = { is: 'user', id: body };
      userIds.push(Buffer.from(body).toString('utf8'));
      continue;
    }
    if (tag === 14) {
      const key = readKey(body);
      if (key === undefined) continue;
      subject = { is: 'subkey', key };
      subkeys.push({ key, encrypts: false, revoked: false, expires: undefined, at: -1 });
      continue;
    }
    const signature = tag === 2 ? readSignature(body) : undefined;
    if (signature === undefined) continue;
    const data = Buffer.concat([
      keyData(primary),
      ...(subject.is === 'user'
        ? [userData(primary.version, subject.id)]
        : subject.is === 'subkey'
          ? [keyData(subject.key)]
          : []),
    ]);
    if (verifySignature(signature, primary, data) !== true) continue;
    const created = signature.created ?? 0;
    if (signature.type === 0x20) revoked = true;
    else if ((signature.type >= 0x10 && signature.type <= 0x13) || signature.type === 0x1f) {
      if (latest === undefined || created >= (latest.created ?? 0)) latest = signature;
    } else if (subject.is === 'subkey') {
      const entry = subkeys.at(-1);
      if (entry === undefined) continue;
      if (signature.type === 0x28) entry.revoked = true;
      else if (signature.type === 0x18 && created >= entry.at) {
        entry.at = created;
        // RFC 9580 §5.2.3.29: 0x04 communications, 0x08 storage
        entry.encrypts = ((signature.keyFlags ?? 0) & 0x0c) !== 0;
        entry.expires = expiry(entry.key, signature);
      }
    }
  }
  return {
    primary,
    userIds,
    expires: latest === undefined ? undefined : expiry(primary, latest),
    revoked,
    subkeys: subkeys.map(({ key, encrypts, revoked, expires }) => ({ key, encrypts, revoked, expires })),
    primaryEncrypts: ((latest?.keyFlags ?? 0) & 0x0c) !== 0,
  };
}

function expiry(key: PublicKey, signature: Signature): number | undefined {
  return signature.keyLifetime === undefined || signature.keyLifetime === 0
    ? undefined
    : key.created + signature.keyLifetime;
}

/** Why a key is too weak to be used; undefined where it is not. */
export function weakness(key: PublicKey): string | undefined {
  if (key.version < 4) return `version ${String(key.version)}`;
  if (key.algorithm === 17) return 'DSA';
  if (key.algorithm === 16 || key.algorithm === 20) return 'ElGamal';
  return key.algorithm <= 3 && key.bits < 2048 ? `RSA of ${String(key.bits)} bit` : undefined;
}
