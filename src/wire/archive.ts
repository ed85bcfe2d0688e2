/** Reads zip, tar and gzip archives: bytes in, entries out, under bounds of count, size and nesting. Total: a broken part is named. */
import { gunzipSync, inflateRawSync } from 'node:zlib';

export interface ArchiveEntry {
  /** The path inside, with `!` between an archive and what it holds. */
  readonly path: string;
  /** Undefined where it could not be read. */
  readonly bytes?: Buffer;
  readonly why?: 'too-large' | 'malformed' | 'unsupported';
}

export interface ArchiveLimits {
  /** Bytes of all entries together. */
  readonly total: number;
  readonly entries: number;
  /** Archives inside archives. */
  readonly depth: number;
}

export type ArchiveKind = 'zip' | 'tar' | 'tar.gz' | 'gz';

const KINDS: readonly (readonly [RegExp, ArchiveKind])[] = [
  [/\.(?:zip|jar|war|ear|whl|egg|nupkg|vsix|apk|aar)$/i, 'zip'],
  [/\.(?:tar\.gz|tgz|crate)$/i, 'tar.gz'],
  [/\.tar$/i, 'tar'],
  [/\.gz$/i, 'gz'],
];

export function archiveKind(path: string): ArchiveKind | undefined {
  return KINDS.find(([name]) => name.test(path))?.[1];
}

class Malformed extends Error {}
class TooLarge extends Error {}

interface Budget {
  left: number;
  entries: number;
}

/** The files inside, in order; archives among them are opened too, down to the bound. */
export function* archiveEntries(path: string, bytes: Buffer, limits: ArchiveLimits): Generator<ArchiveEntry> {
  const kind = archiveKind(path);
  if (kind !== undefined)
    yield* unpacked(path, kind, bytes, limits.depth, { left: limits.total, entries: limits.entries });
}

function* unpacked(
  path: string,
  kind: ArchiveKind,
  bytes: Buffer,
  depth: number,
  budget: Budget,
): Generator<ArchiveEntry> {
  try {
    for (const entry of partsOf(path, kind, bytes, budget)) {
      const inside = entry.bytes === undefined ? undefined : archiveKind(entry.path);
      if (inside === undefined || entry.bytes === undefined) yield entry;
      else if (depth <= 1) yield { path: entry.path, why: 'too-large' };
      else yield* unpacked(entry.path, inside, entry.bytes, depth - 1, budget);
    }
  } catch (error) {
    const why = error instanceof TooLarge ? 'too-large' : error instanceof Malformed ? 'malformed' : undefined;
    if (why === undefined) throw error;
    yield { path, why };
  }
}

function partsOf(path: string, kind: ArchiveKind, bytes: Buffer, budget: Budget): Iterable<ArchiveEntry> {
  if (kind === 'zip') return zipEntries(path, bytes, budget);
  if (kind === 'tar') return tarEntries(path, bytes, budget);
  const inside = inflated(bytes, gunzipSync, budget);
  if (kind === 'tar.gz') return tarEntries(path, inside, budget);
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.gz$/i, '');
  return [{ path: `${path}!${name}`, bytes: inside }];
}

function inflated(
  bytes: Buffer,
  inflate: (bytes: Buffer, options: { readonly maxOutputLength: number }) => Buffer,
  budget: Budget,
): Buffer {
  try {
    const all = inflate(bytes, { maxOutputLength: Math.max(1, budget.left) });
    spend(budget, all.length);
    return all;
  } catch (error) {
    if (error instanceof TooLarge) throw error;
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw new TooLarge();
    throw new Malformed();
  }
}

function spend(budget: Budget, bytes: number): void {
  budget.left -= bytes;
  if (budget.left < 0) throw new TooLarge();
}

function countEntry(budget: Budget): void {
  if (--budget.entries < 0) throw new TooLarge();
}

/** APPNOTE.TXT 4.3.16: the end of the central directory stands within the last 22 + 65,535 bytes. */
const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;

function* zipEntries(path: string, bytes: Buffer, budget: Budget): Generator<ArchiveEntry> {
  let end = bytes.length - 22;
  const stop = Math.max(0, end - 0xffff);
  while (end >= stop && bytes.readUInt32LE(Math.max(0, end)) !== END) end--;
  if (end < stop || end < 0) throw new Malformed();
  const count = bytes.readUInt16LE(end + 10);
  let at = bytes.readUInt32LE(end + 16);
  // Zip64 is for archives beyond our bounds
  if (count === 0xffff || at === 0xffffffff) throw new TooLarge();
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== CENTRAL) throw new Malformed();
    const nameLength = bytes.readUInt16LE(at + 28);
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    const entry = { at, name: `${path}!${name}` };
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
    if (name.endsWith('/')) continue;
    countEntry(budget);
    yield zipEntry(bytes, entry.at, entry.name, budget);
  }
}

function zipEntry(bytes: Buffer, at: number, path: string, budget: Budget): ArchiveEntry {
  const encrypted = (bytes.readUInt16LE(at + 8) & 1) !== 0;
  const method = bytes.readUInt16LE(at + 10);
  const size = bytes.readUInt32LE(at + 20);
  const local = bytes.readUInt32LE(at + 42);
  if (encrypted || (method !== 0 && method !== 8)) return { path, why: 'unsupported' };
  if (local + 30 > bytes.length || bytes.readUInt32LE(local) !== LOCAL) return { path, why: 'malformed' };
  const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  if (from + size > bytes.length) return { path, why: 'malformed' };
  const stored = bytes.subarray(from, from + size);
  if (method === 0) {
    spend(budget, size);
    return { path, bytes: stored };
  }
  try {
    return { path, bytes: inflated(stored, inflateRawSync, budget) };
  } catch (error) {
    if (error instanceof Malformed) return { path, why: 'malformed' };
    throw error;
  }
}

const BLOCK = 512;
const OCTAL = /^[0-7]{1,12}$/;
/** Names longer than this are no names. */
const MAX_NAME = 4096;

/** POSIX.1-2024 pax, ustar: a header of 512 bytes before each file; GNU writes long names as entries of their own. */
function* tarEntries(path: string, bytes: Buffer, budget: Budget): Generator<ArchiveEntry> {
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= bytes.length;) {
    if (bytes[at] === 0) break;
    const size = Number.parseInt(octal(bytes, at + 124), 8);
    const from = at + BLOCK;
    if (from + size > bytes.length) throw new Malformed();
    const content = bytes.subarray(from, from + size);
    const type = String.fromCharCode(bytes[at + 156] ?? 0);
    at = from + Math.ceil(size / BLOCK) * BLOCK;
    if (type === 'L') longName = textTo(content, MAX_NAME);
    else if (type === 'x')
      longName = /(?:^|\n)\d{1,6} path=([^\n]{1,4096})\n/.exec(content.toString('utf8', 0, 65_536))?.[1];
    else {
      const prefix =
        bytes.toString('latin1', from - BLOCK + 257, from - BLOCK + 262) === 'ustar'
          ? field(bytes, from - BLOCK + 345, 155)
          : '';
      const name = longName ?? (prefix === '' ? '' : `${prefix}/`) + field(bytes, from - BLOCK, 100);
      longName = undefined;
      if (type !== '0' && type !== '\0' && type !== '7') continue;
      countEntry(budget);
      spend(budget, size);
      yield { path: `${path}!${name.replace(/^\.\//, '')}`, bytes: content };
    }
  }
}

function octal(bytes: Buffer, at: number): string {
  const text = field(bytes, at, 12).trim();
  if (!OCTAL.test(text)) throw new Malformed();
  return text;
}

function field(bytes: Buffer, at: number, length: number): string {
  return textTo(bytes.subarray(at, at + length), length);
}

function textTo(bytes: Buffer, most: number): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, Math.min(most, end < 0 ? bytes.length : end));
}
