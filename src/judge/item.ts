/** What an item of `each` says of itself: its place in a file, and the waiver that the source carries. */
import { isObject, own } from '../model/json.ts';
import type { Location, ResultWaiver } from '../model/result.ts';
import type { Fact } from './lookup.ts';

/** `{ file, line, column, commit? }`, as far as each is of its type. */
export function locationOf(fact: Fact): Location | undefined {
  const file = own(fact, 'file');
  if (!isObject(fact) || typeof file !== 'string') return undefined;
  const line = own(fact, 'line');
  const column = own(fact, 'column');
  const commit = own(fact, 'commit');
  return {
    file,
    ...(typeof line === 'number' ? { line } : {}),
    ...(typeof column === 'number' ? { column } : {}),
    ...(typeof commit === 'string' ? { commit } : {}),
  };
}

export function waiverOf(fact: Fact): ResultWaiver | undefined {
  const id = own(fact, 'id');
  const reason = own(fact, 'reason');
  return typeof id === 'string' && typeof reason === 'string' ? { id, reason } : undefined;
}
