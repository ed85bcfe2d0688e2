/** Results as the HTML report shows them: grouped by check, with expected and actual beside each other. */
import type { Check, Severity, Status } from '../../model/check.ts';
import { byCodeUnit } from '../../model/json.ts';
import { nameOf } from '../../model/target.ts';
import type { Reason, Result } from '../../model/result.ts';
import {
  actualText,
  expectedText,
  faultOf,
  faultTitle,
  groupByCheck,
  instant,
  messageAlone,
  plural,
  STATUS_WORDS,
} from '../words.ts';
import type { EvidenceShelf, ExcerptView } from './evidence.ts';
import { line, links, prose, spans, type Link, type Span } from './texts.ts';

export interface ReasonView {
  readonly path: string;
  readonly expected: string;
  readonly actual: string;
  readonly kind: 'value' | 'absent' | 'unknown';
  readonly why: string;
}

export interface FindingView {
  readonly id: string;
  readonly status: Status;
  readonly statusWord: string;
  readonly subject: string;
  /** Empty where the subject already says it. */
  readonly target: string;
  readonly message: string;
  readonly place: string;
  readonly reasons: readonly ReasonView[];
  readonly fault: { readonly code: string; readonly message: string } | false;
  readonly waiver:
    | {
        readonly id: string;
        readonly owner: string;
        readonly reason: string;
        readonly expires: string;
        readonly left: string;
      }
    | false;
  readonly evidence: readonly ExcerptView[];
}

/** A finding in one line, for what needs no attention. */
export interface LineView {
  readonly id: string;
  readonly subject: string;
  readonly message: string;
  readonly expected: string;
  readonly actual: string;
  readonly evidence: Link;
}

export interface GroupView<Item> {
  readonly anchor: string;
  readonly check: string;
  readonly title: string;
  readonly severity: Severity;
  readonly why: readonly Span[];
  readonly remediation: readonly Span[];
  readonly references: readonly Link[];
  readonly count: string;
  readonly items: readonly Item[];
  /** What has no room as an item: one line each, nothing left out. */
  readonly rest: string;
  readonly restCount: string;
}

const DAY = 86_400_000;

/** Whole days from one instant to the other, or undefined where one of them is none. */
function daysBetween(from: string, to: string): number | undefined {
  const days = Math.floor((Date.parse(to) - Date.parse(from)) / DAY);
  return Number.isFinite(days) ? days : undefined;
}

function daysLeft(expires: string | undefined, asOf: string): string {
  const days = expires === undefined ? undefined : daysBetween(asOf, expires);
  if (days === undefined) return '';
  return days < 0 ? 'expired' : `${plural(days, 'day')} left`;
}

/** Ids from fingerprints, never from data; a second equal one gets a number. */
export class Anchors {
  readonly #used = new Map<string, number>();
  of(fingerprint: string): string {
    const hex = /^sha256:([0-9a-f]{16})/.exec(fingerprint)?.[1] ?? 'unknown';
    const count = (this.#used.get(hex) ?? 0) + 1;
    this.#used.set(hex, count);
    return count === 1 ? `r-${hex}` : `r-${hex}-${String(count)}`;
  }
}

export interface Showing {
  readonly asOf: string;
  readonly shelf: EvidenceShelf;
  readonly anchors: Anchors;
  readonly checks: ReadonlyMap<string, Check>;
}

function reasonView(reason: Reason): ReasonView {
  return {
    path: line(reason.path, 120),
    expected: line(expectedText(reason)),
    actual: line(actualText(reason)),
    kind: reason.unknown === undefined ? (reason.absent === true ? 'absent' : 'value') : 'unknown',
    why: line(reason.why ?? '', 300),
  };
}

function place({ location }: Result): string {
  if (location === undefined) return '';
  const { file, line: row, column, commit } = location;
  const at = row === undefined ? file : `${file}:${String(row)}${column === undefined ? '' : `:${String(column)}`}`;
  return line(commit === undefined ? at : `${at} @ ${commit.slice(0, 12)}`, 300);
}

function namesTarget(result: Result): boolean {
  return result.subject === result.target || result.subject === nameOf({ id: result.target });
}

export function findingView(result: Result, { asOf, shelf, anchors }: Showing): FindingView {
  const { waiver } = result;
  const fault = result.status === 'error' ? faultOf(result) : undefined;
  return {
    id: anchors.of(result.fingerprint),
    status: result.status,
    statusWord: STATUS_WORDS[result.status],
    subject: line(result.subject, 300),
    target: namesTarget(result) ? '' : line(result.target, 300),
    message: line(messageAlone(result), 300),
    place: place(result),
    reasons: result.reasons.slice(0, 12).map(reasonView),
    fault: fault === undefined ? false : { code: line(fault.code, 60), message: line(fault.message, 400) },
    waiver:
      waiver === undefined
        ? false
        : {
            id: line(waiver.id, 120),
            owner: line(waiver.owner ?? '', 120),
            reason: line(waiver.reason, 400),
            expires: line(instant(waiver.expires ?? ''), 40),
            left: daysLeft(waiver.expires, asOf),
          },
    evidence: shelf.excerpts(result.reasons, result.check),
  };
}

export function lineView(result: Result, { shelf, anchors }: Showing): LineView {
  const [first] = result.reasons;
  return {
    id: anchors.of(result.fingerprint),
    subject: line(result.subject, 300),
    message: line(messageAlone(result), 300),
    expected: first === undefined ? '' : line(`${first.path} ${expectedText(first)}`, 200),
    actual: first === undefined ? '' : line(actualText(first), 200),
    evidence: shelf.reference(first),
  };
}

/** What could not be told, by the reason: one look at the cause, then everything it hides. */
export interface FaultGroupView {
  readonly anchor: string;
  readonly code: string;
  readonly title: string;
  readonly count: string;
  readonly items: readonly (LineView & { readonly title: string; readonly check: string; readonly fault: string })[];
  readonly rest: string;
  readonly restCount: string;
}

export function faultGroupViews(
  results: readonly Result[],
  showing: Showing,
  room: { left: number },
): FaultGroupView[] {
  const byCode = new Map<string, Result[]>();
  for (const result of results) {
    const { code } = faultOf(result);
    const list = byCode.get(code);
    if (list === undefined) byCode.set(code, [result]);
    else list.push(result);
  }
  const groups = [...byCode].sort((a, b) => b[1].length - a[1].length || byCodeUnit(a[0], b[0]));
  return groups.map(([code, list], index) => {
    const shown = list.slice(0, Math.max(0, room.left));
    const rest = list.slice(shown.length);
    room.left -= shown.length;
    return {
      anchor: `error-${String(index + 1)}`,
      code: line(code, 60),
      title: sentenceCase(line(faultTitle(code), 200)),
      count: String(list.length),
      items: shown.map((result) => ({
        ...lineView(result, showing),
        title: prose(result.title, 300),
        check: line(result.check, 120),
        fault: result.message.includes(faultOf(result).message) ? '' : line(faultOf(result).message, 400),
      })),
      rest: rest.map((result) => restLine(result, result.check)).join('\n'),
      restCount: String(rest.length),
    };
  });
}

function sentenceCase(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function restLine(result: Result, before = ''): string {
  const said = `${line(result.subject, 200)}  ${line(messageAlone(result), 300)}`;
  return before === '' ? said : `${line(before, 120)}  ${said}`;
}

/** What did not apply: its message says what it saw; there is nothing to compare. */
export function plainView(result: Result, { anchors }: Showing): LineView {
  return {
    id: anchors.of(result.fingerprint),
    subject: line(result.subject, 300),
    message: line(messageAlone(result), 300),
    expected: '',
    actual: '',
    evidence: { text: '', href: '' },
  };
}

/** Groups by check; `room` items become items (the budget is shared between calls), the others lines. */
export function groupViews<Item>(
  results: readonly Result[],
  showing: Showing,
  room: { left: number },
  prefix: string,
  item: (result: Result, showing: Showing) => Item,
): GroupView<Item>[] {
  return groupByCheck(results).map((group, index) => {
    const shown = group.results.slice(0, Math.max(0, room.left));
    const rest = group.results.slice(shown.length);
    room.left -= shown.length;
    const first = group.results[0];
    const check = showing.checks.get(group.check);
    return {
      anchor: `${prefix}${String(index + 1)}`,
      check: line(group.check, 120),
      title: prose(first?.title ?? '', 300),
      severity: group.severity,
      why: spans(check?.description ?? '', 1_000),
      remediation: spans(first?.remediation ?? ''),
      references: links(first?.references ?? []),
      count: String(group.results.length),
      items: shown.map((result) => item(result, showing)),
      rest: rest.map((result) => restLine(result)).join('\n'),
      restCount: String(rest.length),
    };
  });
}
