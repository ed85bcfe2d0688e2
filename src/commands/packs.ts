/** The packs that a command works with: ours (YAML in a checkout, one JSON file in the build) and the user's folders. */
import { readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
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
  const key = `${context.packageRoot}\n${context.cwd}`;
  const pack = loaded.get(key) ?? loadBuiltIn(context);
  loaded.set(key, pack);
  return pack;
}

async function loadBuiltIn(context: Place): Promise<Pack> {
  if (FROM_SOURCE) {
    const { loadPack } = await import('../packs/load.ts');
    const folder = join(context.packageRoot, 'checks');
    return loadPack(folder, await collectorSchemas(), {
      ...(await loadOptions()),
      name: 'checks',
      shownAs: shortPath(folder, context.cwd),
    });
  }
  const { packFromJson } = await import('../packs/pack.ts');
  return packFromJson(readFileSync(join(context.packageRoot, 'dist', 'pack.json'), 'utf8'));
}

/** Ours and those of `--checks-dir`, which are always read from YAML. */
export async function allPacks(context: Place, checksDirs: readonly string[]): Promise<readonly Pack[]> {
  const packs = [await builtInPack(context)];
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
