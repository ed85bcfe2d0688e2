/** The certificate register and the inventory of cipher suites as CSV (PCI DSS 4.0.1, 4.2.1.1 and 12.3.3). */
import type { Inventory, RegisteredCertificate, RegisteredSuite } from '../model/inventory.ts';
import type { Reporter, View } from '../model/reporter.ts';
import { csvCell } from './csv.ts';

type Columns<Row> = readonly (readonly [name: string, value: (row: Row) => string])[];

const DAY = 86_400_000;

/** Whole days that are left at the time of the run; negative when it is over. */
export function daysLeft(notAfter: string, asOf: string): string {
  const left = (Date.parse(notAfter) - Date.parse(asOf)) / DAY;
  return Number.isFinite(left) ? String(Math.floor(left)) : '';
}

function certificateColumns(asOf: string): Columns<RegisteredCertificate> {
  return [
    ['target', ({ target }) => target],
    ['subject', ({ subject }) => subject],
    ['role', ({ role }) => role],
    ['name', ({ name }) => name],
    ['names', ({ names }) => names.join(' ')],
    ['issuer', ({ issuer }) => issuer],
    ['serial', ({ serial }) => serial],
    ['not_before', ({ notBefore }) => notBefore],
    ['not_after', ({ notAfter }) => notAfter],
    ['days_left', ({ notAfter }) => daysLeft(notAfter, asOf)],
    ['key', ({ key }) => key],
    ['key_sha256', ({ keySha256 }) => keySha256],
    ['signature', ({ signature }) => signature],
    ['sha256', ({ sha256 }) => sha256],
    ['trust', ({ trust }) => trust],
    ['key_also_on', ({ sharedWith }) => sharedWith.join(' ')],
    ['observed_at', ({ observedAt }) => observedAt],
    ['evidence', ({ evidence }) => evidence],
  ];
}

const SUITE_COLUMNS: Columns<RegisteredSuite> = [
  ['target', ({ target }) => target],
  ['purpose', ({ purpose }) => purpose],
  ['version', ({ version }) => version],
  ['code', ({ code }) => code],
  ['suite', ({ suite }) => suite],
  ['key_exchange', ({ keyExchange }) => keyExchange],
  ['authentication', ({ authentication }) => authentication],
  ['encryption', ({ encryption }) => encryption],
  ['mac', ({ mac }) => mac],
  ['forward_secret', ({ forwardSecret }) => (forwardSecret ? 'yes' : 'no')],
  ['groups', ({ groups }) => groups.join(' ')],
  ['failing_checks', ({ fails }) => fails.join(' ')],
  ['observed_at', ({ observedAt }) => observedAt],
  ['evidence', ({ evidence }) => evidence],
];

function tableText<Row>(columns: Columns<Row>, rows: readonly Row[]): string {
  const lines = rows.map((row) => columns.map(([, value]) => csvCell(value(row))).join(','));
  return [columns.map(([name]) => name).join(','), ...lines, ''].join('\r\n');
}

const NOTHING: Inventory = { certificates: [], suites: [], gaps: [] };

/** A row for what could not be listed: its target, and the code where the first column behind it stands. */
function gapLines(view: View, what: 'certificates' | 'suites', width: number): string {
  const rows = (view.inventory ?? NOTHING).gaps.filter((gap) => gap.what === what);
  return rows
    .map(({ target, code }) => {
      const cells = [target, `could not be listed: ${code}`, ...Array.from({ length: width - 2 }, () => '')];
      return `${cells.map(csvCell).join(',')}\r\n`;
    })
    .join('');
}

export const certificates: Reporter = {
  id: 'certificates',
  mediaType: 'text/csv; charset=utf-8; header=present',
  fileName: 'report.certificates.csv',
  render: (view) => {
    const columns = certificateColumns(view.run.asOf);
    const rows = (view.inventory ?? NOTHING).certificates;
    return tableText(columns, rows) + gapLines(view, 'certificates', columns.length);
  },
};

export const cryptography: Reporter = {
  id: 'cryptography',
  mediaType: 'text/csv; charset=utf-8; header=present',
  fileName: 'report.cryptography.csv',
  render: (view) =>
    tableText(SUITE_COLUMNS, (view.inventory ?? NOTHING).suites) + gapLines(view, 'suites', SUITE_COLUMNS.length),
};
