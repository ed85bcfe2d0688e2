/** From a fact's pointer to the place in raw evidence that it was read from. */
import type { Json } from '../model/json.ts';
import { resolvePointer } from '../model/pointer.ts';
import { listParts } from './lookup.ts';

/** What was seen by one needed collector on the target. */
export type Observed =
  | {
      readonly is: 'facts';
      /** Evidence id. */
      readonly id: string;
      readonly facts: Json;
      /** Fact pointer to raw pointer, both RFC 6901. */
      readonly at: { readonly [factPointer: string]: string };
    }
  | {
      readonly is: 'fault';
      /** Missing where the job never ran: then there is no evidence. */
      readonly id?: string;
      readonly fault: { readonly code: string; readonly message: string };
    };

type Pointers = { readonly [factPointer: string]: string };

const plain = new WeakMap<Pointers, Pointers>();

/** A list known in part counts as a list: `/keys/$items/3` is `/keys/3`. */
function withoutMarkers(at: Pointers): Pointers {
  const known = plain.get(at);
  if (known !== undefined) return known;
  const marked = Object.keys(at).some((key) => key.includes('/$items'));
  const made = marked
    ? Object.fromEntries(Object.entries(at).map(([key, raw]) => [key.replaceAll('/$items', ''), raw]))
    : at;
  plain.set(at, made);
  return made;
}

/** `id#/pointer`: the longest prefix of the fact's pointer decides; only the id where there is only a fault. */
export function evidenceOf(observed: Observed, factPointer: string): string {
  if (observed.is === 'fault') return observed.id ?? '';
  const { id } = observed;
  const at = withoutMarkers(observed.at);
  const exact = Object.hasOwn(at, factPointer) ? at[factPointer] : undefined;
  if (exact !== undefined) return `${id}#${exact}`;
  const above = nearestAbove(at, factPointer);
  return `${id}#${commonBelow(observed.facts, at, factPointer, above) ?? above}`;
}

function nearestAbove(at: Pointers, factPointer: string): string {
  let prefix = factPointer;
  while (prefix !== '') {
    prefix = prefix.slice(0, prefix.lastIndexOf('/'));
    const raw = Object.hasOwn(at, prefix) ? at[prefix] : undefined;
    if (raw !== undefined) return raw;
  }
  return '';
}

/** A list whose items were all read from known places: the deepest place that holds them all. */
function commonBelow(facts: Json, at: Pointers, factPointer: string, above: string): string | undefined {
  const fact = resolvePointer(facts, factPointer);
  const items = fact === undefined ? undefined : listParts(fact)?.items;
  if (items === undefined || items.length === 0 || items.length > 1000) return undefined;
  let common: string | undefined;
  for (const index of items.keys()) {
    const key = `${factPointer}/${String(index)}`;
    const raw = Object.hasOwn(at, key) ? at[key] : undefined;
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
