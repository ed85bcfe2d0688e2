/** The folder a run is written to: an old run there is replaced, anything else is left alone (CONTRACT §1). */
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UsageError } from '../model/fault.ts';
import { own, type Json } from '../model/json.ts';
import { codeOf } from './io/errors.ts';

/** What a run folder holds. */
const OURS = /^(run\.json|inputs\.json|run\.dsse\.json|evidence|report\.[A-Za-z0-9.-]{1,40})$/;

/** Throws a UsageError where the folder may not be written to. Changes nothing. */
export function checkOutputFolder(folder: string): void {
  const names = namesIn(folder);
  if (names === undefined || names.length === 0) return;
  if (names.every((name) => OURS.test(name)) || holdsRun(folder)) return;
  throw new UsageError(`${folder} is not empty and holds no run of Probity: name another folder with --output`, {
    flag: 'output',
  });
}

/** Makes the folder and takes an old run out of it. */
export function clearOutputFolder(folder: string): void {
  checkOutputFolder(folder);
  try {
    makeFolder(folder);
    for (const name of namesIn(folder) ?? []) {
      if (OURS.test(name)) rmSync(join(folder, name), { recursive: true, force: true });
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${folder} cannot be written to (${codeOf(error)})`, { cause: error, flag: 'output' });
  }
}

/**
 * Makes a folder with those above it. Each is tried once: the recursive mkdir of Node goes round for ever where one above
 * exists and takes no entry, as in /proc. Throws a UsageError; `flag` is the one that named the folder.
 */
export function makeFolder(folder: string, flag = 'output'): void {
  const missing: string[] = [];
  for (let path = resolve(folder); !existsSync(path); path = dirname(path)) missing.push(path);
  for (const path of missing.toReversed()) {
    try {
      mkdirSync(path);
    } catch (error) {
      // another process made it meanwhile; a link that leads nowhere stands there too, and is no folder
      if (codeOf(error) !== 'EEXIST' || !existsSync(path))
        throw new UsageError(`${folder} cannot be made (${codeOf(error)})`, { cause: error, flag });
    }
  }
}

function namesIn(folder: string): string[] | undefined {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    const why = codeOf(error) === 'ENOTDIR' ? 'is not a folder' : `cannot be read (${codeOf(error)})`;
    throw new UsageError(`${folder} ${why}: name another folder with --output`, { cause: error, flag: 'output' });
  }
}

function holdsRun(folder: string): boolean {
  const file = join(folder, 'run.json');
  try {
    if (!lstatSync(file).isFile()) return false;
    return own(JSON.parse(readFileSync(file, 'utf8')) as Json, 'schema') === 'run/1';
  } catch (error) {
    if (error instanceof SyntaxError || codeOf(error) !== '') return false;
    throw error;
  }
}
