/** ClientHello (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2, RFC 6101): written for any version, and read back for test servers. */
import { ascii, concat, readerOf, uint, uint16List, uint16sOf, vector } from './bytes.ts';
import { EXTENSION, SIGNATURE_SCHEMES, type Version, VERSION_CODES } from './names.ts';
import { CONTENT, encodeRecord } from './record.ts';

export interface Extension {
  readonly type: number;
  readonly data: Uint8Array;
}

export interface HelloOptions {
  /** The highest version offered; TLS 1.3 alone is offered where it is that, or with `versions` others beside it. */
  readonly version: Exclude<Version, 'SSLv2'>;
  /** In the version field instead of the one that goes with `version`. */
  readonly legacy?: number;
  /** 32 octets. */
  readonly random: Uint8Array;
  readonly suites: readonly number[];
  /** Empty: none in the hello. */
  readonly groups?: readonly number[];
  readonly signatures?: readonly number[];
  /** For TLS 1.3; default an empty list, which asks for a HelloRetryRequest (RFC 8446 §4.2.8). */
  readonly keyShares?: readonly { readonly group: number; readonly key: Uint8Array }[];
  /** In supported_versions instead of TLS 1.3 alone. */
  readonly versions?: readonly number[];
  /** Null: no name, where a caller would fill it in. */
  readonly servername?: string | null;
  readonly alpn?: readonly string[];
  /** RFC 8446 §4.2.9; default psk_dhe_ke alone. */
  readonly pskModes?: readonly number[];
  /** TLS <= 1.2, RFC 5077: a ticket to resume with; default none, which asks for one. */
  readonly ticket?: Uint8Array;
  /** RFC 5746 §3.4: the verify_data of the connection that is renegotiated; null leaves the extension out. */
  readonly renegotiated?: Uint8Array | null;
  /** TLS <= 1.2: without the extension for encrypt-then-MAC. */
  readonly macThenEncrypt?: boolean;
  readonly sessionId?: Uint8Array;
  readonly compression?: readonly number[];
  /** Appended as they are. */
  readonly extensions?: readonly Extension[];
  /** No extension at all, as SSLv3 and the oldest clients. */
  readonly bare?: boolean;
}

export const ALL_SIGNATURES: readonly number[] = SIGNATURE_SCHEMES.map(([code]) => code);

export function extension(type: number, ...data: readonly Uint8Array[]): Extension {
  return { type, data: concat(...data) };
}

export function encodeExtensions(extensions: readonly Extension[]): Uint8Array {
  return vector(2, ...extensions.map(({ type, data }) => concat(uint(type, 2), vector(2, data))));
}

function extensionsOf(options: HelloOptions): readonly Extension[] {
  const found: Extension[] = [];
  const { version } = options;
  if (options.servername !== undefined && options.servername !== null)
    found.push(extension(EXTENSION.serverName, vector(2, uint(0, 1), vector(2, ascii(options.servername)))));
  if (version !== 'TLSv1.3') {
    if (options.renegotiated !== null)
      found.push(extension(EXTENSION.renegotiationInfo, vector(1, options.renegotiated ?? new Uint8Array())));
    found.push(extension(EXTENSION.pointFormats, vector(1, Uint8Array.of(0))));
  }
  if ((options.groups ?? []).length > 0)
    found.push(extension(EXTENSION.supportedGroups, vector(2, uint16List(options.groups ?? []))));
  if (version === 'TLSv1.2' || version === 'TLSv1.3')
    found.push(extension(EXTENSION.signatureAlgorithms, vector(2, uint16List(options.signatures ?? ALL_SIGNATURES))));
  if (version !== 'TLSv1.3') {
    if (options.macThenEncrypt !== true) found.push(extension(EXTENSION.encryptThenMac));
    found.push(extension(EXTENSION.extendedMasterSecret));
    found.push(extension(EXTENSION.sessionTicket, options.ticket ?? new Uint8Array()));
  }
  if (options.alpn !== undefined)
    found.push(extension(EXTENSION.alpn, vector(2, ...options.alpn.map((name) => vector(1, ascii(name))))));
  if (version === 'TLSv1.3') {
    const versions = options.versions ?? [VERSION_CODES['TLSv1.3']];
    found.push(extension(EXTENSION.supportedVersions, vector(1, uint16List(versions))));
    const shares = options.keyShares ?? [];
    found.push(
      extension(
        EXTENSION.keyShare,
        vector(2, ...shares.map(({ group, key }) => concat(uint(group, 2), vector(2, key)))),
      ),
      extension(EXTENSION.pskKeyExchangeModes, vector(1, Uint8Array.from(options.pskModes ?? [1]))),
    );
  }
  found.push(...(options.extensions ?? []));
  return found;
}

/** The handshake message, without a record around it. */
export function encodeClientHello(options: HelloOptions): Uint8Array {
  // RFC 8446 §4.1.2: legacy_version is TLS 1.2 where supported_versions speaks
  const legacy = options.legacy ?? Math.min(VERSION_CODES[options.version], VERSION_CODES['TLSv1.2']);
  const body = concat(
    uint(legacy, 2),
    options.random,
    vector(1, options.sessionId ?? new Uint8Array()),
    vector(2, uint16List(options.suites)),
    vector(1, Uint8Array.from(options.compression ?? [0])),
    options.bare === true ? new Uint8Array() : encodeExtensions(extensionsOf(options)),
  );
  return concat(uint(1, 1), vector(3, body));
}

/** The record as it goes on the wire. RFC 8446 §5.1: 0x0301 for compatibility, SSLv3 its own. */
export function clientHelloRecord(options: HelloOptions): Uint8Array {
  const version = options.version === 'SSLv3' ? VERSION_CODES.SSLv3 : VERSION_CODES['TLSv1.0'];
  return encodeRecord(CONTENT.handshake, version, encodeClientHello(options));
}

export interface ClientHello {
  readonly version: number;
  readonly random: Uint8Array;
  readonly sessionId: Uint8Array;
  readonly suites: readonly number[];
  readonly compression: readonly number[];
  readonly extensions: readonly Extension[];
  readonly groups: readonly number[];
  readonly signatures: readonly number[];
  readonly versions: readonly number[];
  readonly servername: string | undefined;
  readonly alpn: readonly string[];
  readonly shares: readonly { readonly group: number; readonly key: Uint8Array }[];
}

export function extensionsFrom(bytes: Uint8Array): readonly Extension[] {
  const reader = readerOf(bytes);
  const found: Extension[] = [];
  while (reader.left() > 0) found.push({ type: reader.uint(2), data: reader.vector(2) });
  return found;
}

/** Reads the body of a ClientHello message; throws a WireError where it is none. */
export function decodeClientHello(body: Uint8Array): ClientHello {
  const reader = readerOf(body);
  const version = reader.uint(2);
  const random = reader.bytes(32);
  const sessionId = reader.vector(1);
  const suites = uint16sOf(reader.vector(2));
  const compression = Array.from(reader.vector(1));
  const extensions = reader.left() > 0 ? extensionsFrom(reader.vector(2)) : [];
  const data = (type: number): Uint8Array | undefined => extensions.find((item) => item.type === type)?.data;
  const listIn = (type: number, size: 1 | 2): readonly number[] => {
    const bytes = data(type);
    return bytes === undefined ? [] : uint16sOf(readerOf(bytes).vector(size));
  };
  const sni = data(EXTENSION.serverName);
  const names = sni === undefined ? undefined : readerOf(readerOf(sni).vector(2));
  names?.uint(1);
  const alpn: string[] = [];
  const protocols = data(EXTENSION.alpn);
  if (protocols !== undefined) {
    const list = readerOf(readerOf(protocols).vector(2));
    while (list.left() > 0) alpn.push(Buffer.from(list.vector(1)).toString('latin1'));
  }
  const shares: { group: number; key: Uint8Array }[] = [];
  const keyShare = data(EXTENSION.keyShare);
  if (keyShare !== undefined) {
    const list = readerOf(readerOf(keyShare).vector(2));
    while (list.left() > 0) shares.push({ group: list.uint(2), key: list.vector(2) });
  }
  return {
    version,
    random,
    sessionId,
    suites,
    compression,
    extensions,
    groups: listIn(EXTENSION.supportedGroups, 2),
    signatures: listIn(EXTENSION.signatureAlgorithms, 2),
    versions: listIn(EXTENSION.supportedVersions, 1),
    servername: names === undefined ? undefined : Buffer.from(names.vector(2)).toString('latin1'),
    alpn,
    shares,
  };
}
