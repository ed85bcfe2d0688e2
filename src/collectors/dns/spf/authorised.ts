/** The facts about the addresses that an SPF record authorises, and who contributes them. */
import { unknown } from '../../../model/facts.ts';
import type { FaultCode } from '../../../model/fault.ts';
import { specialNetworkOf } from '../special.ts';
import { oneOf, type Sheet } from '../sheet.ts';
import {
  countOf,
  covers,
  difference,
  isEmpty,
  networksOf,
  rangeText,
  sizeOf,
  union,
  type AddressSet,
  type Range,
} from './ranges.ts';
import { matchesOf, passesOf, type Survey } from './static.ts';
import { ownNodes, placeOf, type SpfNode, type SpfTree } from './tree.ts';

/** 2000::/3, all that is globally routed (RFC 4291 §2.4). */
const GLOBAL_SIX: Range = { first: 1n << 125n, last: (1n << 126n) - 1n };
const ALL_FOUR: Range = { first: 0n, last: (1n << 32n) - 1n };
/** Networks listed in the flattened proposal; above this a proposal helps nobody. */
const MAX_FLAT = 60;

/** What of an address set is everything: all IPv4, or all global IPv6. */
function everything(set: AddressSet): string[] {
  return [
    ...(covers(set.four, ALL_FOUR) ? ['all IPv4'] : []),
    ...(covers(set.six, GLOBAL_SIX) ? ['all global IPv6'] : []),
  ];
}

function wider(set: AddressSet, four: bigint, six: bigint): string[] {
  return [
    ...set.four.filter((range) => sizeOf(range) >= four).map((range) => rangeText(range, 4)),
    ...set.six.filter((range) => sizeOf(range) > six).map((range) => rangeText(range, 16)),
  ];
}

export function rangeFacts(sheet: Sheet, tree: SpfTree, seen: Survey, code: FaultCode | undefined): void {
  const { root } = tree;
  const places = oneOf(tree.nodes.map((node) => node.at));
  sheet.set('privateTerms', ownNodes(tree).flatMap(privateTerms), ...places);
  if (code !== undefined) {
    for (const key of ['authorises', 'transitive', 'everything', 'huge', 'wide', 'ipv4Count']) {
      sheet.set(key, unknown(code), ...places);
    }
    return;
  }
  const passes = passesOf(root, seen.addresses);
  const own = union(...ownNodes(tree).map((node) => ownSet(node, seen)));
  sheet.set('authorises', isEmpty(passes.set) && passes.open.length === 0 ? 'nobody' : 'somebody', ...places);
  sheet.set('transitive', transitive(tree, seen), ...places);
  sheet.set('everything', everything(passes.set), ...places);
  sheet.set('huge', wider(passes.set, 1n << 24n, 1n << 112n), ...places);
  sheet.set('wide', wider(own, (1n << 16n) + 1n, 1n << 96n), ...places);
  sheet.set('ipv4Count', countOf(passes.set.four), ...places);
  sheet.set('open', passes.open, ...places);
  sheet.set('contributors', contributors(root, seen), ...places);
  const flat = flattened(tree, passes.set, passes.open);
  sheet.set('flattened', flat, ...places);
  const why = passes.open.length > 0 ? 'none, for a mail decides exists, ptr and macros' : 'none that would be short';
  sheet.set('replacement', flat ?? why, ...places);
}

/** Included records that let everybody pass (RFC 7208 §5.2: the includer then passes everybody too, where it says pass). */
function transitive(tree: SpfTree, seen: Survey): string[] {
  const below = (node: SpfNode): string[] =>
    node.children.flatMap((child) => {
      const passing = child.via === 'redirect' || (child.term?.is === 'mechanism' && child.term.qualifier === '+');
      if (!passing) return [];
      const all = child.via === 'include' && everything(passesOf(child, seen.addresses).set).length > 0;
      return [...(all ? [child.place] : []), ...below(child)];
    });
  return [...new Set(below(tree.root))];
}

/** The addresses that the record's own terms let pass, includes and `all` left out. */
function ownSet(node: SpfNode, seen: Survey): AddressSet {
  const own = node.mechanisms.filter((term) => term.qualifier === '+' && !['include', 'all'].includes(term.name));
  return union(...own.map((term) => matchesOf(node, term, seen.addresses).set));
}

/** Terms that authorise addresses which are nobody's on the Internet; one that fails them does no harm. */
function privateTerms(node: SpfNode): string[] {
  const terms: string[] = [];
  for (const term of node.mechanisms) {
    if (term.address === undefined || term.qualifier === '-') continue;
    const inside = specialNetworkOf(term.address, term.name === 'ip4' ? term.prefix4 : term.prefix6);
    const place = placeOf(term, node.via === 'start' ? undefined : node.name);
    if (inside !== undefined) terms.push(`${place} (${inside.what})`);
  }
  return terms;
}

/** How many addresses each own term adds beyond those before it. */
function contributors(root: SpfNode, seen: Survey): { term: string; ipv4: number; ipv6Networks: number }[] {
  let before: AddressSet = { four: [], six: [] };
  return root.mechanisms.map((term) => {
    const { set } = matchesOf(root, term, seen.addresses);
    const added = term.qualifier === '+' ? difference(set, before) : { four: [], six: [] };
    before = union(before, set);
    return { term: term.text, ipv4: countOf(added.four), ipv6Networks: added.six.length };
  });
}

/** A record of addresses only that authorises the same; undefined where a mail would have to decide, or it would be too long. */
function flattened(tree: SpfTree, set: AddressSet, open: readonly string[]): string | undefined {
  if (open.length > 0 || everything(set).length > 0) return undefined;
  const four = set.four.flatMap((range) => networksOf(range, 4, MAX_FLAT + 1)).map((text) => `ip4:${text}`);
  const six = set.six.flatMap((range) => networksOf(range, 16, MAX_FLAT + 1)).map((text) => `ip6:${text}`);
  if (four.length + six.length > MAX_FLAT) return undefined;
  // the record that is redirected to speaks last
  const last = ownNodes(tree).at(-1)?.mechanisms.at(-1);
  return ['v=spf1', ...four, ...six, last?.name === 'all' ? last.text : '-all'].join(' ');
}
