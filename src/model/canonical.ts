/** Canonical JSON by RFC 8785, the only form in which anything is hashed. */
import type { Json, JsonObject } from './json.ts';

/**
 * Serialises a JSON value by RFC 8785: keys sorted by UTF-16 code unit, numbers as ECMAScript prints them.
 * Throws a TypeError for NaN, infinities, lone surrogates and anything that is not JSON.
 */
export function canonicalJson(value: Json): string {
  const sorted = ordered(value);
  if (sorted === undefined) return memberByMember(value);
  const text = JSON.stringify(sorted);
  // only a lone surrogate is printed as such an escape; where a text merely spells one out, the slow way tells
  return text.includes('\\ud') ? memberByMember(value) : text;
}

/**
 * The value with all keys in order, itself where they are already, so that the engine's own serialiser can print it (several
 * times faster); undefined where a key looks like an index: the engine puts those first, whatever the order.
 */
function ordered(value: Json): Json | undefined {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`canonical JSON cannot hold ${String(value)}`);
    return value;
  }
  if (typeof value !== 'object') {
    if (typeof value === 'string' || typeof value === 'boolean') return value;
    throw new TypeError(`canonical JSON cannot hold a ${typeof value}`);
  }
  if (value === null) return null;
  return Array.isArray(value) ? orderedList(value as readonly Json[]) : orderedObject(value as JsonObject);
}

function orderedList(list: readonly Json[]): Json | undefined {
  let copy: Json[] | undefined;
  for (let at = 0; at < list.length; at += 1) {
    const item = list[at];
    if (item === undefined) throw new TypeError('canonical JSON cannot hold undefined');
    const made = ordered(item);
    if (made === undefined) return undefined;
    if (copy !== undefined) copy.push(made);
    else if (made !== item) copy = [...list.slice(0, at), made];
  }
  return copy ?? list;
}

function orderedObject(object: JsonObject): Json | undefined {
  const keys = Object.keys(object);
  let same = true;
  for (let at = 1; at < keys.length && same; at += 1) same = (keys[at - 1] ?? '') < (keys[at] ?? '');
  // the default order of sort() is that of UTF-16 code units
  if (!same) keys.sort();
  let copy: { [key: string]: Json } | undefined = same ? undefined : {};
  for (const key of keys) {
    const first = key.charCodeAt(0);
    if ((first >= 0x30 && first <= 0x39) || key === '__proto__' || key === 'toJSON') return undefined;
    const member = object[key];
    if (member === undefined) throw new TypeError('canonical JSON cannot hold undefined');
    const made = ordered(member);
    if (made === undefined) return undefined;
    if (copy !== undefined) copy[key] = made;
    else if (made !== member) copy = { ...object, [key]: made };
  }
  return copy ?? object;
}

/** The plain way, for every value. */
function memberByMember(value: Json): string {
  switch (typeof value) {
    case 'string':
      // RFC 8785 §3.2.2.2: lone surrogates are an error, not U+FFFD
      if (!value.isWellFormed()) throw new TypeError('canonical JSON cannot hold a lone surrogate');
      return JSON.stringify(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`canonical JSON cannot hold ${String(value)}`);
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      break;
    default:
      throw new TypeError(`canonical JSON cannot hold a ${typeof value}`);
  }
  if (value === null) return 'null';
  if (Array.isArray(value)) return `[${value.map((item: Json) => memberByMember(item)).join(',')}]`;
  const object = value as JsonObject;
  const members: string[] = [];
  for (const key of Object.keys(object).sort()) {
    const member = object[key];
    if (member === undefined) throw new TypeError('canonical JSON cannot hold undefined');
    members.push(`${memberByMember(key)}:${memberByMember(member)}`);
  }
  return `{${members.join(',')}}`;
}

/** Replaces lone surrogates by U+FFFD, for text from outside that is to enter evidence. */
export function wellFormed(text: string): string {
  return text.toWellFormed();
}
