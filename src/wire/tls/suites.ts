/** What a cipher suite is made of, read from its registered name. */
import { SUITE_NAMES } from './registry.ts';

export interface Suite {
  readonly code: number;
  readonly name: string;
  /** `any` for TLS 1.3, where the group decides. */
  readonly keyExchange:
    | 'any'
    | 'rsa'
    | 'dhe'
    | 'dh'
    | 'ecdhe'
    | 'ecdh'
    | 'psk'
    | 'rsa-psk'
    | 'dhe-psk'
    | 'ecdhe-psk'
    | 'srp'
    | 'krb5'
    | 'gost'
    | 'other';
  readonly authentication: 'any' | 'rsa' | 'ecdsa' | 'dss' | 'anon' | 'psk' | 'krb5' | 'gost' | 'other';
  readonly encryption:
    | 'null'
    | 'rc2'
    | 'rc4'
    | 'des'
    | '3des'
    | 'idea'
    | 'seed'
    | 'aes-128'
    | 'aes-256'
    | 'camellia-128'
    | 'camellia-256'
    | 'aria-128'
    | 'aria-256'
    | 'chacha20'
    | 'aegis'
    | 'sm4'
    | 'gost'
    | 'other';
  readonly mode: 'gcm' | 'ccm' | 'ccm8' | 'poly1305' | 'cbc' | 'stream' | 'none' | 'other';
  /** Of the record MAC; `aead` where the cipher carries it. */
  readonly mac: 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512' | 'aead' | 'gost' | 'sm3' | 'none';
  readonly exportGrade: boolean;
  readonly forwardSecret: boolean;
  /** Only defined for TLS 1.3 (RFC 8446 §B.4 and successors). */
  readonly tls13: boolean;
}

function keyExchangeOf(prefix: string): Suite['keyExchange'] {
  if (/^(?:ECDHE_PSK)/.test(prefix)) return 'ecdhe-psk';
  if (/^(?:DHE_PSK|PSK_DHE)/.test(prefix)) return 'dhe-psk';
  if (prefix.startsWith('RSA_PSK')) return 'rsa-psk';
  if (prefix.startsWith('PSK')) return 'psk';
  if (prefix.startsWith('ECDHE') || prefix === 'ECDH_anon') return 'ecdhe';
  if (prefix.startsWith('ECDH')) return 'ecdh';
  if (prefix.startsWith('DHE') || prefix.startsWith('DH_anon')) return 'dhe';
  if (prefix.startsWith('DH')) return 'dh';
  if (prefix.startsWith('RSA')) return 'rsa';
  if (prefix.startsWith('SRP')) return 'srp';
  if (prefix.startsWith('KRB5')) return 'krb5';
  if (prefix.startsWith('GOST')) return 'gost';
  return 'other';
}

function authenticationOf(prefix: string): Suite['authentication'] {
  if (prefix.includes('anon')) return 'anon';
  if (prefix.startsWith('SRP_SHA_RSA') || prefix.startsWith('RSA')) return 'rsa';
  if (prefix.includes('PSK') || prefix.startsWith('SRP')) return prefix.endsWith('DSS') ? 'dss' : 'psk';
  if (prefix.includes('ECDSA')) return 'ecdsa';
  if (prefix.includes('_RSA')) return 'rsa';
  if (prefix.includes('DSS')) return 'dss';
  if (prefix.startsWith('KRB5')) return 'krb5';
  if (prefix.startsWith('GOST')) return 'gost';
  return 'other';
}

function encryptionOf(cipher: string): Suite['encryption'] {
  if (/^(?:NULL|SHA256_SHA256|SHA384_SHA384)/.test(cipher)) return 'null';
  if (cipher.startsWith('RC2')) return 'rc2';
  if (cipher.startsWith('RC4')) return 'rc4';
  if (cipher.startsWith('3DES')) return '3des';
  if (cipher.startsWith('DES')) return 'des';
  if (cipher.startsWith('IDEA')) return 'idea';
  if (cipher.startsWith('SEED')) return 'seed';
  if (cipher.startsWith('CHACHA20')) return 'chacha20';
  if (cipher.startsWith('AEGIS')) return 'aegis';
  if (cipher.startsWith('SM4')) return 'sm4';
  if (/^(?:28147|KUZNYECHIK|MAGMA)/.test(cipher)) return 'gost';
  const sized = /^(AES|CAMELLIA|ARIA)_(128|256)/.exec(cipher);
  if (sized === null) return 'other';
  const bits = sized[2] === '128' ? '128' : '256';
  return sized[1] === 'AES' ? `aes-${bits}` : sized[1] === 'ARIA' ? `aria-${bits}` : `camellia-${bits}`;
}

function modeOf(cipher: string): Suite['mode'] {
  if (cipher.includes('_GCM')) return 'gcm';
  if (cipher.includes('_CCM_8')) return 'ccm8';
  if (cipher.includes('_CCM')) return 'ccm';
  if (cipher.includes('POLY1305')) return 'poly1305';
  if (cipher.includes('_CBC')) return 'cbc';
  if (cipher.startsWith('RC4')) return 'stream';
  if (encryptionOf(cipher) === 'null') return 'none';
  return 'other';
}

function macOf(cipher: string, mode: Suite['mode']): Suite['mac'] {
  if (['gcm', 'ccm', 'ccm8', 'poly1305'].includes(mode) || cipher.startsWith('AEGIS')) return 'aead';
  if (cipher.includes('GOST') || cipher.includes('IMIT') || cipher.includes('OMAC') || cipher.includes('MGM'))
    return 'gost';
  if (cipher.endsWith('SM3')) return 'sm3';
  if (cipher.endsWith('MD5')) return 'md5';
  if (cipher.endsWith('SHA256')) return 'sha256';
  if (cipher.endsWith('SHA384')) return 'sha384';
  return cipher.endsWith('SHA') ? 'sha1' : 'none';
}

/** RFC 8446 §B.4, RFC 8998, RFC 9150, RFC 9367, and AEGIS. */
function isTls13(code: number): boolean {
  return (
    (code >= 0x1301 && code <= 0x1307) ||
    code === 0x00c6 ||
    code === 0x00c7 ||
    code === 0xc0b4 ||
    code === 0xc0b5 ||
    (code >= 0xc103 && code <= 0xc106)
  );
}

/** Names are taken apart once: an enumeration asks for the same suites many thousand times. */
const known = new Map<number, Suite>();

/** Any code point: one without a name is called by its number. */
export function suiteOf(code: number): Suite {
  const seen = known.get(code);
  if (seen !== undefined) return seen;
  const suite = readSuite(code);
  // what has no name may come from a server: there are many of them
  if (SUITE_NAMES.has(code)) known.set(code, suite);
  return suite;
}

function readSuite(code: number): Suite {
  const name = SUITE_NAMES.get(code) ?? `0x${code.toString(16).toUpperCase().padStart(4, '0')}`;
  const plain = name.replace(/^TLS_/, '');
  const split = plain.indexOf('_WITH_');
  const tls13 = isTls13(code);
  // the Chinese national suites have no WITH in their names
  const prefix = tls13 ? '' : split >= 0 ? plain.slice(0, split) : plain.replace(/_SM4.*$/, '');
  const cipher = split >= 0 ? plain.slice(split + 6) : plain.replace(/^EC(?:C|DHE)_/, '');
  const keyExchange = tls13 ? 'any' : keyExchangeOf(prefix);
  const mode = modeOf(cipher);
  return {
    code,
    name,
    keyExchange,
    authentication: tls13 ? 'any' : authenticationOf(prefix),
    encryption: encryptionOf(cipher),
    mode,
    mac: macOf(cipher, mode),
    exportGrade: prefix.includes('EXPORT'),
    // SRP and ECCPWD agree on a fresh key too
    forwardSecret: ['any', 'dhe', 'ecdhe', 'dhe-psk', 'ecdhe-psk', 'srp'].includes(keyExchange) || prefix === 'ECCPWD',
    tls13,
  };
}

const ALL = [...SUITE_NAMES.keys()];

/** What a hello for a version can offer: the suites of TLS 1.3, or all the others. */
export const TLS13_SUITES: readonly number[] = ALL.filter((code) => isTls13(code));
export const CLASSIC_SUITES: readonly number[] = ALL.filter((code) => !isTls13(code));

/** RFC 5746: a value that stands in the list of suites and is none. */
export const RENEGOTIATION_SCSV = 0x00ff;
