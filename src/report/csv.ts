/** CSV (RFC 4180): one row a result, guarded against cells that a spreadsheet would run. */
import type { Reporter } from '../model/reporter.ts';
import type { Result, Run } from '../model/result.ts';
import { visible } from './visible.ts';
import { actualText, clause, expectedText } from './words.ts';

export const CSV_COLUMNS = [
  'status',
  'severity',
  'check',
  'target',
  'subject',
  'message',
  'expected',
  'actual',
  'file',
  'line',
  'evidence',
  'fingerprint',
  'waiver',
  'reference',
  'remediation',
] as const;

// a spreadsheet takes such a beginning for a formula, behind blanks and quotes too, in full-width forms too
const FORMULA = /^[\s"'\u3000]*[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/;

/** A cell: always quoted, no control character, no formula. */
export function csvCell(text: string): string {
  const plain = visible(text.replaceAll('\u0000', ''));
  const guarded = FORMULA.test(text) || FORMULA.test(plain) ? `'${plain}` : plain;
  return `"${guarded.replaceAll('"', '""')}"`;
}

function row(result: Result): string {
  const { reasons, location, waiver } = result;
  const cells: { readonly [column in (typeof CSV_COLUMNS)[number]]: string } = {
    status: result.status,
    severity: result.severity,
    check: result.check,
    target: result.target,
    subject: result.subject,
    message: result.message,
    expected: reasons.map((reason) => `${reason.path} ${expectedText(reason)}`).join('; '),
    actual: reasons.map(actualText).join('; '),
    file: location?.file ?? '',
    line: location?.line === undefined ? '' : String(location.line),
    evidence: reasons.map(({ evidence }) => evidence).join('; '),
    fingerprint: result.fingerprint,
    waiver: waiver === undefined ? '' : `${waiver.id}: ${waiver.reason}`,
    reference: result.references.map(clause).join('; '),
    remediation: result.remediation.replaceAll(/\s+/g, ' ').trim(),
  };
  return CSV_COLUMNS.map((column) => csvCell(cells[column])).join(',');
}

export function csvText(run: Run): string {
  return [CSV_COLUMNS.join(','), ...run.results.map(row), ''].join('\r\n');
}

export const csv: Reporter = {
  id: 'csv',
  mediaType: 'text/csv; charset=utf-8; header=present',
  fileName: 'report.csv',
  render: ({ run }) => csvText(run),
};
