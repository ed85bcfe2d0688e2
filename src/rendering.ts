/** Turns a sealed run into report files: loads our templates, calls the reporters, writes what they say. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inventoryOf } from './inventory.ts';
import type { Check } from './model/check.ts';
import type { Evidence } from './model/evidence.ts';
import { makeFolder } from './engine/output-folder.ts';
import { UsageError } from './model/fault.ts';
import type { Framework } from './model/framework.ts';
import { didYouMean } from './model/nearest.ts';
import type { Gathering, Reporter, View } from './model/reporter.ts';
import type { Result, Run } from './model/result.ts';
import { type FormatEntry, FORMATS, formatEntry } from './report/registry.ts';
import { type Spool, spoolFor, writeWhole } from './whole-file.ts';

/** The formats by their names; throws a UsageError for one that there is not. */
export function formatsOf(names: readonly string[]): FormatEntry[] {
  return [...new Set(names)].map((name) => {
    const entry = formatEntry(name);
    if (entry === undefined) {
      const known = FORMATS.map(({ id }) => id);
      throw new UsageError(
        `there is no format "${name}"${didYouMean(name, known) || `; there are ${known.join(', ')}`}`,
        { flag: 'format' },
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
  /** The same run with only its fails and errors, where its results may lie on the disk. */
  readonly findings?: Run;
  readonly evidence: (id: string) => Evidence | undefined;
  readonly frameworks: readonly Framework[];
  readonly checks: readonly Check[];
  readonly packageRoot: string;
}

/** Formats that show certificates and suites: only for them is the evidence read. */
const WITH_INVENTORY: ReadonlySet<string> = new Set(['html', 'certificates', 'cryptography']);

/** Reports in the making: their reporters are loaded, and results can come. */
export interface Rendering {
  /** Whether a format wants all results at once. */
  readonly keepsResults: boolean;
  /** The next result of the run, for the formats that take them one by one. */
  readonly add: (result: Result) => void;
  /** Writes the reports; answers their paths in the order of the formats. */
  write(input: RenderInput): Promise<string[]>;
  /** Takes away what was not finished. */
  discard(): void;
}

interface Part {
  readonly path: string;
  readonly reporter: Reporter;
  readonly gathering: Gathering | undefined;
  spool?: Spool;
}

/** Loads the reporters and our templates. run.json is the caller's. */
export async function startRendering(
  formats: readonly FormatEntry[],
  folder: string,
  packageRoot: string,
): Promise<Rendering> {
  const wanted = formats.filter((format) => format.id !== 'json');
  const assets = wanted.length === 0 ? {} : loadAssets(packageRoot);
  const parts = await Promise.all(
    wanted.map(async (format): Promise<Part> => {
      const reporter = await format.load();
      return { path: join(folder, format.fileName), reporter, gathering: reporter.gather?.(assets) };
    }),
  );
  return {
    keepsResults: parts.some(({ gathering }) => gathering === undefined),
    add(result) {
      for (const part of parts) {
        if (part.gathering === undefined) continue;
        part.spool ??= spoolFor(part.path);
        part.spool.write(part.gathering.add(result));
      }
    },
    async write({ run, findings = run, evidence, frameworks, checks }) {
      if (parts.length === 0) return [];
      const inventory = wanted.some(({ id }) => WITH_INVENTORY.has(id)) && {
        inventory: await inventoryOf(findings, evidence),
      };
      const view: View = { run, evidence, assets, frameworks, checks, ...inventory };
      return parts.map(({ path, reporter, gathering, spool }) => {
        writeWhole(path, gathering?.pieces(view, spool?.bytes() ?? []) ?? [reporter.render(view)]);
        spool?.discard();
        return path;
      });
    },
    discard() {
      for (const { spool } of parts) spool?.discard();
    },
  };
}

/** Renders a run that is in memory into `folder`; answers the paths that were written, in the order of `formats`. */
export async function renderFormats(
  input: RenderInput,
  formats: readonly FormatEntry[],
  folder: string,
): Promise<string[]> {
  const rendering = await startRendering(formats, folder, input.packageRoot);
  makeFolder(folder);
  try {
    for (const result of input.run.results) rendering.add(result);
    return await rendering.write(input);
  } finally {
    rendering.discard();
  }
}
