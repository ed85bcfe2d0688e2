/** Rows as columns for a terminal: as wide as they need to be, the last one cut to the width. */
import { columnsOf, fit } from '../report/columns.ts';
import { visible } from '../report/visible.ts';

/** Lines of a table; the rows have as many cells as the first. */
export function table(rows: readonly (readonly string[])[], width: number): string {
  const cells = rows.map((row) => row.map((cell) => visible(cell)));
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => columnsOf(row[column] ?? ''))));
  const lines = cells.map((row) => {
    let line = '';
    for (const [column, cell] of row.entries()) {
      const last = column === row.length - 1;
      line += last ? cell : cell + ' '.repeat((widths[column] ?? 0) - columnsOf(cell) + 2);
    }
    return fit(line.trimEnd(), Math.max(width, 40));
  });
  return lines.map((line) => `${line}\n`).join('');
}
