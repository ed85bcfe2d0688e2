/** Finds the faults that stand in raw evidence, with what the service said: a report then names the missing permission. */
import { faultIn } from '../model/facts.ts';
import { isArray, isObject, own, type Json } from '../model/json.ts';
import { escapeToken } from '../model/pointer.ts';

const MAX_DEPTH = 24;
const MAX_MESSAGES = 50_000;

/** Raw pointer of each `{ $fault, message }` to its message. */
export function faultMessages(raw: Json): { readonly [rawPointer: string]: string } {
  const found: [string, string][] = [];
  const walk = (value: Json, pointer: string, depth: number): void => {
    if (depth > MAX_DEPTH || found.length >= MAX_MESSAGES) return;
    if (isArray(value)) {
      for (const [index, item] of value.entries()) walk(item, `${pointer}/${String(index)}`, depth + 1);
    } else if (isObject(value)) {
      const message = own(value, 'message');
      if (faultIn(value) !== undefined && typeof message === 'string') found.push([pointer, message]);
      else for (const [key, member] of Object.entries(value)) walk(member, `${pointer}/${escapeToken(key)}`, depth + 1);
    }
  };
  walk(raw, '', 0);
  return Object.fromEntries(found);
}
