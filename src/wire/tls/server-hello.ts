/** ServerHello and HelloRetryRequest (RFC 8446 §4.1.3, RFC 5246 §7.4.1.3). */
import { readerOf, WireError } from './bytes.ts';
import { type Extension, extensionsFrom } from './client-hello.ts';
import { EXTENSION } from './names.ts';

/** RFC 8446 §4.1.3: the random of a HelloRetryRequest, SHA-256 of "HelloRetryRequest". */
const RETRY_RANDOM = 'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c';

export interface ServerHello {
  /** The version that was chosen: supported_versions where it is there, else the field. */
  readonly version: number;
  readonly random: Uint8Array;
  readonly sessionId: Uint8Array;
  readonly suite: number;
  readonly compression: number;
  readonly extensions: readonly Extension[];
  readonly retry: boolean;
  /** TLS 1.3: the group of the server's share, or the one that a HelloRetryRequest asks for. */
  readonly group: number | undefined;
  readonly share: Uint8Array | undefined;
  readonly cookie: Uint8Array | undefined;
}

export function decodeServerHello(body: Uint8Array): ServerHello {
  const reader = readerOf(body);
  const legacy = reader.uint(2);
  const random = reader.bytes(32);
  const sessionId = reader.vector(1);
  const suite = reader.uint(2);
  const compression = reader.uint(1);
  // RFC 5246 §7.4.1.3: no extensions at all is legal
  const extensions = reader.left() > 0 ? extensionsFrom(reader.vector(2)) : [];
  if (sessionId.length > 32) throw new WireError('a session id of more than 32 octets');
  const data = (type: number): Uint8Array | undefined => extensions.find((item) => item.type === type)?.data;
  const retry = Buffer.from(random).toString('hex') === RETRY_RANDOM;
  const versions = data(EXTENSION.supportedVersions);
  const keyShare = data(EXTENSION.keyShare);
  const share = keyShare === undefined ? undefined : readerOf(keyShare);
  const group = share?.uint(2);
  return {
    version: versions === undefined ? legacy : readerOf(versions).uint(2),
    random,
    sessionId,
    suite,
    compression,
    extensions,
    retry,
    group,
    share: retry || share === undefined ? undefined : share.vector(2),
    cookie: data(EXTENSION.cookie),
  };
}
