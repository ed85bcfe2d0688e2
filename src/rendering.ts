/** Turns a sealed run into report files: loads our templates, calls the reporters, writes what they say. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inventoryOf } from './inventory.ts';
import type { Check } from './model/check.ts';
import type { Evidence } from './model/evidence.ts';
import { UsageError } from './model/fault.ts';
import type { Framework } from './model/framework.ts';
import { didYouMean } from './model/nearest.ts';
import type { View } from './model/reporter.ts';
import type { Run } from './model/result.ts';
import { type FormatEntry, FORMATS, formatEntry } from './report/registry.ts';
import { writeWhole } from './whole-file.ts';

/** The formats by their names; throws a UsageError for one that there is not. */
export function formatsOf(names: readonly string[]): FormatEntry[] {
  return [...new Set(names)].map((name) => {
    const entry = formatEntry(name);
    if (entry === undefined) {
      const known = FORMATS.map(({ id }) => id);
      throw new UsageError(
        `there is no format "${name}"${didYouMean(name, known) || `; there are ${known.join(', ')}`}`,
      );
    }
    return entry;
  });
}

/** Templates, styles and scripts of reports/, by file name. */
export function loadAssets(packageRoot: string): View['assets'] {
  const folder = join(packageRoot, 'reports');
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

export interface RenderInput {
  readonly run: Run;
  readonly evidence: (id: string) => Evidence | undefined;
  readonly frameworks: readonly Framework[];
  readonly checks: readonly Check[];
  readonly packageRoot: string;
}

/** Formats that show certificates and suites: only for them is the evidence read. */
const WITH_INVENTORY: ReadonlySet<string> = new Set(['html', 'certificates', 'cryptography']);

/** Renders into `folder`; yields the paths that were written, in the order of `formats`. run.json is the caller's. */
export async function renderFormats(
  input: RenderInput,
  formats: readonly FormatEntry[],
  folder: string,
): Promise<string[]> {
  const wanted = formats.filter((format) => format.id !== 'json');
  if (wanted.length === 0) return [];
  mkdirSync(folder, { recursive: true });
  const view: View = {
    run: input.run,
    evidence: input.evidence,
    assets: loadAssets(input.packageRoot),
    frameworks: input.frameworks,
    checks: input.checks,
    ...(wanted.some(({ id }) => WITH_INVENTORY.has(id)) && { inventory: await inventoryOf(input.run, input.evidence) }),
  };
  const written: string[] = [];
  for (const format of wanted) {
    const reporter = await format.load();
    const path = join(folder, format.fileName);
    writeWhole(path, reporter.pieces?.(view) ?? [reporter.render(view)]);
    written.push(path);
  }
  return written;
}
