/** Values as they come out of a queue or a file: plain JSON and nothing else, every string well-formed. */
import { wellFormed } from '../model/canonical.ts';
import type { Json } from '../model/json.ts';

/**
 * A copy that is JSON. Members that are undefined are left out, lone surrogates become U+FFFD; anything that JSON has no word
 * for (NaN, bytes, dates, functions) is a TypeError: it would change its meaning on the way.
 */
export function plainJson(value: unknown): Json {
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
  if (Array.isArray(value)) return value.map((item: unknown) => plainJson(item));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw new TypeError('an object of a class is not JSON');
  const members: [string, Json][] = [];
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) members.push([wellFormed(key), plainJson(member)]);
  }
  // fromEntries defines own members, also one named __proto__
  return Object.fromEntries(members);
}
