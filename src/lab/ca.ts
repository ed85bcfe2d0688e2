/** A certificate authority for tests and the demo: issues good certificates, and bad ones on request. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import { isIP } from 'node:net';
import * as der from '../wire/x509/der-writer.ts';

/** Ready key pairs can be given as `key`, so that one RSA key serves many certificates of a test. */
export type KeyType = 'ec' | 'rsa' | 'ed25519';
export type HashName = 'sha256' | 'sha384' | 'sha512' | 'sha224' | 'sha1' | 'md5';

export interface Extension {
  readonly oid: string;
  readonly critical?: boolean;
  /** The DER inside the OCTET STRING. */
  readonly value: Uint8Array;
}

export interface CertificateOptions {
  /** SAN entries: DNS names, or IP addresses in text. Empty: no SAN extension. */
  readonly names?: readonly string[];
  /** Default: the first name. Empty string: an empty subject. */
  readonly commonName?: string;
  readonly organization?: string;
  readonly country?: string;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly keyType?: KeyType;
  /** RSA modulus bits; default 2048. */
  readonly bits?: number;
  readonly publicExponent?: number;
  /** For EC; default P-256. */
  readonly curve?: string;
  /** A private key in PEM to use instead of a fresh one. */
  readonly keyPem?: string;
  readonly hash?: HashName;
  readonly serial?: bigint;
  /** basicConstraints cA; default false, and true for authorities. */
  readonly ca?: boolean;
  readonly pathLength?: number;
  /** Bit numbers of keyUsage (RFC 5280 §4.2.1.3); an empty list is an extension without a bit, `null` none at all. */
  readonly keyUsage?: readonly number[] | null;
  /** OIDs of extendedKeyUsage; default serverAuth; `null` none. */
  readonly extendedKeyUsage?: readonly string[] | null;
  readonly ocspUrl?: string;
  readonly issuersUrl?: string;
  readonly crlUrl?: string;
  /** Certificate policies by OID. */
  readonly policies?: readonly string[];
  /** RFC 7633: the certificate demands a stapled OCSP answer. */
  readonly mustStaple?: boolean;
  /** Added after the others; one with the OID of a default extension takes its place. */
  readonly extensions?: readonly Extension[];
}

export interface Issued {
  readonly certPem: string;
  readonly keyPem: string;
  readonly der: Uint8Array;
  /** This certificate and those above it, without the root: what a server sends. */
  readonly chainPem: string;
}

export interface Authority extends Issued {
  readonly name: string;
  /** An end-entity certificate. */
  issue(options: CertificateOptions): Issued;
  /** An intermediate authority below this one. */
  issueAuthority(options: CertificateOptions & { readonly name: string }): Authority;
}

const DAY = 86_400_000;
const SIGNATURES: { readonly [name in `${'rsa' | 'ec'}/${HashName}`]?: string } = {
  'rsa/md5': '1.2.840.113549.1.1.4',
  'rsa/sha1': '1.2.840.113549.1.1.5',
  'rsa/sha224': '1.2.840.113549.1.1.14',
  'rsa/sha256': '1.2.840.113549.1.1.11',
  'rsa/sha384': '1.2.840.113549.1.1.12',
  'rsa/sha512': '1.2.840.113549.1.1.13',
  'ec/sha1': '1.2.840.10045.4.1',
  'ec/sha224': '1.2.840.10045.4.3.1',
  'ec/sha256': '1.2.840.10045.4.3.2',
  'ec/sha384': '1.2.840.10045.4.3.3',
  'ec/sha512': '1.2.840.10045.4.3.4',
};

function pem(label: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

function makeKey(options: CertificateOptions): KeyObject {
  if (options.keyPem !== undefined) return createPrivateKey(options.keyPem);
  switch (options.keyType ?? 'ec') {
    case 'rsa':
      return generateKeyPairSync('rsa', {
        modulusLength: options.bits ?? 2048,
        publicExponent: options.publicExponent ?? 65_537,
      }).privateKey;
    case 'ed25519':
      return generateKeyPairSync('ed25519').privateKey;
    default:
      return generateKeyPairSync('ec', { namedCurve: options.curve ?? 'P-256' }).privateKey;
  }
}

function spkiOf(key: KeyObject): Uint8Array {
  return createPublicKey(key).export({ type: 'spki', format: 'der' });
}

function keyIdentifier(key: KeyObject): Uint8Array {
  return createHash('sha1').update(spkiOf(key)).digest();
}

function attribute(type: string, value: Uint8Array): Uint8Array {
  return der.setOf(der.sequence(der.oid(type), value));
}

function nameFrom(options: { country?: string; organization?: string; commonName?: string }): Uint8Array {
  const parts: Uint8Array[] = [];
  if (options.country !== undefined) parts.push(attribute('2.5.4.6', der.printableString(options.country)));
  if (options.organization !== undefined) parts.push(attribute('2.5.4.10', der.utf8String(options.organization)));
  if (options.commonName !== undefined && options.commonName !== '')
    parts.push(attribute('2.5.4.3', der.utf8String(options.commonName)));
  return der.sequence(...parts);
}

function ipBytes(text: string): Uint8Array {
  if (isIP(text) === 4) return Uint8Array.from(text.split('.').map(Number));
  const [head = '', tail = ''] = text.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const groups = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right];
  return Uint8Array.from(
    groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]),
  );
}

function generalName(name: string): Uint8Array {
  return isIP(name) === 0 ? der.context(2, false, Buffer.from(name, 'latin1')) : der.context(7, false, ipBytes(name));
}

function uri(text: string): Uint8Array {
  return der.context(6, false, Buffer.from(text, 'latin1'));
}

interface Signer {
  readonly subject: Uint8Array;
  readonly key: KeyObject;
}

/** The extensions that a certificate of today carries, in the order that CAs use. */
function extensionsOf(options: CertificateOptions, key: KeyObject, issuer: Signer): Extension[] {
  const found: Extension[] = [];
  const ca = options.ca ?? false;
  const keyUsage = options.keyUsage === undefined ? (ca ? [5, 6] : [0]) : options.keyUsage;
  if (keyUsage !== null) found.push({ oid: '2.5.29.15', critical: true, value: der.namedBits(keyUsage) });
  const purposes =
    options.extendedKeyUsage === undefined ? (ca ? null : ['1.3.6.1.5.5.7.3.1']) : options.extendedKeyUsage;
  if (purposes !== null)
    found.push({ oid: '2.5.29.37', value: der.sequence(...purposes.map((purpose) => der.oid(purpose))) });
  const constraints = ca ? [der.boolean(true)] : [];
  if (options.pathLength !== undefined) constraints.push(der.integer(options.pathLength));
  found.push({ oid: '2.5.29.19', critical: true, value: der.sequence(...constraints) });
  found.push({ oid: '2.5.29.14', value: der.octetString(keyIdentifier(key)) });
  found.push({ oid: '2.5.29.35', value: der.sequence(der.context(0, false, keyIdentifier(issuer.key))) });
  const access: Uint8Array[] = [];
  if (options.ocspUrl !== undefined) access.push(der.sequence(der.oid('1.3.6.1.5.5.7.48.1'), uri(options.ocspUrl)));
  if (options.issuersUrl !== undefined)
    access.push(der.sequence(der.oid('1.3.6.1.5.5.7.48.2'), uri(options.issuersUrl)));
  if (access.length > 0) found.push({ oid: '1.3.6.1.5.5.7.1.1', value: der.sequence(...access) });
  if (options.names !== undefined && options.names.length > 0)
    found.push({ oid: '2.5.29.17', value: der.sequence(...options.names.map(generalName)) });
  if (options.policies !== undefined)
    found.push({
      oid: '2.5.29.32',
      value: der.sequence(...options.policies.map((policy) => der.sequence(der.oid(policy)))),
    });
  if (options.crlUrl !== undefined)
    found.push({
      oid: '2.5.29.31',
      value: der.sequence(der.sequence(der.context(0, true, der.context(0, true, uri(options.crlUrl))))),
    });
  // RFC 7633 §6: SEQUENCE OF INTEGER with status_request (5)
  if (options.mustStaple === true) found.push({ oid: '1.3.6.1.5.5.7.1.24', value: der.sequence(der.integer(5)) });
  for (const extra of options.extensions ?? []) {
    const place = found.findIndex((extension) => extension.oid === extra.oid);
    if (place >= 0) found[place] = extra;
    else found.push(extra);
  }
  return found;
}

function signatureAlgorithm(key: KeyObject, hash: HashName): Uint8Array {
  if (key.asymmetricKeyType === 'ed25519') return der.sequence(der.oid('1.3.101.112'));
  const kind = key.asymmetricKeyType === 'rsa' ? 'rsa' : 'ec';
  const algorithm = SIGNATURES[`${kind}/${hash}`];
  if (algorithm === undefined) throw new Error(`the lab cannot sign with ${kind} and ${hash}`);
  // RFC 4055 §5: parameters are NULL for RSA; RFC 5758 §3.2: absent for ECDSA
  return kind === 'rsa' ? der.sequence(der.oid(algorithm), der.nullValue()) : der.sequence(der.oid(algorithm));
}

/** The certificate in DER for a key, signed by an issuer. */
function certify(options: CertificateOptions, key: KeyObject, subject: Uint8Array, issuer: Signer): Uint8Array {
  const now = Date.now();
  const hash = options.hash ?? 'sha256';
  const algorithm = signatureAlgorithm(issuer.key, hash);
  const extensions = extensionsOf(options, key, issuer).map((extension) =>
    der.sequence(
      der.oid(extension.oid),
      ...(extension.critical === true ? [der.boolean(true)] : []),
      der.octetString(extension.value),
    ),
  );
  const tbs = der.sequence(
    der.context(0, true, der.integer(2)),
    der.integer(options.serial ?? BigInt(`0x4${randomBytes(15).toString('hex')}`)),
    algorithm,
    issuer.subject,
    der.sequence(
      der.time(options.notBefore ?? new Date(now - DAY)),
      der.time(options.notAfter ?? new Date(now + 89 * DAY)),
    ),
    subject,
    spkiOf(key),
    der.context(3, true, der.sequence(...extensions)),
  );
  const signature = sign(issuer.key.asymmetricKeyType === 'ed25519' ? null : hash, tbs, issuer.key);
  return der.sequence(tbs, algorithm, der.bitString(signature));
}

function issued(certificate: Uint8Array, key: KeyObject, above: string): Issued {
  const certPem = pem('CERTIFICATE', certificate);
  return {
    certPem,
    keyPem: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    der: certificate,
    chainPem: certPem + above,
  };
}

function authority(name: string, own: Issued, signer: Signer, above: string): Authority {
  function subjectFor(options: CertificateOptions): Uint8Array {
    const commonName = options.commonName ?? options.names?.[0] ?? '';
    return nameFrom({ ...options, commonName });
  }
  return {
    ...own,
    name,
    issue(options) {
      const key = makeKey(options);
      return issued(certify(options, key, subjectFor(options), signer), key, above);
    },
    issueAuthority(options) {
      const key = makeKey(options);
      const full = { notAfter: new Date(Date.now() + 3650 * DAY), ca: true, ...options, commonName: options.name };
      const subject = nameFrom({ organization: 'Probity Lab', ...full });
      const child = issued(certify(full, key, subject, signer), key, above);
      return authority(options.name, child, { subject, key }, child.chainPem);
    },
  };
}

/** A self-signed root authority with a fresh key (EC P-256 unless `keyType` says otherwise). */
export function createCa(options: CertificateOptions & { readonly name: string }): Authority {
  const key = makeKey(options);
  const full = { notAfter: new Date(Date.now() + 3650 * DAY), ca: true, ...options, commonName: options.name };
  const subject = nameFrom({ organization: 'Probity Lab', ...full });
  const signer = { subject, key };
  return authority(options.name, issued(certify(full, key, subject, signer), key, ''), signer, '');
}

/** A leaf that is its own issuer. */
export function selfSigned(options: CertificateOptions): Issued {
  const key = makeKey(options);
  const subject = nameFrom({ ...options, commonName: options.commonName ?? options.names?.[0] ?? '' });
  return issued(certify(options, key, subject, { subject, key }), key, '');
}
