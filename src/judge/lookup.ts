/** Finds the fact at a path: a value, absent (undefined) or unknown, never a prototype's member (facts/engine §2). */
import { type Unknown, unknown } from '../model/facts.ts';
import type { FactType } from '../model/check.ts';
import { type FaultCode, isFaultCode } from '../model/fault.ts';
import { isArray, isObject, type Json, type JsonObject } from '../model/json.ts';

/** Shared: a value of another type than the path or the operator expects. */
export const WRONG_TYPE: Unknown = unknown('engine.type');

/** What stands at a path. `undefined` is absence; ignorance is the `{ $unknown }` object itself. */
export type Fact = Json | undefined;

/** A text longer than this was not meant to be compared: it is unknown. */
const MAX_TEXT = 65_536;

/** Whether a fact is "could not tell". `null`, endless text and anything malformed with a marker are that too. */
export function isUnknownFact(fact: Fact): boolean {
  if (typeof fact === 'string') return fact.length > MAX_TEXT;
  if (typeof fact !== 'object') return false;
  if (fact === null) return true;
  return Object.hasOwn(fact, '$unknown') && listParts(fact) === undefined;
}

/** The code of an unknown fact; `engine.type` where it carries no known code. */
export function codeOf(fact: Fact): FaultCode {
  const code = isObject(fact) && Object.hasOwn(fact, '$unknown') ? fact['$unknown'] : undefined;
  return isFaultCode(code) ? code : 'engine.type';
}

export interface ListParts {
  readonly items: readonly Json[];
  /** Why the rest is not known; undefined where the list is whole. */
  readonly rest: FaultCode | undefined;
}

/** The items of a list, whole or known in part; undefined where the fact is no list. */
export function listParts(fact: Fact): ListParts | undefined {
  if (isArray(fact)) return { items: fact, rest: undefined };
  if (!isObject(fact) || !Object.hasOwn(fact, '$items') || !Object.hasOwn(fact, '$unknown')) return undefined;
  const items = fact['$items'];
  return isArray(items) ? { items, rest: codeOf(fact) } : undefined;
}

/** Whether a fact is of one of the types; for a list the items are another question. */
export function isOfType(fact: Json, types: readonly FactType[]): boolean {
  const isList = listParts(fact) !== undefined;
  return types.some((type) => (isList ? type.startsWith('array') : typeof fact === type && !isList));
}

/** Whether an item is of the type that the list's type gives to its items. */
export function isItemOfType(item: Json, types: readonly FactType[]): boolean {
  // An item that could not be read is one nevertheless
  if (isObject(item) && isUnknownFact(item)) return true;
  const kind = item === null ? 'null' : isArray(item) ? 'array' : typeof item;
  return types.some((type) => type === 'array' || type === `array of ${kind}`);
}

/** Follows a path. Below an absent parent all is absent, below an unknown one all is unknown. */
export function lookup(root: Fact, tokens: readonly string[]): Fact {
  let value = root;
  for (const token of tokens) {
    if (value === undefined) return undefined;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return WRONG_TYPE;
    const object = value as JsonObject;
    if (object['$unknown'] !== undefined) return object['$items'] === undefined ? value : WRONG_TYPE;
    value = ownMember(object[token]);
  }
  return value === null ? WRONG_TYPE : value;
}

/**
 * A member that was read without asking whether it is the object's own, which takes three times as long: what a plain object
 * inherits is functions and its prototype, and JSON holds neither.
 */
function ownMember(member: Fact): Fact {
  if (typeof member === 'object') return (member as unknown) === Object.prototype ? undefined : member;
  return typeof member === 'function' ? undefined : member;
}
