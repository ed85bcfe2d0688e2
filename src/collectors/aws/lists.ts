/** Turns a stored list of AWS items into a list of facts that keeps what is not known, with pointers back into raw. */
import type { ListPlaces, Pointers } from '../../model/evidence.ts';
import { faultIn, partialList, unknown } from '../../model/facts.ts';
import { isArray, own, type Json, type JsonObject } from '../../model/json.ts';

export type At = { [factPointer: string]: string };
export type Lists = { [factPointer: string]: ListPlaces };

/** Fact to the raw member that it was read from, slashes between the tokens. */
export interface Members {
  readonly [fact: string]: string;
}

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
  members: Members = {},
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
    const [factPlace, rawPlace] = [`${factAt}/${String(found.length)}`, `${rawAt}/items/${String(index)}`];
    at[factPlace] = rawPlace;
    pointInto(at, factPlace, item, rawPlace, members);
    found.push(fact);
  }
  return rest !== undefined && found.length === 0 ? unknown(rest) : partialList(found, rest);
}

/** A path with the text of each of its beginnings: thousands of items share one table. */
interface Way {
  /** `/rotation/enabled`. */
  readonly fact: string;
  readonly tokens: readonly string[];
  /** `/GetKeyRotationStatus`, `/GetKeyRotationStatus/KeyRotationEnabled`. */
  readonly places: readonly string[];
}
const ways = new WeakMap<Members, readonly Way[]>();

function waysOf(members: Members): readonly Way[] {
  const known = ways.get(members);
  if (known !== undefined) return known;
  const made = Object.entries(members).map(([fact, path]): Way => {
    const tokens = path.split('/');
    return { fact: `/${fact}`, tokens, places: tokens.map((_, index) => `/${tokens.slice(0, index + 1).join('/')}`) };
  });
  ways.set(members, made);
  return made;
}

/** How deep a way leads into an item: where a fault stands in place of an answer it ends there. */
function depthOf(raw: Json | undefined, tokens: readonly string[]): number {
  let value = raw;
  let depth = 0;
  for (const token of tokens) {
    value = own(value, token);
    if (value === undefined) break;
    depth += 1;
  }
  return depth;
}

/** Names the raw member behind each fact of one item, as deep as it goes. What a collector has pointed elsewhere stays. */
export function pointInto(at: At, factAt: string, raw: Json | undefined, rawAt: string, members: Members): void {
  for (const { fact, tokens, places } of waysOf(members)) {
    const place = factAt + fact;
    if (Object.hasOwn(at, place)) continue;
    const depth = depthOf(raw, tokens);
    if (depth > 0) at[place] = rawAt + (places[depth - 1] ?? '');
  }
}

/**
 * The same for the thousands of items of one list: the form of each, made once for all that are alike. `fixed` are pointers that
 * count whatever the item holds.
 */
export function createForms(): (raw: Json, tables: readonly Members[], fixed: Pointers) => Pointers {
  const made = new Map<string, Pointers>();
  const numbers = new Map<Members, number>();
  return (raw, tables, fixed) => {
    let name = JSON.stringify(fixed);
    for (const members of tables) {
      const number = numbers.get(members) ?? numbers.size;
      numbers.set(members, number);
      name += ` ${String(number)}:`;
      for (const { tokens } of waysOf(members)) name += String(depthOf(raw, tokens));
    }
    const known = made.get(name);
    if (known !== undefined) return known;
    const form: At = { ...fixed };
    for (const members of tables) pointInto(form, '', raw, '', members);
    made.set(name, form);
    return form;
  };
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
