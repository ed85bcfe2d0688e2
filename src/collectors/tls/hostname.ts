/** Whether a certificate speaks for a host (RFC 9525 §6.3): only its subjectAltName counts. */
import type { GeneralName } from '../../wire/x509/general-name.ts';
import { ipText } from '../../wire/x509/general-name.ts';

/** Octets of an IP literal; undefined where the text is none. */
export function ipBytes(host: string): Uint8Array | undefined {
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(host)) {
    const octets = host.split('.').map(Number);
    return octets.every((octet) => octet <= 255) ? Uint8Array.from(octets) : undefined;
  }
  const plain = host.replace(/^\[|\]$/g, '');
  if (!/^[0-9a-fA-F:.]+$/.test(plain) || !plain.includes(':')) return undefined;
  const mapped = /^(.*:)(\d{1,3}(?:\.\d{1,3}){3})$/.exec(plain);
  const tail = mapped?.[2] === undefined ? undefined : ipBytes(mapped[2]);
  const text =
    tail === undefined
      ? plain
      : `${mapped?.[1] ?? ''}${Buffer.from(tail)
          .toString('hex')
          .replace(/^(.{4})/, '$1:')}`;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const known = groups.flat().length;
  if (halves.length === 1 ? known !== 8 : known > 7) return undefined;
  const all = [...(groups[0] ?? []), ...Array.from({ length: 8 - known }, () => '0'), ...(groups[1] ?? [])];
  if (!all.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return Uint8Array.from(all.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]));
}

function matchesDns(pattern: string, host: string): boolean {
  const name = pattern.toLowerCase().replace(/\.$/, '');
  if (name === host) return true;
  // RFC 9525 §6.3: the wildcard is the whole left-most label, and stands for exactly one
  if (!name.startsWith('*.')) return false;
  const dot = host.indexOf('.');
  const rest = name.slice(2);
  return dot > 0 && rest.includes('.') && !rest.includes('*') && host.slice(dot + 1) === rest;
}

export function matchesHost(names: readonly GeneralName[], host: string): boolean {
  const address = ipBytes(host);
  if (address !== undefined) {
    const text = ipText(address);
    return names.some(({ kind, bytes }) => kind === 'ip' && ipText(bytes) === text);
  }
  const wanted = host.toLowerCase().replace(/\.$/, '');
  return names.some(({ kind, value }) => kind === 'dns' && matchesDns(value, wanted));
}
