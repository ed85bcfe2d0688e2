/** Digests: `sha256:` + hex, always over canonical JSON or over the bytes of a file (CONTRACT §4). */
import { hash } from 'node:crypto';
import { canonicalJson } from '../model/canonical.ts';
import type { Evidence } from '../model/evidence.ts';
import type { Json } from '../model/json.ts';
import { identityText } from './result-text.ts';

/** The digest of bytes, or of the UTF-8 bytes of a text. */
export function digestOfBytes(bytes: string | Uint8Array): string {
  return `sha256:${hash('sha256', bytes, 'hex')}`;
}

/** The digest of a JSON value: over its RFC 8785 form. */
export function digestOf(value: Json): string {
  return digestOfBytes(canonicalJson(value));
}

/** What joins one result to the same result of another run: never a line number, never a message. */
export function fingerprintOf(result: { readonly check: string; readonly target: string; readonly subject: string }) {
  return digestOfBytes(identityText(result));
}

/** The digest an evidence object must carry: over itself without its `digest` member. */
export function evidenceDigest(evidence: Evidence): string {
  const { digest: _, ...rest } = evidence;
  return digestOf(rest as unknown as Json);
}
