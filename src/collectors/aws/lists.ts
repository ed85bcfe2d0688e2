/** Turns a stored list of AWS items into a list of facts that keeps what is not known, with pointers back into raw. */
import { faultIn, partialList, unknown } from '../../model/facts.ts';
import { isArray, own, type Json, type JsonObject } from '../../model/json.ts';

export type At = { [factPointer: string]: string };

/**
 * `raw` is the list at `rawAt`; the facts stand at `factAt`. A list that failed at its first page is unknown; one that failed
 * later is known in part.
 */
export function listOf(
  raw: Json | undefined,
  rawAt: string,
  factAt: string,
  at: At,
  make: (item: Json, index: number) => Json | undefined,
): Json {
  const items = own(raw, 'items');
  const rest = faultIn(own(raw, 'rest'));
  if (!isArray(items)) {
    if (raw !== undefined) at[factAt] = rawAt;
    return unknown(faultIn(raw) ?? 'evidence.missing');
  }
  at[factAt] = rest === undefined ? rawAt : `${rawAt}/rest`;
  const found: Json[] = [];
  for (const [index, item] of items.entries()) {
    const fact = make(item, index);
    if (fact === undefined) continue;
    at[`${factAt}/${String(found.length)}`] = `${rawAt}/items/${String(index)}`;
    found.push(fact);
  }
  return rest !== undefined && found.length === 0 ? unknown(rest) : partialList(found, rest);
}

/** Names the raw member behind each fact of one item. */
export function pointFrom(at: At, factAt: string, rawAt: string, members: { readonly [fact: string]: string }): void {
  for (const [fact, member] of Object.entries(members)) at[`${factAt}/${fact}`] = `${rawAt}/${member}`;
}

/** The items of a stored list, for joins; undefined where they are not known whole. */
export function wholeItems(raw: Json | undefined): readonly Json[] | undefined {
  const items = own(raw, 'items');
  return isArray(items) && own(raw, 'rest') === undefined ? items : undefined;
}

/** Why a stored list is not whole. */
export function whyNotWhole(raw: Json | undefined): JsonObject {
  return unknown(faultIn(own(raw, 'rest')) ?? faultIn(raw) ?? 'evidence.missing');
}
