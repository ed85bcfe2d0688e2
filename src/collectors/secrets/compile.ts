/** Turns detectors, which are data, into matchers and automata; done once in each worker. */
import type { Severity } from '../../model/check.ts';
import type { Detector, DetectorSet } from '../../model/detector.ts';
import { emit, emitSet } from '../../pattern/emit.ts';
import { anchorsOf, bytesOf, firstOf, lastOf, lengthsOf } from '../../pattern/measure.ts';
import { parsePattern } from '../../pattern/parse.ts';
import { overlaps, setOf, type ByteSet } from '../../pattern/ast.ts';
import { type Allow, allowsOf, gitleaksRule, type GitleaksRule } from './gitleaks.ts';
import { type Keyword, type Keywords, Search, type SearchTables, SHORTEST_KEYWORD } from './keywords.ts';
import { GATES } from './search.ts';

/** Made when it is first asked for: most detectors never see a keyword of theirs. */
export type Later<T> = () => T;

export interface PatternMatcher {
  readonly is: 'pattern';
  /** Every match begins with one of these: it is tried where one stands, in its exact spelling. Empty: the keywords tell where. */
  readonly prefixes: readonly string[];
  readonly pattern: Later<Pattern>;
}

export interface Pattern {
  /** Sticky where every match begins with a prefix, else global. */
  readonly expression: RegExp;
  /** The same with the places of its groups. */
  readonly located: Later<RegExp>;
  /** How far a match may reach on either side of its keyword, and how long it is at least. */
  readonly reach: number;
  readonly least: number;
  /** By byte: 1 where a match can hold it; undefined where it can hold every byte. */
  readonly holds: Uint8Array | undefined;
  /** The pattern asks where the text begins or ends. */
  readonly whole: boolean;
}

export type Rule =
  | PatternMatcher
  | { readonly is: 'context'; readonly value: Later<RegExp>; readonly also: Later<RegExp> | undefined }
  | { readonly is: 'uri'; readonly schemes: ReadonlySet<string>; readonly others: boolean }
  | GitleaksRule
  | { readonly is: 'path' };

export interface Matcher {
  readonly number: number;
  readonly detector: Detector;
  readonly keywords: readonly string[];
  /** Found by its own form: looked for in every file. */
  readonly fixed: boolean;
  readonly rule: Rule;
  /** Of two findings at one place the higher stays. */
  readonly rank: number;
  readonly files: Later<RegExp> | undefined;
  readonly lower: Later<readonly { readonly expression: RegExp; readonly severity: Severity; readonly note: string }[]>;
  readonly allow: { readonly [kind in 'values' | 'names' | 'lines' | 'paths']: Later<readonly RegExp[]> };
}

export interface Plan {
  readonly keywords: Keywords;
  /** By keyword number. */
  readonly matchers: readonly (readonly Matcher[])[];
}

export interface Engine {
  readonly search: Search;
  readonly matchers: readonly Matcher[];
  readonly all: Plan;
  /** Detectors with a form of their own: for dependencies, lockfiles, generated and binary files. */
  readonly fixed: Plan;
  readonly paths: readonly Matcher[];
  /** Matches a path that one of them matches. */
  readonly path: Later<RegExp>;
  /** Rules with no keyword, or with one that is too short for the tables: they run over every text that holds it. */
  readonly always: readonly Matcher[];
  /** Allow-lists over all rules of a gitleaks file. */
  readonly allow: readonly Allow[];
  /** Digests of values that their owners published, whichever detector finds them. */
  readonly published: ReadonlySet<string>;
}

/** Where a pattern sets no bound. */
const UNBOUNDED_REACH = 4096;

export function compile(set: DetectorSet): Engine {
  return prepare(set)();
}

/** All but the search, whose tables another thread may have made. */
export function prepare(set: DetectorSet): (tables?: SearchTables) => Engine {
  const named = new Set(set.detectors.flatMap((detector) => detector.uri?.schemes ?? []));
  const allow = allowsOf(set.allow ?? []);
  const rules = set.detectors.flatMap((detector) =>
    rulesOf(detector, named, allow).map((rule) => ({ detector, rule })),
  );
  const matchers = rules.map(({ detector, rule }, number) => compileOne(detector, rule, number));
  const paths = matchers.filter((matcher) => matcher.rule.is === 'path');
  const byContent = matchers.filter((matcher) => matcher.rule.is !== 'path');
  const all = entriesFor(byContent);
  const fixed = entriesFor(byContent.filter((matcher) => matcher.fixed));
  const rest = {
    matchers,
    paths,
    path: later(() => new RegExp(paths.map(({ files }) => `(?:${files?.().source ?? '(?!)'})`).join('|') || '(?!)')),
    always: matchers.filter((matcher) => matcher.rule.is === 'gitleaks' && !isIndexed(matcher.keywords)),
    allow,
    published: new Set(set.detectors.flatMap((detector) => detector.allow?.published ?? [])),
  };
  return (tables) => {
    const search = new Search([all, fixed], tables);
    const [allKeywords, fixedKeywords] = search.plans;
    if (allKeywords === undefined || fixedKeywords === undefined) throw new TypeError('there are two plans');
    return {
      ...rest,
      search,
      all: { keywords: allKeywords, matchers: all.map((entry) => entry.matchers) },
      fixed: { keywords: fixedKeywords, matchers: fixed.map((entry) => entry.matchers) },
    };
  };
}

function isIndexed(keywords: readonly string[]): boolean {
  return keywords.length > 0 && keywords.every((word) => word.length >= SHORTEST_KEYWORD);
}

interface Entry extends Keyword {
  readonly matchers: readonly Matcher[];
}

function entriesFor(matchers: readonly Matcher[]): readonly Entry[] {
  // rules that ask for different surroundings have each a record of the word
  const entries = new Map<string, Entry & { readonly matchers: Matcher[]; shortest: number; run: number }>();
  for (const matcher of matchers) {
    const { rule, detector } = matcher;
    const exact = rule.is === 'pattern' && rule.prefixes.length > 0;
    if (!exact && !isIndexed(matcher.keywords)) continue;
    const gates = gatesOf(matcher);
    for (const text of new Set(exact ? rule.prefixes : matcher.keywords)) {
      const key = `${String(gates)} ${text}`;
      const entry = entries.get(key) ?? {
        text,
        exact,
        gates,
        shortest: MOST_SHORTEST,
        run: MOST_SHORTEST,
        matchers: [],
      };
      entries.set(key, entry);
      entry.matchers.push(matcher);
      if (rule.is === 'context') entry.shortest = Math.min(entry.shortest, detector.context?.shortest ?? 0);
      else if (rule.is === 'pattern') entry.run = Math.min(entry.run, detector.run ?? 0);
    }
  }
  return [...entries.values()].sort((a, b) => Number(a.exact) - Number(b.exact));
}

/** As much as a record of the search holds. */
const MOST_SHORTEST = 255;

function gatesOf({ rule, detector }: Matcher): number {
  if (rule.is === 'uri') return GATES.authority;
  if (rule.is === 'pattern') return rule.prefixes.length > 0 ? GATES.notInWord : GATES.none;
  if (rule.is !== 'context') return GATES.none;
  const { segment, last, mixed } = detector.context ?? {};
  if (segment !== true || last !== true) return GATES.assigned;
  return mixed === true ? GATES.named | GATES.mixed : GATES.named;
}

function compileOne(detector: Detector, rule: Rule, number: number): Matcher {
  const context = rule.is === 'context';
  const fixed = detector.fixed && !context;
  return {
    number,
    detector,
    keywords: context ? (detector.context?.words ?? detector.keywords) : detector.keywords,
    fixed,
    rule,
    rank: rule.is === 'path' ? 0 : fixed ? 3 : detector.context?.segment === true ? 1 : 2,
    files: detector.files === undefined ? undefined : whenAsked(detector.files),
    lower: later(() =>
      (detector.lower ?? []).map(({ pattern, severity, note }) => ({
        expression: expressionOf(pattern),
        severity,
        note,
      })),
    ),
    allow: {
      values: expressionsOf(detector.allow?.values),
      names: expressionsOf(detector.allow?.names),
      lines: expressionsOf(detector.allow?.lines),
      paths: expressionsOf(detector.allow?.paths),
    },
  };
}

function later<T>(make: () => T): Later<T> {
  let made: { readonly it: T } | undefined;
  return () => (made ??= { it: make() }).it;
}

function expressionsOf(patterns: readonly string[] | undefined): Later<readonly RegExp[]> {
  return patterns === undefined ? () => [] : later(() => patterns.map((pattern) => expressionOf(pattern)));
}

function expressionOf(pattern: string): RegExp {
  return new RegExp(emit(parsePattern(pattern).root));
}

function whenAsked(pattern: string): Later<RegExp> {
  return later(() => expressionOf(pattern));
}

/** A detector may know a form of its own and, beside it, values that only a name makes suspicious. */
function rulesOf(detector: Detector, schemes: ReadonlySet<string>, allow: readonly Allow[]): Rule[] {
  if (detector.gitleaks !== undefined && detector.pattern !== undefined) {
    return [gitleaksRule(detector, detector.pattern, allow)];
  }
  const rules: Rule[] = [];
  if (detector.pattern !== undefined) rules.push(patternRule(detector, detector.pattern));
  if (detector.context !== undefined) {
    const { value, also } = detector.context;
    rules.push({
      is: 'context',
      value: later(() => new RegExp(`^(?:${emit(parsePattern(value).root)})$`)),
      also: also === undefined ? undefined : whenAsked(also),
    });
  }
  if (detector.uri !== undefined) {
    const others = detector.uri.schemes.includes('*');
    rules.push({ is: 'uri', others, schemes: others ? schemes : new Set(detector.uri.schemes) });
  }
  return rules.length === 0 ? [{ is: 'path' }] : rules;
}

/** Not inside a longer word; but `\nTOKEN` in a string of source code and `%20TOKEN` in a URL are beginnings. */
const BEFORE =
  '(?:(?<![0-9A-Za-z])|(?<=\\\\[nrtv])|(?<=%[0-9A-Fa-f]{2})|(?<=\\\\u00[0-9A-Fa-f]{2})|(?<=\\x1b\\[[0-9;]{0,8}m))';
const WORD = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x61, 0x7a],
] as const;

function patternRule(detector: Detector, pattern: string): PatternMatcher {
  const prefixes = detector.prefixes ?? [];
  return { is: 'pattern', prefixes, pattern: later(() => compilePattern(pattern, prefixes.length > 0)) };
}

function compilePattern(pattern: string, anchored: boolean): Pattern {
  const root = parsePattern(pattern).root;
  const last = lastOf(root);
  const before = overlaps(firstOf(root), WORD) ? BEFORE : '';
  // a token ends where its own alphabet and the alphabet of words end
  const after = overlaps(last, WORD) ? `(?!${emitSet(setOf(...WORD, ...(isAlphabet(last) ? last : [])))})` : '';
  const source = `${before}(?:${emit(root)})${after}`;
  const { min, max } = lengthsOf(root);
  const holds = new Uint8Array(256);
  for (const [low, high] of bytesOf(root)) holds.fill(1, low, high + 1);
  return {
    expression: new RegExp(source, anchored ? 'y' : 'g'),
    located: later(() => new RegExp(source, 'dy')),
    reach: max === Infinity ? UNBOUNDED_REACH : max + 8,
    least: min,
    holds: holds.includes(0) ? holds : undefined,
    whole: anchorsOf(root).text,
  };
}

/** A wide set is the alphabet of a value; a single character is its literal end, which another may follow. */
function isAlphabet(set: ByteSet): boolean {
  return set.some(([low, high]) => high - low >= 9);
}
