/** `probity policy aws`: the smallest read-only IAM policy under which the chosen checks can be judged. */
import { callsFor } from '../collectors/aws/call-table.ts';
import { CALLS_BY_COLLECTOR, LOGIN_CALLS } from '../collectors/aws/tables.ts';
import type { Arguments, FlagValue } from '../config/arguments.ts';
import type { Check } from '../model/check.ts';
import { UsageError } from '../model/fault.ts';
import { byCodeUnit, type JsonObject } from '../model/json.ts';
import { didYouMean } from '../model/nearest.ts';
import { joinPacks } from '../packs/pack.ts';
import { pathsRead } from '../packs/read-paths.ts';
import { selectChecks } from '../packs/select.ts';
import type { CommandContext } from './context.ts';
import { allPacks } from './packs.ts';

const CLOUDS = ['aws'];

export async function policy(args: Arguments, context: CommandContext): Promise<number> {
  const [cloud, extra] = args.positionals;
  if (cloud === undefined) throw new UsageError('policy for what? Write: probity policy aws');
  if (!CLOUDS.includes(cloud)) {
    throw new UsageError(
      `there is no policy for "${cloud}"${didYouMean(cloud, CLOUDS) || ': write probity policy aws'}`,
    );
  }
  if (extra !== undefined) throw new UsageError(`policy takes one word, not also "${extra}"`);
  const packs = await allPacks(context, texts(args.flags['checksDir']));
  const selected = selectChecks(joinPacks(packs), {
    checks: texts(args.flags['checks']),
    skip: texts(args.flags['skip']),
    profiles: texts(args.flags['profile']),
  });
  context.stdout(`${JSON.stringify(policyFor(selected), null, 2)}\n`);
  return 0;
}

function texts(value: FlagValue | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'object' ? value : [String(value)];
}

/** The IAM actions that the checks need, and those of the login, which every audit of AWS needs. */
export function actionsFor(checks: readonly Check[]): string[] {
  const found = new Set<string>();
  if (!checks.some(({ target }) => target.startsWith('aws'))) {
    throw new UsageError('no check of AWS is selected: see "probity list checks"');
  }
  for (const check of checks) {
    for (const [collector, paths] of pathsRead(check)) {
      const tables = Object.hasOwn(CALLS_BY_COLLECTOR, collector) ? CALLS_BY_COLLECTOR[collector] : undefined;
      for (const action of callsFor(tables ?? [], paths)) found.add(action);
    }
  }
  return [...LOGIN_CALLS, ...found].sort(byCodeUnit);
}

/** One statement a service; reads have no narrower resource that is known before they are made. */
export function policyFor(checks: readonly Check[]): JsonObject {
  const byService = Map.groupBy(actionsFor(checks), (action) => action.split(':')[0] ?? '');
  const statements = [...byService].map(([service, actions]) => ({
    Sid: `Probity${service.split('-').map(capital).join('')}`,
    Effect: 'Allow',
    Action: actions,
    Resource: '*',
  }));
  return { Version: '2012-10-17', Statement: statements };
}

const capital = (word: string): string => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
