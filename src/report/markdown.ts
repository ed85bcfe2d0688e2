/** Markdown for a step summary or a pull request comment: fails first, within GitHub's mebibyte, nothing of it active. */
import { SEVERITIES } from '../model/check.ts';
import type { Reporter } from '../model/reporter.ts';
import type { Result, Run } from '../model/result.ts';
import { clip, visible } from './visible.ts';
import {
  bySeverityThenCheck,
  clause,
  faultOf,
  faultTitle,
  groupByCheck,
  instant,
  messageAlone,
  percent,
  plural,
  verdictLine,
} from './words.ts';

/** A step summary holds 1 MiB (GitHub); we stop well before. */
const MOST_BYTES = 900 * 1024;

/** Text in which no character means anything to Markdown, and no name or number becomes a mention. */
export function markdownText(text: string): string {
  return visible(text.replaceAll(/\s+/g, ' ').trim())
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_{}[\]()#+\-.!|~:]/g, '\\$&')
    .replaceAll('@', '@&#8205;')
    .replaceAll('\\#', '\\#&#8205;')
    .replaceAll(/(https?|ftp|www)(?=\\[:.])/gi, '$1&#8205;');
}

/** A code span with a fence longer than any run of back-ticks inside (CommonMark §6.1). */
export function codeSpan(text: string): string {
  const shown = visible(text);
  if (shown.trim() === '') return '` `';
  let longest = 0;
  for (const [run] of shown.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  const fence = '`'.repeat(longest + 1);
  const pad = shown.startsWith('`') || shown.endsWith('`') || shown.startsWith(' ') ? ' ' : '';
  return `${fence}${pad}${shown}${pad}${fence}`;
}

function reference(result: Result): string {
  const [first] = result.references;
  if (first === undefined) return '';
  const { url } = first;
  const text = markdownText(clause(first));
  return url !== undefined && /^https:\/\/[A-Za-z0-9\-._~:/?#@!$&'*+,;=%]+$/.test(url)
    ? ` [${text}](${url})`
    : ` ${text}`;
}

function finding(result: Result): string {
  const { location, waiver } = result;
  const where = location === undefined ? '' : ` in ${codeSpan(`${location.file}:${String(location.line ?? 1)}`)}`;
  const accepted = waiver === undefined ? '' : `; accepted: ${codeSpan(clip(waiver.reason, 200))}`;
  return `  - ${codeSpan(clip(result.subject, 200))}${where}: ${codeSpan(clip(messageAlone(result), 300))}${accepted}`;
}

/** Heading and rows; a heading is only written where a row of it fits. */
type Block = { readonly heading: string; readonly rows: readonly string[] };

function blocks(run: Run): Block[] {
  const list: Block[] = [];
  const failed = run.results.filter((result) => result.status === 'fail').sort(bySeverityThenCheck);
  const groups = (results: readonly Result[]): string[] =>
    groupByCheck(results).flatMap(({ check, results: own }) => {
      const [first] = own;
      if (first === undefined) return [];
      const head = `- **${markdownText(first.title)}** ${codeSpan(check)}${reference(first)}. ${markdownText(first.remediation)}`;
      return [head, ...own.map(finding)];
    });
  for (const severity of SEVERITIES) {
    const own = failed.filter((result) => result.severity === severity && result.waiver === undefined);
    if (own.length > 0) list.push({ heading: `### ${severity} (${String(own.length)})`, rows: groups(own) });
  }
  const codes = new Map<string, Result[]>();
  for (const result of run.results) {
    if (result.status !== 'error') continue;
    const { code } = faultOf(result);
    const known = codes.get(code);
    if (known === undefined) codes.set(code, [result]);
    else known.push(result);
  }
  const count = run.summary.byStatus.error;
  if (count > 0) {
    const rows = [...codes].flatMap(([code, results]) => [
      `- ${codeSpan(code)} ${markdownText(faultTitle(code))} (${String(results.length)})`,
      ...results.map((result) => `  - ${codeSpan(result.check)} ${codeSpan(clip(result.subject, 200))}`),
    ]);
    list.push({ heading: `### could not be determined (${String(count)})`, rows });
  }
  const waived = failed.filter((result) => result.waiver !== undefined);
  if (waived.length > 0) {
    list.push({ heading: `### fails that somebody accepted (${String(waived.length)})`, rows: groups(waived) });
  }
  return list;
}

export function markdownReport(run: Run, most: number = MOST_BYTES): string {
  const { byStatus, coverage } = run.summary;
  const tail = [
    '',
    `Coverage: ${String(coverage.judged)} of ${String(coverage.applicable)} judged (${percent(coverage.judged, coverage.applicable)}), ${String(byStatus['not-applicable'])} did not apply, ${plural(byStatus.manual, 'needs a person', 'need a person')}.`,
    ...(run.complete ? [] : ['', '**This run is incomplete.**']),
    '',
    `Probity ${markdownText(run.tool.version)}, as of ${markdownText(instant(run.asOf))}, Merkle root ${codeSpan(run.merkleRoot)}`,
    '',
  ];
  const lines = [`## Probity: ${verdictLine(run)}`, ''];
  let left = most - Buffer.byteLength([...lines, ...tail].join('\n')) - 200;
  let cut = 0;
  for (const { heading, rows } of blocks(run)) {
    let written = false;
    for (const row of rows) {
      const size = Buffer.byteLength(row) + 1 + (written ? 0 : heading.length + 3);
      if (size > left) {
        cut += 1;
        continue;
      }
      if (!written) lines.push(heading, '');
      written = true;
      lines.push(row);
      left -= size;
    }
    if (written) lines.push('');
  }
  if (cut > 0) lines.push(`**${plural(cut, 'row')} left out**: run.json has all of them.`);
  return [...lines, ...tail].join('\n');
}

export const markdown: Reporter = {
  id: 'markdown',
  mediaType: 'text/markdown; charset=utf-8',
  fileName: 'report.md',
  render: ({ run }) => markdownReport(run),
};
