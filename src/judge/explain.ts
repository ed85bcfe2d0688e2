/** The leaves that decided a verdict, each with expected, actual and the place in the evidence (facts/engine §4). */
import type { FaultCode } from '../model/fault.ts';
import type { Json } from '../model/json.ts';
import type { Reason } from '../model/result.ts';
import { actualOf, isSmall } from './actual.ts';
import type { ItemName, LeafNode, LoopNode, Node, Place } from './compile.ts';
import { evaluate, factAt, type Frame } from './evaluate.ts';
import { evidenceOf, type Source } from './evidence.ts';
import { codeOf, type Fact, isUnknownFact, listParts } from './lookup.ts';
import type { Ground, Phrases } from './messages.ts';
import type { Truth } from './truth.ts';

/** More leaves than these are counted, not listed. */
const MAX_GROUNDS = 32;
/** Names of more items are made anew each time. */
const MAX_NAMES = 64;

/** An item that a loop has bound, innermost first. */
interface Loop {
  readonly slot: number;
  readonly name: ItemName;
  readonly outer: Loop | undefined;
}

/** What the explanation of one verdict needs to know beside the expression. */
export interface Scene {
  readonly frame: Frame;
  readonly sources: readonly Source[];
  /** The slot of the check's own item, and its fact pointer. */
  readonly itemSlot: number;
  readonly itemPointer: string;
}

/** The minimal leaves that made an expression what it is, in the order of the check file. */
export function grounds(node: Node, truth: Truth, scene: Scene): readonly Ground[] {
  if (node.is === 'leaf') return [ground(node, truth, scene, undefined, 'and')];
  const found: Ground[] = [];
  collect(node, truth, scene, undefined, 'and', found);
  return found;
}

type Joiner = Ground['joiner'];

function collect(node: Node, truth: Truth, scene: Scene, loop: Loop | undefined, joiner: Joiner, into: Ground[]): void {
  if (into.length >= MAX_GROUNDS) return;
  switch (node.is) {
    case 'leaf':
      into.push(ground(node, truth, scene, loop, joiner));
      return;
    case 'all':
    case 'any':
      // True `any`: its first true part. True `all` and false `any`: every part. Else the parts that share the value
      for (const part of node.parts) {
        if (evaluate(part, scene.frame) !== truth) continue;
        collect(part, truth, scene, loop, node.is === 'any' ? 'or' : 'and', into);
        if (truth === true && node.is === 'any') return;
      }
      return;
    default:
      collectLoop(node, truth, scene, loop, into);
  }
}

function collectLoop(node: LoopNode, truth: Truth, scene: Scene, loop: Loop | undefined, into: Ground[]): void {
  const { frame } = scene;
  const { list, item, satisfies } = node;
  const fact = factAt(list, frame);
  const parts = listParts(fact);
  let matched = 0;
  const owner = loopOf(list, loop);
  const pointer = baseOf(list, scene, owner) + list.pointer;
  const label = labelOf(list, owner);
  const words = wordsOf(list, owner);
  const items = parts?.items ?? [];
  const isTop = owner === undefined && pointer === list.pointer;
  // An index instead of entries(): this runs for each verdict, and the pairs would be garbage
  for (let index = 0; index < items.length; index += 1) {
    frame[item] = items[index];
    if (evaluate(satisfies, frame) !== truth) continue;
    matched += 1;
    let name = isTop ? node.names[index] : undefined;
    if (name === undefined) {
      const place = `[${String(index)}]`;
      name = { label: label + place, words: words + place, pointer: `${pointer}/${String(index)}` };
      if (isTop && index < MAX_NAMES) node.names[index] = name;
    }
    collect(satisfies, truth, scene, { slot: item, name, outer: loop }, 'and', into);
    if (into.length >= MAX_GROUNDS || (truth === true && node.is === 'some')) break;
  }
  frame[item] = undefined;
  const unseen = truth === 'unknown' && (parts === undefined || parts.rest !== undefined);
  if (matched === 0 || unseen || into.length >= MAX_GROUNDS) into.push(loopGround(node, fact, scene, loop));
}

/** The list itself is the reason: it is empty, absent, unknown, known in part, or too long to show each item. */
function loopGround(node: LoopNode, fact: Fact, scene: Scene, loop: Loop | undefined): Ground {
  const every = node.is === 'every';
  const parts = listParts(fact);
  const code = parts === undefined ? (fact === undefined ? undefined : codeOf(fact)) : parts.rest;
  const empty = parts?.items.length === 0 && parts.rest === undefined;
  const phrases = every && node.onEmpty && empty ? node.empty : node.rule;
  return makeGround(node.list, node.is, phrases.expected, undefined, phrases, fact, code, scene, loop, 'and');
}

function ground(node: LeafNode, truth: Truth, scene: Scene, loop: Loop | undefined, joiner: Joiner): Ground {
  const fact = factAt(node.place, scene.frame);
  const code = truth === 'unknown' ? unknownCode(fact) : undefined;
  const { op, value, why } = node.leaf;
  const expected = node.kind === 'test' ? value : true;
  return makeGround(node.place, op, expected, why, node.phrases, fact, code, scene, loop, joiner);
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
  op: string,
  expected: Json,
  why: string | undefined,
  phrases: Phrases,
  fact: Fact,
  code: FaultCode | undefined,
  scene: Scene,
  loop: Loop | undefined,
  joiner: Joiner,
): Ground {
  const owner = loopOf(place, loop);
  const source = scene.sources[place.source];
  const evidence = source === undefined ? '' : evidenceOf(source, baseOf(place, scene, owner), place, fact);
  const path = labelOf(place, owner);
  // The common case first: one small known value
  const reason: Reason =
    code === undefined && why === undefined && isSmall(fact)
      ? { path, op, expected, actual: fact ?? null, evidence }
      : { path, op, expected, ...actualOf(fact, code), ...(why === undefined ? {} : { why }), evidence };
  return { reason, words: wordsOf(place, owner), phrases, unit: place.unit, fact, code, source: place.source, joiner };
}

function loopOf(place: Place, loop: Loop | undefined): Loop | undefined {
  let candidate = loop;
  while (candidate !== undefined && candidate.slot !== place.slot) candidate = candidate.outer;
  return candidate;
}

/** The fact pointer that a place is below: that of its loop item, of the check's own item, or the root. */
function baseOf(place: Place, scene: Scene, owner: Loop | undefined): string {
  if (owner !== undefined) return owner.name.pointer;
  return place.slot === scene.itemSlot ? scene.itemPointer : '';
}

/** The path with the item's place in it: `chain[2].bits` for `certificate.bits`. */
function labelOf(place: Place, owner: Loop | undefined): string {
  return owner === undefined ? place.path : owner.name.label + place.below;
}

function wordsOf(place: Place, owner: Loop | undefined): string {
  return owner === undefined ? place.words : owner.name.words + place.belowWords;
}
