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

let quiet = false;

/** Runs what makes facts only for the questions that it asks: sheets keep nothing meanwhile. */
export function withoutFacts(work: () => void): void {
  quiet = true;
  try {
    work();
  } finally {
    quiet = false;
  }
}

const NOTHING: Part = { facts: {}, at: {} };

export class Sheet {
  readonly #facts: { [key: string]: Json } = {};
  readonly #places: (readonly [key: string, place: string])[] = [];

  /** `places`: raw pointers of all that the value was made from; without any it is the place of the whole part. */
  set(key: string, value: Json | undefined, ...places: readonly string[]): void {
    if (quiet || value === undefined) return;
    this.#facts[key] = value;
    if (places.length > 0) this.#places.push([key, common(places)]);
  }

  part(...places: readonly string[]): Part {
    if (quiet) return NOTHING;
    const whole = common(places);
    const at: { [factPointer: string]: string } = { '': whole };
    // the longest prefix decides: what lies where the whole part lies needs no entry. Keys are identifiers, nothing to escape
    for (const [key, place] of this.#places) if (place !== whole) at[`/${key}`] = place;
    return { facts: this.#facts, at };
  }
}
