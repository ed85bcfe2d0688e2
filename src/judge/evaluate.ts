/** The value of an expression over facts: complete, without short cut, so that nothing depends on the order of parts. */
import type { LeafNode, LoopNode, Node, Place } from './compile.ts';
import { type Fact, isUnknownFact, listParts, lookup } from './lookup.ts';
import { and, or, type Truth } from './truth.ts';

/** The facts that an expression looks at: first those of the needed collectors, then the items of loops. */
export type Frame = Fact[];

export function factAt(place: Place, frame: Frame): Fact {
  const root = frame[place.slot];
  const { last } = place;
  if (last.root !== root) {
    last.fact = lookup(root, place.tokens);
    last.root = root;
  }
  return last.fact;
}

export function evaluate(node: Node, frame: Frame): Truth {
  switch (node.is) {
    case 'leaf':
      return evaluateLeaf(node, factAt(node.place, frame));
    case 'all': {
      let result: Truth = true;
      for (const part of node.parts) result = and(result, evaluate(part, frame));
      return result;
    }
    case 'any': {
      let result: Truth = false;
      for (const part of node.parts) result = or(result, evaluate(part, frame));
      return result;
    }
    default:
      return evaluateLoop(node, frame);
  }
}

function evaluateLeaf(node: LeafNode, fact: Fact): Truth {
  // Every comparison with an absent value is false, the negative ones too; only `absent` is true of it
  if (fact === undefined) return node.kind === 'absent';
  if (isUnknownFact(fact)) return 'unknown';
  return node.prepared.test(fact);
}

function evaluateLoop(node: LoopNode, frame: Frame): Truth {
  const fact = factAt(node.list, frame);
  const every = node.is === 'every';
  if (fact === undefined) return every && node.optionalList ? node.onEmpty : false;
  const parts = listParts(fact);
  if (parts === undefined) return 'unknown';
  if (parts.items.length === 0 && parts.rest === undefined) return every ? node.onEmpty : false;
  // A list known in part: the unknown rest is one more item that nobody saw
  let result: Truth = parts.rest === undefined ? every : 'unknown';
  for (const item of parts.items) {
    frame[node.item] = item;
    const truth = evaluate(node.satisfies, frame);
    result = every ? and(result, truth) : or(result, truth);
  }
  frame[node.item] = undefined;
  return result;
}
