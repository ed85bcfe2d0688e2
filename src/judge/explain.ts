/** The leaves that decided a verdict, each with expected, actual and the place in the evidence (facts/engine §4). */
import type { FaultCode } from '../model/fault.ts';
import type { Json } from '../model/json.ts';
import type { Reason } from '../model/result.ts';
import { actualOf } from './actual.ts';
import type { LeafNode, LoopNode, Node, Place } from './compile.ts';
import { evaluate, factAt, type Frame } from './evaluate.ts';
import { evidenceOf, type Observed } from './evidence.ts';
import { codeOf, type Fact, isUnknownFact, listParts } from './lookup.ts';
import type { Truth } from './truth.ts';
import { countWords } from './lists.ts';
import { pathWords } from './words.ts';

/** A decisive leaf, with what its sentence is made of. */
export interface Ground {
  readonly reason: Reason;
  /** The path as a person reads it. */
  readonly words: string;
  readonly expected: string;
  readonly fact: Fact;
  /** Why it is unknown; undefined where it is known. */
  readonly code: FaultCode | undefined;
  /** Whether the unknown comes from the job as a whole, and which. */
  readonly source: number;
}

/** More leaves than these are counted, not listed. */
const MAX_GROUNDS = 32;

interface Loop {
  readonly slot: number;
  /** `chain[2]` */
  readonly label: string;
  /** Fact pointer of the item. */
  readonly pointer: string;
}

/** What the explanation of one verdict needs to know beside the frame. */
export interface Scene {
  readonly frame: Frame;
  readonly observed: readonly Observed[];
  /** Fact pointers of the items that are bound, by slot. */
  readonly pointers: ReadonlyMap<number, string>;
}

/** The minimal leaves that made an expression what it is, in the order of the check file. */
export function grounds(node: Node, truth: Truth, scene: Scene): readonly Ground[] {
  const found: Ground[] = [];
  collect(node, truth, scene, [], found);
  return found;
}

function collect(node: Node, truth: Truth, scene: Scene, loops: readonly Loop[], into: Ground[]): void {
  if (into.length >= MAX_GROUNDS) return;
  switch (node.is) {
    case 'leaf':
      into.push(ground(node, truth, scene, loops));
      return;
    case 'all':
    case 'any':
      collectParts(node.parts, node.is === 'all', truth, scene, loops, into);
      return;
    default:
      collectLoop(node, truth, scene, loops, into);
  }
}

/** True `any`: its first true part. True `all` and false `any`: every part. Else the parts that share the value. */
function collectParts(
  parts: readonly Node[],
  isAll: boolean,
  truth: Truth,
  scene: Scene,
  loops: readonly Loop[],
  into: Ground[],
): void {
  for (const part of parts) {
    if (evaluate(part, scene.frame) !== truth) continue;
    collect(part, truth, scene, loops, into);
    if (truth === true && !isAll) return;
  }
}

function collectLoop(node: LoopNode, truth: Truth, scene: Scene, loops: readonly Loop[], into: Ground[]): void {
  const { frame } = scene;
  const fact = factAt(node.list, frame);
  const parts = listParts(fact);
  const every = node.is === 'every';
  const items = parts?.items ?? [];
  let matched = 0;
  const pointer = pointerOf(node.list, scene, loops);
  for (const [index, item] of items.entries()) {
    frame[node.item] = item;
    if (evaluate(node.satisfies, frame) !== truth) continue;
    matched += 1;
    const label = `${labelOf(node.list, loops)}[${String(index)}]`;
    const loop: Loop = { slot: node.item, label, pointer: `${pointer}/${String(index)}` };
    collect(node.satisfies, truth, scene, [...loops, loop], into);
    if (truth === true && !every) break;
  }
  frame[node.item] = undefined;
  const unseen = truth === 'unknown' && (parts === undefined || parts.rest !== undefined);
  if (matched === 0 || unseen || into.length >= MAX_GROUNDS) into.push(loopGround(node, fact, scene, loops));
}

/** The list itself is the reason: it is empty, absent, unknown, known in part, or too long to show each item. */
function loopGround(node: LoopNode, fact: Fact, scene: Scene, loops: readonly Loop[]): Ground {
  const every = node.is === 'every';
  const expected = every ? 'every item to satisfy the rule' : 'some item to satisfy the rule';
  const parts = listParts(fact);
  const code = parts === undefined ? (fact === undefined ? undefined : codeOf(fact)) : parts.rest;
  const empty = parts?.items.length === 0 && parts.rest === undefined;
  const words = every && node.onEmpty && empty ? countWords({ eq: 0 }) : expected;
  return makeGround(node.list, { op: node.is, expected: words }, words, fact, code, scene, loops);
}

function ground(node: LeafNode, truth: Truth, scene: Scene, loops: readonly Loop[]): Ground {
  const fact = factAt(node.place, scene.frame);
  const code = truth === 'unknown' ? unknownCode(fact) : undefined;
  const { op, value, why } = node.leaf;
  const expected = node.kind === 'test' ? value : true;
  const reason = { op, expected, ...(why === undefined ? {} : { why }) };
  return makeGround(node.place, reason, node.prepared.words, fact, code, scene, loops, node.words);
}

/** Why a leaf over this fact is unknown: the fact itself, something in the list, or a type that does not fit. */
function unknownCode(fact: Fact): FaultCode {
  if (fact !== undefined && isUnknownFact(fact)) return codeOf(fact);
  const parts = listParts(fact);
  if (parts?.rest !== undefined) return parts.rest;
  const item = parts?.items.find((candidate) => isUnknownFact(candidate));
  return item === undefined ? 'engine.type' : codeOf(item);
}

function makeGround(
  place: Place,
  reason: { readonly op: string; readonly expected: Json; readonly why?: string },
  expected: string,
  fact: Fact,
  code: FaultCode | undefined,
  scene: Scene,
  loops: readonly Loop[],
  words?: string,
): Ground {
  const observed = scene.observed[place.source];
  const label = loops.length === 0 ? place.path : labelOf(place, loops);
  return {
    reason: {
      path: label,
      op: reason.op,
      expected: reason.expected,
      ...actualOf(fact, code),
      ...(reason.why === undefined ? {} : { why: reason.why }),
      evidence: observed === undefined ? '' : evidenceOf(observed, pointerOf(place, scene, loops)),
    },
    words: words !== undefined && label === place.path ? words : pathWords(label),
    expected,
    fact,
    code,
    source: place.source,
  };
}

/** The fact pointer of a place: below its loop item where it starts at one. */
function pointerOf(place: Place, scene: Scene, loops: readonly Loop[]): string {
  const loop = loops.find(({ slot }) => slot === place.slot);
  return `${loop?.pointer ?? scene.pointers.get(place.slot) ?? ''}${place.pointer}`;
}

/** The path with the item's place in it: `chain[2].bits` for `certificate.bits`. */
function labelOf(place: Place, loops: readonly Loop[]): string {
  const loop = loops.find(({ slot }) => slot === place.slot);
  return loop === undefined ? place.path : [loop.label, ...place.tokens].join('.');
}
