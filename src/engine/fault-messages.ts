/** Finds the faults that stand in raw evidence, with what the service said: a report then names the missing permission. */
import { faultIn } from '../model/facts.ts';
import { isArray, isObject, own, type Json } from '../model/json.ts';
import { pointer } from '../model/pointer.ts';

const MAX_DEPTH = 24;
const MAX_MESSAGES = 50_000;

/** Raw pointer of each `{ $fault, message }` to its message. */
export function faultMessages(raw: Json): { readonly [rawPointer: string]: string } {
  const found: [string, string][] = [];
  /** The way to the value: few values are faults, so its text is made for those alone. */
  const way: (string | number)[] = [];
  const into = (token: string | number, value: Json): void => {
    if (typeof value !== 'object' || value === null) return;
    way.push(token);
    walk(value);
    way.pop();
  };
  const walk = (value: Json): void => {
    if (way.length > MAX_DEPTH || found.length >= MAX_MESSAGES) return;
    if (isArray(value)) {
      for (const [index, item] of value.entries()) into(index, item);
    } else if (isObject(value)) {
      const message = own(value, 'message');
      if (faultIn(value) !== undefined && typeof message === 'string') found.push([pointer(...way), message]);
      else for (const key of Object.keys(value)) into(key, value[key] ?? null);
    }
  };
  walk(raw);
  return Object.fromEntries(found);
}
