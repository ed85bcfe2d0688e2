/** Values as they come out of a queue or a file: plain JSON and nothing else, every string well-formed. */
import { wellFormed } from '../model/canonical.ts';
import type { Json } from '../model/json.ts';

/**
 * The value itself where it is plain JSON already, as most are; else a copy that is. Members that are undefined are left out, lone surrogates become U+FFFD; anything that JSON has no word
 * for (NaN, bytes, dates, functions) is a TypeError: it would change its meaning on the way.
 */
export function plainJson(value: unknown): Json {
  return isPlain(value) ? value : copied(value);
}

function isPlain(value: unknown): value is Json {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value !== 'object') return typeof value === 'boolean';
  if (value === null) return true;
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at += 1) if (!isPlain(value[at])) return false;
    return true;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  const object = value as { readonly [key: string]: unknown };
  for (const key in object) if (!key.isWellFormed() || !isPlain(object[key])) return false;
  return true;
}

function copied(value: unknown): Json {
  switch (typeof value) {
    case 'string':
      return wellFormed(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`${String(value)} is not JSON`);
      // JSON text has one zero (RFC 8785 §3.2.2.3)
      return value === 0 ? 0 : value;
    case 'boolean':
      return value;
    case 'object':
      break;
    default:
      throw new TypeError(`a ${typeof value} is not JSON`);
  }
  if (value === null) return null;
  if (Array.isArray(value)) return value.map((item: unknown) => copied(item));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw new TypeError('an object of a class is not JSON');
  const members: [string, Json][] = [];
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) members.push([wellFormed(key), copied(member)]);
  }
  // fromEntries defines own members, also one named __proto__
  return Object.fromEntries(members);
}
