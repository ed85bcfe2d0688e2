/** A file that is written in pieces and appears whole or not at all. */
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { UsageError } from './model/fault.ts';

/** Letters that are gathered before they are written. */
const CHUNK = 1 << 18;

export const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'error';

export interface WholeFile {
  write(text: string): void;
  /** The file is there from now on. */
  finish(): void;
  /** Takes away what is not finished. */
  discard(): void;
}

/** A file that appears whole or not at all. Throws a UsageError where it cannot be written. */
export function wholeFile(path: string): WholeFile {
  const temporary = `${path}.part`;
  const trying = <T>(work: () => T): T => {
    try {
      return work();
    } catch (cause) {
      throw new UsageError(`${path} cannot be written (${codeOf(cause)})`, { cause });
    }
  };
  const file = trying(() => openSync(temporary, 'w'));
  let open = true;
  let parts: string[] = [];
  let length = 0;
  const flush = (): void => {
    const bytes = Buffer.from(parts.join(''));
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
    parts = [];
    length = 0;
  };
  return {
    write(text) {
      parts.push(text);
      length += text.length;
      if (length >= CHUNK) trying(flush);
    },
    finish() {
      trying(() => {
        flush();
        open = false;
        closeSync(file);
        renameSync(temporary, path);
      });
    },
    discard() {
      if (!open) return;
      open = false;
      closeSync(file);
      rmSync(temporary, { force: true });
    },
  };
}

/** Writes a file whole or not at all. */
export function writeWhole(path: string, pieces: Iterable<string>): void {
  const file = wholeFile(path);
  try {
    for (const piece of pieces) file.write(piece);
    file.finish();
  } finally {
    file.discard();
  }
}
