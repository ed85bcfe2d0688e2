/** The closed set of operators (facts/engine §3): each turns its operand once into a test of one known fact. */
import type { FactType, Operator } from '../model/check.ts';
import { isArray, type Json } from '../model/json.ts';
import { countWords, type CountOperand, listOperators } from './lists.ts';
import { isOfType } from './lookup.ts';
import { labelsOf, isWithin } from './domain.ts';
import { matchesPattern, parsePattern } from './pattern.ts';
import { parseDuration, parseInstant, parseMoment } from './time.ts';
import type { Truth } from './truth.ts';
import { compareVersions, parseVersion } from './version.ts';
import { durationWords, list, shown, unitOf, withUnit } from './words.ts';

/** A fact that is neither absent nor unknown: true, false, or unknown where its type does not fit. */
export type Test = (fact: Json) => Truth;

export interface OperandOptions {
  /** The run's asOf in milliseconds. */
  readonly asOf: number;
  readonly caseless?: boolean | undefined;
  readonly future?: boolean | undefined;
  /** What the facts schema declares. */
  readonly type?: readonly FactType[] | undefined;
  /** The fact's path: its last word tells the unit of a number. */
  readonly path?: string;
}

export interface Prepared {
  readonly test: Test;
  /** What was expected, in words: `at least 5`. */
  readonly words: string;
}

/** Prepares an operator for its operand; a string is the sentence that says what is wrong with the operand. */
export type Prepare = (value: Json, options: OperandOptions) => Prepared | string;

type Scalar = string | number | boolean;

export function isScalar(value: Json | undefined): value is Scalar {
  return typeof value === 'string' || typeof value === 'boolean' || isFinite(value);
}

function isFinite(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** An operand that was found to be text. */
function text(value: Json): string {
  return typeof value === 'string' ? value : '';
}

/** ASCII lower case only: other letters keep their case (no locale). */
export function asciiLower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function equality(wanted: boolean): Prepare {
  return (value, { caseless }) => {
    if (!isScalar(value)) return 'needs text, a number, or true/false';
    const fold = caseless === true && typeof value === 'string' ? asciiLower : undefined;
    const operand = fold === undefined ? value : fold(String(value));
    return {
      test: (fact) => {
        if (typeof fact !== typeof operand || !isScalar(fact)) return 'unknown';
        return ((fold === undefined ? fact : fold(String(fact))) === operand) === wanted;
      },
      words: wanted ? shown(value) : `anything but ${shown(value)}`,
    };
  };
}

function membership(wanted: boolean): Prepare {
  return (value, { caseless }) => {
    if (!isArray(value) || value.length === 0) return 'needs a list with at least one item';
    if (!value.every(isScalar)) return 'needs a list of texts, numbers, or true/false';
    const fold = (item: Json): Json => (caseless === true && typeof item === 'string' ? asciiLower(item) : item);
    const members = new Set(value.map(fold));
    const types = new Set(value.map((item) => typeof item));
    return {
      test: (fact) => (isScalar(fact) && types.has(typeof fact) ? members.has(fold(fact)) === wanted : 'unknown'),
      words: wanted ? list('or', value) : `none of ${list('or', value)}`,
    };
  };
}

/** How a fact of the operand's kind becomes a number that can be ordered. */
interface Scale {
  readonly of: (fact: Json) => number | undefined;
  readonly show: (value: Json, path: string) => string;
}

const NUMBERS: Scale = {
  of: (fact) => (isFinite(fact) ? fact : undefined),
  show: (value, path) => withUnit(value, unitOf(path)),
};
const INSTANTS: Scale = { of: (fact) => (typeof fact === 'string' ? parseInstant(fact) : undefined), show: text };
const DURATIONS: Scale = {
  of: (fact) => (typeof fact === 'string' ? parseDuration(fact) : undefined),
  show: (value) => durationWords(text(value)),
};

function scaleOf(value: Json | undefined): Scale | undefined {
  if (value === undefined) return undefined;
  return [NUMBERS, INSTANTS, DURATIONS].find((scale) => scale.of(value) !== undefined);
}

function order(compare: (fact: number, operand: number) => boolean, words: string): Prepare {
  return (value, { path = '' }) => {
    const scale = scaleOf(value);
    const operand = scale?.of(value);
    if (scale === undefined || operand === undefined) return 'needs a number, an instant, or a duration such as 365d';
    return {
      test: (fact) => {
        const number = scale.of(fact);
        return number === undefined ? 'unknown' : compare(number, operand);
      },
      words: `${words} ${scale.show(value, path)}`,
    };
  };
}

const between: Prepare = (value, { path = '' }) => {
  const [low, high] = isArray(value) && value.length === 2 ? value : [];
  const scale = scaleOf(low);
  const from = low === undefined ? undefined : scale?.of(low);
  const to = high === undefined ? undefined : scale?.of(high);
  if (scale === undefined || low === undefined || high === undefined || from === undefined || to === undefined) {
    return 'needs two numbers, instants, or durations: [low, high]';
  }
  if (from > to) return 'has its low end above its high end';
  return {
    test: (fact) => {
      const number = scale.of(fact);
      return number === undefined ? 'unknown' : number >= from && number <= to;
    },
    words: `between ${scale.show(low, path)} and ${scale.show(high, path)}`,
  };
};

const matches: Prepare = (value) => {
  if (typeof value !== 'string') return 'needs a pattern';
  const pattern = parsePattern(value);
  if (typeof pattern === 'string') return `is refused: ${pattern}`;
  return {
    test: (fact) => (typeof fact === 'string' ? (matchesPattern(pattern, fact) ?? 'unknown') : 'unknown'),
    words: `text of the form ${value}`,
  };
};

function affix(holds: (fact: string, operand: string) => boolean, words: string): Prepare {
  return (value) => {
    if (typeof value !== 'string' || value === '') return 'needs a text that is not empty';
    return {
      test: (fact) => (typeof fact === 'string' ? holds(fact, value) : 'unknown'),
      words: `text that ${words} ${shown(value)}`,
    };
  };
}

function moment(holds: (fact: number, operand: number) => boolean, words: string): Prepare {
  return (value, { asOf }) => {
    const operand = typeof value === 'string' ? parseMoment(value, asOf) : undefined;
    if (operand === undefined) return 'needs an instant (2026-01-31T00:00:00Z) or now, now+30d, now-30d';
    return {
      test: (fact) => {
        const instant = INSTANTS.of(fact);
        return instant === undefined ? 'unknown' : holds(instant, operand);
      },
      words: `${words} ${momentWords(text(value))}`,
    };
  };
}

function momentWords(text: string): string {
  const match = /^now([+-])(.+)$/.exec(text);
  if (text === 'now') return 'the run';
  if (match === null) return text;
  return `${durationWords(match[2] ?? '')} ${match[1] === '-' ? 'before' : 'after'} the run`;
}

const within: Prepare = (value, { asOf, future }) => {
  const span = typeof value === 'string' ? parseDuration(value) : undefined;
  if (span === undefined) return 'needs a duration such as 36h or 365d';
  return {
    test: (fact) => {
      const instant = INSTANTS.of(fact);
      if (instant === undefined) return 'unknown';
      const age = asOf - instant;
      return Math.abs(age) <= span && (age >= 0 || future === true);
    },
    words: `${future === true ? 'within' : 'not older than'} ${durationWords(text(value))}`,
  };
};

const domainWithin: Prepare = (value) => {
  const names = isArray(value) ? value : [value];
  const zones = names.map((name) => (typeof name === 'string' ? labelsOf(name) : undefined));
  if (names.length === 0 || zones.includes(undefined)) return 'needs a domain name, or a list of them';
  return {
    test: (fact) => {
      const name = typeof fact === 'string' ? labelsOf(fact) : undefined;
      if (name === undefined) return 'unknown';
      return zones.some((zone) => zone !== undefined && isWithin(name, zone));
    },
    words: `a name within ${list('or', names)}`,
  };
};

function version(holds: (difference: number) => boolean, words: string): Prepare {
  return (value) => {
    const operand = typeof value === 'string' ? parseVersion(value) : undefined;
    if (operand === undefined) return 'needs a version in quotes, such as "1.10.2"';
    return {
      test: (fact) => {
        const found = typeof fact === 'string' ? parseVersion(fact) : undefined;
        return found === undefined ? 'unknown' : holds(compareVersions(found, operand));
      },
      words: `version ${words} ${text(value)}`,
    };
  };
}

const count: Prepare = (value, { type }) => {
  const bounds = countOperand(value);
  if (typeof bounds === 'string') return bounds;
  return { test: listOperators.count(bounds, type), words: countWords(bounds) };
};

function countOperand(value: Json): CountOperand | string {
  const wrong = 'needs { eq: N }, { gte: N }, { lte: N } or both of the latter, with whole numbers';
  if (typeof value !== 'object' || value === null || isArray(value)) return wrong;
  const bounds = Object.entries(value);
  const fits = ([key, bound]: readonly [string, Json]): boolean =>
    (key === 'eq' || key === 'gte' || key === 'lte') && Number.isSafeInteger(bound) && Number(bound) >= 0;
  return bounds.length > 0 && bounds.every(fits) ? value : wrong;
}

function presence(words: string): Prepare {
  return (value, { type }) => {
    if (value !== null && value !== true) return 'takes no value';
    // Absence and ignorance were decided before: what comes here is a value, perhaps of another type than declared
    return {
      test: (fact) => (type === undefined || isOfType(fact, type) ? words === 'present' : 'unknown'),
      words,
    };
  };
}

export const OPERATIONS: { readonly [name in Operator]: Prepare } = {
  eq: equality(true),
  ne: equality(false),
  in: membership(true),
  'none-in': membership(false),
  gt: order((fact, operand) => fact > operand, 'more than'),
  gte: order((fact, operand) => fact >= operand, 'at least'),
  lt: order((fact, operand) => fact < operand, 'less than'),
  lte: order((fact, operand) => fact <= operand, 'at most'),
  between,
  count,
  contains: listOperators.contains,
  'contains-none': listOperators.containsNone,
  'contains-all': listOperators.containsAll,
  'subset-of': listOperators.subsetOf,
  'superset-of': listOperators.supersetOf,
  disjoint: listOperators.disjoint,
  matches,
  'starts-with': affix((fact, operand) => fact.startsWith(operand), 'starts with'),
  'ends-with': affix((fact, operand) => fact.endsWith(operand), 'ends with'),
  before: moment((fact, operand) => fact < operand, 'earlier than'),
  after: moment((fact, operand) => fact > operand, 'later than'),
  within,
  'in-cidr': listOperators.inCidr,
  'none-in-cidr': listOperators.noneInCidr,
  'domain-within': domainWithin,
  'version-gte': version((difference) => difference >= 0, 'at least'),
  'version-lt': version((difference) => difference < 0, 'below'),
  present: presence('present'),
  absent: presence('absent'),
};
