/** Total readings of our own facts, which may be unknown at any place. */
import { isPartialList } from '../../model/facts.ts';
import { isArray, own, type Json } from '../../model/json.ts';

export function listParts(value: Json | undefined): { items: readonly Json[]; partial: boolean } | undefined {
  if (isArray(value)) return { items: value, partial: false };
  return isPartialList(value) ? { items: value.$items, partial: true } : undefined;
}

export function textAt(value: Json | undefined, key: string): string | undefined {
  const text = own(value, key);
  return typeof text === 'string' ? text : undefined;
}
