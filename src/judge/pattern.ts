/** Patterns of the operator `matches`: a small regular language, run as an automaton, so linear in the text always. */
import { type Node, PatternError, type Ranges, readPattern } from './pattern-reader.ts';

type Instruction =
  | { readonly is: 'set'; readonly ranges: Ranges; readonly negated: boolean }
  | { readonly is: 'fork'; to: number[] }
  | { readonly is: 'match' };

export interface Pattern {
  readonly program: readonly Instruction[];
}

const MAX_STATES = 4000;
/** Longer texts are not matched at all: the answer is "unknown". */
export const MAX_TEXT = 4096;

/** The compiled pattern, or the sentence that says why it is refused. */
export function parsePattern(source: string): Pattern | string {
  try {
    const program: Instruction[] = [];
    emit(readPattern(source), program);
    program.push({ is: 'match' });
    return { program };
  } catch (error) {
    if (error instanceof PatternError) return error.message;
    throw error;
  }
}

/** Whether the whole text is of the pattern; undefined where the text is too long to be judged. */
export function matchesPattern(pattern: Pattern, text: string): boolean | undefined {
  if (text.length > MAX_TEXT) return undefined;
  const { program } = pattern;
  const seen = new Int32Array(program.length).fill(-1);
  let current: number[] = [];
  enter(program, 0, -2, seen, current);
  let step = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const next: number[] = [];
    for (const state of current) {
      const instruction = program[state];
      if (instruction?.is === 'set' && inRanges(instruction.ranges, code) !== instruction.negated) {
        enter(program, state + 1, step, seen, next);
      }
    }
    if (next.length === 0) return false;
    current = next;
    step += 1;
  }
  return current.some((state) => program[state]?.is === 'match');
}

/** Adds a state and all that it leads to without reading; each state once a step. */
function enter(program: readonly Instruction[], start: number, step: number, seen: Int32Array, into: number[]): void {
  const open = [start];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    if (seen[state] === step) continue;
    seen[state] = step;
    const instruction = program[state];
    if (instruction?.is === 'fork') open.push(...instruction.to);
    else into.push(state);
  }
}

function inRanges(ranges: Ranges, code: number): boolean {
  return ranges.some(([low, high]) => code >= low && code <= high);
}

function emit(node: Node, program: Instruction[]): void {
  if (program.length > MAX_STATES) throw new PatternError('the pattern is too large: lower its counts');
  switch (node.is) {
    case 'set':
      program.push(node);
      return;
    case 'sequence':
      for (const part of node.parts) emit(part, program);
      return;
    case 'choice':
      emitChoice(node.options, program);
      return;
    case 'repeat':
      emitRepeat(node, program);
  }
}

function emitChoice(options: readonly Node[], program: Instruction[]): void {
  const fork: { is: 'fork'; to: number[] } = { is: 'fork', to: [] };
  const ends: { is: 'fork'; to: number[] }[] = [];
  program.push(fork);
  for (const option of options) {
    fork.to.push(program.length);
    emit(option, program);
    const end: { is: 'fork'; to: number[] } = { is: 'fork', to: [] };
    ends.push(end);
    program.push(end);
  }
  for (const end of ends) end.to.push(program.length);
}

function emitRepeat(node: Extract<Node, { is: 'repeat' }>, program: Instruction[]): void {
  for (let count = 0; count < node.min; count += 1) emit(node.part, program);
  if (node.max === Number.POSITIVE_INFINITY) {
    const start = program.length;
    const fork: { is: 'fork'; to: number[] } = { is: 'fork', to: [start + 1] };
    program.push(fork);
    emit(node.part, program);
    program.push({ is: 'fork', to: [start] });
    fork.to.push(program.length);
    return;
  }
  const skips: { is: 'fork'; to: number[] }[] = [];
  for (let count = node.min; count < node.max; count += 1) {
    const skip: { is: 'fork'; to: number[] } = { is: 'fork', to: [program.length + 1] };
    skips.push(skip);
    program.push(skip);
    emit(node.part, program);
  }
  for (const skip of skips) skip.to.push(program.length);
}
