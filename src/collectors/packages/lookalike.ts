/** Names that look like much-used ones: one slip of the finger away, or the same but for separators and confusable letters. */
import { POPULAR } from './popular.ts';

/** facts/code §5: shorter names are all near each other. */
const LEAST_LETTERS = 5;

interface Index {
  readonly names: ReadonlySet<string>;
  /** A name with one letter left out, and the name itself, to the names that give it. */
  readonly near: ReadonlyMap<string, readonly string[]>;
  readonly bare: ReadonlyMap<string, string>;
}

let index: Index | undefined;

function indexOf(): Index {
  if (index !== undefined) return index;
  const names = new Set(POPULAR.split(/\s+/).filter((name) => name !== ''));
  const near = new Map<string, string[]>();
  const bare = new Map<string, string>();
  for (const name of names) {
    if (name.length < LEAST_LETTERS) continue;
    for (const one of shortened(name)) {
      const known = near.get(one);
      if (known === undefined) near.set(one, [name]);
      else known.push(name);
    }
    bare.set(bareName(name), name);
  }
  index = { names, near, bare };
  return index;
}

function shortened(name: string): ReadonlySet<string> {
  const found = new Set([name]);
  for (let at = 0; at < name.length; at++) found.add(name.slice(0, at) + name.slice(at + 1));
  return found;
}

/** Without separators, a `js` in front or behind, and with letters that look alike made one. */
function bareName(name: string): string {
  const letters = name.toLowerCase().replaceAll(/[-_.]/g, '');
  const core = letters.length > 6 ? letters.replace(/^js(?=.{4})|(?<=.{4})js$/, '') : letters;
  return core
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
    .replaceAll('0', 'o')
    .replaceAll(/[1i|]/g, 'l')
    .replaceAll('5', 's')
    .replaceAll('3', 'e');
}

/** The much-used name that this one looks like; undefined where it is one itself, or looks like none. */
export function lookalikeOf(name: string): string | undefined {
  if (name.startsWith('@') || name.length < LEAST_LETTERS || name.length > 100) return undefined;
  const { names, near, bare } = indexOf();
  if (names.has(name)) return undefined;
  const same = bare.get(bareName(name));
  if (same !== undefined && same !== name) return same;
  for (let at = -1; at < name.length; at++) {
    const one = at < 0 ? name : name.slice(0, at) + name.slice(at + 1);
    for (const other of near.get(one) ?? []) if (isOneSlip(name, other)) return other;
  }
  return undefined;
}

/** Damerau-Levenshtein distance 1: a letter more, less, other, or two that changed places. */
function isOneSlip(a: string, b: string): boolean {
  if (a === b || Math.abs(a.length - b.length) > 1) return false;
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at++;
  if (a.length > b.length) return a.slice(at + 1) === b.slice(at);
  if (a.length < b.length) return a.slice(at) === b.slice(at + 1);
  if (a.slice(at + 1) === b.slice(at + 1)) return true;
  return a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2);
}
