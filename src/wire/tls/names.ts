/** Numbers of the TLS registries by name: versions, groups, signature schemes, extensions. */

export const VERSIONS = ['SSLv2', 'SSLv3', 'TLSv1.0', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
export type Version = (typeof VERSIONS)[number];

export const VERSION_CODES: { readonly [version in Version]: number } = {
  SSLv2: 0x0002,
  SSLv3: 0x0300,
  'TLSv1.0': 0x0301,
  'TLSv1.1': 0x0302,
  'TLSv1.2': 0x0303,
  'TLSv1.3': 0x0304,
};

export function versionName(code: number): Version | undefined {
  return VERSIONS.find((version) => VERSION_CODES[version] === code);
}

export interface Group {
  readonly code: number;
  readonly name: string;
  readonly kind: 'ec' | 'ffdhe' | 'hybrid' | 'pure-pq' | 'draft-pq';
  /** Strength-giving size: of the field for curves, of the prime for FFDHE; of the whole for post-quantum ones 0. */
  readonly bits: number;
}

function group(code: number, name: string, kind: Group['kind'], bits: number): Group {
  return { code, name, kind, bits };
}

/** Most wanted first: what a hello offers, in this order. */
export const GROUPS: readonly Group[] = [
  group(0x11ec, 'X25519MLKEM768', 'hybrid', 0),
  group(0x11eb, 'SecP256r1MLKEM768', 'hybrid', 0),
  group(0x11ed, 'SecP384r1MLKEM1024', 'hybrid', 0),
  group(0x6399, 'X25519Kyber768Draft00', 'draft-pq', 0),
  group(0x639a, 'SecP256r1Kyber768Draft00', 'draft-pq', 0),
  group(0x0201, 'MLKEM768', 'pure-pq', 0),
  group(0x0202, 'MLKEM1024', 'pure-pq', 0),
  group(0x0200, 'MLKEM512', 'pure-pq', 0),
  group(0x001d, 'x25519', 'ec', 255),
  group(0x0017, 'secp256r1', 'ec', 256),
  group(0x0018, 'secp384r1', 'ec', 384),
  group(0x0019, 'secp521r1', 'ec', 521),
  group(0x001e, 'x448', 'ec', 448),
  group(0x001a, 'brainpoolP256r1', 'ec', 256),
  group(0x001b, 'brainpoolP384r1', 'ec', 384),
  group(0x001c, 'brainpoolP512r1', 'ec', 512),
  group(0x001f, 'brainpoolP256r1tls13', 'ec', 256),
  group(0x0020, 'brainpoolP384r1tls13', 'ec', 384),
  group(0x0021, 'brainpoolP512r1tls13', 'ec', 512),
  group(0x0029, 'curveSM2', 'ec', 256),
  group(0x0100, 'ffdhe2048', 'ffdhe', 2048),
  group(0x0101, 'ffdhe3072', 'ffdhe', 3072),
  group(0x0102, 'ffdhe4096', 'ffdhe', 4096),
  group(0x0103, 'ffdhe6144', 'ffdhe', 6144),
  group(0x0104, 'ffdhe8192', 'ffdhe', 8192),
  group(0x0016, 'secp256k1', 'ec', 256),
  group(0x0015, 'secp224r1', 'ec', 224),
  group(0x0014, 'secp224k1', 'ec', 224),
  group(0x0013, 'secp192r1', 'ec', 192),
  group(0x0012, 'secp192k1', 'ec', 192),
  group(0x000f, 'secp160k1', 'ec', 160),
  group(0x0010, 'secp160r1', 'ec', 160),
  group(0x0011, 'secp160r2', 'ec', 160),
  group(0x000e, 'sect571r1', 'ec', 571),
  group(0x000d, 'sect571k1', 'ec', 571),
  group(0x000c, 'sect409r1', 'ec', 409),
  group(0x000b, 'sect409k1', 'ec', 409),
  group(0x000a, 'sect283r1', 'ec', 283),
  group(0x0009, 'sect283k1', 'ec', 283),
  group(0x0008, 'sect239k1', 'ec', 239),
  group(0x0007, 'sect233r1', 'ec', 233),
  group(0x0006, 'sect233k1', 'ec', 233),
  group(0x0005, 'sect193r2', 'ec', 193),
  group(0x0004, 'sect193r1', 'ec', 193),
  group(0x0003, 'sect163r2', 'ec', 163),
  group(0x0002, 'sect163r1', 'ec', 163),
  group(0x0001, 'sect163k1', 'ec', 163),
];

export function groupName(code: number): string {
  return GROUPS.find((known) => known.code === code)?.name ?? `0x${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

const CLASSIC_KINDS: readonly Group['kind'][] = ['ec', 'ffdhe'];
// RFC 8446 §4.2.7: code points below 0x0017 and the TLS 1.2 brainpool ones are not for 1.3 (RFC 8734)
export const TLS13_GROUPS: readonly number[] = GROUPS.filter(
  ({ code }) => code >= 0x0017 && !(code >= 0x001a && code <= 0x001c),
).map(({ code }) => code);
export const CLASSIC_GROUPS: readonly number[] = GROUPS.filter(
  ({ code, kind }) => CLASSIC_KINDS.includes(kind) && !(code >= 0x001f && code <= 0x0021),
).map(({ code }) => code);

/** Signature schemes (RFC 8446 §4.2.3), strongest first; the last are for TLS 1.2 only. */
export const SIGNATURE_SCHEMES: readonly (readonly [code: number, name: string])[] = [
  [0x0403, 'ecdsa_secp256r1_sha256'],
  [0x0503, 'ecdsa_secp384r1_sha384'],
  [0x0603, 'ecdsa_secp521r1_sha512'],
  [0x0807, 'ed25519'],
  [0x0808, 'ed448'],
  [0x0804, 'rsa_pss_rsae_sha256'],
  [0x0805, 'rsa_pss_rsae_sha384'],
  [0x0806, 'rsa_pss_rsae_sha512'],
  [0x0809, 'rsa_pss_pss_sha256'],
  [0x080a, 'rsa_pss_pss_sha384'],
  [0x080b, 'rsa_pss_pss_sha512'],
  [0x081a, 'ecdsa_brainpoolP256r1tls13_sha256'],
  [0x081b, 'ecdsa_brainpoolP384r1tls13_sha384'],
  [0x081c, 'ecdsa_brainpoolP512r1tls13_sha512'],
  [0x0904, 'mldsa44'],
  [0x0905, 'mldsa65'],
  [0x0906, 'mldsa87'],
  [0x0401, 'rsa_pkcs1_sha256'],
  [0x0501, 'rsa_pkcs1_sha384'],
  [0x0601, 'rsa_pkcs1_sha512'],
  [0x0303, 'ecdsa_sha224'],
  [0x0301, 'rsa_pkcs1_sha224'],
  [0x0203, 'ecdsa_sha1'],
  [0x0201, 'rsa_pkcs1_sha1'],
  [0x0402, 'dsa_sha256'],
  [0x0302, 'dsa_sha224'],
  [0x0202, 'dsa_sha1'],
  [0x0103, 'ecdsa_md5'],
  [0x0101, 'rsa_pkcs1_md5'],
];

export function signatureName(code: number): string {
  return (
    SIGNATURE_SCHEMES.find(([known]) => known === code)?.[1] ?? `0x${code.toString(16).toUpperCase().padStart(4, '0')}`
  );
}

export const EXTENSION = {
  serverName: 0,
  maxFragmentLength: 1,
  truncatedHmac: 4,
  statusRequest: 5,
  supportedGroups: 10,
  pointFormats: 11,
  signatureAlgorithms: 13,
  heartbeat: 15,
  alpn: 16,
  signedCertificateTimestamp: 18,
  padding: 21,
  encryptThenMac: 22,
  extendedMasterSecret: 23,
  sessionTicket: 35,
  preSharedKey: 41,
  earlyData: 42,
  supportedVersions: 43,
  cookie: 44,
  pskKeyExchangeModes: 45,
  certificateAuthorities: 47,
  signatureAlgorithmsCert: 50,
  keyShare: 51,
  nextProtocolNegotiation: 13_172,
  renegotiationInfo: 0xff01,
} as const;
