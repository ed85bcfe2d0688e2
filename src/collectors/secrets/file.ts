/** Scans the bytes of one file, given piece by piece, in constant memory. */
import { createHmac } from 'node:crypto';
import type { Engine } from './compile.ts';
import { allowsOf, allowsPath } from './gitleaks.ts';
import { isForeign } from './paths.ts';
import { countTo, nextPiece, redact, redactPath, startLines, type Found } from './report.ts';
import { scan, type ScanInput } from './scan.ts';
import { encodingOf, fromUtf16, type Encoding } from './text.ts';

export interface FileScan {
  readonly found: readonly Found[];
  readonly encoding: Encoding;
  /** Read by the detectors with a form of their own only. */
  readonly foreign: boolean;
  /** Part of the file was not looked at: it was built to take too long. */
  readonly exhausted: boolean;
}

/** Reads `length` bytes at `offset` of the file into a buffer that is valid until the next call. */
export type ReadAt = (offset: number, length: number) => Buffer;

const NONE: ReadonlySet<string> = new Set();

function decoded(raw: Buffer, encoding: Encoding): Buffer {
  return encoding === 'utf-16le' || encoding === 'utf-16be' ? fromUtf16(raw, encoding) : raw;
}

export const CHUNK = 8 * 1024 * 1024;
/** A leak across the border of two chunks is whole in one of them, unless it is longer than this. */
const OVERLAP = 128 * 1024;

/**
 * `root` is the folder's own name: of a tree that is itself a dependency folder everything is somebody else's. `regions`: the parts
 * of a small file that are to be scanned, where the others were scanned before.
 */
export function scanFile(
  engine: Engine,
  path: string,
  size: number,
  readAt: ReadAt,
  key: Buffer,
  root = '',
  regions?: readonly number[],
): FileScan {
  const place = `${root}/${path}`;
  const foreign = isForeign(place);
  const found: Found[] = [];
  let safe: string | undefined;
  const name = (): string => (safe ??= redactPath(engine, path));
  let encoding: Encoding = 'bytes';
  let lines = startLines();
  let base = 0;
  let exhausted = false;
  // leaks of the last piece's tail are seen again in the next one
  let reported: ReadonlySet<string> = NONE;
  for (let offset = 0; offset === 0 || offset + OVERLAP < size; offset += CHUNK - OVERLAP) {
    const raw = readAt(offset, Math.min(CHUNK, size - offset));
    if (offset === 0) encoding = encodingOf(raw);
    const bytes = decoded(raw, encoding);
    const input: ScanInput = {
      bytes,
      from: 0,
      to: bytes.length,
      path,
      place,
      foreign,
      binary: encoding === 'binary',
      // the offsets are those of the file as it is
      regions: bytes === raw && size <= CHUNK ? regions : undefined,
    };
    const scanned = scan(engine, input);
    exhausted ||= scanned.exhausted;
    // most files are one piece without a leak
    if (scanned.leaks.length === 0 && offset + CHUNK >= size) break;
    const again = new Set<string>();
    const pieceStart = { ...lines };
    for (const leak of scanned.leaks) {
      countTo(lines, bytes, leak.start);
      const place = `${String(leak.matcher.number)}:${String(base + leak.start)}`;
      again.add(place);
      if (!reported.has(place)) found.push(redact(leak, input, name(), lines, key));
    }
    reported = again;
    if (offset + CHUNK >= size) break;
    const rest = decoded(raw.subarray(0, CHUNK - OVERLAP), encoding).length;
    // leaks of the tail have moved the counter beyond the border: it counts again from the piece's beginning
    lines = nextPiece(pieceStart, bytes, rest);
    base += rest;
  }
  if (!engine.path().test(path)) return { found, encoding, foreign, exhausted };
  for (const matcher of engine.paths) {
    const { gitleaks } = matcher.detector;
    if ((size === 0 && gitleaks === undefined) || matcher.files?.().test(path) !== true) continue;
    if (gitleaks !== undefined && allowsPath([...engine.allow, ...allowsOf(gitleaks.allow)], path)) continue;
    const digest = createHmac('sha256', key)
      .update(readAt(0, Math.min(CHUNK, size)))
      .digest('hex');
    found.push({
      detector: matcher.detector.id,
      file: name(),
      line: 1,
      column: 1,
      excerpt: '…',
      secretId: digest.slice(0, 32),
      severity: matcher.detector.severity,
    });
  }
  return { found, encoding, foreign, exhausted };
}
