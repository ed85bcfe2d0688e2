/** Reads probity.yaml, where there is one, and makes the effective options of it and the command line. */
import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { UsageError } from '../model/fault.ts';
import type { AuditOptions } from '../model/options.ts';
import { readYaml } from '../packs/yaml.ts';
import type { Arguments } from './arguments.ts';
import { findConfig, type Layer, optionsFrom, type Surroundings } from './config.ts';
import { validate } from './validate.ts';

function readLayer(path: string, cwd: string): Layer {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UsageError(`${path}: cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'error'})`, { cause });
  }
  const shown = relative(cwd, path);
  const file = readYaml(text, shown === '' || shown.startsWith('..') ? path : shown);
  return { values: validate(file), file, folder: dirname(path) };
}

export function effectiveOptions(args: Arguments, around: Surroundings): AuditOptions {
  const named = args.flags['config'];
  const path = typeof named === 'string' ? resolve(around.cwd, named) : findConfig(around);
  return optionsFrom(
    path === undefined ? { values: {}, folder: around.cwd } : readLayer(path, around.cwd),
    args,
    around,
  );
}
