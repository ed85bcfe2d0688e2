/** The include tree of an SPF record as static analysis sees it: every record reached, in the order of evaluation. */
import type { FaultCode } from '../../../model/fault.ts';
import { remembering } from '../../../model/memory.ts';
import { canonicalName } from '../../../wire/dns/name.ts';
import type { Answer, Answers } from '../answers.ts';
import { textsOf } from '../records.ts';
import { fitName } from './macro.ts';
import { isSpf, parseSpf, type Mechanism, type Modifier, type SpfRecord } from './record.ts';
import type { Passes } from './static.ts';

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
  /** The redirect that takes effect. */
  readonly redirect: Modifier | undefined;
  readonly code: FaultCode | undefined;
  readonly at: string;
  /** What `passesOf` made of it: a node belongs to one tree and one survey. */
  passes: Passes | undefined;
}

export interface SpfTree {
  readonly root: SpfNode;
  /** All nodes, parents first, in the order of evaluation. */
  readonly nodes: readonly SpfNode[];
}

/** The same provider's record stands behind many domains. */
const parseOnce = remembering((text) => {
  const record = parseSpf(text);
  return { record, mechanisms: runnable(record), redirect: redirectOf(record) };
}, 500);

const NONE: readonly never[] = [];

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

export function buildTree(answers: Answers, domain: string): SpfTree {
  const known = answers.spfTree;
  if (known?.root.name === domain) return known;
  const nodes: SpfNode[] = [];
  const root = build(answers, domain, 'start', undefined, [], { left: MAX_NODES, includes: true });
  const collect = (node: SpfNode) => {
    nodes.push(node);
    for (const child of node.children) collect(child);
  };
  collect(root);
  const tree = { root, nodes };
  if (nodes.every((node) => node.status !== 'unknown')) answers.spfTree = tree;
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
  const here = { name, via, term, place, depth: way.length };
  if (way.includes(canonicalName(name))) return leaf(here, 'loop', '');
  if (budget.left === 0) return leaf(here, 'limit', '', 'dns.limit');
  budget.left -= 1;
  const answer = answers.ask(name, 'TXT');
  // RFC 7208 §4.3: a name that DNS cannot carry has no record
  if (answer.is === 'unknown' && answer.code !== 'dns.bad-name') return leaf(here, 'unknown', answer.at, answer.code);
  const records = spfRecordsOf(answer);
  const text = records[0];
  if (text === undefined) return leaf(here, 'none', answer.at);
  if (records.length > 1) return leaf(here, 'multiple', answer.at, undefined, records);
  const { record, mechanisms, redirect } = parseOnce(text);
  const children: SpfNode[] = [];
  const further = [...way, canonicalName(name)];
  for (const mechanism of mechanisms) {
    const target = budget.includes && mechanism.name === 'include' ? mechanism.spec?.fixed : undefined;
    if (target !== undefined) children.push(build(answers, nameAt(target), 'include', mechanism, further, budget));
  }
  if (redirect?.spec?.fixed !== undefined) {
    children.push(build(answers, nameAt(redirect.spec.fixed), 'redirect', redirect, further, budget));
  }
  const { depth } = here;
  const read = { status: 'record', records, record, mechanisms, children, redirect } as const;
  return { name, via, term, place, depth, ...read, code: undefined, at: answer.at, passes: undefined };
}

/** A node with nothing below it: no single record was found there. */
function leaf(
  { name, via, term, place, depth }: Pick<SpfNode, 'name' | 'via' | 'term' | 'place' | 'depth'>,
  status: NodeStatus,
  at: string,
  code?: FaultCode,
  records: readonly string[] = NONE,
): SpfNode {
  const nothing = { record: undefined, mechanisms: NONE, children: NONE, redirect: undefined } as const;
  return { name, via, term, place, depth, status, records, ...nothing, code, at, passes: undefined };
}

/** A term as a person finds it: its text, its column, and the record where that is not the domain's own. */
export function placeOf(term: { readonly text: string; readonly column: number }, record?: string): string {
  return `"${term.text}" at column ${String(term.column)}${record === undefined ? '' : ` of ${record}`}`;
}

/** Those records alone that speak for the domain itself; what they include is not looked at. */
export function ownRecords(answers: Answers, domain: string): SpfNode[] {
  const known = answers.spfTree;
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

/** RFC 7208 §4.6.4: the mechanisms that cost a look-up, whether or not they match; a redirect does too. */
const COSTING: readonly string[] = ['include', 'a', 'mx', 'ptr', 'exists'];

/** Every term of the tree that costs a look-up, in the order of evaluation, with the record that it stands in. */
export function lookupTerms(node: SpfNode): LookupTerm[] {
  const terms: LookupTerm[] = [];
  addLookupTerms(node, terms);
  return terms;
}

export interface LookupTerm {
  readonly node: SpfNode;
  readonly term: Mechanism | Modifier;
}

function addLookupTerms(node: SpfNode, terms: LookupTerm[]): void {
  const add = (term: Mechanism | Modifier) => {
    terms.push({ node, term });
    const child = node.children.find((one) => one.term === term);
    if (child !== undefined) addLookupTerms(child, terms);
  };
  for (const term of node.mechanisms) if (COSTING.includes(term.name)) add(term);
  if (node.redirect !== undefined) add(node.redirect);
}
