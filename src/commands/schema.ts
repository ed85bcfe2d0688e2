/** `probity schema NAME`: the JSON Schema of a file that a person writes or a program reads. */
import type { Arguments } from '../config/arguments.ts';
import { UsageError } from '../model/fault.ts';
import { didYouMean } from '../model/nearest.ts';
import type { CommandContext } from './context.ts';

const SCHEMAS: { readonly [name: string]: () => Promise<unknown> } = {
  config: async () => (await import('../config/schema.ts')).configSchema(),
  check: async () => (await import('../packs/shapes.ts')).CHECK_SHAPE,
  profile: async () => (await import('../packs/shapes.ts')).PROFILE_SHAPE,
  detector: async () => (await import('../packs/detector-shape.ts')).DETECTOR_SHAPE,
  run: async () => (await import('../model/run-schema.ts')).RUN_SCHEMA,
  evidence: async () => (await import('../model/run-schema.ts')).EVIDENCE_SCHEMA,
};

export async function schema(args: Arguments, context: CommandContext): Promise<number> {
  const [name, extra] = args.positionals;
  const names = Object.keys(SCHEMAS);
  if (name === undefined) throw new UsageError(`schema of what? One of ${names.join(', ')}`);
  if (extra !== undefined) throw new UsageError(`schema takes one name, not also "${extra}"`);
  const load = Object.hasOwn(SCHEMAS, name) ? SCHEMAS[name] : undefined;
  if (load === undefined) {
    throw new UsageError(`there is no schema "${name}"${didYouMean(name, names) || `: there are ${names.join(', ')}`}`);
  }
  context.stdout(`${JSON.stringify(await load(), null, 2)}\n`);
  return 0;
}
