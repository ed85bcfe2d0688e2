/** Places in raw evidence, and the evidence with one of them lost or replaced. */
import { isArray, isObject, type Json } from '../../src/model/json.ts';

export type Place = readonly (string | number)[];

/** Every place in a JSON value, as keys from the top. */
export function placesOf(value: Json, at: Place = []): Place[] {
  const entries = isArray(value) ? [...value.entries()] : isObject(value) ? Object.entries(value) : [];
  return entries.flatMap(([key, member]) => [[...at, key], ...placesOf(member, [...at, key])]);
}

/** The value with what is at that place replaced, or removed. */
export function changed(value: Json, [key, ...rest]: Place, replacement: Json | undefined): Json {
  if (isArray(value)) {
    const items = value.flatMap((item, index) => {
      if (index !== key) return [item];
      if (rest.length > 0) return [changed(item, rest, replacement)];
      return replacement === undefined ? [] : [replacement];
    });
    return items;
  }
  if (!isObject(value)) return value;
  const members: { [name: string]: Json } = {};
  for (const [name, member] of Object.entries(value)) {
    if (name !== key) members[name] = member;
    else if (rest.length > 0) members[name] = changed(member, rest, replacement);
    else if (replacement !== undefined) members[name] = replacement;
  }
  return members;
}
