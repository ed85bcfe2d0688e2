/** CRLs, OCSP answers and timestamps for tests, made with the keys of a lab CA. */
import { createHash, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { type Certificate, parseCertificate } from '../../src/wire/x509/certificate.ts';
import { bitStringOf, childrenOf, readOnly } from '../../src/wire/x509/der.ts';
import * as der from '../../src/wire/x509/der-writer.ts';

interface Identity {
  readonly der: Uint8Array;
  readonly keyPem: string;
}

const ECDSA = der.sequence(der.oid('1.2.840.10045.4.3.2'));
const DAY = 86_400_000;

export function parsed(bytes: Uint8Array): Certificate {
  const result = parseCertificate(bytes);
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

function signed(tbs: Uint8Array, keyPem: string): Uint8Array {
  return der.bitString(sign('sha256', tbs, createPrivateKey(keyPem)));
}

function generalized(instant: Date): Uint8Array {
  const digits = instant.toISOString().replaceAll(/[-:T]|\.\d+Z$/g, '');
  return der.tlv(0x18, Buffer.from(`${digits}Z`, 'latin1'));
}

export interface Times {
  readonly thisUpdate?: Date;
  readonly nextUpdate?: Date | null;
}

export interface CrlOptions extends Times {
  readonly revoked?: readonly bigint[];
  /** Extensions as whole SEQUENCEs; default: a CRL number. */
  readonly extensions?: readonly Uint8Array[];
}

export function extension(oid: string, critical: boolean, value: Uint8Array): Uint8Array {
  return der.sequence(der.oid(oid), ...(critical ? [der.boolean(true)] : []), der.octetString(value));
}

export function makeCrl(ca: Identity, options: CrlOptions = {}): Uint8Array {
  const { revoked = [], extensions = [extension('2.5.29.20', false, der.integer(1))] } = options;
  const { thisUpdate = new Date(Date.now() - DAY), nextUpdate = new Date(Date.now() + DAY) } = options;
  const tbs = der.sequence(
    der.integer(1),
    ECDSA,
    parsed(ca.der).subject.raw,
    der.time(thisUpdate),
    ...(nextUpdate === null ? [] : [der.time(nextUpdate)]),
    ...(revoked.length === 0
      ? []
      : [der.sequence(...revoked.map((serial) => der.sequence(der.integer(serial), der.time(thisUpdate))))]),
    ...(extensions.length === 0 ? [] : [der.context(0, true, der.sequence(...extensions))]),
  );
  return der.sequence(tbs, ECDSA, signed(tbs, ca.keyPem));
}

export interface OcspOptions extends Times {
  readonly status?: 'good' | 'revoked' | 'unknown';
  /** Who signs, and which certificate comes along; default: the CA itself. */
  readonly signer?: Identity & { readonly enclosed: boolean };
  readonly serial?: bigint;
  readonly hash?: 'sha1' | 'sha256';
}

const HASH_OIDS = { sha1: '1.3.14.3.2.26', sha256: '2.16.840.1.101.3.4.2.1' } as const;

export function makeOcsp(ca: Identity, leaf: Uint8Array, options: OcspOptions = {}): Uint8Array {
  const issuer = parsed(ca.der);
  const { hash = 'sha1', status = 'good', serial = parsed(leaf).serial.value } = options;
  const { thisUpdate = new Date(Date.now() - DAY), nextUpdate = new Date(Date.now() + DAY) } = options;
  const digest = (bytes: Uint8Array): Uint8Array => createHash(hash).update(bytes).digest();
  const keyBits = bitStringOf(childrenOf(readOnly(issuer.key.raw))[1], 'key').bytes;
  const said = {
    good: der.context(0, false),
    revoked: der.context(1, true, generalized(thisUpdate)),
    unknown: der.context(2, false),
  }[status];
  const single = der.sequence(
    der.sequence(
      der.sequence(der.oid(HASH_OIDS[hash]), der.nullValue()),
      der.octetString(digest(issuer.subject.raw)),
      der.octetString(digest(keyBits)),
      der.integer(serial),
    ),
    said,
    generalized(thisUpdate),
    ...(nextUpdate === null ? [] : [der.context(0, true, generalized(nextUpdate))]),
  );
  const tbs = der.sequence(
    der.context(2, true, der.octetString(digest(keyBits))),
    generalized(thisUpdate),
    der.sequence(single),
  );
  const signer = options.signer ?? { ...ca, enclosed: false };
  const basic = der.sequence(
    tbs,
    ECDSA,
    signed(tbs, signer.keyPem),
    ...(signer.enclosed ? [der.context(0, true, der.sequence(signer.der))] : []),
  );
  const bytes = der.sequence(der.oid('1.3.6.1.5.5.7.48.1.1'), der.octetString(basic));
  return der.sequence(der.tlv(0x0a, Uint8Array.of(0)), der.context(0, true, bytes));
}

export interface Log {
  readonly id: string;
  readonly spki: Uint8Array;
  /** A timestamp of `entry`, which is a precertificate where the key hash of its issuer is given. */
  readonly stamp: (entry: Uint8Array, issuerKeyHash?: Uint8Array) => Uint8Array;
}

function counted(length: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(length);
  bytes.writeUIntBE(value, Math.max(0, length - 6), Math.min(length, 6));
  return bytes;
}

export function makeLog(): Log {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const id = createHash('sha256').update(spki).digest();
  return {
    id: id.toString('hex'),
    spki,
    stamp(entry, issuerKeyHash) {
      const timestamp = counted(8, 1_760_000_000_000);
      const kind = counted(2, issuerKeyHash === undefined ? 0 : 1);
      const head = Buffer.concat([Uint8Array.of(0, 0), timestamp, kind, issuerKeyHash ?? new Uint8Array()]);
      const signature = sign(
        'sha256',
        Buffer.concat([head, counted(3, entry.length), entry, counted(2, 0)]),
        privateKey,
      );
      return Buffer.concat([
        Uint8Array.of(0),
        id,
        timestamp,
        counted(2, 0),
        Uint8Array.of(4, 3),
        counted(2, signature.length),
        signature,
      ]);
    },
  };
}

/** RFC 6962 §3.3: the list of timestamps. */
export function sctList(scts: readonly Uint8Array[]): Uint8Array {
  const items = Buffer.concat(scts.map((sct) => Buffer.concat([counted(2, sct.length), sct])));
  return Buffer.concat([counted(2, items.length), items]);
}
