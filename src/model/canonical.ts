/** Canonical JSON by RFC 8785, the only form in which anything is hashed. */
import type { Json, JsonObject } from './json.ts';

/**
 * Serialises a JSON value by RFC 8785: keys sorted by UTF-16 code unit, numbers as ECMAScript prints them.
 * Throws a TypeError for NaN, infinities, lone surrogates and anything that is not JSON.
 */
export function canonicalJson(value: Json): string {
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
  if (Array.isArray(value)) return `[${value.map((item: Json) => canonicalJson(item)).join(',')}]`;
  const object = value as JsonObject;
  let members = '';
  // the default order of sort() is that of UTF-16 code units
  for (const key of Object.keys(object).sort()) {
    const member = object[key];
    if (member === undefined) throw new TypeError('canonical JSON cannot hold undefined');
    members += `${members === '' ? '' : ','}${canonicalJson(key)}:${canonicalJson(member)}`;
  }
  return `{${members}}`;
}

/** Replaces lone surrogates by U+FFFD, for text from outside that is to enter evidence. */
export function wellFormed(text: string): string {
  return text.toWellFormed();
}
