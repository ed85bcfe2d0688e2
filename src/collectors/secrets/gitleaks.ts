/** Rules of a gitleaks file with gitleaks' meaning: what its own engine would report (facts/secrets §4.6), no more and no less. */
import type { DetectorSet, GitleaksAllow } from '../../model/detector.ts';
import { emit } from '../../pattern/emit.ts';
import { findLinear, programOf } from '../../pattern/linear.ts';
import { lengthsOf, riskOf } from '../../pattern/measure.ts';
import { parsePattern } from '../../pattern/parse.ts';
import { entropy } from './placeholder.ts';

/** Offsets of the whole match and of each group, two each; -1 where a group took no part. */
export type Find = (text: string, from: number) => readonly number[] | undefined;

export interface Allow {
  readonly and: boolean;
  readonly target: GitleaksAllow['target'];
  readonly regexes: readonly RegExp[];
  readonly paths: readonly RegExp[];
  readonly stopwords: readonly string[];
  readonly commits: readonly string[];
}

export interface GitleaksRule {
  readonly is: 'gitleaks';
  readonly find: Find;
  readonly secretGroup: number;
  readonly entropy: number;
  readonly allow: readonly Allow[];
  readonly reach: number;
  /** A keyword need not stand inside the match: then the whole text is searched where one occurs. */
  readonly whole: boolean;
}

const UNBOUNDED_REACH = 8192;

export function gitleaksRule(
  detector: DetectorSet['detectors'][number],
  pattern: string,
  global: readonly Allow[],
): GitleaksRule {
  const root = parsePattern(pattern).root;
  const { max } = lengthsOf(root);
  const source = pattern.toLowerCase();
  return {
    is: 'gitleaks',
    find: finderOf(pattern),
    secretGroup: detector.gitleaks?.secretGroup ?? 0,
    entropy: detector.entropy ?? 0,
    allow: [...global, ...allowsOf(detector.gitleaks?.allow ?? [])],
    reach: max === Infinity ? UNBOUNDED_REACH : max + 8,
    whole: !detector.keywords.every((word) => source.includes(word)),
  };
}

/** The host's engine where it cannot run away, else the linear one. */
export function finderOf(pattern: string): Find {
  const root = parsePattern(pattern).root;
  if (riskOf(root) !== undefined) {
    const program = programOf(root);
    return (text, from) => findLinear(program, text, from);
  }
  const expression = new RegExp(emit(root), 'dg');
  return (text, from) => {
    expression.lastIndex = from;
    return expression.exec(text)?.indices?.flatMap((span) => span ?? [-1, -1]);
  };
}

function searcher(pattern: string): RegExp {
  return new RegExp(emit(parsePattern(pattern).root));
}

export function allowsOf(lists: readonly GitleaksAllow[]): Allow[] {
  return lists.map((list) => ({
    and: list.and,
    target: list.target,
    regexes: list.regexes.map((pattern) => searcher(pattern)),
    paths: list.paths.map((pattern) => searcher(pattern)),
    stopwords: list.stopwords,
    commits: list.commits,
  }));
}

/** A list that allows the path whatever is found there. */
export function allowsPath(lists: readonly Allow[], path: string): boolean {
  return lists.some((list) => !list.and && list.paths.some((one) => one.test(path)));
}

export interface Secret {
  readonly start: number;
  readonly end: number;
  readonly value: string;
}

/** The secret of a match, or undefined where entropy or an allow-list drops it. `line` yields the lines of the match. */
export function secretOf(
  rule: GitleaksRule,
  text: string,
  match: readonly number[],
  path: string,
  line: () => string,
): Secret | undefined {
  const [from = 0, to = 0] = match;
  let [start, end] = [from, to];
  while (start < end && text[start] === '\n') start++;
  while (end > start && text[end - 1] === '\n') end--;
  const whole = text.slice(start, end);
  // gitleaks matches once more inside the match, which may see other edges
  const again = rule.find(whole, 0);
  let span: readonly [number, number] = [0, whole.length];
  if (again !== undefined && again.length > 2) {
    const groups = Array.from(
      { length: again.length / 2 },
      (_, i) => [again[i * 2] ?? -1, again[i * 2 + 1] ?? -1] as const,
    );
    if (rule.secretGroup > 0) span = groups[rule.secretGroup] ?? span;
    else span = groups.slice(1).find(([low, high]) => low >= 0 && high > low) ?? span;
  }
  const value = span[0] < 0 ? '' : whole.slice(span[0], span[1]);
  if (rule.entropy > 0 && entropy(value) <= rule.entropy) return undefined;
  for (const list of rule.allow)
    if (isAllowed(list, { secret: value, match: whole, line: line() }, path)) return undefined;
  return { start: start + Math.max(0, span[0]), end: start + Math.max(0, span[0]) + value.length, value };
}

function isAllowed(list: Allow, texts: { readonly [target in Allow['target']]: string }, path: string): boolean {
  const text = texts[list.target];
  const byRegex = list.regexes.length > 0 ? list.regexes.some((one) => one.test(text)) : undefined;
  const secret = texts.secret.toLowerCase();
  const byWord = list.stopwords.length > 0 ? list.stopwords.some((word) => secret.includes(word)) : undefined;
  const byPath = list.paths.length > 0 ? list.paths.some((one) => one.test(path)) : undefined;
  // no commit is known here: a list that asks for one as well does not hold
  const byCommit = list.commits.length > 0 ? false : undefined;
  const answers = [byRegex, byWord, byPath, byCommit].filter((answer) => answer !== undefined);
  return list.and ? answers.length > 0 && answers.every(Boolean) : answers.some(Boolean);
}
