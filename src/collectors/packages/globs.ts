/** The globs of workspaces: `packages/*`, `apps/**`, `!apps/old`; matched step by step, without expressions. */

/** Whether a folder is named by globs of which `!` ones take out again; the last that matches decides. */
export function matchesGlob(globs: readonly string[], folder: string): boolean {
  let named = false;
  for (const glob of globs) {
    const negated = glob.startsWith('!');
    const steps = glob
      .slice(negated ? 1 : 0)
      .replace(/^\.\//, '')
      .replace(/\/+$/, '')
      .split('/');
    if (matchSteps(steps, folder.split('/'))) named = !negated;
  }
  return named;
}

/** `**` stands for any number of steps. Positions that can be reached are kept as a set: no backtracking. */
function matchSteps(steps: readonly string[], path: readonly string[]): boolean {
  let reached = new Set<number>([0]);
  for (const step of steps.slice(0, 64)) {
    const next = new Set<number>();
    for (const at of reached) {
      if (step === '**') for (let i = at; i <= path.length; i++) next.add(i);
      else if (at < path.length && matchStep(step, path[at] ?? '')) next.add(at + 1);
    }
    reached = next;
  }
  return reached.has(path.length);
}

/** `*` inside one step: the parts must follow each other. */
function matchStep(step: string, name: string): boolean {
  const parts = step.split('*');
  const [first = ''] = parts;
  if (parts.length === 1) return step === name;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  const last = parts.at(-1) ?? '';
  return name.length - last.length >= at && name.endsWith(last);
}
