/** The root certificates that decide about trust: node's bundle and the user's file, with the digest that names them in evidence. */
import { createHash } from 'node:crypto';
import type { SecureContext, SecureContextOptions } from 'node:tls';
import type { NetworkOptions } from '../../model/options.ts';
import type { DataSource } from './data.ts';

/** Loaded where it is used: a scan of raw hellos does without. */
const tls = () => process.getBuiltinModule('node:tls');

export interface Roots {
  /** `sha256:` + hex over all roots in PEM, in order. */
  readonly digest: string;
  /** Contexts are kept: reading a hundred roots costs more than a handshake. */
  context(options: Pick<SecureContextOptions, 'minVersion' | 'maxVersion' | 'ciphers'>): SecureContext;
}

export function createRoots(ca: NetworkOptions['ca']): Roots {
  const contexts = new Map<string, SecureContext>();
  let digest: string | undefined;
  const all = (): string[] => [...tls().rootCertificates, ...(ca === undefined ? [] : [ca.pem])];
  return {
    get digest() {
      digest ??= `sha256:${createHash('sha256').update(all().join('\n')).digest('hex')}`;
      return digest;
    },
    context(options) {
      const key = JSON.stringify([options.minVersion, options.maxVersion, options.ciphers]);
      const known = contexts.get(key);
      if (known !== undefined) return known;
      const made = tls().createSecureContext({ ...options, ca: all() });
      contexts.set(key, made);
      return made;
    },
  };
}

/** Reference data for collectors that build paths themselves: the public bundle, and the user's file where there is one. */
export function rootSources(ca: NetworkOptions['ca']): readonly DataSource[] {
  const bundle = { name: 'roots', read: () => Buffer.from(tls().rootCertificates.join('\n'), 'latin1') };
  return ca === undefined ? [bundle] : [bundle, { name: 'ca', read: () => Buffer.from(ca.pem, 'latin1') }];
}
