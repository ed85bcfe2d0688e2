/** Resolves the paths of a check in the facts schemas: a misspelt path is a load error, never a rule that matches nothing. */
import type { Schema } from '../model/schema.ts';
import { didYouMean } from '../model/nearest.ts';

export interface PlaceInFacts {
  /** The forms that the value may have (several only under `anyOf`). */
  readonly schemas: readonly Schema[];
  /** Whether it, or something above it, may be absent. */
  readonly optional: boolean;
}

/** Names that paths may start with: the items of loops; all other paths start at the facts. */
export interface Scope {
  readonly root: PlaceInFacts;
  readonly items: { readonly [name: string]: PlaceInFacts };
}

/** Where paths start: at the facts of the one collector, or at the ids of several. */
export function rootScope(needs: readonly string[], schemaOf: (id: string) => Schema): Scope {
  const [only] = needs;
  if (needs.length === 1 && only !== undefined) return { root: placeOf(schemaOf(only)), items: {} };
  const properties = Object.fromEntries(needs.map((id) => [id, schemaOf(id)]));
  return { root: placeOf({ type: 'object', properties, required: needs, additionalProperties: false }), items: {} };
}

function placeOf(schema: Schema): PlaceInFacts {
  return { schemas: forms(schema), optional: false };
}

function forms(schema: Schema): readonly Schema[] {
  return schema.anyOf === undefined ? [schema] : schema.anyOf.flatMap(forms);
}

/** The place that a path names, or the sentence that says why it names none. */
export function resolvePath(scope: Scope, path: string): PlaceInFacts | string {
  const tokens = path.split('.');
  const [first] = tokens;
  const item = first !== undefined && Object.hasOwn(scope.items, first) ? scope.items[first] : undefined;
  let place = item ?? scope.root;
  for (const [index, token] of tokens.entries()) {
    if (index === 0 && item !== undefined) continue;
    const next = step(place, token);
    if (next === undefined) return whyNot(scope, place, path, tokens.slice(0, index).join('.'));
    place = next;
  }
  return place;
}

function step(place: PlaceInFacts, token: string): PlaceInFacts | undefined {
  const schemas: Schema[] = [];
  let optional = place.optional || place.schemas.length > 1;
  for (const schema of place.schemas) {
    if (schema.properties !== undefined && Object.hasOwn(schema.properties, token)) {
      const found = schema.properties[token];
      if (found !== undefined) schemas.push(...forms(found));
      if (schema.required?.includes(token) !== true) optional = true;
    } else if (typeof schema.additionalProperties === 'object') {
      schemas.push(...forms(schema.additionalProperties));
      optional = true;
    }
  }
  return schemas.length === 0 ? undefined : { schemas, optional };
}

function whyNot(scope: Scope, place: PlaceInFacts, path: string, before: string): string {
  if (place.schemas.some((schema) => schema.type === 'array')) {
    return `"${before}" is a list: look at its items with every, some or each`;
  }
  const parent = before === '' ? 'the facts have' : `"${before}" has`;
  const token = path.slice(before === '' ? 0 : before.length + 1).split('.')[0] ?? '';
  const declared = declaredPaths(scope);
  const below = declared.find((known) => known.endsWith(`.${path}`));
  const hint = below === undefined ? didYouMean(path, declared) : ` (did you mean "${below}"?)`;
  return `${parent} no "${token}"${hint}`;
}

/** The schema of a list's items, or the sentence that says why the place is no list. */
export function itemsOf(place: PlaceInFacts, path: string): PlaceInFacts | string {
  const schemas = place.schemas.flatMap((schema) => (schema.items === undefined ? [] : forms(schema.items)));
  if (schemas.length === 0) return `"${path}" is no list`;
  return { schemas, optional: false };
}

export function isOptionalList(place: PlaceInFacts): boolean {
  return place.schemas.some((schema) => schema['x-optional-list'] === true);
}

/** All paths that the scope declares, for suggestions. */
function declaredPaths(scope: Scope): string[] {
  const paths: string[] = [];
  const walk = (place: PlaceInFacts, prefix: string, depth: number): void => {
    if (depth > 8 || paths.length > 5000) return;
    for (const schema of place.schemas) {
      for (const [name, member] of Object.entries(schema.properties ?? {})) {
        const path = prefix === '' ? name : `${prefix}.${name}`;
        paths.push(path);
        walk(placeOf(member), path, depth + 1);
      }
    }
  };
  walk(scope.root, '', 0);
  for (const [name, place] of Object.entries(scope.items)) {
    paths.push(name);
    walk(place, name, 0);
  }
  return paths;
}

/** A scope with one more loop item in it. */
export function withItem(scope: Scope, name: string, place: PlaceInFacts): Scope {
  return { root: scope.root, items: { ...scope.items, [name]: place } };
}

/** Whether a name would hide a fact or another item. */
export function hides(scope: Scope, name: string): boolean {
  if (Object.hasOwn(scope.items, name)) return true;
  return scope.root.schemas.some((schema) => schema.properties !== undefined && Object.hasOwn(schema.properties, name));
}
