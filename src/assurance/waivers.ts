/** Waivers: a layer over results, never a status. Who accepts a fail, why and until when; and what is wrong with a waiver. */
import { SEVERITIES, type Severity } from '../model/check.ts';
import { globMatcher } from '../model/glob.ts';
import { byCodeUnit } from '../model/json.ts';
import type { ResultWaiver, Verdict } from '../model/result.ts';
import type { Waiver } from '../model/waiver.ts';

const DAY = 86_400_000;
/** A waiver that ends this soon is told of. */
const SOON = 14 * DAY;
/** At most a year, and a leap day. */
export const LONGEST_DAYS = 366;

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

/** The first millisecond at which it is over, or undefined where the text is no date. A date lasts to its end. */
export function endOf(expires: string): number | undefined {
  if (DATE.test(expires)) {
    const start = Date.parse(`${expires}T00:00:00Z`);
    const real = Number.isFinite(start) && new Date(start).toISOString().startsWith(expires);
    return real ? start + DAY : undefined;
  }
  const instant = INSTANT.test(expires) ? Date.parse(expires) : Number.NaN;
  // expired is what ends before asOf: at its own instant it still holds
  return Number.isFinite(instant) ? instant + 1 : undefined;
}

/** When it begins, or the last day on which it holds begins: what the longest span is measured between. */
function startOf(text: string): number | undefined {
  const end = endOf(text);
  return end === undefined ? undefined : DATE.test(text) ? end - DAY : end - 1;
}

/** What makes a waiver unacceptable before any packet is sent, with the key it is about. */
export function waiverProblems(waiver: Waiver, asOf: string): { readonly key: string; readonly message: string }[] {
  const problems: { key: string; message: string }[] = [];
  for (const key of ['id', 'owner', 'reason', 'expires'] as const) {
    if (waiver[key].trim() === '') problems.push({ key, message: `a waiver needs ${key}` });
  }
  if (/^\**$/.test(waiver.check.trim()) && /^\**$/.test(waiver.target.trim())) {
    problems.push({
      key: 'check',
      message: 'a waiver of every check on every target waives the audit: name one of them',
    });
  }
  const from = startOf(waiver.created ?? asOf);
  const end = startOf(waiver.expires);
  if (waiver.expires.trim() !== '' && end === undefined) {
    problems.push({ key: 'expires', message: `expires is a date (2027-03-31) or an instant, not "${waiver.expires}"` });
  } else if (waiver.created !== undefined && from === undefined) {
    problems.push({ key: 'created', message: `created is a date (2026-11-22) or an instant, not "${waiver.created}"` });
  } else if (end !== undefined && from !== undefined && end - from > LONGEST_DAYS * DAY) {
    problems.push({ key: 'expires', message: `a waiver lasts at most ${String(LONGEST_DAYS)} days: shorten it` });
  }
  return problems;
}

export interface WaiverInput {
  readonly verdicts: readonly Verdict[];
  readonly waivers: readonly Waiver[];
  readonly asOf: string;
  /** Targets of the run all of whose jobs were observed: only there does "matches nothing" mean something. */
  readonly observed: readonly string[];
}

interface Standing {
  readonly waiver: Waiver;
  readonly end: number;
  readonly matches: (verdict: Verdict) => boolean;
  readonly onTarget: (target: string) => boolean;
}

function standing(waiver: Waiver): Standing {
  const check = globMatcher(waiver.check);
  const target = globMatcher(waiver.target);
  const subject = waiver.subject === undefined ? () => true : globMatcher(waiver.subject);
  return {
    waiver,
    // what cannot be read has ended: a waiver never counts by mistake
    end: endOf(waiver.expires) ?? Number.NEGATIVE_INFINITY,
    matches: (verdict) => check(verdict.check) && target(verdict.target) && subject(verdict.subject),
    onTarget: target,
  };
}

/** Two waivers on one result: the later end counts, both are named. */
function covered(verdict: Verdict, active: readonly Standing[]): Verdict {
  const [first, ...others] = active.toSorted((a, b) => b.end - a.end || byCodeUnit(a.waiver.id, b.waiver.id));
  if (first === undefined) return verdict;
  const { id, owner, reason, expires } = first.waiver;
  const names = [
    ...(verdict.waiver === undefined ? [] : [verdict.waiver.id]),
    ...others.map(({ waiver }) => waiver.id),
  ];
  const waiver: ResultWaiver = {
    id,
    owner,
    reason: names.length === 0 ? reason : `${reason} (also waived by ${names.join(', ')})`,
    expires,
  };
  return { ...verdict, waiver };
}

function worst(verdicts: readonly Verdict[], least: Severity): Severity {
  const ranks = verdicts.map(({ severity }) => SEVERITIES.indexOf(severity));
  return SEVERITIES[Math.min(SEVERITIES.indexOf(least), ...ranks)] ?? least;
}

interface Notice {
  readonly check: string;
  readonly title: string;
  readonly remediation: string;
}

const NOTICES = {
  expired: {
    check: 'waiver.expired',
    title: 'No waiver has expired',
    remediation: 'Renew the waiver with approval, or correct what it covered.',
  },
  expiring: {
    check: 'waiver.expiring',
    title: 'No waiver ends within 14 days',
    remediation: 'Decide now: correct what it covers, or renew the waiver with approval.',
  },
  unmatched: {
    check: 'waiver.unmatched',
    title: 'Every waiver covers something',
    remediation: 'Remove the waiver, or correct its globs.',
  },
  ofError: {
    check: 'waiver.of-error',
    title: 'No waiver stands for what could not be determined',
    remediation: 'Give the access that is missing: a waiver does not cover "could not tell".',
  },
} as const satisfies Record<string, Notice>;

function notice(kind: Notice, severity: Severity, target: string, waiver: Waiver, message: string): Verdict {
  return {
    check: kind.check,
    version: 1,
    title: kind.title,
    severity,
    target,
    subject: waiver.id,
    status: 'fail',
    message: `${waiver.id}: ${message}`,
    reasons: [],
    references: [{ spec: 'Probity waivers', section: kind.check }],
    remediation: kind.remediation,
  };
}

function byTarget(verdicts: readonly Verdict[]): Map<string, Verdict[]> {
  const found = new Map<string, Verdict[]>();
  for (const verdict of verdicts) {
    const known = found.get(verdict.target);
    if (known === undefined) found.set(verdict.target, [verdict]);
    else known.push(verdict);
  }
  return found;
}

/** What one waiver is worth saying: one result a target that it touches. */
function notices(entry: Standing, matched: readonly Verdict[], now: number, observed: readonly string[]): Verdict[] {
  const { waiver, end } = entry;
  const made: Verdict[] = [];
  for (const [target, verdicts] of byTarget(matched)) {
    const fails = verdicts.filter(({ status }) => status === 'fail');
    const errors = verdicts.filter(({ status }) => status === 'error');
    if (end <= now) {
      const severity = worst(fails, 'medium');
      made.push(
        notice(NOTICES.expired, severity, target, waiver, `expired on ${waiver.expires}; what it covered counts again`),
      );
    } else if (end - now <= SOON && fails.length > 0) {
      made.push(notice(NOTICES.expiring, 'info', target, waiver, `ends on ${waiver.expires}`));
    }
    if (errors.length > 0) {
      const checks = [...new Set(errors.map(({ check }) => check))].sort().join(', ');
      made.push(notice(NOTICES.ofError, 'info', target, waiver, `matches what could not be determined: ${checks}`));
    }
  }
  if (matched.length === 0) {
    const target = observed.find(entry.onTarget);
    if (target !== undefined) {
      made.push(
        notice(
          NOTICES.unmatched,
          'low',
          target,
          waiver,
          `matches no result (check ${waiver.check}, target ${waiver.target})`,
        ),
      );
    } else if (end <= now) {
      made.push(notice(NOTICES.expired, 'medium', waiver.target, waiver, `expired on ${waiver.expires}`));
    }
  }
  return made;
}

/** The verdicts with waivers on the fails they cover, and a verdict for each waiver that somebody must look at. */
export function applyWaivers({ verdicts, waivers, asOf, observed }: WaiverInput): Verdict[] {
  const now = Date.parse(asOf);
  const standings = waivers.map(standing);
  const matched = new Map<Standing, Verdict[]>(standings.map((entry) => [entry, []]));
  const layered = verdicts.map((verdict) => {
    const touching = standings.filter((entry) => entry.matches(verdict));
    for (const entry of touching) matched.get(entry)?.push(verdict);
    if (verdict.status !== 'fail') return verdict;
    return covered(
      verdict,
      touching.filter(({ end }) => end > now),
    );
  });
  const said = [...matched].flatMap(([entry, list]) => notices(entry, list, now, observed));
  return [...layered, ...said];
}
