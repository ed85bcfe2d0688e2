/** Which results bear on which control: for the formats that tell a run by framework. */
import { mappingOf } from '../model/framework.ts';
import type { View } from '../model/reporter.ts';
import type { ControlResult, Result } from '../model/result.ts';

export interface Bearing {
  readonly control: ControlResult;
  readonly label: string;
  readonly results: readonly Result[];
}

export interface FrameworkBearing {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  /** Only controls that some check of the run bears on. */
  readonly controls: readonly Bearing[];
}

export function bearings(view: View): FrameworkBearing[] {
  const { run } = view;
  const byCheck = new Map<string, Result[]>();
  for (const result of run.results) {
    const known = byCheck.get(result.check);
    if (known === undefined) byCheck.set(result.check, [result]);
    else known.push(result);
  }
  const found: FrameworkBearing[] = [];
  for (const framework of view.frameworks) {
    const own = run.controls.filter(
      (control) => control.framework === framework.id && control.status !== 'not-assessed',
    );
    if (own.length === 0) continue;
    const controlsOf = mappingOf(framework);
    const results = new Map<string, Result[]>();
    for (const [check, list] of byCheck) {
      for (const index of controlsOf(check)) {
        const id = framework.controls[index]?.id ?? '';
        const known = results.get(id);
        if (known === undefined) results.set(id, [...list]);
        else known.push(...list);
      }
    }
    const labels = new Map(framework.controls.map(({ id, label }) => [id, label]));
    found.push({
      id: framework.id,
      name: framework.name,
      version: framework.version,
      controls: own.map((control) => ({
        control,
        label: labels.get(control.id) ?? '',
        results: results.get(control.id) ?? [],
      })),
    });
  }
  return found;
}
