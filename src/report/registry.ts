/** The report formats by the names of `--format`; each is loaded only when it is asked for. */
import type { Reporter } from '../model/reporter.ts';

export interface FormatEntry {
  readonly id: string;
  readonly title: string;
  readonly fileName: string;
  readonly load: () => Promise<Reporter>;
}

export const FORMATS: readonly FormatEntry[] = [
  {
    id: 'console',
    title: 'Summary for a terminal',
    fileName: 'report.txt',
    load: async () => (await import('./console.ts')).consoleReporter,
  },
  {
    id: 'json',
    title: 'The run itself, schema run/1',
    fileName: 'run.json',
    load: async () => (await import('./json.ts')).json,
  },
  {
    id: 'html',
    title: 'One self-contained page: no network, readable without JavaScript',
    fileName: 'report.html',
    load: async () => (await import('./html.ts')).html,
  },
  {
    id: 'sarif',
    title: 'SARIF 2.1.0, for code scanning',
    fileName: 'report.sarif',
    load: async () => (await import('./sarif.ts')).sarif,
  },
  {
    id: 'junit',
    title: 'JUnit XML, for CI test views',
    fileName: 'report.junit.xml',
    load: async () => (await import('./junit.ts')).junit,
  },
  {
    id: 'markdown',
    title: 'Markdown, for a step summary or a pull request',
    fileName: 'report.md',
    load: async () => (await import('./markdown.ts')).markdown,
  },
  {
    id: 'csv',
    title: 'CSV, one row a result, guarded against formulas',
    fileName: 'report.csv',
    load: async () => (await import('./csv.ts')).csv,
  },
  {
    id: 'certificates',
    title: 'Certificate register as CSV (PCI DSS 4.2.1.1)',
    fileName: 'report.certificates.csv',
    load: async () => (await import('./register.ts')).certificates,
  },
  {
    id: 'cryptography',
    title: 'Inventory of versions, suites and groups as CSV (PCI DSS 12.3.3)',
    fileName: 'report.cryptography.csv',
    load: async () => (await import('./register.ts')).cryptography,
  },
  {
    id: 'ocsf',
    title: 'OCSF 1.8.0 Compliance Finding, a JSON array',
    fileName: 'report.ocsf.json',
    load: async () => (await import('./ocsf.ts')).ocsf,
  },
  {
    id: 'oscal',
    title: 'OSCAL assessment results 1.2.1',
    fileName: 'report.oscal.json',
    load: async () => (await import('./oscal.ts')).oscal,
  },
  {
    id: 'hdf',
    title: 'InSpec exec-json, for Heimdall (HDF v1)',
    fileName: 'report.hdf.json',
    load: async () => (await import('./hdf.ts')).hdf,
  },
  {
    id: 'cyclonedx',
    title: 'CycloneDX 1.6 attestations',
    fileName: 'report.cdx.json',
    load: async () => (await import('./cyclonedx.ts')).cyclonedx,
  },
  {
    id: 'metrics',
    title: 'OpenMetrics: counts, coverage, ends of certificates',
    fileName: 'report.prom',
    load: async () => (await import('./metrics.ts')).metrics,
  },
  {
    id: 'badge',
    title: 'A badge as JSON (shields endpoint)',
    fileName: 'report.badge.json',
    load: async () => (await import('./badge.ts')).badge,
  },
  {
    id: 'gitlab',
    title: 'GitLab code quality',
    fileName: 'report.gitlab.json',
    load: async () => (await import('./gitlab.ts')).gitlab,
  },
  {
    id: 'github',
    title: 'Annotations of GitHub Actions',
    fileName: 'report.github.txt',
    load: async () => (await import('./github.ts')).github,
  },
  {
    id: 'intoto',
    title: 'in-toto statement with a verification summary, unsigned',
    fileName: 'report.intoto.json',
    load: async () => (await import('./intoto.ts')).intoto,
  },
];

export function formatEntry(id: string): FormatEntry | undefined {
  return FORMATS.find((entry) => entry.id === id);
}
