/** A file that a collector keeps for the next run: read whole, replaced whole. */
import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { FaultError } from '../../model/fault.ts';
import type { KeptFile } from '../../model/io.ts';
import { codeOf } from './errors.ts';

function fault(path: string, error: unknown): FaultError {
  return new FaultError('source.unreadable', `${path} cannot be used (${codeOf(error)})`, { cause: error });
}

export function keptFile(path: string): KeptFile {
  return {
    async read(maxBytes) {
      try {
        const file = await open(path, 'r');
        try {
          const { size } = await file.stat();
          if (size > maxBytes) throw new FaultError('source.too-large', `${path} is too large for a file of ours`);
          return new Uint8Array(await file.readFile());
        } finally {
          await file.close();
        }
      } catch (error) {
        if (error instanceof FaultError) throw error;
        if (codeOf(error) === 'ENOENT') return undefined;
        throw fault(path, error);
      }
    },
    async write(bytes) {
      // beside it first: a run that is interrupted leaves the old file or the new one
      const beside = `${path}.${randomBytes(4).toString('hex')}.tmp`;
      try {
        const file = await open(beside, 'wx', 0o600);
        try {
          await file.writeFile(bytes);
        } finally {
          await file.close();
        }
        await rename(beside, path);
      } catch (error) {
        await rm(beside, { force: true });
        throw fault(path, error);
      }
    },
  };
}
