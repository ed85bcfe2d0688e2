/** A list of keys that others hold: leaked ones by the SHA-256 of their SubjectPublicKeyInfo, Debian's of 2008 by its own short hash. */
import { createHash } from 'node:crypto';
import type { PublicKey } from './key.ts';

export interface KeyList {
  /** 64 hex digits. */
  readonly leaked: ReadonlySet<string>;
  /** 20 hex digits. */
  readonly debian: ReadonlySet<string>;
}

const MAX_LINES = 5_000_000;

/** One hash a line, with anything behind white space; `#` starts a comment. The number of the first line that is none, if any. */
export function parseKeyList(text: string): KeyList | { readonly badLine: number } {
  const leaked = new Set<string>();
  const debian = new Set<string>();
  let number = 0;
  for (let start = 0; start <= text.length && number < MAX_LINES;) {
    number++;
    const end = text.indexOf('\n', start);
    const line = text.slice(start, end < 0 ? text.length : end).trim();
    start = end < 0 ? text.length + 1 : end + 1;
    if (line === '' || line.startsWith('#')) continue;
    const hash = /^([0-9a-fA-F]+)(?:\s|$)/.exec(line.slice(0, 200))?.[1]?.toLowerCase();
    if (hash?.length === 64) leaked.add(hash);
    else if (hash?.length === 20) debian.add(hash);
    else return { badLine: number };
  }
  return { leaked, debian };
}

/** As Debian's openssl-vulnkey does it: the end of the SHA-1 of the line that `openssl -modulus` prints (CVE-2008-0166). */
function debianHash(modulus: bigint): string {
  return createHash('sha1')
    .update(`Modulus=${modulus.toString(16).toUpperCase()}\n`)
    .digest('hex')
    .slice(20);
}

export interface KeyMarks {
  readonly leaked: boolean;
  /** Undefined where the list has none of these, or the key is not of RSA. */
  readonly debianWeak: boolean | undefined;
}

export function keyMarks({ leaked, debian }: KeyList, key: PublicKey, fingerprint: string): KeyMarks {
  const judged = key.modulus !== undefined && debian.size > 0;
  return {
    leaked: leaked.has(fingerprint),
    debianWeak: judged && key.modulus !== undefined ? debian.has(debianHash(key.modulus)) : undefined,
  };
}
