/** Domain names: presentation form (RFC 1035 §5.1, RFC 4343 §2.1) to and from the wire, with compression bounded. */
import { FaultError } from '../../model/fault.ts';
import { malformed, type Reader, type Writer } from './bytes.ts';

export const MAX_NAME = 255;
const MAX_LABEL = 63;
const DOT = 0x2e;
/** A name has at most 127 labels; more pointers than that are only there to keep a reader busy. */
const MAX_POINTERS = 127;

function badName(text: string, why: string): FaultError {
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return new FaultError('dns.bad-name', `${JSON.stringify(shown)} cannot be asked in DNS: ${why}`);
}

/** One label of any octets (latin1 code points) as presentation text. */
export function escapeLabel(label: string): string {
  if (/^[A-Za-z0-9_-]*$/.test(label)) return label;
  let text = '';
  for (const character of label) {
    const code = character.charCodeAt(0);
    if (code < 0x21 || code > 0x7e) text += `\\${String(code).padStart(3, '0')}`;
    else if ('."\\;()@$'.includes(character)) text += `\\${character}`;
    else text += character;
  }
  return text;
}

/** Presentation text to labels (latin1 code points). A final dot is allowed; `.` and `` are the root. */
export function labelsOf(name: string): string[] {
  if (name === '.' || name === '') return [];
  const labels = name.includes('\\') ? unescapeLabels(name) : name.split('.');
  if (labels.at(-1) === '') labels.pop();
  let octets = 1;
  for (const label of labels) {
    if (label === '') throw badName(name, 'it has an empty label');
    if (label.length > MAX_LABEL) throw badName(name, 'a label is longer than 63 octets');
    octets += label.length + 1;
  }
  if (octets > MAX_NAME) throw badName(name, 'it is longer than 255 octets');
  return labels;
}

function unescapeLabels(name: string): string[] {
  const labels: string[] = [];
  let label = '';
  for (let at = 0; at < name.length; at += 1) {
    const character = name.charAt(at);
    if (character === '.') {
      labels.push(label);
      label = '';
    } else if (character !== '\\') {
      label += character;
    } else if (/^[0-9]{3}$/.test(name.slice(at + 1, at + 4))) {
      const code = Number(name.slice(at + 1, at + 4));
      if (code > 255) throw badName(name, 'an escape is above 255');
      label += String.fromCharCode(code);
      at += 3;
    } else {
      at += 1;
      if (at === name.length) throw badName(name, 'it ends in a backslash');
      label += name.charAt(at);
    }
  }
  labels.push(label);
  return labels;
}

/** Refuses, as `dns.bad-name`, what DNS cannot carry. */
export function mustBeName(name: string): void {
  // a short name without escapes and empty labels is one
  if (name.length > MAX_LABEL || /\\|^\.|\.\./.test(name)) labelsOf(name);
}

/** Writes a usual name, without escapes and final dot, at its place; false for any other, and then what was written is void. */
export function writePlainName(octets: Uint8Array, place: number, name: string): boolean {
  if (name === '' || name.length > MAX_NAME - 2) return false;
  let start = 0;
  for (let at = 0; at < name.length; at += 1) {
    const code = name.charCodeAt(at);
    if (code === 0x5c || code > 255) return false;
    if (code === DOT) {
      const length = at - start;
      if (length === 0 || length > MAX_LABEL) return false;
      octets[place + start] = length;
      start = at + 1;
    } else octets[place + at + 1] = code;
  }
  const last = name.length - start;
  if (last === 0 || last > MAX_LABEL) return false;
  octets[place + start] = last;
  return true;
}

export function nameOfLabels(labels: readonly string[]): string {
  return labels.length === 0 ? '.' : labels.map(escapeLabel).join('.');
}

/** The form in which names are compared: ASCII lower case, no final dot (RFC 4343). */
export function canonicalName(name: string): string {
  const isFull = name.charCodeAt(name.length - 1) === 0x2e && name !== '.' && !name.endsWith('\\.');
  const plain = isFull ? name.slice(0, -1) : name;
  // nearly every name is in lower case already
  if (plain.toLowerCase() === plain) return plain;
  return /[A-Z]/.test(plain) ? plain.replace(/[A-Z]+/g, (upper) => upper.toLowerCase()) : plain;
}

/** Octets that stand for themselves in presentation form. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, code) => (/[A-Za-z0-9_-]/.test(String.fromCharCode(code)) ? 1 : 0));

/** The name that is being read, with dots for the lengths of labels: a text for each label would be most of the work. */
const read = Buffer.alloc(MAX_NAME);

export function readName(reader: Reader): string {
  const { bytes } = reader;
  const start = reader.position;
  let at = start;
  let filled = 0;
  let plain = 1;
  let pointers = 0;
  let end = reader.end;
  for (;;) {
    const length = at < end ? bytes[at] : undefined;
    if (length === undefined) throw malformed('a name runs past the end');
    if (length === 0) {
      if (pointers === 0) reader.position = at + 1;
      if (filled === 0) return '.';
      return plain === 1 ? read.toString('latin1', 1, filled) : nameOfLabels(labelsAt(bytes, start));
    }
    if (length >= 0xc0) {
      const low = at + 1 < end ? bytes[at + 1] : undefined;
      if (low === undefined) throw malformed('a name pointer runs past the end');
      if (pointers === 0) reader.position = at + 2;
      const to = (length & 0x3f) * 0x100 + low;
      // RFC 1035 §4.1.4: a pointer names a prior occurrence. Strictly backwards, so no loop is possible
      if (to >= at) throw malformed('a name pointer does not point backwards');
      pointers += 1;
      if (pointers > MAX_POINTERS) throw malformed('a name has too many pointers');
      at = to;
      end = bytes.length;
    } else if (length > MAX_LABEL) {
      throw malformed('a name has a label of a reserved kind');
    } else {
      // the root at the end is an octet too
      if (filled + length + 2 > MAX_NAME) throw malformed('a name is longer than 255 octets');
      const last = at + length;
      if (last >= end) throw malformed('a label runs past the end');
      read[filled] = DOT;
      filled += 1;
      while (at < last) {
        at += 1;
        const code = bytes[at] ?? 0;
        plain &= PLAIN[code] ?? 0;
        read[filled] = code;
        filled += 1;
      }
      at += 1;
    }
  }
}

/** Whether exactly this name is next, written without pointers and in plain octets; the reader goes past it then. */
export function skipName(reader: Reader, name: string): boolean {
  const { bytes, end } = reader;
  const start = reader.position;
  if (name === '' || name.length > MAX_NAME - 2 || start + name.length + 2 > end) return false;
  let dot = 0;
  for (let at = 0; at <= name.length; at += 1) {
    const octet = bytes[start + at] ?? 0;
    if (at === dot) {
      // a length, and behind that label a dot or the end
      if (octet === 0 || octet > MAX_LABEL) return false;
      dot = at + octet + 1;
    } else if (PLAIN[octet] !== 1 || octet !== name.charCodeAt(at - 1)) return false;
    if (at === dot - 1 && at < name.length && name.charCodeAt(at) !== DOT) return false;
  }
  if (dot !== name.length + 1 || bytes[start + dot] !== 0) return false;
  reader.position = start + dot + 1;
  return true;
}

/** The labels of a name that was found to be one. */
function labelsAt(bytes: Uint8Array, start: number): string[] {
  const labels: string[] = [];
  let at = start;
  for (let length = bytes[at] ?? 0; length !== 0; length = bytes[at] ?? 0) {
    if (length >= 0xc0) at = (length & 0x3f) * 0x100 + (bytes[at + 1] ?? 0);
    else {
      labels.push(String.fromCharCode(...bytes.subarray(at + 1, at + 1 + length)));
      at += 1 + length;
    }
  }
  return labels;
}

/** Where names were written, by canonical suffix: what compression points at. */
export type Compression = Map<string, number>;

/** One octet of a label of that name. */
function octetOf(name: string, label: string, at: number): number {
  const code = label.charCodeAt(at);
  if (code > 255) throw badName(name, 'it has a character outside latin1; write IDN as A-labels');
  return code;
}

/** Writes a name; with `compression` it may end in a pointer (owner names and the types of RFC 1035 only, RFC 3597 §4). */
export function writeName(writer: Writer, name: string, compression?: Compression): void {
  const labels = labelsOf(name);
  for (let index = 0; index < labels.length; index += 1) {
    const label = labels[index] ?? '';
    if (compression !== undefined) {
      const suffix = canonicalName(nameOfLabels(labels.slice(index)));
      const known = compression.get(suffix);
      if (known !== undefined) {
        writer.u16(0xc000 + known);
        return;
      }
      if (writer.length < 0x4000) compression.set(suffix, writer.length);
    }
    writer.u8(label.length);
    for (let at = 0; at < label.length; at += 1) {
      writer.u8(octetOf(name, label, at));
    }
  }
  writer.u8(0);
}
