/** The fact paths that a check reads, by collector: what the planner must have observed. */
import type { Check, Expr } from '../model/check.ts';
import { partsOfSays } from '../judge/compile.ts';
import { byCodeUnit } from '../model/json.ts';

/** Collector id to full paths (loop items resolved: `key.arn` over `keys` is `keys.arn`), sorted. */
export function pathsRead(check: Check): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>(check.needs.map((id) => [id, new Set()]));
  const [only] = check.needs;
  const items = new Map<string, string>();

  function full(path: string): string {
    const [first = '', ...rest] = path.split('.');
    const list = items.get(first);
    return list === undefined ? path : [list, ...rest].join('.');
  }
  function add(path: string): void {
    const resolved = full(path);
    if (check.needs.length === 1 && only !== undefined) {
      found.get(only)?.add(resolved);
      return;
    }
    const [collector = '', ...rest] = resolved.split('.');
    if (rest.length > 0) found.get(collector)?.add(rest.join('.'));
  }
  function walk(expr: Expr): void {
    if ('all' in expr) for (const part of expr.all) walk(part);
    else if ('any' in expr) for (const part of expr.any) walk(part);
    else if ('path' in expr) add(expr.path);
    else {
      const list = 'every' in expr ? expr.every : expr.some;
      add(list);
      items.set(expr.as, full(list));
      walk(expr.satisfies);
      items.delete(expr.as);
    }
  }

  if (check.each !== undefined) {
    add(check.each.path);
    items.set(check.each.as, full(check.each.path));
    for (const path of [check.each.subject, check.each.location, check.each.waiver]) if (path !== undefined) add(path);
  }
  if (check.subject !== undefined) add(check.subject);
  for (const part of partsOfSays(check.says ?? '')) if (typeof part !== 'string') add(part.path);
  for (const rule of check.severityWhen ?? []) walk(rule.when);
  if (check.when !== undefined) walk(check.when);
  if (check.manualWhen !== undefined) walk(check.manualWhen.when);
  if (!('manual' in check.assert)) walk(check.assert);
  return new Map([...found].map(([id, paths]) => [id, [...paths].sort(byCodeUnit)]));
}
