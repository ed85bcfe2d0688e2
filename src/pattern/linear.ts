/**
 * A matcher whose time grows linearly with the text, whatever the pattern: all ways to match are followed at once
 * (Pike's machine), with the priorities of a backtracking engine. For patterns that such an engine may run away on.
 */
import type { Anchor, ByteSet, Node } from './ast.ts';
import { PatternError } from './parse.ts';

type Instruction =
  | { readonly do: 'set'; readonly bytes: Uint8Array }
  | { readonly do: 'split'; readonly first: number; readonly second: number }
  | { readonly do: 'jump'; readonly to: number }
  | { readonly do: 'save'; readonly slot: number }
  | { readonly do: 'anchor'; readonly anchor: Anchor }
  | { readonly do: 'match' };

export type Program = readonly Instruction[];

const MAX_PROGRAM = 50_000;

export function programOf(root: Node): Program {
  const program: Instruction[] = [];
  const push = (instruction: Instruction): number => {
    if (program.length >= MAX_PROGRAM)
      throw new PatternError('the pattern is too large when its counts are written out', 0);
    return program.push(instruction) - 1;
  };
  push({ do: 'save', slot: 0 });
  write(root, program, push);
  push({ do: 'save', slot: 1 });
  push({ do: 'match' });
  return program;
}

type Push = (instruction: Instruction) => number;

function write(node: Node, program: Instruction[], push: Push): void {
  switch (node.is) {
    case 'set':
      push({ do: 'set', bytes: tableOf(node.set) });
      return;
    case 'anchor':
      push({ do: 'anchor', anchor: node.anchor });
      return;
    case 'group':
      push({ do: 'save', slot: node.index * 2 });
      write(node.item, program, push);
      push({ do: 'save', slot: node.index * 2 + 1 });
      return;
    case 'sequence':
      for (const item of node.items) write(item, program, push);
      return;
    case 'choice':
      writeChoice(node.items, program, push);
      return;
    default:
      for (let i = 0; i < node.min; i++) write(node.item, program, push);
      if (node.max === Infinity) writeLoop(node.item, node.lazy, program, push);
      else writeOptional(node.item, node.max - node.min, node.lazy, program, push);
  }
}

function writeChoice(items: readonly Node[], program: Instruction[], push: Push): void {
  const jumps: number[] = [];
  for (const [index, item] of items.entries()) {
    if (index === items.length - 1) {
      write(item, program, push);
      break;
    }
    const split = push({ do: 'split', first: 0, second: 0 });
    write(item, program, push);
    jumps.push(push({ do: 'jump', to: 0 }));
    program[split] = { do: 'split', first: split + 1, second: program.length };
  }
  for (const jump of jumps) program[jump] = { do: 'jump', to: program.length };
}

function writeLoop(item: Node, lazy: boolean, program: Instruction[], push: Push): void {
  const split = push({ do: 'split', first: 0, second: 0 });
  write(item, program, push);
  push({ do: 'jump', to: split });
  program[split] = splitTo(split + 1, program.length, lazy);
}

function writeOptional(item: Node, times: number, lazy: boolean, program: Instruction[], push: Push): void {
  const splits: number[] = [];
  for (let i = 0; i < times; i++) {
    splits.push(push({ do: 'split', first: 0, second: 0 }));
    write(item, program, push);
  }
  for (const split of splits) program[split] = splitTo(split + 1, program.length, lazy);
}

function splitTo(inside: number, outside: number, lazy: boolean): Instruction {
  return lazy ? { do: 'split', first: outside, second: inside } : { do: 'split', first: inside, second: outside };
}

function tableOf(set: ByteSet): Uint8Array {
  const table = new Uint8Array(256);
  for (const [low, high] of set) table.fill(1, low, high + 1);
  return table;
}

type Slots = readonly number[];

interface Thread {
  readonly at: number;
  readonly slots: Slots;
}

/** The first match at or after `from`: offsets of the whole and of each group, -1 where a group took no part. */
export function findLinear(program: Program, text: string, from: number): readonly number[] | undefined {
  let threads: Thread[] = [];
  let found: Slots | undefined;
  const seen = new Uint32Array(program.length);
  let generation = 0;
  for (let position = from; ; position++) {
    generation++;
    const current: Thread[] = [];
    for (const thread of threads) follow(program, text, position, thread, seen, generation, current);
    // a match that begins later has a lower priority than all that run
    if (found === undefined) follow(program, text, position, { at: 0, slots: [] }, seen, generation, current);
    threads = [];
    const byte = position < text.length ? text.charCodeAt(position) : -1;
    for (const { at, slots } of current) {
      const instruction = program[at];
      if (instruction?.do === 'match') {
        // what follows in the list has a lower priority than this match
        found = slots;
        break;
      }
      if (instruction?.do === 'set' && byte >= 0 && byte < 256 && instruction.bytes[byte] === 1)
        threads.push({ at: at + 1, slots });
    }
    if (position >= text.length || (threads.length === 0 && found !== undefined)) return found;
  }
}

/** Adds what is reached without reading a byte, in the order of priority; each place once. */
function follow(
  program: Program,
  text: string,
  position: number,
  start: Thread,
  seen: Uint32Array,
  generation: number,
  into: Thread[],
): void {
  const stack: Thread[] = [start];
  for (let thread = stack.pop(); thread !== undefined; thread = stack.pop()) {
    const { at, slots } = thread;
    if (seen[at] === generation) continue;
    seen[at] = generation;
    const instruction = program[at];
    if (instruction === undefined) continue;
    switch (instruction.do) {
      case 'jump':
        stack.push({ at: instruction.to, slots });
        break;
      case 'split':
        stack.push({ at: instruction.second, slots }, { at: instruction.first, slots });
        break;
      case 'save': {
        const next = slots.slice();
        while (next.length <= instruction.slot) next.push(-1);
        next[instruction.slot] = position;
        stack.push({ at: at + 1, slots: next });
        break;
      }
      case 'anchor':
        if (holds(instruction.anchor, text, position)) stack.push({ at: at + 1, slots });
        break;
      default:
        into.push(thread);
    }
  }
}

function holds(anchor: Anchor, text: string, position: number): boolean {
  switch (anchor) {
    case 'text-start':
      return position === 0;
    case 'text-end':
      return position === text.length;
    case 'line-start':
      return position === 0 || text[position - 1] === '\n';
    case 'line-end':
      return position === text.length || text[position] === '\n';
    default:
      return (isWord(text.charCodeAt(position - 1)) !== isWord(text.charCodeAt(position))) === (anchor === 'word');
  }
}

function isWord(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || code === 0x5f || (code >= 0x61 && code <= 0x7a)
  );
}
