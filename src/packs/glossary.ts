/** What the facts that a check reads mean, in the words of the collectors' schemas. */
import type { Check } from '../model/check.ts';
import type { Schema } from '../model/schema.ts';
import type { Schemas } from './check-file.ts';
import { pathsRead } from './read-paths.ts';

export interface FactMeaning {
  /** From the facts of the one collector, or from the id of one of several. */
  readonly path: string;
  readonly meaning: string;
}

/** The meanings of the facts that a check reads, as far as the schemas give them; each once, in the order of the paths. */
export function glossary(check: Check, schemas: Schemas): readonly FactMeaning[] {
  const found = new Map<string, string>();
  for (const [collector, paths] of pathsRead(check)) {
    const schema = schemas.get(collector)?.factsSchema;
    if (schema === undefined) continue;
    for (const path of paths) {
      const described = nearestDescription(schema, path.split('.'));
      if (described === undefined) continue;
      const place = path.split('.').slice(0, described.depth).join('.');
      found.set(check.needs.length === 1 ? place : `${collector}.${place}`, described.text);
    }
  }
  return [...found].map(([path, meaning]) => ({ path, meaning }));
}

/** The description of the place itself, or of the nearest one above it that has any. */
function nearestDescription(root: Schema, tokens: readonly string[]): { text: string; depth: number } | undefined {
  let places: readonly Schema[] = [root];
  let found: { text: string; depth: number } | undefined;
  for (const [index, token] of tokens.entries()) {
    places = places.flatMap(forms).flatMap((schema) => member(schema, token));
    const text = places.map((schema) => schema.description).find((description) => description !== undefined);
    if (text !== undefined) found = { text, depth: index + 1 };
  }
  return found;
}

/** The alternatives of a schema, and the items of its lists: paths of loops leave the item out. */
function forms(schema: Schema): readonly Schema[] {
  const alternatives = schema.anyOf === undefined ? [schema] : schema.anyOf.flatMap(forms);
  return alternatives.flatMap((one) => (one.items === undefined ? [one] : forms(one.items)));
}

function member(schema: Schema, token: string): readonly Schema[] {
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, token)) {
    const found = schema.properties[token];
    return found === undefined ? [] : [found];
  }
  return typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : [];
}
