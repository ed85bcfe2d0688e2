/** From a fact's pointer to the place in raw evidence that it was read from. */
import type { ListPlaces, Pointers } from '../model/evidence.ts';
import type { Json } from '../model/json.ts';
import type { Place } from './compile.ts';
import { type Fact, listParts } from './lookup.ts';

/** What was seen by one needed collector on the target. */
export type Observed =
  | {
      readonly is: 'facts';
      /** Evidence id. */
      readonly id: string;
      readonly facts: Json;
      /** Fact pointer to raw pointer, both RFC 6901. */
      readonly at: Pointers;
      readonly lists?: { readonly [factPointer: string]: ListPlaces } | undefined;
      /** What a service said where it refused one question of the job, by raw pointer. */
      readonly why?: Pointers;
    }
  | {
      readonly is: 'fault';
      /** Missing where the job never ran: then there is no evidence. */
      readonly id?: string;
      readonly fault: { readonly code: string; readonly message: string };
    };

/** One collector's sight of one target, with the places that were asked for already. */
export interface Source {
  readonly observed: Observed;
  /** The facts, or what stands for them where there are none. */
  readonly root: Fact;
  /** By the pointer of the item, then by the pointer below it: neither is put together to be looked up. */
  readonly places: Map<string, Map<string, string>>;
  at: ReadonlyMap<string, string> | undefined;
}

export function sourceOf(observed: Observed): Source {
  const root = observed.is === 'facts' ? observed.facts : { $unknown: observed.fault.code };
  return { observed, root, places: new Map(), at: undefined };
}

/** What the service said at the place of an unknown fact; a list whose later pages failed says it under `rest`. */
export function wordsOfFault(source: Source, evidence: string): string | undefined {
  const { observed } = source;
  if (observed.is === 'fault' || observed.why === undefined) return undefined;
  const pointer = evidence.slice(evidence.indexOf('#') + 1);
  const { why } = observed;
  const at = [pointer, `${pointer}/rest`].find((place) => Object.hasOwn(why, place));
  return at === undefined ? undefined : why[at];
}

type Way = Pick<Place, 'pointer' | 'above'>;

/** The whole of what a collector saw. */
export const WHOLE: Way = { pointer: '', above: [] };

/** `id#/pointer`: the longest prefix of the fact's pointer (that of `below` behind `base`) decides; only the id where there is only a fault. */
export function evidenceOf(source: Source, base: string, below: Way, fact: Fact): string {
  const { observed } = source;
  if (observed.is === 'fault') return observed.id ?? '';
  const inList = observed.lists === undefined ? undefined : placeInList(observed.lists, base + below.pointer);
  if (inList !== undefined) return `${observed.id}#${inList}`;
  let places = source.places.get(base);
  if (places === undefined) {
    places = new Map();
    source.places.set(base, places);
  }
  let place = places.get(below.pointer);
  if (place === undefined) {
    source.at ??= withoutMarkers(observed.at);
    place = `${observed.id}#${rawPlace(source.at, base, below, fact)}`;
    places.set(below.pointer, place);
  }
  return place;
}

/** The place of a fact in an item of a list that was read item by item: what the item's form says of the longest prefix. */
function placeInList(lists: { readonly [list: string]: ListPlaces }, factPointer: string): string | undefined {
  for (const list of Object.keys(lists)) {
    const places = lists[list];
    if (places === undefined || !factPointer.startsWith(`${list}/`)) continue;
    const start = list.length + 1;
    const slash = factPointer.indexOf('/', start);
    const index = slash < 0 ? factPointer.slice(start) : factPointer.slice(start, slash);
    const form = places.forms[Number(index)];
    if (form === undefined) return undefined;
    let below = slash < 0 ? '' : factPointer.slice(slash);
    while (below !== '' && !Object.hasOwn(form, below)) below = below.slice(0, below.lastIndexOf('/'));
    const raw = form[below] ?? '';
    return raw.startsWith('#') ? raw.slice(1) : `${places.raw}/${index}${raw}`;
  }
  return undefined;
}

/** A list known in part counts as a list: `/keys/$items/3` is `/keys/3`. */
function withoutMarkers(at: Pointers): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const key of Object.keys(at))
    found.set(key.includes('/$items') ? key.replaceAll('/$items', '') : key, at[key] ?? '');
  return found;
}

function rawPlace(at: ReadonlyMap<string, string>, base: string, below: Way, fact: Fact): string {
  const factPointer = base + below.pointer;
  const own = at.get(factPointer);
  if (own !== undefined) return own;
  const above = placeAbove(at, base, below);
  return commonBelow(at, factPointer, fact, above) ?? above;
}

/** What the longest pointer above was read from. */
function placeAbove(at: ReadonlyMap<string, string>, base: string, { above }: Way): string {
  for (const prefix of above) {
    const raw = at.get(base + prefix);
    if (raw !== undefined) return raw;
  }
  for (let pointer = base; pointer !== '';) {
    pointer = pointer.slice(0, pointer.lastIndexOf('/'));
    const raw = at.get(pointer);
    if (raw !== undefined) return raw;
  }
  return '';
}

/** A list whose items were all read from known places: the deepest place that holds them all. */
function commonBelow(
  at: ReadonlyMap<string, string>,
  factPointer: string,
  fact: Fact,
  above: string,
): string | undefined {
  const items = typeof fact === 'object' ? listParts(fact)?.items : undefined;
  if (items === undefined || items.length === 0 || items.length > 1000) return undefined;
  let common: string | undefined;
  for (const index of items.keys()) {
    const raw = at.get(`${factPointer}/${String(index)}`);
    if (raw === undefined) return undefined;
    common = common === undefined ? raw : commonPointer(common, raw);
  }
  return common?.startsWith(above) === true ? common : undefined;
}

/** The longest pointer that both begin with, token by token. */
export function commonPointer(a: string, b: string): string {
  const left = a.split('/');
  const right = b.split('/');
  let length = 0;
  while (length < left.length && left[length] === right[length]) length += 1;
  return left.slice(0, length).join('/');
}
