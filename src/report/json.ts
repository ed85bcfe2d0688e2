/** run.json: the run as text, one result, control and evidence entry a line, so that two runs compare by line. */
import type { Reporter } from '../model/reporter.ts';
import type { Run } from '../model/result.ts';

// JSON allows these raw, a terminal or an editor obeys them: DEL and C1, line separators, bidi controls
const RAW = /[\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/g;

/** Two spaces in; a list has one item a line, each item on one line. Equal runs give equal bytes. */
export function jsonText(run: Run): string {
  const members: string[] = [];
  for (const [key, value] of Object.entries(run)) {
    members.push(`  ${JSON.stringify(key)}: ${Array.isArray(value) ? lines(value) : JSON.stringify(value)}`);
  }
  const text = `{\n${members.join(',\n')}\n}\n`;
  return text.replace(RAW, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
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
