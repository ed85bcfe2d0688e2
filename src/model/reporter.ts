/** The seam of a report format: a pure function of a run, its evidence and our templates. */
import type { Check } from './check.ts';
import type { Drift } from './drift.ts';
import type { Evidence } from './evidence.ts';
import type { Framework } from './framework.ts';
import type { Inventory } from './inventory.ts';
import type { Result, Run } from './result.ts';

export interface View {
  readonly run: Run;
  /** Evidence by id; undefined where the file is lost. */
  evidence(id: string): Evidence | undefined;
  /** Templates, styles and scripts of reports/, by file name. */
  readonly assets: { readonly [name: string]: string };
  readonly frameworks: readonly Framework[];
  /** The checks that were selected, for descriptions. */
  readonly checks: readonly Check[];
  /** Certificates and cipher suites that the run saw; undefined where nobody asked for a register. */
  readonly inventory?: Inventory;
  readonly previous?: Run;
  /** What changed since the run before, where there is one. */
  readonly drift?: readonly Drift[];
  /** Where the configuration declares a target, relative to the repository: formats that need a file point there. */
  declared?(target: string): { readonly file: string; readonly line: number } | undefined;
}

export interface Reporter {
  /** As `--format` names it. */
  readonly id: string;
  readonly mediaType: string;
  /** `report.html`, `report.sarif` ... */
  readonly fileName: string;
  render(view: View): string;
  /** The same text from results that come one by one, where a run can be large. */
  gather?(assets: View['assets']): Gathering;
}

/** A report in the making. It takes the results in the order of the run and holds none that it does not show. */
export interface Gathering {
  /** What the result adds to the text: the caller keeps it for `pieces`. */
  add(result: Result): string;
  /** The text, with what was added at its place. It never asks for `view.run.results`, which may lie on the disk. */
  pieces(view: View, added: Iterable<string | Uint8Array>): Iterable<string | Uint8Array>;
}
