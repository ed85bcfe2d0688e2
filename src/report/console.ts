/** The summary for a terminal: verdict, fails by severity, what could not be determined, coverage. */
import { SEVERITIES } from '../model/check.ts';
import { byCodeUnit } from '../model/json.ts';
import type { Reporter } from '../model/reporter.ts';
import type { Result, Run } from '../model/result.ts';
import { wrap } from './columns.ts';
import { palette, type Palette } from './paint.ts';
import { clip, visible } from './visible.ts';
import {
  bySeverityThenCheck,
  clause,
  faultOf,
  faultTitle,
  groupByCheck,
  instant,
  percent,
  plural,
  unwaivedFails,
  verdictLine,
} from './words.ts';

export interface ConsoleOptions {
  readonly width?: number;
  readonly color?: boolean;
  /** How many subjects of one check are listed, and how many checks of one severity. */
  readonly most?: number;
}

interface Page {
  readonly paint: Palette;
  readonly width: number;
  readonly most: number;
  readonly lines: string[];
}

function add(page: Page, text: string, indent: string, paint: (line: string) => string = (line) => line): void {
  for (const line of wrap(visible(text), page.width, indent)) page.lines.push(paint(line));
}

function more(page: Page, left: number, what: string): void {
  if (left > 0)
    add(page, `… and ${plural(left, `more ${what}`, `more ${what}s`)}: see the report`, '    ', page.paint.dim);
}

function place(result: Result): string {
  const { location } = result;
  if (location === undefined) return '';
  const line = location.line === undefined ? '' : `:${String(location.line)}`;
  return ` (${location.file}${line})`;
}

/** The message already names the subject in most results; then it is not said twice. */
function sentence(result: Result): string {
  const said = result.message.startsWith(result.subject) ? result.message : `${result.subject}: ${result.message}`;
  return clip(said, 400) + place(result);
}

function fails(page: Page, results: readonly Result[]): void {
  const { paint, lines, most } = page;
  for (const severity of SEVERITIES) {
    const groups = groupByCheck(results.filter((result) => result.severity === severity));
    if (groups.length === 0) continue;
    const count = groups.reduce((sum, group) => sum + group.results.length, 0);
    lines.push('', paint.bold(`${severity.toUpperCase()}  ${String(count)}`));
    for (const group of groups.slice(0, most)) {
      const first = group.results[0];
      if (first === undefined) continue;
      add(page, `✖ ${group.check}  not met: ${first.title}`, '  ', paint.red);
      for (const result of group.results.slice(0, most)) add(page, sentence(result), '    ');
      more(page, group.results.length - most, 'result');
      const where = first.references.map(clause).join(', ');
      add(page, `Fix: ${first.remediation.trim()}${where === '' ? '' : `  [${where}]`}`, '    ', paint.dim);
    }
    more(page, groups.length - most, 'check');
  }
}

function undetermined(page: Page, results: readonly Result[]): void {
  if (results.length === 0) return;
  const { paint, lines, most } = page;
  lines.push('', paint.bold(`COULD NOT BE DETERMINED  ${String(results.length)}`));
  const byCode = new Map<string, Result[]>();
  for (const result of results) {
    const { code } = faultOf(result);
    const known = byCode.get(code);
    if (known === undefined) byCode.set(code, [result]);
    else known.push(result);
  }
  for (const [code, list] of [...byCode].sort((a, b) => b[1].length - a[1].length || byCodeUnit(a[0], b[0]))) {
    add(page, `? ${code}  ${plural(list.length, 'result')}: ${faultTitle(code)}`, '  ', paint.yellow);
    for (const result of list.slice(0, most)) add(page, `${result.check}  ${sentence(result)}`, '    ');
    more(page, list.length - most, 'result');
  }
}

function coverage(page: Page, run: Run): void {
  const { byStatus, coverage } = run.summary;
  const { paint, lines } = page;
  const planned = run.targets.reduce((sum, target) => sum + target.jobs.planned, 0);
  const observed = run.targets.reduce((sum, target) => sum + target.jobs.observed, 0);
  const faulted = run.targets.reduce((sum, target) => sum + target.jobs.faulted, 0);
  lines.push('');
  const counts = [
    `${String(coverage.judged)} of ${String(coverage.applicable)} judged (${percent(coverage.judged, coverage.applicable)})`,
    `${String(byStatus['not-applicable'])} did not apply`,
    ...(byStatus.manual > 0 ? [plural(byStatus.manual, 'needs a person', 'need a person')] : []),
  ];
  add(page, `Coverage  ${counts.join(', ')}`, '');
  const unseen = planned - observed - faulted;
  const jobs = [
    `${plural(planned, 'observation')} planned of ${plural(run.targets.length, 'target')}`,
    `${String(observed)} made`,
    `${String(faulted)} faulted`,
    ...(unseen > 0 ? [`${String(unseen)} not run`] : []),
  ];
  add(page, `Observed  ${jobs.join(', ')}`, '', faulted + unseen > 0 ? paint.yellow : undefined);
  if (!run.complete) add(page, 'This run is incomplete: it was interrupted, or a job never ran.', '', paint.yellow);
}

function accepted(page: Page, waived: readonly Result[]): void {
  if (waived.length === 0) return;
  page.lines.push('', page.paint.bold(`FAILS ACCEPTED BY WAIVER  ${String(waived.length)}`));
  for (const result of waived.slice(0, page.most)) {
    const { waiver } = result;
    const until = waiver?.expires === undefined ? '' : ` until ${waiver.expires}`;
    const by = waiver?.owner === undefined ? '' : ` by ${waiver.owner}`;
    add(page, `${result.check}  ${sentence(result)}; accepted${by}${until}: ${waiver?.reason ?? ''}`, '  ');
  }
  more(page, waived.length - page.most, 'accepted fail');
}

export function consoleText(run: Run, options: ConsoleOptions = {}): string {
  const page: Page = {
    paint: palette(options.color ?? false),
    width: Math.max(40, Math.min(options.width ?? 100, 120)),
    most: options.most ?? 5,
    lines: [],
  };
  const { paint } = page;
  const failed = run.results.filter((result) => result.status === 'fail').sort(bySeverityThenCheck);
  const errors = run.results.filter((result) => result.status === 'error').sort(bySeverityThenCheck);
  add(
    page,
    `Probity ${run.tool.version}, as of ${instant(run.asOf)}, ${plural(run.targets.length, 'target')}`,
    '',
    paint.dim,
  );
  page.lines.push('');
  const [sign, color] =
    unwaivedFails(run) > 0
      ? (['✖', paint.red] as const)
      : errors.length > 0 || !run.complete || run.summary.coverage.judged === 0
        ? (['?', paint.yellow] as const)
        : (['✔', paint.green] as const);
  add(page, `${sign} ${verdictLine(run)}`, '', (line) => paint.bold(color(line)));
  fails(
    page,
    failed.filter((result) => result.waiver === undefined),
  );
  undetermined(page, errors);
  accepted(
    page,
    failed.filter((result) => result.waiver !== undefined),
  );
  coverage(page, run);
  return `${page.lines.join('\n')}\n`;
}

/** The same text without colour, at 100 columns: for a file. */
export const consoleReporter: Reporter = {
  id: 'console',
  mediaType: 'text/plain; charset=utf-8',
  fileName: 'report.txt',
  render: ({ run }) => consoleText(run),
};
