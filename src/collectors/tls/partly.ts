/** Objects of facts in which every member may be missing: examples of checks then show only what they are about. */
import { object, type Schema } from '../../model/schema.ts';

type Members = { readonly [name: string]: Schema };

export function partly(members: Members, extra: Parameters<typeof object>[1] = {}): Schema {
  return object(Object.fromEntries(Object.entries(members).map(([name, schema]) => [`${name}?`, schema])), extra);
}
