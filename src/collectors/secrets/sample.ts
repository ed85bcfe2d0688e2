/** Scans a text that is at hand, in this thread: for the examples of detectors and for tests. */
import type { DetectorSet } from '../../model/detector.ts';
import { compile } from './compile.ts';
import { CHUNK, scanFile, type FileScan } from './file.ts';

export type Sampler = (path: string, content: Uint8Array | string) => FileScan;

export function sampler(set: DetectorSet): Sampler {
  const engine = compile(set);
  const key = Buffer.alloc(32, 1);
  return (path, content) => {
    const bytes = Buffer.from(content);
    const readAt = (offset: number, length: number): Buffer => bytes.subarray(offset, offset + Math.min(CHUNK, length));
    return scanFile(engine, path, bytes.length, readAt, key);
  };
}
