/** The packs that a command works with: ours (YAML in a checkout, one JSON file in the build) and the user's folders. */
import { readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { UsageError } from '../model/fault.ts';
import { COLLECTORS } from '../collectors/index.ts';
import type { Pack } from '../packs/pack.ts';
import type { Schemas } from '../packs/check-file.ts';
import type { LoadOptions } from '../packs/load.ts';
import type { CommandContext } from './context.ts';

/** True where this file runs as TypeScript, that is in a checkout: then the YAML files are the truth. */
const FROM_SOURCE = import.meta.url.endsWith('.ts');

/** The schemas of all collectors, or of some, by id. */
export async function collectorSchemas(ids?: readonly string[]): Promise<Schemas> {
  const entries = await Promise.all(
    COLLECTORS.filter(({ id }) => ids?.includes(id) !== false).map(
      async (entry) => [entry.id, { ...(await entry.schema()), accepts: entry.accepts }] as const,
    ),
  );
  return new Map(entries);
}

type Place = Pick<CommandContext, 'packageRoot' | 'cwd'>;

/** One command may ask more than once. */
const loaded = new Map<string, Promise<Pack>>();

/** The checks that Probity ships. */
export async function builtInPack(context: Place): Promise<Pack> {
  const pack = loaded.get(context.packageRoot) ?? loadBuiltIn(context, true);
  loaded.set(context.packageRoot, pack);
  return pack;
}

async function loadBuiltIn(context: Place, examples: boolean): Promise<Pack> {
  if (FROM_SOURCE) {
    const { loadPack } = await import('../packs/load.ts');
    const folder = join(context.packageRoot, 'checks');
    return loadPack(folder, await collectorSchemas(), {
      ...(await loadOptions()),
      name: 'checks',
      shownAs: shortPath(folder, context.cwd),
    });
  }
  const { packFromJson, withExamples } = await import('../packs/pack.ts');
  const read = (name: string): string => readFileSync(join(context.packageRoot, 'dist', name), 'utf8');
  const pack = packFromJson(read('pack.json'));
  return examples ? withExamples(pack, read('examples.json')) : pack;
}

/** For runs, which judge by checks and need no examples: those of the build stay unread. */
export async function packsToJudgeBy(context: Place, checksDirs: readonly string[]): Promise<readonly Pack[]> {
  return await besideOurs(await loadBuiltIn(context, false), context, checksDirs);
}

/** Ours and those of `--checks-dir`, which are always read from YAML. */
export async function allPacks(context: Place, checksDirs: readonly string[]): Promise<readonly Pack[]> {
  return await besideOurs(await builtInPack(context), context, checksDirs);
}

async function besideOurs(ours: Pack, context: Place, checksDirs: readonly string[]): Promise<readonly Pack[]> {
  const packs = [ours];
  if (checksDirs.length === 0) return packs;
  const [{ loadPack }, schemas, options] = [
    await import('../packs/load.ts'),
    await collectorSchemas(),
    await loadOptions(),
  ];
  for (const folder of checksDirs) {
    packs.push(
      loadPack(resolve(context.cwd, folder), schemas, {
        ...options,
        name: shortPath(folder, context.cwd),
        shownAs: shortPath(folder, context.cwd),
        beside: packs,
      }),
    );
  }
  return packs;
}

/** The packs with the rules of a gitleaks file beside them; what of it has no effect is told. */
export async function withRules(
  context: Place,
  packs: readonly Pack[],
  file: string | undefined,
  tell: (line: string) => void,
): Promise<readonly Pack[]> {
  if (file === undefined) return packs;
  const [{ gitleaksPack, readGitleaksRules }, { joinPacks }, { problemText }] = await Promise.all([
    import('../packs/gitleaks.ts'),
    import('../packs/pack.ts'),
    import('../packs/problem.ts'),
  ]);
  const name = shortPath(resolve(context.cwd, file), context.cwd);
  const rules = readGitleaksRules(readRules(resolve(context.cwd, file), name), name);
  for (const warning of rules.warnings) tell(problemText(warning));
  return [...packs, gitleaksPack(rules, name, joinPacks(packs).detectors)];
}

const MAX_RULES = 8 * 1024 * 1024;

function readRules(path: string, name: string): string {
  try {
    const bytes = readFileSync(path);
    if (bytes.length > MAX_RULES)
      throw new UsageError(`${name} is larger than ${String(MAX_RULES / 1024 ** 2)} MiB`, { flag: 'rules' });
    return bytes.toString('utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new UsageError(`the rules file ${name} cannot be read (${code})`, { cause: error, flag: 'rules' });
  }
}

/** How a detector's file is read. */
export async function loadOptions(): Promise<LoadOptions> {
  const { readDetector } = await import('../packs/detectors.ts');
  return { detectors: readDetector };
}

/** A path as a person in this folder would write it. */
export function shortPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short === '' ? '.' : short.startsWith('..') ? path : short;
}
