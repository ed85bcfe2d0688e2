/** `probity list checks|detectors|profiles|frameworks|collectors|formats`: what there is, as a table or as JSON. */
import { COLLECTORS } from '../collectors/index.ts';
import type { Arguments, FlagValue } from '../config/arguments.ts';
import { UsageError } from '../model/fault.ts';
import { byCodeUnit, type JsonObject } from '../model/json.ts';
import { didYouMean } from '../model/nearest.ts';
import { joinPacks, type Pack } from '../packs/pack.ts';
import { selectChecks } from '../packs/select.ts';
import { FORMATS } from '../report/registry.ts';
import type { CommandContext } from './context.ts';
import { allPacks } from './packs.ts';
import { table } from './table.ts';

/** What a list holds: objects for machines, and the keys that a person sees as columns. */
interface Listing {
  readonly items: readonly JsonObject[];
  readonly columns: readonly string[];
}

type Lister = (args: Arguments, context: CommandContext) => Promise<Listing>;

const LISTS: { readonly [what: string]: Lister } = {
  checks: listChecks,
  detectors: listDetectors,
  profiles: listProfiles,
  frameworks: listFrameworks,
  collectors: listCollectors,
  formats: listFormats,
};

export async function list(args: Arguments, context: CommandContext): Promise<number> {
  const [what, extra] = args.positionals;
  const names = Object.keys(LISTS);
  if (what === undefined) throw new UsageError(`list what? One of ${names.join(', ')}`);
  if (extra !== undefined) throw new UsageError(`list takes one word, not also "${extra}"`);
  const lister = Object.hasOwn(LISTS, what) ? LISTS[what] : undefined;
  if (lister === undefined) {
    throw new UsageError(`there is no list "${what}"${didYouMean(what, names) || `: there are ${names.join(', ')}`}`);
  }
  const { items, columns } = await lister(args, context);
  if (args.flags['json'] === true) {
    context.stdout(`${JSON.stringify({ schema: `list-${what}/1`, [what]: items }, null, 2)}\n`);
    return 0;
  }
  const rows = items.map((item) => columns.map((column) => cell(item[column])));
  context.stdout(
    table([columns.map((column) => column.toUpperCase()), ...rows], context.isTTY ? context.columns : 1000),
  );
  return 0;
}

function cell(value: JsonObject[string] | undefined): string {
  if (Array.isArray(value)) return value.join(' ');
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

function texts(value: FlagValue | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'object' ? value : [String(value)];
}

/** All packs; globs and profiles narrow the list exactly as they narrow an audit. */
async function listChecks(args: Arguments, context: CommandContext): Promise<Listing> {
  const pack = joinPacks(await allPacks(context, texts(args.flags['checksDir'])));
  const selection = {
    checks: texts(args.flags['checks']),
    skip: texts(args.flags['skip']),
    profiles: texts(args.flags['profile']),
  };
  const narrowed = Object.values(selection).some((globs) => globs.length > 0);
  const checks = narrowed ? selectChecks(pack, selection) : pack.checks;
  return {
    columns: ['id', 'severity', 'target', 'title'],
    items: checks.map((check) => ({
      id: check.id,
      version: check.version,
      severity: check.severity,
      target: check.target,
      needs: check.needs,
      title: check.title,
      references: check.references as unknown as readonly JsonObject[],
      ...(check.deep === true ? { deep: true } : {}),
      ...(check.profile === undefined ? {} : { profile: check.profile }),
    })),
  };
}

async function listDetectors(args: Arguments, context: CommandContext): Promise<Listing> {
  const { detectors } = joinPacks(await allPacks(context, texts(args.flags['checksDir'])));
  return {
    columns: ['id', 'severity', 'title'],
    items: detectors.map(({ detector }) => ({
      id: detector.id,
      check: `secret.${detector.id}`,
      severity: detector.severity,
      title: detector.title,
    })),
  };
}

async function listProfiles(args: Arguments, context: CommandContext): Promise<Listing> {
  const pack = joinPacks(await allPacks(context, texts(args.flags['checksDir'])));
  return {
    columns: ['id', 'checks', 'title'],
    items: pack.profiles.map((profile) => ({
      id: profile.id,
      title: profile.title,
      checks: countUnder(pack, profile.id),
      include: profile.include,
      exclude: profile.exclude ?? [],
    })),
  };
}

/** A profile whose checks all need another's data selects none: that is a figure, not a mistake of the user. */
function countUnder(pack: Pick<Pack, 'checks' | 'profiles'>, profile: string): number {
  try {
    return selectChecks(pack, { checks: [], skip: [], profiles: [profile] }).length;
  } catch (error) {
    if (error instanceof UsageError) return 0;
    throw error;
  }
}

async function listFrameworks(args: Arguments, context: CommandContext): Promise<Listing> {
  const { frameworks } = joinPacks(await allPacks(context, texts(args.flags['checksDir'])));
  return {
    columns: ['id', 'controls', 'version', 'name'],
    items: frameworks.map(({ id, name, version, publisher, controls }) => ({
      id,
      name,
      version,
      publisher,
      controls: controls.length,
    })),
  };
}

async function listCollectors(): Promise<Listing> {
  const items = COLLECTORS.map(({ id, title, accepts, leadsTo }) => ({ id, accepts, leadsTo, title }));
  return { columns: ['id', 'accepts', 'title'], items: items.sort((a, b) => byCodeUnit(a.id, b.id)) };
}

async function listFormats(): Promise<Listing> {
  return {
    columns: ['id', 'file', 'title'],
    items: FORMATS.map(({ id, fileName, title }) => ({ id, file: fileName, title })),
  };
}
