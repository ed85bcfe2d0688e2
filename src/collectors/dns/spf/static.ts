/** What an SPF record costs and authorises, computed without any mail: addresses of terms, void look-ups, the exact pass ranges. */
import type { FaultCode } from '../../../model/fault.ts';
import { parseAddress } from '../../../wire/dns/address.ts';
import type { Answer, Answers } from '../answers.ts';
import { codeOf, exchangesOf, goneName, hostOf } from '../records.ts';
import { fitName } from './macro.ts';
import { difference, EMPTY, EVERYTHING, intersection, network, union, type AddressSet } from './ranges.ts';
import type { Mechanism, Modifier, SpfRecord } from './record.ts';
import { lookupTerms, type SpfNode, type SpfTree } from './tree.ts';

/** Terms whose addresses are asked for; a record with more is far beyond the limit of 10 anyway. */
const MAX_ADDRESS_TERMS = 40;
/** RFC 7208 §4.6.4: more MX names than this are a permanent error. */
export const MAX_MX_NAMES = 10;

export interface TermAddresses {
  readonly node: SpfNode;
  readonly term: Mechanism;
  /** The name that the term asks. */
  readonly name: string;
  readonly addresses: readonly string[];
  /** Nothing there for IPv4 clients, for IPv6 clients. */
  readonly void4: boolean;
  readonly void6: boolean;
  /** Names behind the term that do not exist at all. */
  readonly gone: readonly string[];
  /** MX names behind an mx term. */
  readonly exchanges: number;
  readonly code: FaultCode | undefined;
}

export interface Survey {
  readonly tree: SpfTree;
  /** Every costing term of the tree in the order of evaluation. */
  readonly lookups: readonly { readonly node: SpfNode; readonly term: Mechanism | Modifier }[];
  /** a, mx and exists terms with a fixed name, with what they found. */
  readonly addresses: readonly TermAddresses[];
}

/** The name a mechanism asks; undefined where macros decide it at run time. */
export function nameAsked(node: SpfNode, term: Mechanism): string | undefined {
  return term.spec === undefined ? node.name : term.spec.fixed === undefined ? undefined : fitName(term.spec.fixed);
}

/** Looks at all that the tree needs; what was not asked yet is noted by `answers`. */
export function survey(answers: Answers, tree: SpfTree): Survey {
  const lookups = lookupTerms(tree.root);
  const addresses: TermAddresses[] = [];
  for (const { node, term } of lookups) {
    if (term.is !== 'mechanism' || !['a', 'mx', 'exists'].includes(term.name)) continue;
    const name = nameAsked(node, term);
    if (name === undefined) continue;
    if (addresses.length >= MAX_ADDRESS_TERMS) addresses.push(notAsked(node, term, name));
    else if (isUnaskable(answers.ask(name, term.name === 'mx' ? 'MX' : 'A')))
      addresses.push(nothingAt(node, term, name));
    else if (term.name === 'mx') addresses.push(ofMx(answers, node, term, name));
    else addresses.push(ofHost(answers, node, term, name));
  }
  return { tree, lookups, addresses };
}

function notAsked(node: SpfNode, term: Mechanism, name: string): TermAddresses {
  return { ...nothingAt(node, term, name), code: 'dns.limit' };
}

function nothingAt(node: SpfNode, term: Mechanism, name: string): TermAddresses {
  const none = { addresses: [], void4: false, void6: false, gone: [], exchanges: 0 };
  return { node, term, name, ...none, code: undefined };
}

/** RFC 7208 §4.3, §4.8: a name that DNS cannot carry is not asked; the term matches nothing. */
function isUnaskable(answer: Answer): boolean {
  return answer.is === 'unknown' && answer.code === 'dns.bad-name';
}

function isVoid(answer: Answer): boolean {
  return answer.is === 'nodata' || answer.is === 'nxdomain';
}

function named(name: string | undefined): string[] {
  return name === undefined ? [] : [name];
}

function ofHost(answers: Answers, node: SpfNode, term: Mechanism, name: string): TermAddresses {
  if (term.name === 'exists') {
    // RFC 7208 §5.7: exists asks A only, whatever the client's family
    const a = answers.ask(name, 'A');
    const nothing = isVoid(a);
    const gone = named(goneName(a, name));
    return {
      node,
      term,
      name,
      addresses: [],
      void4: nothing,
      void6: nothing,
      gone,
      exchanges: 0,
      code: codeOf(a),
    };
  }
  const host = hostOf(answers, name);
  return {
    node,
    term,
    name,
    addresses: host.addresses,
    void4: isVoid(host.a),
    void6: isVoid(host.aaaa),
    gone: named(host.gone),
    exchanges: 0,
    code: host.code,
  };
}

function ofMx(answers: Answers, node: SpfNode, term: Mechanism, name: string): TermAddresses {
  const mx = answers.ask(name, 'MX');
  const exchanges = exchangesOf(mx);
  const hosts = exchanges
    .filter(({ exchange }) => exchange !== '.')
    .slice(0, MAX_MX_NAMES)
    .map(({ exchange }) => hostOf(answers, exchange));
  return {
    node,
    term,
    name,
    addresses: hosts.flatMap((host) => host.addresses),
    void4: isVoid(mx),
    void6: isVoid(mx),
    gone: [...named(goneName(mx, name)), ...hosts.flatMap((host) => named(host.gone))],
    exchanges: exchanges.length,
    code: codeOf(mx) ?? hosts.find((host) => host.code !== undefined)?.code,
  };
}

export interface Passes {
  readonly set: AddressSet;
  /** Terms that let more pass than can be said without a mail: macros, exists, ptr. */
  readonly open: readonly string[];
  readonly code: FaultCode | undefined;
}

/** What a record lets pass: first match decides (RFC 7208 §4.6.2), so an earlier fail takes its addresses away. */
export function passesOf(node: SpfNode, found: readonly TermAddresses[]): Passes {
  if (node.passes !== undefined) return node.passes;
  const closed = isClosed(node) ? node.record : undefined;
  const passes = (closed && fixed.get(closed)) ?? computePasses(node, found);
  node.passes = passes;
  if (closed !== undefined) fixed.set(closed, passes);
  return passes;
}

/** Nothing but the record itself decides what it lets pass. */
function isClosed(node: SpfNode): boolean {
  const plain = node.mechanisms.every(({ name }) => name === 'ip4' || name === 'ip6' || name === 'all');
  return plain && node.children.length === 0 && node.code === undefined;
}

/** The same provider's record stands behind many domains: what a closed one lets pass is computed once. */
const fixed = new WeakMap<SpfRecord, Passes>();

function computePasses(node: SpfNode, found: readonly TermAddresses[]): Passes {
  let left = EVERYTHING;
  let set = EMPTY;
  const open: string[] = [];
  let code = node.code;
  for (const term of node.mechanisms) {
    const matched = matchesOf(node, term, found);
    code ??= matched.code;
    if (term.qualifier === '+') {
      set = union(set, intersection(matched.set, left));
      open.push(...matched.open);
    }
    left = difference(left, matched.set);
  }
  const redirected = node.children.find((child) => child.via === 'redirect');
  if (redirected !== undefined) {
    const passes = passesOf(redirected, found);
    code ??= passes.code;
    set = union(set, intersection(passes.set, left));
    open.push(...passes.open);
  }
  return { set, open, code };
}

/** What one mechanism matches. */
export function matchesOf(node: SpfNode, term: Mechanism, found: readonly TermAddresses[]): Passes {
  switch (term.name) {
    case 'all':
      return { set: EVERYTHING, open: [], code: undefined };
    case 'ip4':
    case 'ip6': {
      const prefix = term.name === 'ip4' ? term.prefix4 : term.prefix6;
      return { set: term.address === undefined ? EMPTY : network(term.address, prefix), open: [], code: undefined };
    }
    case 'include': {
      const child = node.children.find((one) => one.term === term);
      return child === undefined ? { set: EMPTY, open: [term.text], code: undefined } : passesOf(child, found);
    }
    case 'a':
    case 'mx': {
      const here = found.find((one) => one.node === node && one.term === term);
      if (here === undefined) return { set: EMPTY, open: [term.text], code: undefined };
      return { set: networksAt(here.addresses, term), open: [], code: here.code };
    }
    default:
      return { set: EMPTY, open: [term.text], code: undefined };
  }
}

function networksAt(addresses: readonly string[], term: Mechanism): AddressSet {
  const sets = addresses.flatMap((text) => {
    const octets = parseAddress(text);
    return octets === undefined ? [] : [network(octets, octets.length === 4 ? term.prefix4 : term.prefix6)];
  });
  return union(...sets);
}
