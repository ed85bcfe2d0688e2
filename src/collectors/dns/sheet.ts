/** Collects the facts of one part together with where in the raw evidence each of them was seen. */
import type { Json } from '../../model/json.ts';
import { pointer } from '../../model/pointer.ts';

export interface Part {
  readonly facts: { readonly [key: string]: Json };
  /** Pointers below this part to raw pointers; `''` is the part itself. */
  readonly at: { readonly [factPointer: string]: string };
}

/** The deepest place in raw that holds all the given ones. */
export function common(places: readonly string[]): string {
  const known = places.filter((place) => place !== '');
  const first = known[0];
  if (first === undefined) return '/answers';
  if (known.every((place) => place === first)) return first;
  return known.every((place) => place.startsWith('/answers')) ? '/answers' : '';
}

export class Sheet {
  readonly #facts: { [key: string]: Json } = {};
  readonly #at: { [factPointer: string]: string } = {};

  /** `places`: raw pointers of all that the value was made from; without any it is the place of the whole part. */
  set(key: string, value: Json | undefined, ...places: readonly string[]): void {
    if (value === undefined) return;
    this.#facts[key] = value;
    if (places.length > 0) this.#at[pointer(key)] = common(places);
  }

  /** Says where a value below a key was seen. */
  place(factPointer: string, ...places: readonly string[]): void {
    this.#at[factPointer] = common(places);
  }

  part(...places: readonly string[]): Part {
    return { facts: this.#facts, at: { '': common(places), ...this.#at } };
  }
}
