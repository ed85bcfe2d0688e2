/** Reads probity.yaml, where there is one, and makes the effective options of it and the command line. */
import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { UsageError } from '../model/fault.ts';
import type { AuditOptions } from '../model/options.ts';
import { readYaml } from '../packs/yaml.ts';
import type { Arguments } from './arguments.ts';
import { findConfig, type Layer, optionsFrom, placed, type Surroundings } from './config.ts';
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

export interface Effective {
  readonly options: AuditOptions;
  /** An error of what the options name, found later than they were read: with its place, where it stands in the file. */
  readonly placed: (error: unknown) => unknown;
}

export function effective(args: Arguments, around: Surroundings): Effective {
  const named = args.flags['config'];
  const path = typeof named === 'string' ? resolve(around.cwd, named) : findConfig(around);
  const layer = path === undefined ? { values: {}, folder: around.cwd } : readLayer(path, around.cwd);
  return { options: optionsFrom(layer, args, around), placed: (error) => placed(error, layer, args) };
}

export function effectiveOptions(args: Arguments, around: Surroundings): AuditOptions {
  return effective(args, around).options;
}
