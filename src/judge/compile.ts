/** A check, made ready to be judged many times: paths split, operands prepared, words found (done once for each run). */
import type { Check, Expr, Leaf, Severity } from '../model/check.ts';
import { escapeToken } from '../model/pointer.ts';
import { countWords } from './lists.ts';
import type { Fact } from './lookup.ts';
import type { Prepared } from './operand.ts';
import { OPERATIONS } from './operators.ts';
import { type Phrases, phrasesOf } from './messages.ts';
import { pathWords, type Unit, unitOf } from './words.ts';

/** Where a path starts: a slot of the frame (a collector's facts, or the item of a loop), and the way from there. */
export interface Place {
  readonly slot: number;
  readonly tokens: readonly string[];
  /** What the same tokens led to last, and from where: many checks of a target look at the same fact, some of them several times. */
  readonly last: { root: Fact; fact: Fact };
  /** RFC 6901, below the slot. */
  readonly pointer: string;
  /** The pointers above it, longest first: the last one is that of the slot. */
  readonly above: readonly string[];
  /** As written in the check, and as a person reads it. */
  readonly path: string;
  readonly words: string;
  /** The part after the slot, with its dot: `.bits`, and as a person reads it. */
  readonly below: string;
  readonly belowWords: string;
  /** How a number there is to be read. */
  readonly unit: Unit;
  /** Index of the needed collector whose facts these are. */
  readonly source: number;
}

export interface LeafNode {
  readonly is: 'leaf';
  readonly leaf: Leaf;
  readonly place: Place;
  readonly kind: 'present' | 'absent' | 'test';
  readonly prepared: Prepared;
  readonly phrases: Phrases;
}

export interface LoopNode {
  readonly is: 'every' | 'some';
  readonly list: Place;
  /** The slot that holds the item. */
  readonly item: number;
  readonly satisfies: Node;
  /** What an empty list means. */
  readonly onEmpty: boolean;
  readonly optionalList: boolean;
  /** What is told of the list itself: of one that should satisfy the rule, and of one that may be empty. */
  readonly rule: Phrases;
  readonly empty: Phrases;
  /** What the items are called, by index; filled while it is judged, for the same names come on target after target. */
  readonly names: ItemName[];
}

/** `chain[2]`, as a person reads it, and its fact pointer. */
export interface ItemName {
  readonly label: string;
  readonly words: string;
  readonly pointer: string;
}

export type Node = LeafNode | LoopNode | { readonly is: 'all' | 'any'; readonly parts: readonly Node[] };

export interface CompiledEach {
  readonly list: Place;
  /** What is told of the list itself. */
  readonly phrases: Phrases;
  readonly item: number;
  readonly subject: Place;
  readonly location: Place | undefined;
  readonly waiver: Place | undefined;
  /** `when` looks at the item: then only a false `when` decides without one. */
  readonly whenUsesItem: boolean;
}

export interface CompiledCheck {
  readonly check: Check;
  /** The needed collectors as one key. */
  readonly needs: string;
  /** Room for the facts and loop items; used again for every target. */
  readonly frame: Fact[];
  readonly subject: Place | undefined;
  readonly each: CompiledEach | undefined;
  readonly when: Node | undefined;
  readonly manualWhen: { readonly when: Node; readonly manual: string } | undefined;
  readonly assert: Node | { readonly is: 'manual'; readonly manual: string };
  readonly severityWhen: readonly { readonly when: Node; readonly severity: Severity }[];
  /** Plain parts and facts of `says`, in order. */
  readonly says: readonly (string | Place)[] | undefined;
}

type Names = ReadonlyMap<string, { readonly slot: number; readonly source: number }>;

/** What was found last by tokens, for all checks of a run. */
export type Ways = Map<string, Place['last']>;

function lastOf(ways: Ways, tokens: readonly string[]): Place['last'] {
  const way = tokens.join('.');
  const last = ways.get(way) ?? { root: undefined, fact: undefined };
  ways.set(way, last);
  return last;
}

/** Lets go of the facts of a target, which may be large. */
export function forget(ways: Ways): void {
  for (const last of ways.values()) {
    last.root = undefined;
    last.fact = undefined;
  }
}

/** Throws a TypeError where the check did not come through the loader. */
export function compileCheck(check: Check, asOf: number, ways: Ways = new Map()): CompiledCheck {
  let slots = check.needs.length;
  const single = check.needs.length === 1;
  const roots: Names = new Map(check.needs.map((id, index) => [id, { slot: index, source: index }]));

  function placeOf(path: string, names: Names): Place {
    const tokens = path.split('.');
    const named = names.get(tokens[0] ?? '');
    const start = named ?? (single ? { slot: 0, source: 0 } : undefined);
    if (start === undefined) throw new TypeError(`check ${check.id}: the path ${path} starts nowhere`);
    const rest = named === undefined ? tokens : tokens.slice(1);
    const pointers = [''];
    for (const token of rest) pointers.push(`${pointers.at(-1) ?? ''}/${escapeToken(token)}`);
    return {
      ...start,
      tokens: rest,
      last: lastOf(ways, rest),
      pointer: pointers.pop() ?? '',
      above: pointers.reverse(),
      path,
      words: pathWords(path),
      unit: unitOf(path),
      below: rest.map((token) => `.${token}`).join(''),
      belowWords: rest.length === 0 ? '' : ` ${pathWords(rest.join('.'))}`,
    };
  }

  function compile(expr: Expr, names: Names): Node {
    if ('all' in expr) return { is: 'all', parts: expr.all.map((part) => compile(part, names)) };
    if ('any' in expr) return { is: 'any', parts: expr.any.map((part) => compile(part, names)) };
    if ('path' in expr) return compileLeaf(expr, names);
    const list = placeOf('every' in expr ? expr.every : expr.some, names);
    const item = slots;
    slots += 1;
    return {
      is: 'every' in expr ? 'every' : 'some',
      list,
      item,
      satisfies: compile(expr.satisfies, new Map(names).set(expr.as, { slot: item, source: list.source })),
      onEmpty: 'every' in expr && expr.onEmpty === 'true',
      optionalList: expr.optionalList === true,
      rule: phrasesOf('every' in expr ? 'every item to satisfy the rule' : 'some item to satisfy the rule'),
      empty: phrasesOf(countWords({ eq: 0 })),
      names: [],
    };
  }

  function compileLeaf(leaf: Leaf, names: Names): LeafNode {
    const place = placeOf(leaf.path, names);
    const { op, value, caseless, future, type } = leaf;
    const prepared = OPERATIONS[op](value, { asOf, caseless, future, type, path: leaf.path });
    if (typeof prepared === 'string') throw new TypeError(`check ${check.id}: the value of ${op} ${prepared}`);
    const says = op === 'eq' || op === 'present' || op === 'absent' || prepared.words === 'empty';
    const kind = op === 'present' || op === 'absent' ? op : 'test';
    return { is: 'leaf', leaf, place, kind, prepared, phrases: phrasesOf(prepared.words, leaf.why, says) };
  }

  // With one collector its id is not part of the paths
  const top: Names = single ? new Map() : roots;
  let names = top;
  let each: CompiledEach | undefined;
  if (check.each !== undefined) {
    const { each: written } = check;
    const list = placeOf(written.path, top);
    const item = slots;
    slots += 1;
    names = new Map(top).set(written.as, { slot: item, source: list.source });
    each = {
      list,
      phrases: phrasesOf(written.onEmpty === 'pass' ? 'no item, or items that satisfy the rule' : 'at least one item'),
      item,
      subject: placeOf(written.subject, names),
      location: written.location === undefined ? undefined : placeOf(written.location, names),
      waiver: written.waiver === undefined ? undefined : placeOf(written.waiver, names),
      whenUsesItem: check.when !== undefined && mentions(check.when, written.as),
    };
  }
  const { when, manualWhen, assert } = check;
  const compiled = {
    check,
    subject: check.subject === undefined ? undefined : placeOf(check.subject, top),
    each,
    when: when === undefined ? undefined : compile(when, names),
    manualWhen: manualWhen === undefined ? undefined : { ...manualWhen, when: compile(manualWhen.when, names) },
    assert: 'manual' in assert ? { is: 'manual' as const, manual: assert.manual } : compile(assert, names),
    severityWhen: (check.severityWhen ?? []).map((rule) => ({ ...rule, when: compile(rule.when, names) })),
    says:
      check.says === undefined
        ? undefined
        : partsOfSays(check.says).map((part) => (typeof part === 'string' ? part : placeOf(part.path, names))),
  };
  return { ...compiled, needs: check.needs.join(' '), frame: Array.from<Fact>({ length: slots }) };
}

/** Plain text and `{path}` by turns. */
export function partsOfSays(says: string): readonly (string | { readonly path: string })[] {
  return says
    .split(/(\{[^{}]*\})/)
    .map((part) => (part.startsWith('{') && part.endsWith('}') ? { path: part.slice(1, -1) } : part));
}

/** Whether an expression looks at the loop item of that name. */
function mentions(expr: Expr, name: string): boolean {
  const starts = (path: string): boolean => path === name || path.startsWith(`${name}.`);
  if ('all' in expr) return expr.all.some((part) => mentions(part, name));
  if ('any' in expr) return expr.any.some((part) => mentions(part, name));
  if ('path' in expr) return starts(expr.path);
  return starts('every' in expr ? expr.every : expr.some) || mentions(expr.satisfies, name);
}
