/** Which controls of a framework a check bears on: the longest key that covers its id decides. */
import type { Framework } from '../model/framework.ts';

/** `dmarc.rua` covers itself and `dmarc.rua.missing`, not `dmarc.ruax`: whole segments only. */
function prefixes(id: string): string[] {
  const found = [id];
  for (let dot = id.lastIndexOf('.'); dot > 0; dot = id.lastIndexOf('.', dot - 1)) found.push(id.slice(0, dot));
  return found;
}

/** A function from check id to the indexes of the controls it bears on, in the order of the framework. */
export function mappingOf(framework: Framework): (check: string) => readonly number[] {
  const byKey = new Map<string, number[]>();
  for (const key of framework.unmapped ?? []) byKey.set(key, []);
  for (const [index, control] of framework.controls.entries()) {
    for (const key of control.checks) {
      const known = byKey.get(key);
      if (known === undefined) byKey.set(key, [index]);
      else known.push(index);
    }
  }
  return (check) => {
    for (const key of prefixes(check)) {
      const found = byKey.get(key);
      if (found !== undefined) return found;
    }
    return [];
  };
}
