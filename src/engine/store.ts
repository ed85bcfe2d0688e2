/** The evidence of a run on disk: one file an evidence, written whole or not at all, trusted only by its digest. */
import { createHash, hash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Evidence } from '../model/evidence.ts';
import { FaultError, UsageError } from '../model/fault.ts';
import { indentedPieces } from '../model/json-pieces.ts';
import type { Json } from '../model/json.ts';
import { intactEvidence } from './evidence.ts';
import { codeOf } from './io/errors.ts';

const MAX_BYTES = 512 * 1024 * 1024;
/** Letters that are written at once, and bytes that are read at once, where there are many. */
const CHUNK = 64 * 1024;
const COLLECTOR = /^[a-z][a-z0-9-]{0,63}$/;
const ID = /^ev-[0-9a-f]{16}$/;

export interface EvidenceReader {
  /** Throws `evidence.missing` or `evidence.digest`. */
  read(collector: string, id: string): Evidence;
}

export interface EvidenceStore extends EvidenceReader {
  /** Writes the evidence and answers what was read back. */
  keep(evidence: Evidence): Evidence;
}

/** The path inside a run folder; undefined where the names could lead elsewhere. */
export function evidencePath(collector: string, id: string): string | undefined {
  return COLLECTOR.test(collector) && ID.test(id) ? join('evidence', collector, `${id}.json`) : undefined;
}

function bad(collector: string, id: string, why: string, error?: unknown): FaultError {
  return new FaultError('evidence.digest', `${id} of ${collector} ${why}`, { cause: error });
}

/** Digests of the bytes of files that were found intact, by their names: the same bytes need not be looked at again. */
type Intact = Map<string, string>;

const nameOf = (collector: string, id: string): string => `${collector} ${id}`;

export function evidenceReader(folder: string): EvidenceReader {
  return readerOf(folder, new Map());
}

function readerOf(folder: string, intact: Intact): EvidenceReader {
  /** Folders on the way that were looked at and are no links. */
  const plain = new Set<string>();

  function insist(path: string): void {
    if (plain.has(path)) return;
    if (!lstatSync(path).isDirectory()) throw new FaultError('evidence.digest', 'the evidence folder is a link');
    plain.add(path);
  }

  function bytesOf(collector: string, id: string): Buffer {
    const path = evidencePath(collector, id);
    if (path === undefined) throw new FaultError('evidence.missing', 'the run names evidence that cannot exist');
    try {
      insist(join(folder, 'evidence'));
      insist(join(folder, 'evidence', collector));
      const file = openSync(
        join(folder, path),
        constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
      );
      try {
        const stats = fstatSync(file);
        if (!stats.isFile() || stats.size > MAX_BYTES) throw bad(collector, id, 'is not a file of evidence');
        return readFileSync(file);
      } finally {
        closeSync(file);
      }
    } catch (error) {
      if (error instanceof FaultError) throw error;
      const code = codeOf(error);
      if (code === 'ENOENT' || code === 'ENOTDIR') {
        throw new FaultError('evidence.missing', `${id} of ${collector} is not in the run`, { cause: error });
      }
      throw bad(collector, id, `cannot be read (${code})`, error);
    }
  }

  return {
    read(collector, id) {
      const bytes = bytesOf(collector, id);
      const digest = hash('sha256', bytes);
      let value: Json;
      try {
        value = JSON.parse(bytes.toString('utf8')) as Json;
      } catch (error) {
        throw bad(collector, id, 'is not JSON', error);
      }
      const name = nameOf(collector, id);
      if (intact.get(name) === digest) return value as unknown as Evidence;
      const evidence = intactEvidence(value, id);
      if (evidence === undefined || evidence.job.collector !== collector) {
        throw bad(collector, id, 'does not match its digest');
      }
      intact.set(name, digest);
      return evidence;
    },
  };
}

/** Writes into a folder that `clearOutputFolder` has made. */
export function evidenceStore(folder: string): EvidenceStore {
  const intact: Intact = new Map();
  const reader = readerOf(folder, intact);
  const made = new Set<string>();
  return {
    ...reader,
    keep(evidence) {
      const { collector } = evidence.job;
      const path = evidencePath(collector, evidence.id);
      if (path === undefined) throw new TypeError(`not an evidence id: ${evidence.id} of ${collector}`);
      const place = join(folder, path);
      let digest: string | undefined;
      try {
        if (!made.has(collector)) mkdirSync(join(folder, 'evidence', collector), { recursive: true });
        made.add(collector);
        // A reader sees the whole file or none
        digest = writeAndRead(`${place}.part`, textOf(evidence));
        renameSync(`${place}.part`, place);
      } catch (error) {
        throw new UsageError(`${place} cannot be written (${codeOf(error)})`, { cause: error });
      }
      // The same bytes say the same: plain JSON that was sealed just now
      if (digest === undefined) return reader.read(collector, evidence.id);
      intact.set(nameOf(collector, evidence.id), digest);
      return evidence;
    },
  };
}

/** Writes a text; answers the SHA-256 of its bytes in hexadecimal, undefined where the file does not hold them afterwards. */
function writeAndRead(path: string, pieces: Iterator<string, void>): string | undefined {
  const file = openSync(path, 'w+');
  try {
    const first = Buffer.from(pieces.next().value ?? '');
    writeFileSync(file, first);
    let next = pieces.next();
    if (next.done === true) return holds(file, first) ? hash('sha256', first) : undefined;
    const hasher = createHash('sha256').update(first);
    for (; next.done !== true; next = pieces.next()) {
      writeFileSync(file, next.value);
      hasher.update(next.value);
    }
    const digest = hasher.digest('hex');
    return digestOfFile(file) === digest ? digest : undefined;
  } finally {
    closeSync(file);
  }
}

/** Whether the file holds the bytes and nothing else. */
function holds(file: number, bytes: Buffer): boolean {
  // One more than there should be
  const back = Buffer.allocUnsafe(bytes.length + 1);
  let length = 0;
  for (let read = -1; read !== 0 && length < back.length; length += read) {
    read = readSync(file, back, length, back.length - length, length);
  }
  return back.subarray(0, length).equals(bytes);
}

function digestOfFile(file: number): string | undefined {
  const hasher = createHash('sha256');
  const bytes = Buffer.allocUnsafe(CHUNK);
  let length = 0;
  for (let read = -1; read !== 0; length += read) {
    read = readSync(file, bytes, 0, CHUNK, length);
    hasher.update(bytes.subarray(0, read));
  }
  // What is longer cannot be read again later
  return length <= MAX_BYTES ? hasher.digest('hex') : undefined;
}

/** The text of an evidence file in pieces: for people too, and the same each time. */
function* textOf(evidence: Evidence): Generator<string, void, undefined> {
  let text = '';
  for (const piece of indentedPieces(evidence as unknown as Json)) {
    // Few letters at a time would be many calls of the system
    if (text.length >= CHUNK) {
      yield text;
      text = '';
    }
    text += piece;
  }
  yield `${text}\n`;
}
