/** JUnit XML: one suite a target, one case a result; what could not be determined is an error, not a skip. */
import type { Reporter } from '../model/reporter.ts';
import type { Result, Run } from '../model/result.ts';
import { OUTCOMES, outcomeOf } from './mapping.ts';
import { clip, visible } from './visible.ts';
import { actualText, clause, expectedText, faultOf, messageAlone } from './words.ts';

/** Text for an element or a double-quoted attribute. `visible` has taken every control character (XML 1.0 §2.2). */
function xml(text: string): string {
  return visible(text)
    .replaceAll(/[\uFFFE\uFFFF]/g, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** Lines of an element's text; each line is escaped on its own. */
function xmlLines(lines: readonly string[]): string {
  return lines
    .filter((line) => line !== '')
    .map(xml)
    .join('\n');
}

function body(result: Result): string {
  const { location } = result;
  const where = location === undefined ? '' : `${location.file}:${String(location.line ?? 1)}`;
  return xmlLines([
    clip(result.message, 1_000),
    where,
    ...result.reasons
      .slice(0, 12)
      .map(
        (reason) =>
          `${reason.path}: expected ${expectedText(reason)}, actual ${actualText(reason)} (${reason.evidence})`,
      ),
    `Do: ${result.remediation.replaceAll(/\s+/g, ' ').trim()}`,
    `Clause: ${result.references.map(clause).join(', ')}`,
  ]);
}

function outcome(result: Result): string {
  const message = xml(clip(messageAlone(result), 300));
  switch (OUTCOMES[outcomeOf(result)].junit) {
    case 'failure':
      return `<failure message="${message}" type="${result.severity}">${body(result)}</failure>`;
    case 'error': {
      const { code, message: fault } = faultOf(result);
      return `<error message="${xml(clip(fault, 300))}" type="${xml(code)}">${body(result)}</error>`;
    }
    case 'skipped': {
      const { waiver } = result;
      const why =
        waiver === undefined
          ? message
          : `fails, accepted${waiver.expires === undefined ? '' : ` until ${xml(waiver.expires)}`}: ${xml(waiver.reason)}`;
      return `<skipped message="${why}"/>`;
    }
    default:
      return '';
  }
}

interface Counts {
  tests: number;
  failures: number;
  errors: number;
  skipped: number;
}

function attributes({ tests, failures, errors, skipped }: Counts): string {
  return `tests="${String(tests)}" failures="${String(failures)}" errors="${String(errors)}" skipped="${String(skipped)}" time="0.000"`;
}

function count(results: readonly Result[]): Counts {
  const counts: Counts = { tests: results.length, failures: 0, errors: 0, skipped: 0 };
  for (const result of results) {
    const as = OUTCOMES[outcomeOf(result)].junit;
    if (as === 'failure') counts.failures += 1;
    else if (as === 'error') counts.errors += 1;
    else if (as === 'skipped') counts.skipped += 1;
  }
  return counts;
}

function suite(target: string, results: readonly Result[], run: Run): string[] {
  const stamp = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/.exec(run.asOf)?.[0];
  const names = new Map<string, number>();
  const lines = [
    `  <testsuite name="${xml(target)}"${stamp === undefined ? '' : ` timestamp="${stamp}"`} ${attributes(count(results))}>`,
  ];
  for (const result of results) {
    // dashboards join by class and name: both stable, together unique
    const plain = `${result.check} ${result.subject}`;
    const used = (names.get(plain) ?? 0) + 1;
    names.set(plain, used);
    const name = used === 1 ? plain : `${plain} (${String(used)})`;
    const head = `    <testcase name="${xml(name)}" classname="${xml(`${result.check.split('.')[0] ?? ''}.${target}`)}" time="0.000"`;
    const properties = `<properties><property name="severity" value="${result.severity}"/><property name="fingerprint" value="${xml(result.fingerprint)}"/></properties>`;
    lines.push(`${head}>${properties}${outcome(result)}</testcase>`);
  }
  lines.push('  </testsuite>');
  return lines;
}

export function junitText(run: Run): string {
  const byTarget = new Map<string, Result[]>();
  for (const result of run.results) {
    const known = byTarget.get(result.target);
    if (known === undefined) byTarget.set(result.target, [result]);
    else known.push(result);
  }
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="probity" ${attributes(count(run.results))}>`,
    ...[...byTarget].flatMap(([target, results]) => suite(target, results, run)),
    '</testsuites>',
    '',
  ].join('\n');
}

export const junit: Reporter = {
  id: 'junit',
  mediaType: 'application/xml',
  fileName: 'report.junit.xml',
  render: ({ run }) => junitText(run),
};
