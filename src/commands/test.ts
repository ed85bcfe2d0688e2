/** `probity test [DIR]`: runs the examples inside check and detector files and says which do not hold. */
import { existsSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import type { Arguments } from '../config/arguments.ts';
import type { DetectorFile } from '../model/detector.ts';
import { UsageError } from '../model/fault.ts';
import { exampleProblems } from '../packs/examples.ts';
import type { PackReading } from '../packs/load.ts';
import { type Problem, problemText } from '../packs/problem.ts';
import type { YamlFile } from '../packs/yaml.ts';
import type { CommandContext } from './context.ts';
import { builtInPack, collectorSchemas, loadOptions, shortPath } from './packs.ts';

/** Exit code 0: all hold; 1: an example or a file does not; 2: the folder cannot be read. */
export async function test(args: Arguments, context: CommandContext): Promise<number> {
  const [folder, extra] = args.positionals;
  if (extra !== undefined) throw new UsageError(`test takes one folder, not also "${extra}"`);
  const reading = await read(folder, context);
  const { pack, warnings, files } = reading;
  const problems = [...reading.problems, ...(await detectorProblems(pack.detectors, files))];
  const examples =
    pack.checks.reduce((sum, check) => sum + check.examples.length, 0) +
    pack.detectors.reduce((sum, file) => sum + file.examples.positive.length + file.examples.negative.length, 0);
  if (args.flags['json'] === true) {
    const counts = { checks: pack.checks.length, detectors: pack.detectors.length, examples };
    context.stdout(`${JSON.stringify({ schema: 'test/1', ...counts, problems, warnings }, null, 2)}\n`);
    return problems.length > 0 ? 1 : 0;
  }
  for (const problem of problems) context.stdout(`${problemText(problem)}\n`);
  for (const warning of warnings) context.stderr(`${problemText(warning)} (warning)\n`);
  if (pack.checks.length === 0 && problems.length === 0) {
    throw new UsageError(`no check was found in ${folder ?? 'checks'}`);
  }
  const counts = `${String(pack.checks.length)} checks, ${String(pack.detectors.length)} detectors, ${String(examples)} examples`;
  context.stdout(problems.length > 0 ? `${counts}: ${String(problems.length)} problems\n` : `${counts}: all hold\n`);
  return problems.length > 0 ? 1 : 0;
}

/** What the scanner finds in the examples of detectors that it should not, and the other way round. */
async function detectorProblems(
  detectors: readonly DetectorFile[],
  files: ReadonlyMap<string, YamlFile>,
): Promise<readonly Problem[]> {
  if (detectors.length === 0) return [];
  const [{ testDetectors }, { sampler }] = await Promise.all([
    import('../packs/detectors.ts'),
    import('../collectors/secrets/sample.ts'),
  ]);
  const sample = sampler({ schema: 'detectors/1', detectors: detectors.map(({ detector }) => detector) });
  const scan = (path: string, text: string): readonly string[] => sample(path, text).found.map((leak) => leak.detector);
  return testDetectors(detectors, scan).map(({ detector, at, message }) => {
    const file = files.get(`secret.${detector}`);
    return { file: file?.name ?? detector, ...(file?.at(at) ?? { line: 1, column: 1 }), message };
  });
}

async function read(folder: string | undefined, context: CommandContext): Promise<PackReading> {
  const own = join(context.packageRoot, 'checks');
  const schemas = await collectorSchemas();
  // An installed package holds our checks as one JSON file and their examples as another
  if (folder === undefined && !existsSync(own)) return shipped(context);
  const { readPack } = await import('../packs/load.ts');
  const path = folder === undefined ? own : resolve(context.cwd, folder);
  const options = { ...(await loadOptions()), examples: true };
  if (path === own || path.startsWith(`${own}${sep}`)) {
    const shownAs = shortPath(own, context.cwd);
    const reading = readPack(own, schemas, { ...options, name: 'checks', shownAs });
    return path === own ? reading : only(reading, join(shownAs, relative(own, path)));
  }
  // A user's folder may take operands from our profiles, and may not use our ids again
  return readPack(path, schemas, { ...options, shownAs: folder ?? path, beside: [await builtInPack(context)] });
}

async function shipped(context: CommandContext): Promise<PackReading> {
  const pack = await builtInPack(context);
  const schemas = await collectorSchemas();
  const nowhere = { line: 1, column: 1 };
  const fileOf = (id: string): YamlFile => ({ name: id, value: null, at: () => nowhere, keyAt: () => nowhere });
  const problems = pack.checks.flatMap((check) => exampleProblems(check, fileOf(check.id), schemas, pack.profiles));
  return { pack, problems, warnings: [], files: new Map() };
}

/** The part of our own pack that a file or folder of it holds. */
function only(reading: PackReading, path: string): PackReading {
  const inside = (file: string): boolean => file === path || file.startsWith(`${path}${sep}`);
  const ids = new Set([...reading.files].filter(([, file]) => inside(file.name)).map(([id]) => id));
  return {
    ...reading,
    pack: {
      ...reading.pack,
      checks: reading.pack.checks.filter((check) => ids.has(check.id)),
      detectors: reading.pack.detectors.filter(({ detector }) => ids.has(`secret.${detector.id}`)),
    },
    problems: reading.problems.filter((problem) => inside(problem.file)),
    warnings: reading.warnings.filter((problem) => inside(problem.file)),
  };
}
