/** The public suffixes that the facts of a site will ask for: kept in evidence where the list is not the built-in one. */
import type { Json } from '../../model/json.ts';
import { cookieFacts } from './facts-cookies.ts';
import { preloadFacts } from './facts-preload.ts';
import type { SuffixOf } from './psl.ts';
import { readView } from './view.ts';

export function suffixesUsed(raw: Json, suffixOf: SuffixOf): Json {
  const view = readView(raw);
  const names: { [name: string]: string } = {};
  if (view !== undefined) {
    const noting: SuffixOf = (name) => {
      const suffix = suffixOf(name);
      if (name !== '__proto__') names[name] = suffix;
      return suffix;
    };
    cookieFacts({ ...view, suffixOf: noting });
    preloadFacts({ ...view, suffixOf: noting });
  }
  return { names };
}
