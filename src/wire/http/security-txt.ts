/** security.txt by the grammar of RFC 9116 §4: lines to fields, every defect with its line number. */
import { nearest } from '../../model/nearest.ts';
import { asciiLower, trimOws } from './chars.ts';

export type LineDefect = 'no-field' | 'empty-name' | 'empty-value' | 'space-before-colon' | 'no-space';
export type SignatureDefect = 'header-not-first' | 'dash-escape' | 'data-after-signature' | 'armour';

export interface Field {
  /** Lower case. */
  readonly name: string;
  readonly value: string;
  readonly line: number;
}

export interface Defect<Kind extends string> {
  readonly kind: Kind;
  readonly line: number;
  /** The line, cut. */
  readonly text: string;
}

export interface SecurityTxt {
  readonly bom: boolean;
  readonly fields: readonly Field[];
  readonly lineDefects: readonly Defect<LineDefect>[];
  /** Lines without LF or CRLF, and bare CR. */
  readonly endingDefects: readonly Defect<'unterminated' | 'bare-cr'>[];
  /** Fields that nobody registered; `near` is the registered name that was probably meant. */
  readonly unknownFields: readonly {
    readonly name: string;
    readonly line: number;
    readonly near: string | undefined;
  }[];
  readonly signed: boolean;
  readonly signatureDefects: readonly Defect<SignatureDefect>[];
  /** The signed text with dash escaping removed and CRLF line ends, and the armoured signature. */
  readonly signature: { readonly text: string; readonly armour: string } | undefined;
}

/** RFC 9116 §2.5, and the CSAF field of the IANA registry. */
export const FIELDS: readonly string[] = [
  'acknowledgments',
  'canonical',
  'contact',
  'csaf',
  'encryption',
  'expires',
  'hiring',
  'policy',
  'preferred-languages',
];

interface Line {
  readonly text: string;
  readonly number: number;
}

const SIGNED = '-----BEGIN PGP SIGNED MESSAGE-----';
const SIGNATURE = '-----BEGIN PGP SIGNATURE-----';
const END = '-----END PGP SIGNATURE-----';
/** Bounds on a hostile file; the collector caps the bytes. */
const MAX_LINES = 2000;

export function parseSecurityTxt(input: string): SecurityTxt {
  const bom = input.startsWith('\uFEFF');
  const endingDefects: Defect<'unterminated' | 'bare-cr'>[] = [];
  const lines = splitLines(bom ? input.slice(1) : input, endingDefects);
  const signatureDefects: Defect<SignatureDefect>[] = [];
  const message = openSignature(lines, signatureDefects);
  const fields: Field[] = [];
  const lineDefects: Defect<LineDefect>[] = [];
  for (const line of message.body) {
    const text = trimOws(line.text);
    if (text === '' || line.text.startsWith('#')) continue;
    const parsed = parseField(line);
    if (parsed.field !== undefined) fields.push(parsed.field);
    if (parsed.defect !== undefined) lineDefects.push({ kind: parsed.defect, line: line.number, text: cut(line.text) });
  }
  const unknownFields = fields
    .filter(({ name }) => !FIELDS.includes(name))
    .map(({ name, line }) => ({ name, line, near: nearest(name.slice(0, 40), FIELDS, 1)[0] }));
  return {
    bom,
    fields,
    lineDefects,
    endingDefects,
    unknownFields,
    signed: message.signed,
    signatureDefects,
    signature: message.signature,
  };
}

function splitLines(input: string, defects: Defect<'unterminated' | 'bare-cr'>[]): Line[] {
  const lines: Line[] = [];
  let start = 0;
  while (start < input.length && lines.length < MAX_LINES) {
    const feed = input.indexOf('\n', start);
    const end = feed === -1 ? input.length : feed;
    const text = input.slice(start, end).replace(/\r$/, '');
    const number = lines.length + 1;
    if (feed === -1) defects.push({ kind: 'unterminated', line: number, text: cut(text) });
    // RFC 9116 §2.2: a line ends with CRLF or LF
    if (text.includes('\r')) defects.push({ kind: 'bare-cr', line: number, text: cut(text) });
    lines.push({ text, number });
    start = end + 1;
  }
  return lines;
}

/** RFC 9116 §4: `field = field-name ":" SP value`; a line that breaks one rule may still show its field. */
function parseField(line: Line): { field?: Field; defect?: LineDefect } {
  const colon = line.text.indexOf(':');
  if (colon === -1) return { defect: 'no-field' };
  const rawName = line.text.slice(0, colon);
  const name = trimOws(rawName);
  if (name === '') return { defect: 'empty-name' };
  // RFC 5322 §3.6.8: ftext is any printable ASCII character but the colon
  if (!/^[\x21-\x7e]+$/.test(name)) return { defect: 'no-field' };
  const rest = line.text.slice(colon + 1);
  const value = trimOws(rest);
  if (value === '') return { defect: 'empty-value' };
  const field: Field = { name: asciiLower(name), value, line: line.number };
  if (rawName !== name) return { field, defect: 'space-before-colon' };
  if (!rest.startsWith(' ')) return { field, defect: 'no-space' };
  return { field };
}

interface Message {
  readonly signed: boolean;
  readonly body: readonly Line[];
  readonly signature: { readonly text: string; readonly armour: string } | undefined;
}

/** RFC 9580 §7: the cleartext signature framework; unsigned text is its own body. */
function openSignature(lines: readonly Line[], defects: Defect<SignatureDefect>[]): Message {
  const start = lines.findIndex(({ text }) => text.trimEnd() === SIGNED);
  if (start === -1) {
    const stray = lines.find(({ text }) => text.startsWith('-----BEGIN PGP'));
    if (stray !== undefined) defects.push(defectAt('armour', stray));
    return {
      signed: stray !== undefined,
      body: lines.filter(({ text }) => !text.startsWith('-----')),
      signature: undefined,
    };
  }
  const first = lines[start];
  // RFC 9116 §2.3: the signature header is the first line of the file
  if (start !== 0 && first !== undefined) defects.push(defectAt('header-not-first', first));
  const blank = lines.findIndex((line, at) => at > start && line.text.trim() === '');
  const signature = lines.findIndex((line, at) => at > start && line.text.trimEnd() === SIGNATURE);
  const end = lines.findIndex((line, at) => at > signature && line.text.trimEnd() === END);
  const headers = blank === -1 ? [] : lines.slice(start + 1, blank);
  const framed =
    blank !== -1 && signature > blank && end > signature && headers.every(({ text }) => /^[A-Za-z]+: /.test(text));
  if (!framed) {
    if (first !== undefined) defects.push(defectAt('armour', first));
    return { signed: true, body: lines.filter(({ text }) => !text.startsWith('-----')), signature: undefined };
  }
  const body: Line[] = [];
  for (const line of lines.slice(blank + 1, signature)) {
    // RFC 9580 §7.2: a line that starts with a dash is escaped by "- "
    if (line.text.startsWith('-') && !line.text.startsWith('- ')) defects.push(defectAt('dash-escape', line));
    body.push({ text: line.text.startsWith('- ') ? line.text.slice(2) : line.text, number: line.number });
  }
  const after = lines.slice(end + 1).find(({ text }) => trimOws(text) !== '');
  if (after !== undefined) defects.push(defectAt('data-after-signature', after));
  return {
    signed: true,
    // what stands before the header is not signed, but readers see its fields
    body: [...lines.slice(0, start), ...body],
    signature: {
      // RFC 9580 §7.1: trailing white space does not count, line ends are CRLF, the last one is not signed
      text: body.map(({ text }) => text.replace(/[ \t]+$/, '')).join('\r\n'),
      armour: lines
        .slice(signature, end + 1)
        .map(({ text }) => text)
        .join('\n'),
    },
  };
}

function defectAt(kind: SignatureDefect, line: Line): Defect<SignatureDefect> {
  return { kind, line: line.number, text: cut(line.text) };
}

function cut(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
