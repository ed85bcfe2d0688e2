/** The facts of a domain's SPF: the record, its tree, its costs, and what it authorises. */
import { unknown } from '../../../model/facts.ts';
import type { FaultCode } from '../../../model/fault.ts';
import type { Json } from '../../../model/json.ts';
import type { Answers } from '../answers.ts';
import { goneName, takeover, textOf, textsOf } from '../records.ts';
import { oneOf, Sheet, type Part } from '../sheet.ts';
import { foreignOctets, joinedTerms, meantTexts, octetsOf, recordFacts, shown, type Joined } from './text-facts.ts';
import { rangeFacts } from './authorised.ts';
import { expProblems, fixedEnd, usesLetter } from './explain.ts';
import { isSpf } from './record.ts';
import { isEmpty } from './ranges.ts';
import { MAX_MX_NAMES, type Passes, passesOf, survey, type Survey, type TermAddresses } from './static.ts';
import {
  buildTree,
  lookupTerms,
  ownNodes,
  placeOf,
  redirectOf,
  treeFault,
  type SpfNode,
  type SpfTree,
} from './tree.ts';

function termAt(node: SpfNode, term: { readonly text: string; readonly column: number }): string {
  return placeOf(term, node.via === 'start' ? undefined : node.name);
}

/** The list, or the fault that keeps it from being told. */
function listOr(code: FaultCode | undefined, items: readonly string[]): Json {
  return code === undefined ? items : items.length > 0 ? { $items: items, $unknown: code } : unknown(code);
}

/** Only what the facts ask for, without what they compute from it: for the rounds of the observation. */
export function spfQuestions(answers: Answers, domain: string): void {
  const tree = buildTree(answers, domain);
  if (tree.root.record === undefined) return;
  danglingNames(answers, tree, survey(answers, tree));
  expProblems(answers, ownNodes(tree));
}

export function spfFacts(answers: Answers, domain: string): Part {
  const sheet = new Sheet();
  const tree = buildTree(answers, domain);
  const { root } = tree;
  if (root.status === 'unknown') {
    const code = root.code ?? 'evidence.missing';
    for (const key of ['records', 'record', 'authorises', 'all', 'lookups']) sheet.set(key, unknown(code), root.at);
    return { ...sheet.part(root.at), facts: unknown(code) };
  }
  const answer = answers.ask(domain, 'TXT');
  sheet.set('records', root.records);
  const texts = textsOf(answer);
  sheet.set(
    'senderId',
    texts.filter((text) => /^spf2\.0\//i.test(text)),
  );
  const meant = meantTexts(texts);
  sheet.set('meant', meant);
  const joined = answer.is === 'records' ? joinedTerms(answer.records) : [];
  if (root.record === undefined) sheet.set('joined', saidOf(joined));
  if (root.record === undefined) sheet.set('nonAscii', foreignOctets(meant));
  if (answer.is === 'records') {
    sheet.set('answerOctets', octetsOf(answer.records));
    // a cache counts down: only the zone's own servers tell the TTL that was published
    if (answer.message.authoritative) sheet.set('ttl', answer.records.find((one) => isSpf(textOf(one)))?.ttl);
  }
  if (root.record === undefined) {
    sheet.set('verdict', root.status === 'multiple' ? 'permerror' : 'none');
    return sheet.part(root.at);
  }
  recordFacts(sheet, root.record);
  const seen = survey(answers, tree);
  const leadsNowhere = ({ term }: Joined) =>
    root.children.some((child) => child.term?.text === term && child.status === 'none') ||
    seen.addresses.some((one) => one.term.text === term && one.void4 && one.void6);
  sheet.set('joined', saidOf(joined.filter((one) => !one.open || leadsNowhere(one))));
  treeFacts(sheet, answers, tree, seen);
  return sheet.part(root.at);
}

function saidOf(joined: readonly Joined[]): string[] {
  return joined.map(({ said }) => said);
}

/** What the answers behind the terms decide. */
function treeFacts(sheet: Sheet, answers: Answers, tree: SpfTree, seen: Survey): void {
  const places = oneOf(tree.nodes.map((node) => node.at));
  const code = treeFault(tree);
  // a tree cut at its bound has cost more look-ups than allowed already: the count so far decides
  const counted = code === undefined || (code === 'dns.limit' && seen.lookups.length > 10);
  sheet.set('lookups', counted ? seen.lookups.length : unknown(code), ...places);
  sheet.set(
    'lookupTerms',
    code === undefined ? seen.lookups.map(({ node, term }) => termAt(node, term)) : unknown(code),
    ...places,
  );
  // who contributes what is of interest where it is too much
  if (code === undefined && seen.lookups.length > 10) sheet.set('costs', costsOf(tree.root), ...places);
  sheet.set(
    'nodes',
    tree.nodes.map((node) => ({
      name: node.name,
      via: node.via,
      depth: node.depth,
      status: node.status,
      ...(node.record === undefined ? {} : { record: node.record.text }),
    })),
    ...places,
  );
  sheet.set('all', code === undefined ? allOf(tree.root) : unknown(code), ...places);
  sheet.set('endsIn', code === undefined ? endOf(tree) : unknown(code), ...places);
  sheet.set('ptr', listOr(code, ptrTerms(tree)), ...places);
  sheet.set('runtime', listOr(code, runtimeTerms(seen)), ...places);
  includeFacts(sheet, answers, tree, seen);
  voidFacts(sheet, seen, code);
  const passes = passesOf(tree.root, seen.addresses);
  rangeFacts(sheet, tree, seen, code ?? passes.code);
  sheet.set('verdict', verdictOf(tree, seen, passes, code), ...places);
  const exp = expProblems(answers, ownNodes(tree));
  sheet.set('expProblems', listOr(exp.code, exp.problems), ...exp.places);
}

/** The look-ups of each of the record's own terms, with all that is behind it, as a person would add them up. */
function costsOf(root: SpfNode): string[] {
  return lookupTerms(root)
    .filter(({ node }) => node === root)
    .map(({ term }) => {
      const child = root.children.find((one) => one.term === term);
      return `${term.text} ${String(1 + (child === undefined ? 0 : lookupTerms(child).length))}`;
    });
}

/** What receivers make of the record as a whole. */
function verdictOf(tree: SpfTree, seen: Survey, passes: Passes, code: FaultCode | undefined): Json {
  const broken = tree.nodes.some(
    (node) =>
      (node.record?.problems.length ?? 0) > 0 ||
      node.status === 'multiple' ||
      node.status === 'loop' ||
      (node.status === 'none' && node.via !== 'start'),
  );
  // an error that is seen stays one, whatever else could not be asked
  if (broken || seen.lookups.length > 10 || seen.addresses.some((term) => term.exchanges > MAX_MX_NAMES))
    return 'permerror';
  const fault = code ?? passes.code;
  if (fault !== undefined) return unknown(fault);
  if (seen.addresses.filter((term) => term.void4 && term.void6).length > 2) return 'permerror';
  return isEmpty(passes.set) && passes.open.length === 0 ? 'nobody' : 'somebody';
}

const QUALIFIERS = { '+': 'pass', '-': 'fail', '~': 'softfail', '?': 'neutral' } as const;

/** The qualifier of the `all` that takes effect, through redirects; undefined where there is none. */
function allOf(node: SpfNode): string | undefined {
  const last = node.mechanisms.at(-1);
  if (last?.name === 'all') return QUALIFIERS[last.qualifier];
  const redirected = node.children.find((child) => child.via === 'redirect');
  return redirected === undefined ? undefined : allOf(redirected);
}

/** How the record that speaks in the end is closed: what a mail that matches nothing meets (RFC 7208 §4.7). */
function endOf(tree: SpfTree): string {
  const last = ownNodes(tree).at(-1);
  if (last?.mechanisms.at(-1)?.name === 'all') return 'all';
  if (last?.record === undefined) return 'redirect';
  return redirectOf(last.record) === undefined ? 'nothing' : 'redirect';
}

function ptrTerms(tree: SpfTree): string[] {
  return ownNodes(tree).flatMap((node) =>
    (node.record?.terms ?? [])
      .filter((term) => (term.is === 'mechanism' && term.name === 'ptr') || usesLetter(term, 'p'))
      .map((term) => termAt(node, term)),
  );
}

/** Terms that only a mail decides: macros, and exists. */
function runtimeTerms(seen: Survey): string[] {
  return seen.lookups
    .filter(
      ({ term }) =>
        (term.is === 'mechanism' && term.name === 'exists') || term.spec?.parts.some((part) => part.is === 'macro'),
    )
    .map(({ node, term }) => termAt(node, term));
}

function includeFacts(sheet: Sheet, answers: Answers, tree: SpfTree, seen: Survey): void {
  const code = treeFault(tree);
  const places = oneOf(tree.nodes.map((node) => node.at));
  const of = (via: SpfNode['via'], ...statuses: readonly SpfNode['status'][]) =>
    tree.nodes.filter((node) => node.via === via && statuses.includes(node.status)).map((node) => node.place);
  const broken = tree.nodes
    .filter((node) => node.via !== 'start' && (node.status === 'multiple' || (node.record?.problems.length ?? 0) > 0))
    .map(
      (node) =>
        `${node.place}: ${node.status === 'multiple' ? 'several SPF records' : (node.record?.problems.map(shown).join('; ') ?? '')}`,
    );
  sheet.set('includesWithout', listOr(code, of('include', 'none')), ...places);
  sheet.set('includeLoops', listOr(code, of('include', 'loop')), ...places);
  sheet.set('includesBroken', listOr(code, broken), ...places);
  sheet.set(
    'includesTwice',
    listOr(code, twice(tree.nodes.filter((node) => node.via === 'include' && node.status !== 'loop'))),
    ...places,
  );
  sheet.set('redirectsWithout', listOr(code, of('redirect', 'none')), ...places);
  sheet.set('redirectLoops', listOr(code, of('redirect', 'loop')), ...places);
  const { names, fault } = danglingNames(answers, tree, seen);
  sheet.set('dangling', listOr(code ?? fault, names), ...places);
}

/** Each include whose name was included before, with both places. */
function twice(includes: readonly SpfNode[]): string[] {
  const first = new Map<string, string>();
  return includes.flatMap(({ name, place }) => {
    const before = first.get(name);
    if (before === undefined) first.set(name, place);
    return before === undefined ? [] : [`${place}, as by ${before}`];
  });
}

/** Names in the tree whose registrable domain nobody holds: whoever registers it may send (RFC 7208 §11). */
export function danglingNames(
  answers: Answers,
  tree: SpfTree,
  seen: Survey,
): { names: string[]; fault: FaultCode | undefined } {
  const suspects = new Map<string, string>();
  const suspect = (gone: string | undefined, place: string) => {
    // no top-level domain is all digits (RFC 3696 §2): nobody registers an address
    if (gone !== undefined && !/(?:^|\.)[0-9]+\]?$/.test(gone) && !suspects.has(gone)) suspects.set(gone, place);
  };
  for (const node of tree.nodes) {
    if (node.status === 'none' && node.via !== 'start')
      suspect(goneName(answers.ask(node.name, 'TXT'), node.name), node.place);
  }
  for (const { node, term, name, gone } of seen.addresses) {
    // hosts of the domain's own MX set are judged there
    if (term.name === 'mx' && name === tree.root.name) continue;
    for (const one of gone) suspect(one, termAt(node, term));
  }
  // whatever a macro becomes, the end of the name stands
  for (const { node, term } of seen.lookups) suspect(fixedEnd(term), termAt(node, term));
  const names: string[] = [];
  let fault: FaultCode | undefined;
  for (const [name, place] of suspects) {
    const taken = takeover(answers, name);
    if (taken === true) names.push(`${place} leads to ${name}`);
    else if (typeof taken === 'string') fault ??= taken;
  }
  return { names, fault };
}

/** Void look-ups of an address that matches nothing (RFC 7208 §4.6.4). */
function voidFacts(sheet: Sheet, seen: Survey, code: FaultCode | undefined): void {
  const fault = code ?? seen.addresses.find((term) => term.code !== undefined)?.code;
  const places = seen.addresses.length === 0 ? [] : oneOf(seen.addresses.map((term) => term.node.at));
  const text = (terms: readonly TermAddresses[]) => terms.map(({ node, term }) => termAt(node, term));
  const both = seen.addresses.filter((term) => term.void4 && term.void6);
  const four = seen.addresses.filter((term) => term.void4);
  const six = seen.addresses.filter((term) => term.void6);
  sheet.set('voids', fault === undefined ? both.length : unknown(fault), ...places);
  sheet.set('voidTerms', fault === undefined ? text(both) : unknown(fault), ...places);
  sheet.set('familyVoids', fault === undefined ? Math.max(four.length, six.length) : unknown(fault), ...places);
  const over = seen.addresses.filter((term) => term.exchanges > MAX_MX_NAMES);
  sheet.set('mxOver', listOr(fault, text(over)), ...places);
}
