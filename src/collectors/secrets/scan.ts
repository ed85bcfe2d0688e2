/** Finds the leaks in one text: keywords first, then each detector's rule where its keyword stands. Pure: bytes in, places out. */
import { createHash } from 'node:crypto';
import type { Severity } from '../../model/check.ts';
import { SEVERITIES } from '../../model/check.ts';
import {
  assignedValues,
  type Assigned,
  identifierEnd,
  identifierStart,
  isSegment,
  isWordStart,
  type UserInfo,
  userInfoAt,
} from './assignment.ts';
import { findKeywords, Hits } from './keywords.ts';
import { allowsPath, type Find, type GitleaksRule, secretOf } from './gitleaks.ts';
import { type Decoded, decodedRuns } from './decode.ts';
import { proofOf } from './checksum.ts';
import type { Engine, Matcher, PatternMatcher, Plan } from './compile.ts';
import type { Leak } from './leak.ts';
import { withPairs } from './pairs.ts';
import { isForTests } from './paths.ts';
import { entropy, isIdentifier, isMonotone, isPlaceholder, isTemplate, namesItself } from './placeholder.ts';
import { lookInside } from './structure.ts';

export interface ScanInput {
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
  readonly path: string;
  /** The path after the name of the folder that is scanned. */
  readonly place: string;
  readonly foreign: boolean;
  readonly binary: boolean;
  /** Keywords are looked for here only: two offsets for each part, in order. Rules may look around them. */
  readonly regions?: readonly number[] | undefined;
}

interface Scan extends ScanInput {
  /** How many bytes patterns may still look at; a text that uses it up was built to (facts/secrets §2.10). */
  budget: number;
  readonly plan: Plan;
  readonly published: Engine['published'];
  readonly leaks: Map<string, Leak>;
  /** The open window of each pattern, by matcher number. */
  readonly windows: Map<number, [from: number, to: number]>;
  /** Matchers of other files than this. */
  readonly elsewhere: Set<number>;
}

const HITS = new Hits();
/** Bytes that patterns may look at for each byte of a text, and for any text. */
const BUDGET_RATIO = 16;
const BUDGET_BASE = 4 * 1024 * 1024;
/** What a look into the structure behind a candidate counts for. */
const STRUCTURE_COST = 16 * 1024;
const DOCUMENT_COST = 128 * 1024;
/** More leaks in one text are not told apart any more: the first ones say enough. */
const MAX_LEAKS = 5000;
/** A merged window above this is run before it grows on. */
const MAX_WINDOW = 64 * 1024;

export interface Scanned {
  readonly leaks: readonly Leak[];
  /** The text used up its budget: its rest was not looked at. */
  readonly exhausted: boolean;
}

/** Encodings inside encodings. */
const MAX_DEPTH = 3;

export function scan(engine: Engine, input: ScanInput, depth = 0): Scanned {
  const plan = input.foreign || input.binary ? engine.fixed : engine.all;
  const budget = BUDGET_BASE + (input.to - input.from) * BUDGET_RATIO;
  const { published } = engine;
  let state: Scan | undefined;
  const { bytes, from, to, path, place, foreign, binary, regions = [from, to] } = input;
  // always of one shape: what is compiled for it stays
  const begin = (): Scan =>
    (state ??= {
      bytes,
      from,
      to,
      path,
      place,
      foreign,
      binary,
      regions,
      plan,
      published,
      budget,
      leaks: new Map(),
      windows: new Map(),
      elsewhere: new Set(),
    });
  for (let i = 0; i < regions.length; i += 2) {
    findKeywords(plan.keywords, bytes, regions[i] ?? 0, regions[i + 1] ?? 0, HITS, to);
    if (HITS.length > 0) tryKeywords(begin());
  }
  for (const { number, keywords } of engine.always) {
    if (keywords.length === 0 || holdsOne(input, keywords)) begin().windows.set(number, [from, to]);
  }
  const leaks = state === undefined ? [] : leaksOf(engine, state);
  // only what people write is decoded: dependencies and binary files are full of encoded data
  const decoded = plan === engine.all || depth > 0 ? decodedLeaks(engine, input, leaks, depth) : [];
  return {
    leaks: decoded.length === 0 ? leaks : inOrder([...leaks, ...decoded]),
    exhausted: (state?.budget ?? 1) <= 0,
  };
}

function leaksOf(engine: Engine, state: Scan): readonly Leak[] {
  for (const [number, window] of state.windows) runWindow(state, engine.matchers[number], window);
  return state.leaks.size === 0 ? [] : inOrder(withPairs(settle([...state.leaks.values()]), state.bytes));
}

/** Runs what the keywords that were found ask for. */
function tryKeywords(state: Scan): void {
  const { plan, bytes } = state;
  const { data, length } = HITS;
  let values: readonly Assigned[] = [];
  let info: UserInfo | undefined;
  let [valuesAt, infoAt] = [-1, -1];
  for (let i = 0; i < length && state.leaks.size < MAX_LEAKS && state.budget > 0; i += 2) {
    const keyword = data[i] ?? 0;
    const end = data[i + 1] ?? 0;
    const start = end - (plan.keywords.lengths[keyword] ?? 0);
    for (const matcher of plan.matchers[keyword] ?? []) {
      const { rule } = matcher;
      if (rule.is === 'pattern') {
        if (rule.prefixes.length > 0) tryHere(state, matcher, rule, start);
        else widen(state, matcher, rule, start, end);
      } else if (rule.is === 'context') {
        if (valuesAt !== end) [values, valuesAt] = [assignedValues(bytes, start, end, state.to), end];
        if (values.length > 0) tryValues(state, matcher, start, end, values);
      } else if (rule.is === 'gitleaks') widen(state, matcher, rule, start, end);
      else if (rule.is === 'uri') {
        if (infoAt !== end) [info, infoAt] = [userInfoAt(bytes, end, state.to), end];
        if (info !== undefined) tryUri(state, matcher, end, info);
      }
    }
  }
}

function holdsOne({ bytes, from, to }: ScanInput, keywords: readonly string[]): boolean {
  const text = bytes.toString('latin1', from, to).toLowerCase();
  return keywords.some((word) => text.includes(word));
}

function inOrder(leaks: readonly Leak[]): Leak[] {
  return [...leaks].sort((a, b) => a.start - b.start || a.matcher.number - b.matcher.number);
}

/** What stands in encoded runs where nothing was found as it is. The finding stands where the run does. */
function decodedLeaks(engine: Engine, input: ScanInput, known: readonly Leak[], depth: number): Leak[] {
  if (depth >= MAX_DEPTH || input.binary) return [];
  const found: Leak[] = [];
  for (const { start, end, bytes, encoding } of runsOf(engine, input)) {
    if (known.some((leak) => leak.start < end && start < leak.end)) continue;
    const inside = {
      path: input.path,
      binary: false,
      bytes,
      from: 0,
      to: bytes.length,
      place: input.place,
      foreign: true,
    };
    const seen = new Set<number>();
    for (const leak of scan(engine, inside, depth + 1).leaks) {
      if (seen.has(leak.matcher.number)) continue;
      seen.add(leak.matcher.number);
      const note = [leak.note, `in ${encoding} encoding`].filter((text) => text !== undefined).join('; ');
      found.push({ ...leak, start, end, note });
    }
  }
  return found;
}

function runsOf({ search }: Engine, { bytes, from, to, regions }: ScanInput): readonly Decoded[] {
  if (regions === undefined) return decodedRuns(search, bytes, from, to);
  const found: Decoded[] = [];
  for (let i = 0; i < regions.length; i += 2) {
    found.push(...decodedRuns(search, bytes, regions[i] ?? 0, regions[i + 1] ?? 0, from, to));
  }
  return found;
}

function tryHere(state: Scan, matcher: Matcher, rule: PatternMatcher, start: number): void {
  const { bytes, to } = state;
  if (isWord(bytes[start - 1] ?? 0) && !couldBeEscape(bytes, start)) return;
  const { expression, reach, least, holds } = rule.pattern();
  const from = Math.max(0, start - 12);
  // a match ends before the first byte that none can hold: that is known before anything is allocated
  let stop = Math.min(to, start + reach);
  for (let end = start; ;) {
    if (holds === undefined) end = stop;
    else while (end < stop && holds[bytes[end] as number] === 1) end++;
    state.budget -= end - start + 16;
    if (end - start < least) return;
    const text = bytes.toString('latin1', from, Math.min(to, end + 8));
    expression.lastIndex = start - from;
    const found = expression.exec(text);
    if (found === null) return;
    if (from + found.index + found[0].length < stop || stop === to || stop - start >= MAX_WINDOW) {
      accept(state, matcher, rule, found.index, found.index + found[0].length, text, from);
      return;
    }
    // a value without a bound goes on
    stop = Math.min(to, start + (stop - start) * 4);
  }
}

function isWord(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}

/** `\n`, `%20`, `\u0022`, an ANSI colour: the expression decides. */
function couldBeEscape(bytes: Buffer, start: number): boolean {
  for (let at = start - 2; at >= 0 && at >= start - 12; at--) {
    const byte = bytes[at];
    if (byte === 0x5c || byte === 0x25 || byte === 0x1b) return true;
  }
  return false;
}

/** Opens or grows the window in which a pattern will run. */
function widen(state: Scan, matcher: Matcher, rule: PatternMatcher | GitleaksRule, start: number, end: number): void {
  if (matcher.files !== undefined) {
    if (state.elsewhere.has(matcher.number)) return;
    if (!matcher.files().test(state.path)) {
      state.elsewhere.add(matcher.number);
      return;
    }
  }
  const { whole, reach } = rule.is === 'pattern' ? rule.pattern() : rule;
  const from = whole ? state.from : Math.max(state.from, start - reach);
  const to = whole ? state.to : Math.min(state.to, end + reach);
  const open = state.windows.get(matcher.number);
  if (open === undefined) state.windows.set(matcher.number, [from, to]);
  else if (from <= open[1] && to - open[0] <= MAX_WINDOW) open[1] = Math.max(open[1], to);
  else {
    runWindow(state, matcher, open);
    state.windows.set(matcher.number, [from, to]);
  }
}

function runWindow(state: Scan, matcher: Matcher | undefined, window: readonly [number, number]): void {
  const rule = matcher?.rule;
  if (matcher === undefined || (rule?.is !== 'pattern' && rule?.is !== 'gitleaks')) return;
  if (rule.is === 'gitleaks' && allowsPath(rule.allow, state.path)) return;
  let [from, to] = window;
  for (let growth = 0; ; growth++) {
    const text = state.bytes.toString('latin1', from, to);
    state.budget -= text.length;
    if (state.budget <= 0) return;
    const found = rule.is === 'pattern' ? allMatches(rule.pattern().expression, text) : allFinds(rule.find, text);
    // what touches an edge of the window may be longer, or may begin there only by the cut: look again in a larger one
    const cut = found.some(
      ([start = 0, end = 0]) => (start === 0 && from > state.from) || (end === text.length && to < state.to),
    );
    if (!cut || growth === 3) {
      for (const match of found) {
        if (rule.is === 'pattern') accept(state, matcher, rule, match[0] ?? 0, match[1] ?? 0, text, from);
        else acceptGitleaks(state, matcher, rule, match, text, from);
      }
      return;
    }
    const more = growth === 2 ? Infinity : (to - from) * 4;
    from = Math.max(state.from, from - more);
    to = Math.min(state.to, to + more);
  }
}

function allMatches(expression: RegExp, text: string): (readonly number[])[] {
  const found: (readonly number[])[] = [];
  expression.lastIndex = 0;
  for (let match = expression.exec(text); match !== null; match = expression.exec(text)) {
    found.push([match.index, match.index + match[0].length]);
    if (match[0] === '') expression.lastIndex++;
    if (found.length >= MAX_LEAKS) break;
  }
  return found;
}

function allFinds(find: Find, text: string): (readonly number[])[] {
  const found: (readonly number[])[] = [];
  let from = 0;
  while (from <= text.length && found.length < MAX_LEAKS) {
    const match = find(text, from);
    if (match === undefined) break;
    found.push(match);
    const [start = 0, end = 0] = match;
    from = end > start ? end : end + 1;
  }
  return found;
}

function acceptGitleaks(
  state: Scan,
  matcher: Matcher,
  rule: GitleaksRule,
  match: readonly number[],
  text: string,
  base: number,
): void {
  if (matcher.files !== undefined && !matcher.files().test(state.path)) return;
  const secret = secretOf(rule, text, match, state.path, () => linesOf(text, match[0] ?? 0, match[1] ?? 0));
  if (secret === undefined) return;
  const key = `${String(matcher.number)}:${String(base + secret.start)}`;
  state.leaks.set(key, {
    matcher,
    start: base + secret.start,
    end: base + secret.end,
    value: secret.value,
    severity: matcher.detector.severity,
    proven: false,
  });
}

function linesOf(text: string, start: number, end: number): string {
  const after = text.indexOf('\n', end);
  return text.slice(text.lastIndexOf('\n', start - 1) + 1, after < 0 ? text.length : after);
}

/** The value is the first group that matched, else the match. */
function accept(
  state: Scan,
  matcher: Matcher,
  rule: PatternMatcher,
  start: number,
  end: number,
  text: string,
  base: number,
): void {
  const located = rule.pattern().located();
  located.lastIndex = start;
  const indices = located.exec(text)?.indices;
  const group = indices?.slice(1).find((one) => one !== undefined && one[1] > one[0]);
  const [from, to] = group ?? [start, end];
  judge(state, matcher, base + from, base + to);
}

function tryValues(state: Scan, matcher: Matcher, start: number, end: number, values: readonly Assigned[]): void {
  const { rule, detector } = matcher;
  const { context } = detector;
  if (rule.is !== 'context' || context === undefined) return;
  const { bytes } = state;
  const generic = context.segment === true;
  if (generic ? !isSegment(bytes, start, end) : !isWordStart(bytes, start, end)) return;
  const names = matcher.allow.names();
  if (names.length > 0) {
    const name = bytes.toString('latin1', identifierStart(bytes, start), identifierEnd(bytes, end, state.to));
    if (names.some((one) => one.test(name))) return;
  }
  if (generic && !belongsTo(state, end, values[0])) return;
  if (context.last === true && identifierEnd(bytes, end, state.to) > end + 1) return;
  for (const value of generic ? values.slice(0, 1) : values) {
    if (isListed(state, end, value)) return;
    if (isDigest(state, value)) continue;
    // in code an unquoted word is a variable
    if (generic && !value.quoted && PROGRAM.test(state.path)) continue;
    if (context.quoted === true && !value.quoted && !standsAlone(state, value)) continue;
    const text = bytes.toString('latin1', value.start, value.end);
    state.budget -= text.length + 64;
    if (!rule.value().test(text)) continue;
    if (context.mixed === true && !(/[0-9]/.test(text) && /[A-Za-z]/.test(text))) continue;
    if (rule.also !== undefined) {
      const name = bytes.toString('latin1', Math.max(0, start - 24), value.nameEnd).toLowerCase();
      if (!rule.also().test(name.slice(name.lastIndexOf('\n') + 1))) continue;
    }
    if (namesItself(text)) continue;
    judge(state, matcher, value.start, value.end);
    return;
  }
}

/** `"name", "other"`: elements of a list. Of a call the first argument may name what the second is. */
function isListed({ bytes, to }: Scan, wordEnd: number, value: Assigned): boolean {
  const nameEnd = identifierEnd(bytes, wordEnd, to);
  if (bytes[value.nameEnd] !== 0x2c || !/^["'`]\s{0,4},$/.test(bytes.toString('latin1', nameEnd, value.nameEnd + 1))) {
    return false;
  }
  const nameStart = identifierStart(bytes, wordEnd - 1);
  return !/\(\s{0,4}["'`]$/.test(bytes.toString('latin1', Math.max(0, nameStart - 8), nameStart));
}

/** `h1:`, `sha256-`: what follows is a digest, which is no secret. */
function isDigest({ bytes }: Scan, value: Assigned): boolean {
  return /(?:h1:|sha\d{1,3}[:=_-])$/i.test(bytes.toString('latin1', Math.max(0, value.start - 8), value.start));
}

/** Between the name and the separator stand only blanks, closing quotes (escaped too) and brackets, or a type (`token string = "…"`). */
const JOINED =
  /^[\s"'`\])\\]{0,32}(?:[ \t](?:As )?(?:\*?[sS]tring|str|text|varchar|&(?:'static )?str)[?]?[ \t]{0,4})?(?:\.=|[^,(|])?$/;
/** Calls whose first argument is a name and whose second is its value. */
const SETTER =
  /(?:setProperty|set[_.]?(?:env|var)|putenv|define|SetEnvironmentVariable|\bput|setItem|(?:set|add)_?header|\.(?:set|append))\s{0,2}\(\s{0,2}["'][\w.-]{0,40}$/i;

/** The separator assigns: no list, no call but that of a setter. */
function belongsTo(state: Scan, wordEnd: number, value: Assigned | undefined): boolean {
  if (value === undefined) return false;
  const nameEnd = identifierEnd(state.bytes, wordEnd, state.to);
  const between = state.bytes.toString('latin1', nameEnd, value.nameEnd + 1);
  if (JOINED.test(between)) return true;
  return (
    /^["']\s{0,2},$/.test(between) && SETTER.test(state.bytes.toString('latin1', Math.max(0, nameEnd - 80), nameEnd))
  );
}

/** What a compiler or an interpreter reads. */
const PROGRAM =
  /\.(?:[cm]?[jt]sx?|vue|svelte|py|pyi|rb|php|go|rs|java|kt|kts|scala|groovy|swift|m|mm|c|cc|cpp|cxx|h|hpp|cs|fs|vb|dart|lua|pl|pm|ex|exs|erl|clj|hs|ml|r|jl)$/i;

/** Where an unquoted word is a name: in code a value without quotes is a variable or a call. */
const CODE =
  /\.(?:[cm]?[jt]sx?|vue|svelte|py|pyi|rb|php|go|rs|java|kt|kts|scala|groovy|gradle|swift|m|mm|c|cc|cpp|cxx|h|hpp|cs|fs|vb|dart|lua|pl|pm|ex|exs|erl|clj|hs|ml|r|jl|sql|tf|hcl|md|rst|adoc|html?|css|scss|less|proto|graphql)$/i;

/** In settings a value needs no quotes; it then ends the line. */
function standsAlone(state: Scan, value: Assigned): boolean {
  if (CODE.test(state.path)) return false;
  let at = value.end;
  while (state.bytes[at] === 0x20 || state.bytes[at] === 0x09) at++;
  const next = state.bytes[at] ?? 0x0a;
  // end of line, end of a shell flag's value, a comment; `call(x)` and prose go on
  return at >= state.to || next === 0x0a || next === 0x0d || next === 0x23 || next === 0x3b;
}

function tryUri(state: Scan, matcher: Matcher, end: number, info: UserInfo): void {
  const { rule } = matcher;
  if (rule.is !== 'uri') return;
  const scheme = state.bytes.toString('latin1', info.schemeStart, end - 3).toLowerCase();
  if (rule.others === rule.schemes.has(scheme)) return;
  const host = state.bytes.toString('latin1', info.hostStart, info.hostEnd).toLowerCase();
  const local = /^(?:localhost|127\.|0\.0\.0\.0|host\.docker\.internal|db|postgres|mysql|redis|mongo|rabbitmq)/.test(
    host,
  );
  const documentation =
    /^(?:(?:[a-z0-9-]+\.)*example(?:\.[a-z]+)?|(?:[a-z0-9-]+\.)*(?:test|invalid)|(?:my)?(?:host|server|domain)(?:name)?(?:\.[a-z]+)?)$/.test(
      host,
    );
  const user = state.bytes.toString('latin1', end, info.passwordStart - 1);
  const password = state.bytes.toString('latin1', info.passwordStart, info.passwordEnd);
  if (isTemplate(user) || isTemplate(password) || password.length < 3) return;
  // `http://user:password@host` of a manual
  if (documentation && (password.length <= 4 || isPlaceholder(password, false))) return;
  const remark: Remark =
    local || documentation
      ? { severity: 'low', note: 'the host is a local or a documentation name' }
      : isPlaceholder(password, false)
        ? { severity: 'low', note: 'the password looks like a placeholder' }
        : {};
  judge(state, matcher, info.passwordStart, info.passwordEnd, remark);
}

interface Remark {
  readonly severity?: Severity;
  readonly note?: string;
}

/** Facts §2.7: structure, checksum, entropy, allow rules, path; each cheaper or surer than the next. */
function judge(state: Scan, matcher: Matcher, patternStart: number, patternEnd: number, remark: Remark = {}): void {
  const { detector } = matcher;
  const { bytes, path } = state;
  if (matcher.files !== undefined && !matcher.files().test(path)) return;
  const matched = bytes.toString('latin1', patternStart, patternEnd);
  if (detector.structure !== undefined) {
    state.budget -= detector.structure === 'kubernetes-secret' ? DOCUMENT_COST : STRUCTURE_COST;
  }
  const inside = lookInside(detector.structure, matched, {
    bytes,
    start: patternStart,
    end: patternEnd,
    limit: state.to,
  });
  if (inside === undefined) return;
  const start = inside.start ?? patternStart;
  const end = inside.end ?? patternEnd;
  const value = inside.start === undefined ? matched : bytes.toString('latin1', start, end);
  const proof = proofOf(detector.checksum, value);
  if (proof !== 'right') {
    if (detector.entropy !== undefined && entropy(value) <= detector.entropy) return;
    if (detector.placeholders !== false && matcher.rule.is !== 'uri') {
      if (isPlaceholder(value, matcher.rank === 3)) return;
      if (detector.sequences !== false && isMonotone(value)) return;
      if (matcher.rank < 3 && detector.entropy !== undefined && isIdentifier(value)) return;
    }
  }
  if (matcher.allow.paths().some((one) => one.test(path))) return;
  if (matcher.allow.values().some((one) => one.test(value))) return;
  if (state.published.size > 0 && state.published.has(publishedDigest(value))) return;
  const lines = matcher.allow.lines();
  if (lines.some((one) => one.test(lineOf(state, start)))) return;
  const lower = matcher.lower().find((one) => one.expression.test(value));
  const test =
    matcher.rank < 3 && isForTests(state.place)
      ? ({ severity: 'info', note: 'in a file for tests or examples' } as const)
      : {};
  const wrong =
    proof === 'wrong'
      ? ({ severity: 'info', note: 'well-formed but its checksum is wrong: an example or a typing error' } as const)
      : {};
  const remarks: readonly Remark[] = [inside, lower ?? {}, remark, test, wrong];
  const notes = remarks.flatMap((one) => (one.note === undefined ? [] : [one.note]));
  const key = `${String(matcher.number)}:${String(start)}`;
  if (state.leaks.has(key)) return;
  state.leaks.set(key, {
    matcher,
    start,
    end,
    value: end === patternEnd ? value : bytes.toString('latin1', start, end),
    severity: mildest([detector.severity, ...remarks.flatMap((one) => one.severity ?? [])]),
    proven: proof === 'right',
    ...(notes.length > 0 ? { note: notes.join('; ') } : {}),
  });
}

/** Values that their owners published are kept as digests: the list must not look like what it allows. */
function publishedDigest(value: string): string {
  return createHash('sha256').update(value, 'latin1').digest('hex').slice(0, 32);
}

function mildest(severities: readonly Severity[]): Severity {
  return SEVERITIES.toReversed().find((severity) => severities.includes(severity)) ?? 'info';
}

/** The line around an offset, at most 500 bytes to each side. */
export function lineOf(input: Pick<ScanInput, 'bytes' | 'from' | 'to'>, at: number): string {
  const from = Math.max(0, at - 500);
  const text = input.bytes.toString('latin1', from, Math.min(input.to, at + 500));
  const after = text.indexOf('\n', at - from);
  return text.slice(text.lastIndexOf('\n', Math.max(0, at - from - 1)) + 1, after < 0 ? text.length : after);
}

/** Of findings that overlap, the one of the surer kind stays. Rules of a gitleaks file all stay, as they do there. */
function settle(leaks: readonly Leak[]): Leak[] {
  const sorted = [...leaks].sort((a, b) => a.start - b.start || a.matcher.number - b.matcher.number);
  return sorted.filter((leak, i) => {
    if (leak.matcher.detector.gitleaks !== undefined) return true;
    for (const direction of [-1, 1]) {
      for (let j = i + direction; ; j += direction) {
        const other = sorted[j];
        if (other === undefined || Math.abs(other.start - leak.start) > MAX_WINDOW) break;
        if (Math.abs(j - i) > 64) break;
        if (other.start < leak.end && leak.start < other.end && outranks(other, leak)) return false;
      }
    }
    return true;
  });
}

function outranks(other: Leak, leak: Leak): boolean {
  if (other.matcher.detector.gitleaks !== undefined) return false;
  if (other.matcher.detector.replaces?.includes(leak.matcher.detector.id) === true) return true;
  if (leak.matcher.detector.replaces?.includes(other.matcher.detector.id) === true) return false;
  return other.matcher.rank > leak.matcher.rank;
}
