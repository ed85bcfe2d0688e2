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
];

export function formatEntry(id: string): FormatEntry | undefined {
  return FORMATS.find((entry) => entry.id === id);
}
