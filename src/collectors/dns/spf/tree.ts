/** The include tree of an SPF record as static analysis sees it: every record reached, in the order of evaluation. */
import type { FaultCode } from '../../../model/fault.ts';
import { remembering } from '../../../model/memory.ts';
import { canonicalName } from '../../../wire/dns/name.ts';
import type { Answer, Answers } from '../answers.ts';
import { textsOf } from '../records.ts';
import { fitName } from './macro.ts';
import { isSpf, parseSpf, type Mechanism, type Modifier, type SpfRecord } from './record.ts';

/** facts/email §3: a tree of more records is not followed further, and the report says so. */
export const MAX_NODES = 50;

export type NodeStatus =
  | 'record'
  /** An answer, and no SPF record in it. */
  | 'none'
  | 'multiple'
  /** The name is already on the way to here. */
  | 'loop'
  /** A bound was reached. */
  | 'limit'
  | 'unknown';

export interface SpfNode {
  readonly name: string;
  readonly via: 'start' | 'include' | 'redirect';
  /** The term that led here, and where it stands. */
  readonly term: Mechanism | Modifier | undefined;
  readonly place: string;
  readonly depth: number;
  readonly status: NodeStatus;
  readonly records: readonly string[];
  readonly record: SpfRecord | undefined;
  /** Mechanisms that can run: up to and with `all`. */
  readonly mechanisms: readonly Mechanism[];
  readonly children: readonly SpfNode[];
  readonly code: FaultCode | undefined;
  readonly at: string;
}

export interface SpfTree {
  readonly root: SpfNode;
  /** All nodes, parents first, in the order of evaluation. */
  readonly nodes: readonly SpfNode[];
}

/** The same provider's record stands behind many domains. */
const parseOnce = remembering(parseSpf, 500);

/** The SPF records among the TXT records at a name (RFC 7208 §4.5). */
export function spfRecordsOf(answer: Answer): string[] {
  return textsOf(answer).filter(isSpf);
}

/** The mechanisms that can be reached: those behind `all` never run (§5.1). */
export function runnable(record: SpfRecord): Mechanism[] {
  const mechanisms = record.terms.filter((term) => term.is === 'mechanism');
  const all = mechanisms.findIndex((term) => term.name === 'all');
  return all < 0 ? mechanisms : mechanisms.slice(0, all + 1);
}

/** The redirect that takes effect: none beside `all` (§6.1). */
export function redirectOf(record: SpfRecord): Modifier | undefined {
  if (record.terms.some((term) => term.is === 'mechanism' && term.name === 'all')) return undefined;
  return record.terms.filter((term) => term.is === 'modifier').find((modifier) => modifier.name === 'redirect');
}

/** Trees that are known in full, by the answers that they were built from. */
const complete = new WeakMap<Answers, SpfTree>();

export function buildTree(answers: Answers, domain: string): SpfTree {
  const known = complete.get(answers);
  if (known?.root.name === domain) return known;
  const nodes: SpfNode[] = [];
  const root = build(answers, domain, 'start', undefined, [], { left: MAX_NODES, includes: true });
  const collect = (node: SpfNode) => {
    nodes.push(node);
    for (const child of node.children) collect(child);
  };
  collect(root);
  const tree = { root, nodes };
  if (nodes.every((node) => node.status !== 'unknown')) complete.set(answers, tree);
  return tree;
}

/** RFC 7208 §7.3: a name that is too long loses labels from the left. */
function nameAt(spec: string): string {
  return canonicalName(fitName(spec));
}

function build(
  answers: Answers,
  name: string,
  via: SpfNode['via'],
  term: SpfNode['term'],
  way: readonly string[],
  budget: { left: number; readonly includes: boolean },
): SpfNode {
  const place = term === undefined ? '' : placeOf(term, way.length > 1 ? way.at(-1) : undefined);
  const base = {
    name,
    via,
    term,
    place,
    depth: way.length,
    records: [],
    record: undefined,
    mechanisms: [],
    children: [],
  };
  const plain = { ...base, code: undefined, at: '' };
  if (way.includes(canonicalName(name))) return { ...plain, status: 'loop' };
  if (budget.left === 0) return { ...plain, status: 'limit', code: 'dns.limit' };
  budget.left -= 1;
  const answer = answers.ask(name, 'TXT');
  // RFC 7208 §4.3: a name that DNS cannot carry has no record
  if (answer.is === 'unknown' && answer.code !== 'dns.bad-name')
    return { ...plain, status: 'unknown', code: answer.code, at: answer.at };
  const records = spfRecordsOf(answer);
  const text = records[0];
  if (text === undefined) return { ...plain, status: 'none', at: answer.at };
  if (records.length > 1) return { ...plain, status: 'multiple', records, at: answer.at };
  const record = parseOnce(text);
  const mechanisms = runnable(record);
  const children: SpfNode[] = [];
  const further = [...way, canonicalName(name)];
  for (const mechanism of mechanisms) {
    const target = budget.includes && mechanism.name === 'include' ? mechanism.spec?.fixed : undefined;
    if (target !== undefined) children.push(build(answers, nameAt(target), 'include', mechanism, further, budget));
  }
  const redirect = redirectOf(record);
  if (redirect?.spec?.fixed !== undefined) {
    children.push(build(answers, nameAt(redirect.spec.fixed), 'redirect', redirect, further, budget));
  }
  return { ...plain, status: 'record', records, record, mechanisms, children, at: answer.at };
}

/** A term as a person finds it: its text, its column, and the record where that is not the domain's own. */
export function placeOf(term: { readonly text: string; readonly column: number }, record?: string): string {
  return `"${term.text}" at column ${String(term.column)}${record === undefined ? '' : ` of ${record}`}`;
}

/** Those records alone that speak for the domain itself; what they include is not looked at. */
export function ownRecords(answers: Answers, domain: string): SpfNode[] {
  const known = complete.get(answers);
  if (known?.root.name === domain) return ownNodes(known);
  const root = build(answers, domain, 'start', undefined, [], { left: MAX_NODES, includes: false });
  return ownNodes({ root });
}

/** Records that speak for the domain itself: its own and those that it redirects to. */
export function ownNodes(tree: Pick<SpfTree, 'root'>): SpfNode[] {
  const own = [tree.root];
  for (;;) {
    const next = own.at(-1)?.children.find((child) => child.via === 'redirect');
    if (next === undefined) return own;
    own.push(next);
  }
}

/** Why the tree is not known in full; undefined where it is. */
export function treeFault(tree: SpfTree): FaultCode | undefined {
  return tree.nodes.find((node) => node.status === 'unknown')?.code ?? tree.nodes.find((node) => node.code)?.code;
}

/** RFC 7208 §4.6.4: the terms that cost a look-up, whether or not they match. */
export function costs(term: Mechanism | Modifier, record: SpfRecord): boolean {
  if (term.is === 'modifier') return term === redirectOf(record);
  return ['include', 'a', 'mx', 'ptr', 'exists'].includes(term.name);
}

/** Every term of the tree that costs a look-up, in the order of evaluation, with the record that it stands in. */
export function lookupTerms(node: SpfNode): { node: SpfNode; term: Mechanism | Modifier }[] {
  const { record } = node;
  if (record === undefined) return [];
  const terms: { node: SpfNode; term: Mechanism | Modifier }[] = [];
  const redirect = redirectOf(record);
  for (const term of [...node.mechanisms, ...(redirect === undefined ? [] : [redirect])]) {
    if (!costs(term, record)) continue;
    terms.push({ node, term });
    const child = node.children.find((one) => one.term === term);
    if (child !== undefined) terms.push(...lookupTerms(child));
  }
  return terms;
}
