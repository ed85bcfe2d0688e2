/** Values as they come out of a queue or a file: plain JSON and nothing else, every string well-formed. */
import { wellFormed } from '../model/canonical.ts';
import type { Json } from '../model/json.ts';

/** The value as JSON: itself where it is that already, which is what collectors mostly hand over. */
export function plainJson(value: unknown): Json {
  return isPlain(value) ? value : plainCopy(value);
}

function isPlain(value: unknown): value is Json {
  if (typeof value === 'string') return value.isWellFormed();
  // JSON text has one zero (RFC 8785 §3.2.2.3)
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value !== 'object' || value === null) return typeof value === 'boolean' || value === null;
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) if (!isPlain(item)) return false;
    return true;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  const object = value as { readonly [key: string]: unknown };
  for (const key of Object.keys(object)) if (!key.isWellFormed() || !isPlain(object[key])) return false;
  return true;
}

/**
 * A copy that is JSON. Members that are undefined are left out, lone surrogates become U+FFFD; anything that JSON has no word
 * for (NaN, bytes, dates, functions) is a TypeError: it would change its meaning on the way.
 */
function plainCopy(value: unknown): Json {
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
  if (Array.isArray(value)) return value.map((item: unknown) => plainCopy(item));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw new TypeError('an object of a class is not JSON');
  const members: [string, Json][] = [];
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) members.push([wellFormed(key), plainCopy(member)]);
  }
  // fromEntries defines own members, also one named __proto__
  return Object.fromEntries(members);
}
