/** Collects the facts of one part together with where in the raw evidence each of them was seen. */
import type { Json } from '../../model/json.ts';

export interface Part {
  readonly facts: { readonly [key: string]: Json };
  /** Pointers below this part to raw pointers; `''` is the part itself. */
  readonly at: { readonly [factPointer: string]: string };
}

/** The deepest place in raw that holds all the given ones. */
export function common(places: readonly string[]): string {
  let found = '';
  for (const place of places) {
    if (place === '' || place === found) continue;
    if (found === '') found = place;
    else if (place.startsWith('/answers') && found.startsWith('/answers')) found = '/answers';
    else return '';
  }
  return found === '' ? '/answers' : found;
}

export class Sheet {
  readonly #facts: { [key: string]: Json } = {};
  readonly #at: { [factPointer: string]: string } = {};

  /** `places`: raw pointers of all that the value was made from; without any it is the place of the whole part. */
  set(key: string, value: Json | undefined, ...places: readonly string[]): void {
    if (value === undefined) return;
    this.#facts[key] = value;
    // keys are identifiers: nothing in them needs an escape
    if (places.length > 0) this.#at[`/${key}`] = common(places);
  }

  part(...places: readonly string[]): Part {
    return { facts: this.#facts, at: { '': common(places), ...this.#at } };
  }
}
