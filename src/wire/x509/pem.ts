/** PEM (RFC 7468): the certificates in a text, with anything around them. */
import { DerError, readElement } from './der.ts';

const BEGIN = '-----BEGIN CERTIFICATE-----';
const END = '-----END CERTIFICATE-----';
/** The labels of RFC 7468 §5.1 and of older programs; OpenSSL puts its own data behind a trusted one. */
const LABEL = /-----BEGIN (X509 |TRUSTED |)CERTIFICATE-----/g;
const MAX_CERTIFICATES = 2000;

function firstElement(bytes: Uint8Array): Uint8Array {
  try {
    return readElement(bytes).element.raw;
  } catch (error) {
    if (error instanceof DerError) return bytes;
    throw error;
  }
}

/** DER of each block, in order; blocks that are no base64 are passed over. */
export function certificatesInPem(text: string): readonly Uint8Array[] {
  const found: Uint8Array[] = [];
  for (const { index, 0: line, 1: kind = '' } of text.matchAll(LABEL)) {
    if (found.length >= MAX_CERTIFICATES) break;
    const start = index + line.length;
    const end = text.indexOf('-----', start);
    if (!text.startsWith(`-----END ${kind}CERTIFICATE-----`, end)) continue;
    const body = text.slice(start, end).replaceAll(/\s+/g, '');
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(body)) continue;
    const der = Buffer.from(body, 'base64');
    found.push(kind === 'TRUSTED ' ? firstElement(der) : der);
  }
  return found;
}

export function toPem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `${BEGIN}\n${lines.join('\n')}\n${END}\n`;
}
