/** The YAML files of a folder as text, bounded: a folder that a person names may hold anything. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../model/fault.ts';
import { byCodeUnit } from '../model/json.ts';
import { MAX_BYTES } from './yaml.ts';

const MAX_FILES = 5000;
const MAX_DEPTH = 8;

/** The YAML files below a folder, `/`-separated, sorted by code unit. */
export function yamlFiles(folder: string): string[] {
  const found: string[] = [];
  const walk = (below: string, depth: number): void => {
    if (depth > MAX_DEPTH) throw new UsageError(`${folder}: folders are nested deeper than ${String(MAX_DEPTH)}`);
    for (const entry of entriesOf(join(folder, below), folder)) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      const isYaml = /\.ya?ml$/.test(entry.name);
      if (entry.isDirectory()) walk(path, depth + 1);
      // A link to a file is that file; a folder behind a link could be any folder, so it is refused rather than left out
      else if (isYaml && (entry.isFile() || entry.isSymbolicLink())) found.push(path);
      else if (entry.isSymbolicLink() && isFolder(join(folder, path))) {
        throw new UsageError(`${join(folder, path)} is a link to a folder: name that folder instead`);
      }
    }
  };
  walk('', 0);
  if (found.length > MAX_FILES) throw new UsageError(`${folder}: more than ${String(MAX_FILES)} files`);
  return found.sort(byCodeUnit);
}

type Text = { readonly is: 'read'; readonly text: string } | { readonly is: 'bad'; readonly message: string };

/** The text of a file that may be anything: larger than memory, a pipe, not UTF-8, gone. */
export function readText(path: string): Text {
  try {
    const entry = statSync(path);
    if (!entry.isFile()) return { is: 'bad', message: 'this is no regular file' };
    if (entry.size > MAX_BYTES)
      return { is: 'bad', message: `the file is larger than ${String(MAX_BYTES / 1024)} KiB` };
    return { is: 'read', text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)) };
  } catch (error) {
    if (error instanceof TypeError) return { is: 'bad', message: 'the file is not UTF-8' };
    return { is: 'bad', message: `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})` };
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function entriesOf(path: string, folder: string): ReturnType<typeof readDirectory> {
  try {
    return readDirectory(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new UsageError(`the folder of checks ${folder} cannot be read (${code})`, {
      cause: error,
      flag: 'checks-dir',
    });
  }
}

function readDirectory(path: string) {
  return readdirSync(path, { withFileTypes: true });
}
