/** From the facts that checks read to the AWS calls that these facts need: the lazy plan, and `probity policy aws`. */

/** The calls behind one list of facts. Calls are IAM actions: `kms:ListKeys`. */
export interface CallTable {
  /** Path of the list or record in the facts: `kms.keys`. */
  readonly at: string;
  /** Needed for anything in it. */
  readonly base: readonly string[];
  /** Needed for a fact that `facts` does not name. */
  readonly other: readonly string[];
  readonly facts: { readonly [name: string]: readonly string[] };
}

/** Splits a path of facts behind a table's list: undefined where the path lies elsewhere, '' for the list itself. */
function below(table: CallTable, path: string): string | undefined {
  if (path === table.at || table.at.startsWith(`${path}.`)) return '';
  return path.startsWith(`${table.at}.`) ? (path.slice(table.at.length + 1).split('.')[0] ?? '') : undefined;
}

/** The actions that the given fact paths need, sorted. */
export function callsFor(tables: readonly CallTable[], paths: readonly string[]): string[] {
  const calls = new Set<string>();
  for (const path of paths) {
    for (const table of tables) {
      const fact = below(table, path);
      if (fact === undefined) continue;
      for (const call of table.base) calls.add(call);
      if (fact === '') continue;
      const needed = Object.hasOwn(table.facts, fact) ? table.facts[fact] : table.other;
      for (const call of needed ?? []) calls.add(call);
    }
  }
  return [...calls].sort();
}

/** The names of the facts below one list that are read: for details that no call of their own tells apart. */
export function factsRead(at: string, paths: readonly string[]): ReadonlySet<string> {
  const prefix = `${at}.`;
  return new Set(
    paths.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length).split('.')[0] ?? ''),
  );
}
