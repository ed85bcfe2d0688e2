/** The registers of certificates and cipher suites in the HTML report: every text visible and bounded. */
import type { Inventory, RegisteredCertificate, RegisteredSuite } from '../../model/inventory.ts';
import { nameOf } from '../../model/target.ts';
import { daysLeft } from '../register.ts';
import { instant } from '../words.ts';
import { line } from './texts.ts';

/** Rows of each table; the rest stands in the CSV files. */
const ROWS = 500;
/** No registry of suites is longer. */
const SUITES = 400;
/** Digits of a fingerprint that tell certificates apart for a person; the CSV file has all. */
const DIGITS = 16;

export interface CertificateRow {
  readonly subject: string;
  readonly role: string;
  readonly name: string;
  readonly names: string;
  readonly issuer: string;
  readonly ends: string;
  readonly left: string;
  readonly over: boolean;
  readonly key: string;
  readonly signature: string;
  readonly trust: string;
  readonly shared: string;
  readonly sha256: string;
}

export interface SuiteRow {
  readonly target: string;
  readonly purpose: string;
  readonly version: string;
  readonly suites: readonly string[];
  readonly groups: string;
  readonly fails: string;
}

export interface InventoryView {
  readonly certificates: readonly CertificateRow[];
  readonly certificateCount: string;
  readonly moreCertificates: string;
  readonly suites: readonly SuiteRow[];
  readonly suiteCount: string;
  readonly moreSuites: string;
  readonly gaps: readonly { readonly target: string; readonly what: string; readonly code: string }[];
}

function certificateRow(certificate: RegisteredCertificate, asOf: string): CertificateRow {
  const left = daysLeft(certificate.notAfter, asOf);
  return {
    subject: line(certificate.subject, 200),
    role: line(certificate.role, 20),
    name: line(certificate.name, 200) || 'no subject',
    names: line(certificate.names.join(', '), 300),
    issuer: line(certificate.issuer, 200),
    ends: line(instant(certificate.notAfter), 40),
    left: `${left} d`,
    over: left.startsWith('-'),
    key: line(certificate.key, 40),
    signature: line(certificate.signature, 60),
    trust: line(certificate.trust, 80),
    shared: line(certificate.sharedWith.map((id) => nameOf({ id })).join(', '), 300),
    sha256: line(certificate.sha256, DIGITS),
  };
}

/** One row for each endpoint and version: its suites in the order of the registry, its groups once. */
function suiteRows(suites: readonly RegisteredSuite[]): SuiteRow[] {
  const rows = new Map<string, RegisteredSuite[]>();
  for (const suite of suites) {
    const key = JSON.stringify([suite.target, suite.version]);
    const list = rows.get(key);
    if (list === undefined) rows.set(key, [suite]);
    else list.push(suite);
  }
  return [...rows.values()].map((list) => ({
    target: line(nameOf({ id: list[0]?.target ?? '' }), 200),
    purpose: line(list[0]?.purpose ?? '', 200),
    version: line(list[0]?.version ?? '', 20),
    suites: list.slice(0, SUITES).map(({ suite }) => line(suite, 120)),
    groups: line((list[0]?.groups ?? []).join(', '), 600),
    fails: line((list[0]?.fails ?? []).join(', '), 600),
  }));
}

function moreText(total: number, what: string): string {
  return total > ROWS ? `${String(total - ROWS)} more ${what} stand in the CSV file.` : '';
}

export function inventoryView(inventory: Inventory | undefined, asOf: string): InventoryView | undefined {
  if (inventory === undefined) return undefined;
  const { certificates, suites, gaps } = inventory;
  if (certificates.length === 0 && suites.length === 0) return undefined;
  const rows = suiteRows(suites);
  return {
    certificates: certificates.slice(0, ROWS).map((certificate) => certificateRow(certificate, asOf)),
    certificateCount: String(certificates.length),
    moreCertificates: moreText(certificates.length, 'certificates'),
    suites: rows.slice(0, ROWS),
    suiteCount: String(rows.length),
    moreSuites: moreText(rows.length, 'lists of suites'),
    gaps: gaps
      .slice(0, ROWS)
      .map(({ target, what, code }) => ({ target: line(nameOf({ id: target }), 200), what, code })),
  };
}
