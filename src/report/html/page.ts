/** The content of the HTML report, ready for the templates: every text visible and bounded, nothing left to decide. */
import { SEVERITIES, type Severity } from '../../model/check.ts';
import { type Drift, DRIFT_STATES, type DriftState } from '../../model/drift.ts';
import type { View } from '../../model/reporter.ts';
import type { Result, Run } from '../../model/result.ts';
import { nameOf } from '../../model/target.ts';
import { instant, percent, plural, STATUS_WORDS, unwaivedFails, verdictLine } from '../words.ts';
import { claimViews } from './claims.ts';
import { frameworkViews } from './controls.ts';
import { coverageView } from './coverage.ts';
import { EvidenceShelf } from './evidence.ts';
import {
  Anchors,
  faultGroupViews,
  findingView,
  groupViews,
  lineView,
  plainView,
  type FindingView,
  type GroupView,
  type Showing,
} from './findings.ts';
import { type Gathered, STATIC_RESULTS } from './gathered.ts';
import { inventoryView } from './inventory.ts';
import { line } from './texts.ts';

/** Findings with expected, actual and evidence fold-out; further ones are lines. Fewer where the page is large anyway. */
const CARDS = 300;
const CARDS_OF_LARGE = 60;
/** Reasons for not knowing that stand beside the verdict. */
const FIRST_FAULTS = 4;

const SEVERITY_WORDS: { readonly [severity in Severity]: string } = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
  info: 'Information',
};

/** Groups of three from 10 000 on. */
function count(number: number): string {
  return number < 10_000 ? String(number) : String(number).replaceAll(/\B(?=(?:\d{3})+$)/g, '\u202f');
}

function severitySections(
  results: readonly Result[],
  showing: Showing,
  room: { left: number },
): { severity: Severity; word: string; count: string; groups: GroupView<FindingView>[] }[] {
  return SEVERITIES.map((severity) => ({ severity, list: results.filter((result) => result.severity === severity) }))
    .filter(({ list }) => list.length > 0)
    .map(({ severity, list }) => ({
      severity,
      word: SEVERITY_WORDS[severity],
      count: String(list.length),
      groups: groupViews(list, showing, room, `fail-${severity}-`, findingView),
    }));
}

/** The bar of statuses: parts of 1000, none of them invisible. Fails that somebody accepted stand apart. */
function tally(run: Run, total: number): { status: string; word: string; count: string; x: string; width: string }[] {
  const { byStatus } = run.summary;
  const fails = unwaivedFails(run);
  const parts = [
    { status: 'fail', word: STATUS_WORDS.fail, number: fails },
    { status: 'accepted', word: 'failed, accepted', number: byStatus.fail - fails },
    { status: 'error', word: STATUS_WORDS.error, number: byStatus.error },
    { status: 'manual', word: byStatus.manual === 1 ? 'needs a person' : 'need a person', number: byStatus.manual },
    { status: 'pass', word: STATUS_WORDS.pass, number: byStatus.pass },
    { status: 'not-applicable', word: STATUS_WORDS['not-applicable'], number: byStatus['not-applicable'] },
  ].filter(({ number }) => number > 0);
  const least = 12;
  const room = 1000 - least * parts.length;
  let x = 0;
  return parts.map(({ status, word, number }) => {
    const width = least + Math.round((room * number) / total);
    const part = { status, word, count: count(number), x: String(x), width: String(width) };
    x += width;
    return part;
  });
}

function counted(groups: ReturnType<Gathered['counted']>): { check: string; title: string; count: string }[] {
  return groups.map(({ check, title, count: number }) => ({
    check: line(check, 120),
    title: line(title, 300),
    count: count(number),
  }));
}

function headline(run: Run): { tone: 'fail' | 'unknown' | 'pass'; words: string } {
  const fails = unwaivedFails(run);
  const { byStatus, coverage } = run.summary;
  if (fails > 0) return { tone: 'fail', words: `${plural(fails, 'requirement')} not met` };
  if (byStatus.error > 0 || !run.complete)
    return { tone: 'unknown', words: 'No fail seen, but not everything was seen' };
  if (coverage.judged === 0) return { tone: 'unknown', words: 'Nothing was judged' };
  if (byStatus.fail > 0) return { tone: 'pass', words: 'Every fail is an accepted one' };
  return { tone: 'pass', words: 'Everything that was judged passed' };
}

const KINDS = ['domain', 'site', 'endpoint', 'page', 'aws', 'source'];

/** What the user named, in a few words: domains before accounts and folders. */
function subjects(run: Run): { name: string; more: string } {
  const named = run.targets.filter((target) => target.parent === undefined);
  const list = (named.length > 0 ? named : run.targets)
    .toSorted((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind))
    .map((target) => line(target.kind === 'aws' || target.kind === 'source' ? target.id : nameOf(target), 80));
  return {
    name: list.slice(0, 3).join(', ') || 'no target',
    more: list.length > 3 ? `and ${count(list.length - 3)} more` : '',
  };
}

const DRIFT_WORDS: { readonly [state in DriftState]: string } = {
  new: 'New fails',
  regressed: 'Fails that are back',
  unknown: 'Could not be told now',
  still: 'Still failing',
  fixed: 'Fixed',
  gone: 'Gone, with its target or check',
};

/** By state; what merely stayed is counted, not listed. */
function driftViews(drifts: readonly Drift[]): { state: string; word: string; count: string; lines: string }[] {
  return DRIFT_STATES.map((state) => ({ state, list: drifts.filter((entry) => entry.state === state) }))
    .filter(({ list }) => list.length > 0)
    .map(({ state, list }) => ({
      state,
      word: DRIFT_WORDS[state],
      count: count(list.length),
      lines:
        state === 'still'
          ? ''
          : list
              .map(({ check, subject, notes }) =>
                line(`${check}  ${subject}${notes.length === 0 ? '' : `  (${notes.join(', ')})`}`, 400),
              )
              .join('\n'),
    }));
}

export function pageOf(view: View, results: Gathered) {
  const { run } = view;
  const { everything } = results;
  const cards = everything ? CARDS : CARDS_OF_LARGE;
  const failed = results.of('fail');
  const errors = results.of('error');
  const shelf = new EvidenceShelf(view);
  const showing: Showing = {
    asOf: run.asOf,
    shelf,
    anchors: new Anchors(),
    checks: new Map(view.checks.map((check) => [check.id, check])),
  };
  const room = { left: cards };
  const fails = severitySections(
    failed.filter(({ waiver }) => waiver === undefined),
    showing,
    room,
  );
  const unwaived = unwaivedFails(run);
  const undetermined = faultGroupViews(errors, showing, { left: cards });
  const accepted = groupViews(
    failed.filter(({ waiver }) => waiver !== undefined),
    showing,
    { left: cards },
    'accepted-',
    findingView,
  );
  const manual = groupViews(results.of('manual'), showing, { left: cards }, 'manual-', findingView);
  const unlimited = { left: everything ? STATIC_RESULTS : 0 };
  const failing = new Map<string, string>();
  for (const { groups } of fails) {
    for (const group of groups) if (!failing.has(group.check)) failing.set(group.check, group.anchor);
  }
  const { coverage, byStatus } = run.summary;
  const names = subjects(run);
  const { tone, words } = headline(run);
  const claims = claimViews(run);
  const unseen = coverageView(run, results, view.checks, everything ? 200 : 60);
  const frameworks = frameworkViews(view, failing);
  return {
    title: `${names.name}${names.more === '' ? '' : ` ${names.more}`}`,
    subjects: names.name,
    moreSubjects: names.more,
    toolVersion: line(run.tool.version, 40),
    asOf: line(instant(run.asOf), 40),
    asOfIso: line(run.asOf, 40),
    tone,
    headline: words,
    verdict: verdictLine(run),
    complete: run.complete,
    coverageText: `${count(coverage.judged)} of ${count(coverage.applicable)}`,
    coveragePercent: percent(coverage.judged, coverage.applicable),
    tally: tally(run, results.total),
    severities: SEVERITIES.map((severity) => ({
      severity,
      word: SEVERITY_WORDS[severity],
      count: count(run.summary.bySeverity[severity]),
      none: run.summary.bySeverity[severity] === 0,
    })),
    total: count(results.total),
    claims,
    claimsCount: count(claims.length),
    drift: driftViews(view.drift ?? []),
    previousAsOf: view.previous === undefined ? '' : line(instant(view.previous.asOf), 40),
    fails,
    failCount: count(unwaived),
    undetermined,
    errorCount: count(errors.length),
    accepted,
    acceptedCount: count(failed.length - unwaived),
    manual,
    manualCount: count(byStatus.manual),
    frameworks,
    everything,
    passCount: count(byStatus.pass),
    passes: everything ? groupViews(results.of('pass'), showing, unlimited, 'pass-', lineView) : [],
    passChecks: everything ? [] : counted(results.counted('pass')),
    naCount: count(byStatus['not-applicable']),
    naText: plural(byStatus['not-applicable'], 'check did', 'checks did'),
    manualText: plural(byStatus.manual, 'needs', 'need'),
    without: everything ? groupViews(results.of('not-applicable'), showing, unlimited, 'na-', plainView) : [],
    withoutChecks: everything ? [] : counted(results.counted('not-applicable')),
    coverage: unseen,
    firstFaults: unseen.faults.slice(0, FIRST_FAULTS),
    moreFaults: unseen.faults.length > FIRST_FAULTS ? plural(unseen.faults.length - FIRST_FAULTS, 'more reason') : '',
    ...shelf.register(everything ? Infinity : 60),
    inventory: inventoryView(view.inventory, run.asOf),
    recordCount: count(run.evidence.length),
    facts: {
      id: line(run.id, 80),
      startedAt: line(instant(run.startedAt), 40),
      finishedAt: line(instant(run.finishedAt), 40),
      configDigest: line(run.configDigest, 80),
      merkleRoot: line(run.merkleRoot, 80),
      packs: run.packs.map(({ name, digest }) => ({ name: line(name, 120), digest: line(digest, 80) })),
    },
  };
}
