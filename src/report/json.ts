/** run.json: the run as text, one result, control and evidence entry a line, so that two runs compare by line. */
import type { Reporter } from '../model/reporter.ts';
import type { Run } from '../model/result.ts';
import { visibleJson } from '../model/visible-json.ts';

/** Two spaces in; a list has one item a line, each item on one line. Equal runs give equal bytes. */
export function jsonText(run: Run): string {
  return visibleJson(`{\n${members(run)}\n}\n`);
}

/** The same text piece by piece, so that a run need not be held whole. */
export interface JsonPieces {
  head(head: Omit<Run, 'results' | keyof JsonTail>): void;
  /** The JSON of a result, in which nothing hides. */
  result(line: string): void;
  tail(tail: JsonTail): void;
}

type JsonTail = Pick<Run, 'claims' | 'controls' | 'summary' | 'evidence' | 'merkleRoot'>;

export function jsonPieces(write: (part: string) => void): JsonPieces {
  let before = '\n';
  return {
    head(head) {
      write(visibleJson(`{\n${members(head)},\n  "results": [`));
    },
    result(line) {
      write(`${before}    ${line}`);
      before = ',\n';
    },
    tail(tail) {
      write(visibleJson(`${before === '\n' ? '' : '\n  '}],\n${members(tail)}\n}\n`));
    },
  };
}

function members(part: object): string {
  return Object.entries(part)
    .map(([key, value]) => `  ${JSON.stringify(key)}: ${Array.isArray(value) ? lines(value) : JSON.stringify(value)}`)
    .join(',\n');
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
