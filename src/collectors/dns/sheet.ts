/** Collects the facts of one part together with where in the raw evidence each of them was seen. */
import type { Json } from '../../model/json.ts';

export interface Part {
  readonly facts: { readonly [key: string]: Json };
  /** The raw pointer of the part itself. */
  readonly whole: string;
  /** Those of facts that were seen elsewhere. */
  readonly places: readonly Place[];
}

type Place = readonly [key: string, place: string];

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

/** The same for places of answers, in the form in which many facts of one part can say it. */
export function oneOf(places: readonly string[]): readonly string[] {
  return quiet ? [] : [common(places)];
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

const NOTHING: Part = { facts: {}, whole: '', places: [] };

export class Sheet {
  readonly #facts: { [key: string]: Json } = {};
  readonly #places: Place[] = [];

  /** Nobody wants the facts now: what asks nothing may be left out. */
  get isQuiet(): boolean {
    return quiet;
  }

  /** `places`: raw pointers of all that the value was made from; without any it is the place of the whole part. */
  set(key: string, value: Json | undefined, ...places: readonly string[]): void {
    if (quiet || value === undefined) return;
    this.#facts[key] = value;
    if (places.length > 0) this.#places.push([key, common(places)]);
  }

  /** Where something inside of a fact was seen: `hosts/0/tlsa`. */
  below(key: string, ...places: readonly string[]): void {
    if (!quiet) this.#places.push([key, common(places)]);
  }

  part(...places: readonly string[]): Part {
    if (quiet) return NOTHING;
    return { facts: this.#facts, whole: common(places), places: this.#places };
  }
}
