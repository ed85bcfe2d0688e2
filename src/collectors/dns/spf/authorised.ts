/** The facts about the addresses that an SPF record authorises, and who contributes them. */
import { unknown } from '../../../model/facts.ts';
import type { FaultCode } from '../../../model/fault.ts';
import { specialNetworkOf } from '../special.ts';
import type { Sheet } from '../sheet.ts';
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
import type { SpfNode, SpfTree } from './tree.ts';

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
  const places = tree.nodes.map((node) => node.at);
  sheet.set('privateTerms', privateTerms(root));
  if (code !== undefined) {
    for (const key of ['authorises', 'transitive', 'everything', 'huge', 'wide', 'ipv4Count']) {
      sheet.set(key, unknown(code), ...places);
    }
    return;
  }
  const passes = passesOf(root, seen.addresses);
  const own = ownSet(root, seen);
  sheet.set('authorises', isEmpty(passes.set) && passes.open.length === 0 ? 'nobody' : 'somebody', ...places);
  sheet.set('transitive', transitive(tree, seen), ...places);
  sheet.set('everything', everything(passes.set), ...places);
  sheet.set('huge', wider(passes.set, 1n << 24n, 1n << 112n), ...places);
  sheet.set('wide', wider(own, (1n << 16n) + 1n, 1n << 96n), ...places);
  sheet.set('ipv4Count', countOf(passes.set.four), ...places);
  sheet.set('open', passes.open, ...places);
  sheet.set('contributors', contributors(root, seen), ...places);
  sheet.set('flattened', flattened(root, passes.set, passes.open), ...places);
}

/** Included records that let everybody pass (RFC 7208 §5.2: the includer then passes everybody too). */
function transitive(tree: SpfTree, seen: Survey): string[] {
  const names = tree.nodes
    .filter((node) => node.via === 'include' && everything(passesOf(node, seen.addresses).set).length > 0)
    .map((node) => node.name);
  return [...new Set(names)];
}

/** The addresses that the domain's own terms let pass, includes and `all` left out. */
function ownSet(root: SpfNode, seen: Survey): AddressSet {
  const own = root.mechanisms.filter((term) => term.qualifier === '+' && !['include', 'all'].includes(term.name));
  return union(...own.map((term) => matchesOf(root, term, seen.addresses).set));
}

function privateTerms(root: SpfNode): string[] {
  const terms: string[] = [];
  for (const term of root.mechanisms) {
    if (term.address === undefined) continue;
    const inside = specialNetworkOf(term.address, term.name === 'ip4' ? term.prefix4 : term.prefix6);
    if (inside !== undefined) terms.push(`${term.text} (${inside.what})`);
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
function flattened(root: SpfNode, set: AddressSet, open: readonly string[]): string | undefined {
  if (open.length > 0 || everything(set).length > 0) return undefined;
  const four = set.four.flatMap((range) => networksOf(range, 4, MAX_FLAT + 1)).map((text) => `ip4:${text}`);
  const six = set.six.flatMap((range) => networksOf(range, 16, MAX_FLAT + 1)).map((text) => `ip6:${text}`);
  if (four.length + six.length > MAX_FLAT) return undefined;
  const all = root.mechanisms.at(-1)?.name === 'all' ? (root.mechanisms.at(-1)?.text ?? '-all') : '-all';
  return ['v=spf1', ...four, ...six, all].join(' ');
}
