/** Controls by framework: what supports them, what contradicts them, and what no machine can tell. */
import { mappingOf } from '../../model/framework.ts';
import type { View } from '../../model/reporter.ts';
import type { ControlResult, ControlStatus } from '../../model/result.ts';
import { CONTROL_WORDS } from '../words.ts';
import { line } from './texts.ts';

export interface ControlView {
  readonly id: string;
  readonly label: string;
  readonly status: ControlStatus;
  readonly word: string;
  readonly pass: string;
  readonly fail: string;
  readonly error: string;
  readonly notApplicable: string;
  readonly manual: string;
  readonly expected: string;
  readonly notRun: string;
  /** The checks that fail it, each with the place of its findings. */
  readonly against: readonly { readonly check: string; readonly href: string }[];
}

export interface FrameworkView {
  readonly name: string;
  readonly version: string;
  readonly publisher: string;
  readonly note: string;
  readonly counts: readonly { readonly status: ControlStatus; readonly word: string; readonly count: string }[];
  readonly controls: readonly ControlView[];
  readonly unassessed: string;
  readonly unassessedCount: string;
  readonly total: string;
}

const ORDER: readonly ControlStatus[] = ['contradicted', 'accepted', 'undetermined', 'supported', 'not-applicable'];

function controlView(control: ControlResult, label: string, against: ReadonlyMap<string, string>): ControlView {
  const { pass, fail, error, notApplicable, manual, expected } = control.counts;
  return {
    id: line(control.id, 60),
    label: line(label, 200),
    status: control.status,
    word: CONTROL_WORDS[control.status],
    pass: String(pass),
    fail: String(fail),
    error: String(error),
    notApplicable: String(notApplicable),
    manual: String(manual),
    expected: String(expected),
    notRun: String(Math.max(0, expected - pass - fail - error - notApplicable - manual)),
    against: [...against].map(([check, anchor]) => ({
      check: line(check, 120),
      href: anchor === '' ? '' : `#${anchor}`,
    })),
  };
}

/** `failing`: check id → the anchor of its group of fails, in the order of the page. */
export function frameworkViews(view: View, failing: ReadonlyMap<string, string>): FrameworkView[] {
  const { run } = view;
  const ids = [...new Set(run.controls.map((control) => control.framework))];
  return ids.map((id) => {
    const known = view.frameworks.find((framework) => framework.id === id);
    const own = run.controls.filter((control) => control.framework === id);
    const against = new Map<string, Map<string, string>>();
    if (known !== undefined) {
      const controlsOf = mappingOf(known);
      for (const [check, anchor] of failing) {
        for (const index of controlsOf(check)) {
          const control = known.controls[index]?.id ?? '';
          const list = against.get(control) ?? new Map<string, string>();
          against.set(control, list.set(check, anchor));
        }
      }
    }
    const labels = new Map(known?.controls.map((control) => [control.id, control.label]));
    const label = (control: ControlResult): string => labels.get(control.id) ?? '';
    const unassessed = own.filter(({ status }) => status === 'not-assessed');
    return {
      name: line(known?.name ?? id, 200),
      version: line(own[0]?.version ?? '', 100),
      publisher: line(known?.publisher ?? '', 100),
      note: line(known?.note ?? '', 300),
      counts: ORDER.map((status) => ({ status, count: own.filter((control) => control.status === status).length }))
        .filter(({ count }) => count > 0)
        .map(({ status, count }) => ({ status, word: CONTROL_WORDS[status], count: String(count) })),
      controls: own
        .filter(({ status }) => status !== 'not-assessed')
        .map((control) => controlView(control, label(control), against.get(control.id) ?? new Map())),
      unassessed: unassessed.map((control) => line(`${control.id} ${label(control)}`.trim(), 200)).join(' · '),
      unassessedCount: String(unassessed.length),
      total: String(own.length),
    };
  });
}
