/** ServerKeyExchange of TLS <= 1.2: the group or the Diffie-Hellman numbers, and how they were signed. */
import { readerOf, WireError } from './bytes.ts';
import type { Suite } from './suites.ts';

export interface KeyExchange {
  /** A named curve (RFC 8422 §5.4), by its code point. */
  readonly group: number | undefined;
  readonly point: Uint8Array | undefined;
  readonly dh: { readonly prime: Uint8Array; readonly generator: Uint8Array; readonly public: Uint8Array } | undefined;
  /** RSA_EXPORT: octets of the ephemeral modulus. */
  readonly exportModulus: number | undefined;
  /** TLS 1.2 signature scheme. */
  readonly scheme: number | undefined;
}

const NAMED_CURVE = 3;

/** Reads the body for a suite; undefined where it does not fit. `signed` is whether TLS 1.2 puts a scheme before the signature. */
export function decodeKeyExchange(body: Uint8Array, suite: Suite, tls12: boolean): KeyExchange | undefined {
  const none = { group: undefined, point: undefined, dh: undefined, exportModulus: undefined };
  try {
    const reader = readerOf(body);
    const schemeAfter = (): number | undefined =>
      tls12 && suite.authentication !== 'anon' && suite.authentication !== 'psk' && reader.left() >= 2
        ? reader.uint(2)
        : undefined;
    if (suite.keyExchange.endsWith('psk')) reader.vector(2);
    switch (suite.keyExchange) {
      case 'ecdhe':
      case 'ecdhe-psk': {
        if (reader.uint(1) !== NAMED_CURVE) return { ...none, scheme: undefined };
        const group = reader.uint(2);
        const point = reader.vector(1);
        return { ...none, group, point, scheme: schemeAfter() };
      }
      case 'dhe':
      case 'dhe-psk': {
        const dh = { prime: reader.vector(2), generator: reader.vector(2), public: reader.vector(2) };
        return { ...none, dh, scheme: schemeAfter() };
      }
      case 'rsa': {
        if (!suite.exportGrade) return undefined;
        const modulus = reader.vector(2);
        return { ...none, exportModulus: modulus.length * 8, scheme: undefined };
      }
      default:
        return undefined;
    }
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
