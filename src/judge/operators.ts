/** The closed set of operators (facts/engine §3): each turns its operand once into a test of one known fact. */
import type { Operator } from '../model/check.ts';
import { isArray, type Json } from '../model/json.ts';
import { countWords, type CountOperand, listOperators } from './lists.ts';
import { isOfType } from './lookup.ts';
import { labelsOf, isWithin } from './domain.ts';
import { asciiLower, isScalar, type Prepare, text } from './operand.ts';
import { between, moment, order, within } from './orders.ts';
import { matchesPattern, parsePattern } from './pattern.ts';
import { compareVersions, parseVersion } from './version.ts';
import { list, shown } from './words.ts';

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
