/** Reads the members of a stored AWS answer as facts: a value, an absence that AWS showed (null), or an ignorance. */
import { faultIn, unknown, type Unknown } from '../../model/facts.ts';
import type { FaultCode } from '../../model/fault.ts';
import { isArray, isObject, own, type Json, type JsonObject } from '../../model/json.ts';

const DATE_TIME = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?Z$/;

export type Is<T extends Json> = (value: Json) => T | undefined;

export const asText: Is<string> = (value) => (typeof value === 'string' ? value : undefined);
export const asFlag: Is<boolean> = (value) => (typeof value === 'boolean' ? value : undefined);
export const asCount: Is<number> = (value) =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
export const asList: Is<readonly Json[]> = (value) => (isArray(value) ? value : undefined);
export const asRecord: Is<JsonObject> = (value) =>
  isObject(value) && faultIn(value) === undefined ? value : undefined;
export const asTexts: Is<readonly string[]> = (value) => {
  if (!isArray(value)) return undefined;
  const texts = value.filter((item) => typeof item === 'string');
  return texts.length === value.length ? texts : undefined;
};
/** An instant in the form that facts use, checked to exist. */
export const asDate: Is<string> = (value) => {
  if (typeof value !== 'string' || !DATE_TIME.test(value)) return undefined;
  const at = new Date(value);
  // Date.parse accepts the 31st of February
  return Number.isFinite(at.getTime()) && at.toISOString().startsWith(value.slice(0, 10)) ? value : undefined;
};

export function isUnknownFact(value: Json | undefined): value is Unknown {
  return isObject(value) && typeof own(value, '$unknown') === 'string' && own(value, '$items') === undefined;
}

/** Why nothing can be read here: the fault that stands in place of the answer, or that the evidence lost it. */
export function reasonFor(raw: Json | undefined): FaultCode | undefined {
  const code = faultIn(raw);
  if (code !== undefined) return code;
  return isObject(raw) ? undefined : raw === null ? 'aws.bad-response' : 'evidence.missing';
}

/** A member that the answer must have: null is a bad response, a missing member lost evidence. */
export function must<T extends Json>(raw: Json | undefined, key: string, is: Is<T>): T | Unknown {
  const found = may(raw, key, is);
  return found === undefined ? unknown('aws.bad-response') : found;
}

/** A member that the answer may lack: null is then an observed absence, undefined here. */
export function may<T extends Json>(raw: Json | undefined, key: string, is: Is<T>): T | Unknown | undefined {
  const reason = reasonFor(raw);
  if (reason !== undefined) return unknown(reason);
  const value = own(raw, key);
  if (value === undefined) return unknown('evidence.missing');
  if (value === null) return undefined;
  const inside = faultIn(value);
  if (inside !== undefined) return unknown(inside);
  return is(value) ?? unknown('aws.bad-response');
}

/** A member that counts as `fallback` where the answer lacks it, because the API documents that default. */
export function orElse<T extends Json>(raw: Json | undefined, key: string, is: Is<T>, fallback: T): T | Unknown {
  const found = may(raw, key, is);
  return found === undefined ? fallback : found;
}

/** Makes something of a value that is known; ignorance and absence pass through. */
export function whenKnown<T extends Json, R extends Json>(
  value: T | Unknown | undefined,
  make: (value: T) => R | Unknown | undefined,
): R | Unknown | undefined {
  if (value === undefined || isUnknownFact(value)) return value;
  return make(value);
}

/** An object of facts: undefined members are left out, which is absence. */
export function facts(members: { readonly [name: string]: Json | undefined }): JsonObject {
  const kept: [string, Json][] = [];
  for (const [name, value] of Object.entries(members)) if (value !== undefined) kept.push([name, value]);
  return Object.fromEntries(kept);
}

/** Shifts an instant; years beyond 9999 are left where they are: no date of ours reaches them. */
export function shifted(date: string, milliseconds: number): string {
  const moved = Date.parse(date) + milliseconds;
  return moved > 253_402_300_799_999 || moved < 0 ? date : new Date(moved).toISOString();
}

export const DAY = 86_400_000;

/** A text for messages, or what stands in for it. */
export function spelled(value: Json | undefined, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}
