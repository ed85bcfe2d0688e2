/** Which checks run: globs, profiles with their severities, clauses and operands (ARCHITECTURE §6). */
import { type Check, type Expr, type Reference, SEVERITIES, type Severity } from '../model/check.ts';
import { UsageError } from '../model/fault.ts';
import { byCodeUnit, isObject, type Json } from '../model/json.ts';
import { didYouMean } from '../model/nearest.ts';
import { globMatcher, namesSomething } from '../model/glob.ts';
import type { Pack, Profile } from './pack.ts';

export interface Selection {
  /** Globs of `--checks`; empty: what the profiles include. */
  readonly checks: readonly string[];
  readonly skip: readonly string[];
  /** Names of `--profile`; empty: `default`. */
  readonly profiles: readonly string[];
}

const DEFAULT_PROFILE = 'default';

/** The checks of a selection, by id; those that take operands from profiles once for each chosen profile that has them. */
export function selectChecks(pack: Pick<Pack, 'checks' | 'profiles'>, selection: Selection): readonly Check[] {
  const ids = [...new Set(pack.checks.map((check) => check.id))];
  const named = globs(selection.checks, ids, '--checks');
  const skipped = globs(selection.skip, ids, '--skip');
  const profiles = chosenProfiles(pack.profiles, selection.profiles);
  const restrict = named === undefined || selection.profiles.length > 0;
  const selected: Check[] = [];
  const lacking: string[] = [];
  for (const check of pack.checks) {
    if (skipped?.some((glob) => glob.matches(check.id)) === true) continue;
    const naming = named?.filter((glob) => glob.matches(check.id)) ?? [];
    if (named !== undefined && naming.length === 0) continue;
    const including = profiles.filter((profile) =>
      includes(
        profile,
        check,
        naming.some((glob) => glob.names),
      ),
    );
    if (restrict && including.length === 0) continue;
    if (check.deep === true && !restrict && !naming.some((glob) => glob.names)) continue;
    const found = underProfiles(check, restrict ? including : profiles);
    if (found.length === 0) lacking.push(check.id);
    selected.push(...found);
  }
  if (selected.length === 0) throw new UsageError(nothingSelected(pack, lacking));
  return selected;
}

function nothingSelected({ checks, profiles }: Pick<Pack, 'checks' | 'profiles'>, lacking: readonly string[]): string {
  const check = checks.find(({ id }) => id === lacking[0]);
  if (check === undefined) return 'no check is selected: see "probity list checks"';
  const keys = [...profileKeys(check)];
  const having = profiles.filter(({ data }) => keys.every((key) => Object.hasOwn(data ?? {}, key))).map(({ id }) => id);
  return `no check is selected: ${check.id} takes its operand from a profile; choose one with --profile: ${having.join(', ')}`;
}

interface Glob {
  readonly matches: (id: string) => boolean;
  /** It is more than a star: it reaches deep checks too. */
  readonly names: boolean;
}

/** The globs of an option; undefined where it was not given. One that matches nothing is refused with the nearest ids. */
function globs(texts: readonly string[], ids: readonly string[], option: string): readonly Glob[] | undefined {
  if (texts.length === 0) return undefined;
  return texts.map((text) => {
    const matches = globMatcher(text);
    if (!ids.some(matches)) {
      const group = ids.some((id) => id.startsWith(`${text}.`))
        ? ` (did you mean "${text}.*"?)`
        : didYouMean(text, ids);
      throw new UsageError(`${option}: no check is named "${text}"${group}`);
    }
    return { matches, names: namesSomething(text) };
  });
}

function chosenProfiles(profiles: readonly Profile[], names: readonly string[]): readonly Profile[] {
  const wanted = names.length === 0 ? [DEFAULT_PROFILE] : [...new Set(names)];
  return wanted.flatMap((name) => {
    const profile = profiles.find((known) => known.id === name);
    if (profile !== undefined) return [profile];
    if (names.length === 0) return [{ id: DEFAULT_PROFILE, title: '', include: ['*'] }];
    const known = profiles.map(({ id }) => id);
    throw new UsageError(
      `there is no profile "${name}"${didYouMean(name, known) || `: there are ${known.join(', ')}`}`,
      { flag: 'profile' },
    );
  });
}

function includes(profile: Profile, check: Check, named: boolean): boolean {
  const including = profile.include.filter((glob) => globMatcher(glob)(check.id));
  if (including.length === 0) return false;
  if (profile.exclude?.some((glob) => globMatcher(glob)(check.id)) === true) return false;
  return check.deep !== true || named || including.some(namesSomething);
}

/** A check as the chosen profiles want it: the higher severity, all their clauses, and their operands. */
function underProfiles(check: Check, profiles: readonly Profile[]): readonly Check[] {
  const keys = profileKeys(check);
  if (keys.size === 0) return [withProfiles(check, profiles)];
  const having = profiles.filter((profile) => [...keys].every((key) => Object.hasOwn(profile.data ?? {}, key)));
  return having.map((profile) => specialise(withProfiles(check, [profile]), profile));
}

function withProfiles(check: Check, profiles: readonly Profile[]): Check {
  const severities = profiles.map((profile) => entry(profile.severity, check.id) ?? check.severity);
  const added = profiles.flatMap((profile) => entry(profile.references, check.id) ?? []);
  if (added.length === 0 && severities.every((severity) => severity === check.severity)) return check;
  return {
    ...check,
    severity: severities.length === 0 ? check.severity : severities.reduce(higher),
    references: unique([...check.references, ...added]),
  };
}

function entry<T>(map: { readonly [id: string]: T } | undefined, id: string): T | undefined {
  return map !== undefined && Object.hasOwn(map, id) ? map[id] : undefined;
}

function higher(a: Severity, b: Severity): Severity {
  return SEVERITIES.indexOf(a) <= SEVERITIES.indexOf(b) ? a : b;
}

function unique(references: readonly Reference[]): readonly Reference[] {
  return [...new Map(references.map((reference) => [JSON.stringify(reference), reference])).values()];
}

/** The check with a profile's values in place of `{ $profile: KEY }`; its subject will end in `@NAME`. */
export function specialise(check: Check, profile: Profile): Check {
  const fill = (expr: Expr): Expr => mapLeaves(expr, (value) => operandFrom(profile, value));
  return {
    ...check,
    ...(check.when === undefined ? {} : { when: fill(check.when) }),
    ...(check.manualWhen === undefined
      ? {}
      : { manualWhen: { ...check.manualWhen, when: fill(check.manualWhen.when) } }),
    assert: 'manual' in check.assert ? check.assert : fill(check.assert),
    ...(check.severityWhen === undefined
      ? {}
      : { severityWhen: check.severityWhen.map((rule) => ({ ...rule, when: fill(rule.when) })) }),
    profile: profile.id,
  };
}

function operandFrom(profile: Profile, value: Json): Json {
  const key = profileKey(value);
  const data = profile.data ?? {};
  return key !== undefined && Object.hasOwn(data, key) ? (data[key] ?? null) : value;
}

/** The key of an operand that is taken from a profile: `{ $profile: KEY }`. */
export function profileKey(value: Json): string | undefined {
  const key = isObject(value) && Object.hasOwn(value, '$profile') ? value['$profile'] : undefined;
  return typeof key === 'string' ? key : undefined;
}

/** The profile keys that a check takes operands from. */
export function profileKeys(check: Check): ReadonlySet<string> {
  const keys = new Set<string>();
  const note = (value: Json): Json => {
    const key = profileKey(value);
    if (key !== undefined) keys.add(key);
    return value;
  };
  const exprs = [check.when, check.manualWhen?.when, ...(check.severityWhen ?? []).map((rule) => rule.when)];
  for (const expr of exprs) if (expr !== undefined) mapLeaves(expr, note);
  if (!('manual' in check.assert)) mapLeaves(check.assert, note);
  return new Set([...keys].sort(byCodeUnit));
}

function mapLeaves(expr: Expr, operand: (value: Json) => Json): Expr {
  if ('all' in expr) return { all: expr.all.map((part) => mapLeaves(part, operand)) };
  if ('any' in expr) return { any: expr.any.map((part) => mapLeaves(part, operand)) };
  if ('path' in expr) return { ...expr, value: operand(expr.value) };
  return { ...expr, satisfies: mapLeaves(expr.satisfies, operand) };
}
