/** PEM (RFC 7468): the certificates in a text, with anything around them. */

const BEGIN = '-----BEGIN CERTIFICATE-----';
const END = '-----END CERTIFICATE-----';
const MAX_CERTIFICATES = 2000;

/** DER of each block, in order; blocks that are no base64 are passed over. */
export function certificatesInPem(text: string): readonly Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let start = text.indexOf(BEGIN); start >= 0 && found.length < MAX_CERTIFICATES;) {
    const end = text.indexOf(END, start);
    if (end < 0) break;
    const body = text.slice(start + BEGIN.length, end).replaceAll(/\s+/g, '');
    if (/^[A-Za-z0-9+/]+={0,2}$/.test(body)) found.push(Buffer.from(body, 'base64'));
    start = text.indexOf(BEGIN, end);
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
