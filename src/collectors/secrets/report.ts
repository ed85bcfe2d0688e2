/** The border: turns leaks into what may be kept. No value, nothing guessable, four known letters at most. */
import { createHmac } from 'node:crypto';
import type { Severity } from '../../model/check.ts';
import type { Engine } from './compile.ts';
import type { Leak } from './leak.ts';
import { lineOf, scan, type ScanInput } from './scan.ts';

/** A finding as it stands in raw evidence. */
export interface Found {
  readonly detector: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly excerpt: string;
  readonly secretId: string;
  readonly severity: Severity;
  readonly proven?: true;
  readonly note?: string;
  /** The allow comment that stands on the line. */
  readonly allowed?: string;
  /** In the history: the blob, until the commit is known that brought it in. */
  readonly blob?: string;
  readonly commit?: string;
  readonly author?: string;
  readonly date?: string;
}

/** Where in the file a text stands: lines counted so far, and where the last of them begins. */
export interface LineCounter {
  line: number;
  lineStart: number;
  offset: number;
  /** Characters of the current line that stood in earlier pieces of the file. */
  carry: number;
}

export function startLines(): LineCounter {
  return { line: 1, lineStart: 0, offset: 0, carry: 0 };
}

/** Moves forward to an offset; leaks come in order, so every byte is looked at once. */
export function countTo(counter: LineCounter, bytes: Buffer, offset: number): void {
  let at = counter.offset;
  for (;;) {
    const feed = bytes.indexOf(0x0a, at);
    if (feed < 0 || feed >= offset) break;
    counter.line++;
    counter.carry = 0;
    counter.lineStart = feed + 1;
    at = feed + 1;
  }
  counter.offset = Math.max(counter.offset, offset);
}

/** The counter for the piece of the file that begins at `offset` of this one. */
export function nextPiece(counter: LineCounter, bytes: Buffer, offset: number): LineCounter {
  countTo(counter, bytes, offset);
  return { line: counter.line, lineStart: 0, offset: 0, carry: counter.carry + columnsTo(counter, bytes, offset) };
}

/** Longer lines are measured in bytes: nobody reads that column, and decoding it each time costs. */
const LONG_LINE = 64 * 1024;

function columnsTo(counter: LineCounter, bytes: Buffer, offset: number): number {
  // a byte order mark is no character of the first line
  const mark = counter.line === 1 && counter.carry === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const start = counter.lineStart + (mark ? 3 : 0);
  const length = offset - start;
  return length > LONG_LINE ? length : bytes.toString('utf8', start, offset).length;
}

const ALLOW = /(probity:allow|gitleaks:allow)(?:[ \t]+(secret\.[a-z0-9.*-]+))?/;

/** The comment that waives a leak, where it stands within reach on the same line and names no other detector. */
function allowComment(input: ScanInput, leak: Leak): string | undefined {
  const found = ALLOW.exec(lineOf(input, leak.start));
  const named = found?.[2];
  if (found === null || (named !== undefined && named !== `secret.${leak.matcher.detector.id}`)) return undefined;
  return found[1];
}

/** A few letters of the public beginning: only what the keyword, which everybody knows, says anyway. */
function excerptOf(leak: Leak): string {
  const { detector, rule } = leak.matcher;
  if (rule.is !== 'pattern') return '…';
  const value = leak.value.toLowerCase();
  const known = detector.keywords.find((word) => value.startsWith(word)) ?? '';
  return `${leak.value.slice(0, Math.min(4, known.length))}…`;
}

export function redact(leak: Leak, input: ScanInput, file: string, lines: LineCounter, key: Buffer): Found {
  const allowed = allowComment(input, leak);
  return {
    detector: leak.matcher.detector.id,
    file,
    line: lines.line,
    column: lines.carry + columnsTo(lines, input.bytes, leak.start) + 1,
    excerpt: excerptOf(leak),
    secretId: createHmac('sha256', key).update(leak.value, 'latin1').digest('hex').slice(0, 32),
    severity: leak.severity,
    ...(leak.proven ? { proven: true as const } : {}),
    ...(leak.note === undefined ? {} : { note: leak.note }),
    ...(allowed === undefined ? {} : { allowed }),
  };
}

/** A path with every part that is itself a credential taken out. */
export function redactPath(engine: Engine, path: string): string {
  const bytes = Buffer.from(path, 'utf8');
  const { leaks } = scan(engine, {
    bytes,
    from: 0,
    to: bytes.length,
    path: '',
    place: '',
    foreign: false,
    binary: false,
  });
  let safe = '';
  let at = 0;
  for (const leak of leaks) {
    if (leak.start < at) continue;
    safe += `${bytes.toString('utf8', at, leak.start)}‹secret:${leak.matcher.detector.id}›`;
    at = leak.end;
  }
  return (safe + bytes.toString('utf8', at)).toWellFormed();
}
