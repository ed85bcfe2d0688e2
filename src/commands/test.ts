/** `probity test [DIR]`: runs the examples inside check and detector files and says which do not hold. */
import { join, relative, resolve, sep } from 'node:path';
import type { Arguments } from '../config/arguments.ts';
import { UsageError } from '../model/fault.ts';
import type { PackReading } from '../packs/load.ts';
import { problemText } from '../packs/problem.ts';
import type { CommandContext } from './context.ts';
import { builtInPack, collectorSchemas, loadOptions, shortPath } from './packs.ts';

/** Exit code 0: all hold; 1: an example or a file does not; 2: the folder cannot be read. */
export async function test(args: Arguments, context: CommandContext): Promise<number> {
  const [folder, extra] = args.positionals;
  if (extra !== undefined) throw new UsageError(`test takes one folder, not also "${extra}"`);
  const reading = await read(folder, context);
  const { pack, problems, warnings } = reading;
  const examples = pack.checks.reduce((sum, check) => sum + check.examples.length, 0);
  if (args.flags['json'] === true) {
    const text = {
      schema: 'test/1',
      checks: pack.checks.length,
      detectors: pack.detectors.length,
      examples,
      problems,
      warnings,
    };
    context.stdout(`${JSON.stringify(text, null, 2)}\n`);
    return problems.length > 0 ? 1 : 0;
  }
  for (const problem of problems) context.stdout(`${problemText(problem)}\n`);
  for (const warning of warnings) context.stderr(`${problemText(warning)} (warning)\n`);
  if (pack.checks.length === 0 && problems.length === 0)
    throw new UsageError(`no check was found in ${folder ?? 'checks'}`);
  const counts = `${String(pack.checks.length)} checks, ${String(pack.detectors.length)} detectors, ${String(examples)} examples`;
  context.stdout(problems.length > 0 ? `${counts}: ${String(problems.length)} problems\n` : `${counts}: all hold\n`);
  return problems.length > 0 ? 1 : 0;
}

async function read(folder: string | undefined, context: CommandContext): Promise<PackReading> {
  const { readPack } = await import('../packs/load.ts');
  const own = join(context.packageRoot, 'checks');
  const path = folder === undefined ? own : resolve(context.cwd, folder);
  const schemas = await collectorSchemas();
  const options = { ...(await loadOptions()), examples: true };
  if (path === own || path.startsWith(`${own}${sep}`)) {
    const shownAs = shortPath(own, context.cwd);
    const reading = readPack(own, schemas, { ...options, name: 'checks', shownAs });
    return path === own ? reading : only(reading, join(shownAs, relative(own, path)));
  }
  // A user's folder may take operands from our profiles, and may not use our ids again
  return readPack(path, schemas, { ...options, shownAs: folder ?? path, beside: [await builtInPack(context)] });
}

/** The part of our own pack that a file or folder of it holds. */
function only(reading: PackReading, path: string): PackReading {
  const inside = (file: string): boolean => file === path || file.startsWith(`${path}${sep}`);
  const ids = new Set([...reading.files].filter(([, file]) => inside(file.name)).map(([id]) => id));
  return {
    ...reading,
    pack: { ...reading.pack, checks: reading.pack.checks.filter((check) => ids.has(check.id)), detectors: [] },
    problems: reading.problems.filter((problem) => inside(problem.file)),
    warnings: reading.warnings.filter((problem) => inside(problem.file)),
  };
}
