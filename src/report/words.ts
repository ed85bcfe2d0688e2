/** The words, orders and counts that every report shares, so that no two of them tell the run differently. */
import { SEVERITIES, type Severity, type Status } from '../model/check.ts';
import { FAULTS, isFaultCode } from '../model/fault.ts';
import { byCodeUnit, own, type Json } from '../model/json.ts';
import type { ControlStatus, Reason, Result, Run } from '../model/result.ts';

export const STATUS_WORDS = {
  pass: 'passed',
  fail: 'failed',
  error: 'could not be determined',
  'not-applicable': 'did not apply',
  manual: 'needs a person',
} as const satisfies Record<Status, string>;

export const CONTROL_WORDS = {
  contradicted: 'contradicted',
  accepted: 'fails accepted',
  undetermined: 'undetermined',
  supported: 'supported',
  'not-applicable': 'not applicable',
  'not-assessed': 'not assessed',
} as const satisfies Record<ControlStatus, string>;

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${String(count)} ${count === 1 ? one : many}`;
}

/** Results with status fail that no waiver covers. */
export function unwaivedFails(run: Run): number {
  return SEVERITIES.reduce((sum, severity) => sum + run.summary.bySeverity[severity], 0);
}

/** `3 fails, 2 could not be determined, 214 passed of 219`: never more than the counts say. */
export function verdictLine(run: Run): string {
  const { byStatus, coverage } = run.summary;
  const fails = unwaivedFails(run);
  const parts = [
    fails === 0 ? 'no fail' : plural(fails, 'fail'),
    ...(byStatus.fail > fails ? [plural(byStatus.fail - fails, 'accepted fail')] : []),
    ...(byStatus.error > 0 ? [`${String(byStatus.error)} could not be determined`] : []),
    ...(byStatus.manual > 0 ? [plural(byStatus.manual, 'needs a person', 'need a person')] : []),
    `${String(byStatus.pass)} passed of ${String(coverage.applicable)}`,
  ];
  return parts.join(', ');
}

/** `95.6 %`; never rounded up to 100. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '–';
  const tenths = Math.floor((part * 1000) / whole);
  return `${tenths % 10 === 0 ? String(tenths / 10) : (tenths / 10).toFixed(1)} %`;
}

/** `2026-11-22 10:00:00 UTC`: the instant as it is written, in no time zone of the machine. */
export function instant(text: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d+)?Z$/.exec(text);
  return match === null ? text : `${match[1] ?? ''} ${match[2] ?? ''} UTC`;
}

/** The result's faults: its own, else the codes its reasons name. */
export function faultOf(result: Result): { readonly code: string; readonly message: string } {
  if (result.fault !== undefined) return result.fault;
  const code = result.reasons.find((reason) => reason.unknown !== undefined)?.unknown ?? 'engine.not-run';
  return { code, message: faultTitle(code) };
}

/** What a fault code means, for a person. */
export function faultTitle(code: string): string {
  return isFaultCode(code) ? FAULTS[code].title : 'a fault of another version';
}

/** The message without the subject in front, where that stands beside it already. */
export function messageAlone(result: Result): string {
  const { message, subject } = result;
  return message.startsWith(`${subject}: `) && message.length > subject.length + 2
    ? message.slice(subject.length + 2)
    : message;
}

/** Worst first, then by check, target and subject: the order in which a person reads. */
export function bySeverityThenCheck(a: Result, b: Result): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    byCodeUnit(a.check, b.check) ||
    byCodeUnit(a.target, b.target) ||
    byCodeUnit(a.subject, b.subject)
  );
}

export interface CheckGroup {
  readonly check: string;
  readonly severity: Severity;
  readonly results: readonly Result[];
}

/** Neighbours of one severity and check together; the list must be in that order. */
export function groupByCheck(results: readonly Result[]): CheckGroup[] {
  const groups: { check: string; severity: Severity; results: Result[] }[] = [];
  for (const result of results) {
    const last = groups.at(-1);
    if (last?.check === result.check && last.severity === result.severity) last.results.push(result);
    else groups.push({ check: result.check, severity: result.severity, results: [result] });
  }
  return groups;
}

/** `RFC 6797 §6.1.1`; a section that is a name stands behind a comma. */
export function clause({ spec, section }: { readonly spec: string; readonly section?: string }): string {
  if (section === undefined) return spec;
  return /^[^\s]*\d[^\s]*$/.test(section) ? `${spec} §${section}` : `${spec}, ${section}`;
}

const OPERATOR_WORDS: { readonly [op: string]: string } = {
  eq: '',
  each: '',
  every: '',
  some: '',
  ne: 'anything but',
  in: 'one of',
  'none-in': 'none of',
  gt: 'more than',
  gte: 'at least',
  lt: 'less than',
  lte: 'at most',
  between: 'between',
  contains: 'contains',
  'contains-none': 'contains none of',
  'contains-all': 'contains all of',
  'subset-of': 'nothing but',
  'superset-of': 'all of',
  disjoint: 'nothing of',
  matches: 'matches',
  'starts-with': 'starts with',
  'ends-with': 'ends with',
  before: 'before',
  after: 'after',
  within: 'within',
  'in-cidr': 'in',
  'none-in-cidr': 'outside',
  'domain-within': 'within',
  'version-gte': 'version at least',
  'version-lt': 'version below',
  present: 'present',
  absent: 'absent',
};

function valueText(value: unknown): string {
  if (typeof value === 'string') return value === '' ? '(empty)' : value;
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object' || item === null)) {
    if (value.length === 0) return '(empty list)';
    const shown = value.slice(0, 8).map((item) => (typeof item === 'string' ? item : JSON.stringify(item)));
    return value.length > 8 ? `${shown.join(', ')} and ${String(value.length - 8)} more` : shown.join(', ');
  }
  return JSON.stringify(value);
}

/** `at least 1 item`: the bounds of `count`. */
function countText(bounds: Json): string {
  const words = { eq: 'exactly', gte: 'at least', lte: 'at most' };
  const parts = Object.entries(words).flatMap(([key, word]) => {
    const bound = own(bounds, key);
    return typeof bound === 'number' ? [`${word} ${plural(bound, 'item')}`] : [];
  });
  return parts.join(', ') || valueText(bounds);
}

/** `at least 15552000`, `one of quarantine, reject`. */
export function expectedText(reason: Reason): string {
  const words = OPERATOR_WORDS[reason.op] ?? reason.op;
  if (reason.op === 'count') return countText(reason.expected);
  if (reason.op === 'present' || reason.op === 'absent') return words;
  if (reason.op === 'between' && Array.isArray(reason.expected) && reason.expected.length === 2) {
    return `between ${valueText(reason.expected[0])} and ${valueText(reason.expected[1])}`;
  }
  return `${words} ${valueText(reason.expected)}`.trim();
}

/** The value that was seen; absent and unknown are words of their own. */
export function actualText(reason: Reason): string {
  if (reason.unknown !== undefined) return `unknown: ${reason.unknown}`;
  if (reason.absent === true) return 'absent';
  return `${valueText(reason.actual)}${reason.truncated === true ? ' … (cut)' : ''}`;
}
