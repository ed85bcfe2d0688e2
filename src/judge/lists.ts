/** The operators over lists: a list known in part, or with unknown items, decides only what no rest can change. */
import type { FactType } from '../model/check.ts';
import { isArray, type Json } from '../model/json.ts';
import { isInside, overlap, parseCidr, parseRange, type Range } from './ip.ts';
import { isItemOfType, isUnknownFact, listParts } from './lookup.ts';
import type { Prepare, Scalar, Test } from './operand.ts';
import type { Truth } from './truth.ts';
import { atMost, list } from './words.ts';

export interface CountOperand {
  readonly eq?: number;
  readonly gte?: number;
  readonly lte?: number;
}

/** Items that can be compared, and whether there may be others that cannot. */
interface Seen {
  readonly items: ReadonlySet<Scalar>;
  readonly more: boolean;
}

function seen(fact: Json, types: ReadonlySet<string>): Seen | undefined {
  const parts = listParts(fact);
  if (parts === undefined) return undefined;
  const items = new Set<Scalar>();
  let more = parts.rest !== undefined;
  for (const item of parts.items) {
    if (types.has(typeof item) && isComparable(item)) items.add(item);
    else more = true;
  }
  return { items, more };
}

function isComparable(item: Json): item is Scalar {
  if (typeof item === 'number') return Number.isFinite(item);
  return (typeof item === 'string' && !isUnknownFact(item)) || typeof item === 'boolean';
}

/** A list operator from what decides it at once; where nothing does, whatever is not known could. */
function overItems(
  decide: (items: ReadonlySet<Scalar>, operand: ReadonlySet<Scalar>) => boolean | undefined,
  otherwise: boolean,
  words: (operand: readonly Json[]) => string,
  single: boolean,
): Prepare {
  return (value) => {
    const operand = single && !isArray(value) ? [value] : value;
    const wanted = single ? 'needs a text, or a list with at least one' : 'needs a list with at least one item';
    if (!isArray(operand) || operand.length === 0) return wanted;
    if (!operand.every((item): item is Scalar => item !== null && typeof item !== 'object')) return wanted;
    const members = new Set<Scalar>(operand);
    const types = new Set(operand.map((item) => typeof item));
    const test: Test = (fact) => {
      const found = seen(fact, types);
      if (found === undefined) return 'unknown';
      return decide(found.items, members) ?? (found.more ? 'unknown' : otherwise);
    };
    return { test, words: words(operand) };
  };
}

/** Counts items; what is not of the declared type may be none, so it counts as unseen. */
function count(bounds: CountOperand, types: readonly FactType[] | undefined): Test {
  return (fact) => {
    const parts = listParts(fact);
    if (parts === undefined) return 'unknown';
    const known =
      types === undefined ? parts.items.length : parts.items.filter((item) => isItemOfType(item, types)).length;
    const whole = parts.rest === undefined && known === parts.items.length;
    const tooMany = known > (bounds.lte ?? bounds.eq ?? Number.POSITIVE_INFINITY) || known > (bounds.eq ?? known);
    if (tooMany) return false;
    const enough = known >= (bounds.gte ?? 0) && known >= (bounds.eq ?? 0);
    if (whole) return enough;
    const bounded = bounds.lte !== undefined || bounds.eq !== undefined;
    return enough && !bounded ? true : 'unknown';
  };
}

export function countWords(bounds: CountOperand): string {
  const parts: string[] = [];
  if (bounds.eq !== undefined) parts.push(bounds.eq === 0 ? 'empty' : `exactly ${items(bounds.eq)}`);
  if (bounds.gte !== undefined) parts.push(`at least ${items(bounds.gte)}`);
  if (bounds.lte !== undefined) parts.push(`at most ${items(bounds.lte)}`);
  return parts.join(' and ');
}

function items(number: number): string {
  return `${String(number)} item${number === 1 ? '' : 's'}`;
}

/** `in-cidr`: every address lies in one of the ranges; `none-in-cidr`: none touches any. */
function cidr(wanted: boolean): Prepare {
  return (value) => {
    const ranges = isArray(value) ? value.map((text) => (typeof text === 'string' ? parseCidr(text) : undefined)) : [];
    if (ranges.length === 0 || ranges.includes(undefined)) return 'needs a list of ranges such as 10.0.0.0/8';
    const holds = (address: Range): boolean =>
      wanted
        ? ranges.some((range) => range !== undefined && isInside(address, range))
        : !ranges.some((range) => range !== undefined && overlap(address, range));
    const one = (fact: Json): Truth => {
      const address = typeof fact === 'string' ? parseRange(fact) : undefined;
      return address === undefined ? 'unknown' : holds(address);
    };
    const test: Test = (fact) => {
      const parts = listParts(fact);
      if (parts === undefined) return one(fact);
      const truths = parts.items.map((item) => (isUnknownFact(item) ? 'unknown' : one(item)));
      if (truths.includes(false)) return false;
      return parts.rest !== undefined || truths.includes('unknown') ? 'unknown' : true;
    };
    return {
      test,
      words: `${wanted ? 'addresses within' : 'no address within'} ${list('or', isArray(value) ? value : [])}`,
    };
  };
}

const within = (part: ReadonlySet<Scalar>, whole: ReadonlySet<Scalar>): boolean => part.isSubsetOf(whole);

export const listOperators = {
  count,
  contains: overItems(
    (found, wanted) => (within(wanted, found) ? true : undefined),
    false,
    (o) => `a list with ${list('and', o)}`,
    true,
  ),
  containsNone: overItems(
    (found, banned) => (found.isDisjointFrom(banned) ? undefined : false),
    true,
    (o) => `a list without ${list('or', o)}`,
    true,
  ),
  containsAll: overItems(
    (found, wanted) => (within(wanted, found) ? true : undefined),
    false,
    (o) => `a list with all of ${list('and', o)}`,
    true,
  ),
  subsetOf: overItems(
    (found, allowed) => (within(found, allowed) ? undefined : false),
    true,
    (o) => `only items of ${atMost(o)}`,
    false,
  ),
  supersetOf: overItems(
    (found, wanted) => (within(wanted, found) ? true : undefined),
    false,
    (o) => `at least the items ${list('and', o)}`,
    false,
  ),
  disjoint: overItems(
    (found, banned) => (found.isDisjointFrom(banned) ? undefined : false),
    true,
    (o) => `no item of ${atMost(o)}`,
    false,
  ),
  inCidr: cidr(true),
  noneInCidr: cidr(false),
} satisfies { readonly [name: string]: Prepare | typeof count };
