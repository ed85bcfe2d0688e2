/** run.json: the run as text, one result, control and evidence entry a line, so that two runs compare by line. */
import type { Reporter } from '../model/reporter.ts';
import type { Run } from '../model/result.ts';
import { visibleJson } from './visible.ts';

/** Two spaces in; a list has one item a line, each item on one line. Equal runs give equal bytes. */
export function jsonText(run: Run): string {
  const members: string[] = [];
  for (const [key, value] of Object.entries(run)) {
    members.push(`  ${JSON.stringify(key)}: ${Array.isArray(value) ? lines(value) : JSON.stringify(value)}`);
  }
  return visibleJson(`{\n${members.join(',\n')}\n}\n`);
}

function lines(items: readonly unknown[]): string {
  return items.length === 0 ? '[]' : `[\n${items.map((item) => `    ${JSON.stringify(item)}`).join(',\n')}\n  ]`;
}

export const json: Reporter = {
  id: 'json',
  mediaType: 'application/json',
  fileName: 'run.json',
  render: ({ run }) => jsonText(run),
};
