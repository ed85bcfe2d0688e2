/** GeneralName (RFC 5280 §4.2.1.6): the alternatives that occur in certificates, and IP addresses as text. */
import { childrenOf, DerError, type Element, oidOf, readElement } from './der.ts';
import { nameOf } from './name.ts';

export type GeneralNameKind = 'dns' | 'ip' | 'email' | 'uri' | 'directory' | 'other' | 'x400' | 'edi' | 'rid';

export interface GeneralName {
  readonly kind: GeneralNameKind;
  /** Text of dns, ip, email, uri, directory, rid; hex of the rest (cut at 64 octets). */
  readonly value: string;
  /** Octets of the content. */
  readonly length: number;
  readonly bytes: Uint8Array;
}

const KINDS: readonly GeneralNameKind[] = ['other', 'email', 'dns', 'x400', 'directory', 'edi', 'uri', 'ip', 'rid'];

/** RFC 5952: the canonical text of an IPv6 address. */
export function ipv6Text(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, index) => ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0));
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  const text = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  if (best.start < 0) return text(groups);
  return `${text(groups.slice(0, best.start))}::${text(groups.slice(best.start + best.length))}`;
}

/** An address of 4 or 16 octets as text; undefined for any other length. */
export function ipText(bytes: Uint8Array): string | undefined {
  if (bytes.length === 4) return Array.from(bytes).join('.');
  if (bytes.length === 16) return ipv6Text(bytes);
  return undefined;
}

function valueOf(kind: GeneralNameKind, element: Element): string {
  const { content } = element;
  const hex = (): string => Buffer.from(content.subarray(0, 64)).toString('hex');
  switch (kind) {
    case 'dns':
    case 'email':
    case 'uri':
      return Buffer.from(content).toString('latin1');
    case 'ip':
      return ipText(content) ?? hex();
    case 'directory':
      return nameOf(readElement(content).element, 'a directory name').text;
    case 'rid':
      return oidOf({ ...element, tag: 0x06 }, 'a registered id');
    default:
      return hex();
  }
}

export function generalNameOf(element: Element): GeneralName {
  // context-specific class, number 0-8
  const kind = (element.tag & 0xc0) === 0x80 ? KINDS[element.tag & 0x1f] : undefined;
  if (kind === undefined) throw new DerError(`a general name has tag 0x${element.tag.toString(16)}`);
  return { kind, value: valueOf(kind, element), length: element.content.length, bytes: element.content };
}

export function generalNamesOf(element: Element): readonly GeneralName[] {
  return childrenOf(element).map((child) => generalNameOf(child));
}
