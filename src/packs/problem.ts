/** What is wrong with a file that a person wrote, and where: `file:line:column: message`. */
import { UsageError } from '../model/fault.ts';
import { byCodeUnit } from '../model/json.ts';

export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Problem extends Position {
  readonly file: string;
  readonly message: string;
}

export function problemText(problem: Problem): string {
  return `${problem.file}:${String(problem.line)}:${String(problem.column)}: ${problem.message}`;
}

/** All problems, one a line, by file and place; so that one run shows everything there is to correct. */
export function refuse(problems: readonly Problem[]): never {
  throw new UsageError(inOrder(problems).map(problemText).join('\n'));
}

export function inOrder(problems: readonly Problem[]): Problem[] {
  return [...problems].sort((a, b) => byCodeUnit(a.file, b.file) || a.line - b.line || a.column - b.column);
}
