/** SPF records by the grammar of RFC 7208 §12: typed terms, and every violation with its term and column. */
import { parseIpv4, parseIpv6 } from '../../../wire/dns/address.ts';
import { escapeLabel } from '../../../wire/dns/name.ts';
import { type MacroPart, parseMacros } from './macro.ts';

export type Qualifier = '+' | '-' | '~' | '?';
export type MechanismName = 'all' | 'include' | 'a' | 'mx' | 'ptr' | 'ip4' | 'ip6' | 'exists';

interface TermBase {
  /** As it stands in the record. */
  readonly text: string;
  /** 1 for the first character of the record. */
  readonly column: number;
}

export interface Mechanism extends TermBase {
  readonly is: 'mechanism';
  readonly name: MechanismName;
  readonly qualifier: Qualifier;
  /** The domain-spec behind the colon; undefined: the current domain. */
  readonly spec: DomainSpec | undefined;
  /** For ip4 and ip6. */
  readonly address: Uint8Array | undefined;
  readonly prefix4: number;
  readonly prefix6: number;
}

export interface Modifier extends TermBase {
  readonly is: 'modifier';
  /** Lower case. */
  readonly name: string;
  readonly value: string;
  readonly spec: DomainSpec | undefined;
}

export interface DomainSpec {
  readonly text: string;
  readonly parts: readonly MacroPart[];
  /** The name itself where no macro is in it. */
  readonly fixed: string | undefined;
}

/** Why a term breaks the grammar; the ids are those of the checks that single it out. */
export type ProblemKind = 'syntax' | 'macro' | 'cidr' | 'ip' | 'misspelled' | 'dup' | 'nonascii';

export interface Problem extends TermBase {
  readonly kind: ProblemKind;
  readonly why: string;
}

export interface SpfRecord {
  readonly text: string;
  readonly terms: readonly (Mechanism | Modifier)[];
  /** Any of these makes the whole record a permanent error (§4.6). */
  readonly problems: readonly Problem[];
}

const MECHANISMS: readonly string[] = ['all', 'include', 'a', 'mx', 'ptr', 'ip4', 'ip6', 'exists'];

/** RFC 7208 §4.5: the version, in any case, followed by a space or the end. */
export function isSpf(text: string): boolean {
  return /^v=spf1(?: |$)/i.test(text);
}

export function parseSpf(text: string): SpfRecord {
  const terms: (Mechanism | Modifier)[] = [];
  const problems: Problem[] = [];
  // §12: terms are divided by spaces only; a tab or a line feed is part of a term, and wrong there
  for (const match of text.matchAll(/[^ ]+/g)) {
    if (match.index === 0) continue;
    const base: TermBase = { text: match[0], column: match.index + 1 };
    const read = parseTerm(base);
    if ('kind' in read) problems.push(read);
    else terms.push(read);
  }
  for (const name of ['redirect', 'exp']) {
    const second = terms.filter((term) => term.is === 'modifier' && term.name === name)[1];
    // §6: these two MUST NOT appear more than once
    if (second !== undefined) problems.push(problem(second, 'dup', `${name}= stands in the record twice`));
  }
  return { text, terms, problems };
}

function problem(base: TermBase, kind: ProblemKind, why: string): Problem {
  return { text: base.text, column: base.column, kind, why };
}

function parseTerm(base: TermBase): Mechanism | Modifier | Problem {
  const bad = /[^\x21-\x7e]/.exec(base.text)?.[0];
  if (bad !== undefined) {
    return problem(base, 'nonascii', `octet 0x${bad.charCodeAt(0).toString(16).padStart(2, '0')} is not visible ASCII`);
  }
  const modifier = /^([A-Za-z][A-Za-z0-9_.-]*)=(.*)$/s.exec(base.text);
  if (modifier !== null) return parseModifier(base, (modifier[1] ?? '').toLowerCase(), modifier[2] ?? '');
  const match = /^([-+?~]?)([A-Za-z0-9_.-]*)(.*)$/s.exec(base.text);
  const name = (match?.[2] ?? '').toLowerCase();
  const rest = match?.[3] ?? '';
  if (!MECHANISMS.includes(name)) {
    const right = suggestion(base.text.toLowerCase());
    return right === undefined
      ? problem(base, 'syntax', 'is no mechanism')
      : problem(base, 'misspelled', `is no mechanism; ${right} is meant`);
  }
  const qualifier = match?.[1] === '' ? '+' : (match?.[1] as Qualifier);
  return parseMechanism(base, name as MechanismName, qualifier, rest);
}

/** What a writer meant by a term that is no mechanism. */
function suggestion(text: string): string | undefined {
  const [word = '', sign = '', rest = ''] = text.replace(/^[-+?~]/, '').split(/([:=])(.*)/s);
  if (/^all[-+?~]$/.test(word)) return `"${word.slice(-1)}all"`;
  if (sign === '') return undefined;
  if (word === 'redirect' || word === 'exp') return `"${word}="`;
  return meantBy(word, rest);
}

/** Unknown modifiers that look like a mechanism written with `=`: legal, and without any effect (§6). */
export function meantAs(modifier: Modifier): string | undefined {
  const { name, value } = modifier;
  if (name === 'redirect' || name === 'exp') return undefined;
  return name !== 'all' && MECHANISMS.includes(name) ? `"${name}:"` : meantBy(name, value);
}

/** The mechanism or modifier that a word before a colon or an equals sign comes close to. */
function meantBy(word: string, rest: string): string | undefined {
  if (word === 'ip') return rest.includes(':') ? '"ip6:"' : '"ip4:"';
  const network = /^ip-?v?-?([46])$/.exec(word);
  if (network !== null) return `"ip${network[1] ?? ''}:"`;
  for (const [right, written] of [
    ['include', 'include:'],
    ['exists', 'exists:'],
    ['redirect', 'redirect='],
  ] as const) {
    if (isNear(word, right)) return `"${written}"`;
  }
  return undefined;
}

/** Letters in another order, or one letter more or less. */
function isNear(word: string, right: string): boolean {
  if (Math.abs(word.length - right.length) > 1) return false;
  if (word.length === right.length) return word.split('').sort().join('') === right.split('').sort().join('');
  const [short, long] = word.length < right.length ? [word, right] : [right, word];
  let same = 0;
  while (same < short.length && short[same] === long[same]) same += 1;
  return short.slice(same) === long.slice(same + 1);
}

function parseModifier(base: TermBase, name: string, value: string): Modifier | Problem {
  if (name === 'redirect' || name === 'exp') {
    const spec = parseSpec(base, value);
    return 'kind' in spec ? spec : { ...base, is: 'modifier', name, value, spec };
  }
  const { problems } = parseMacros(value);
  return problems[0] === undefined
    ? { ...base, is: 'modifier', name, value, spec: undefined }
    : problem(base, 'macro', problems[0]);
}

function parseMechanism(base: TermBase, name: MechanismName, qualifier: Qualifier, rest: string): Mechanism | Problem {
  const plain = { ...base, is: 'mechanism' as const, name, qualifier, spec: undefined, address: undefined };
  const whole = { prefix4: 32, prefix6: 128 };
  switch (name) {
    case 'all':
      if (rest === '') return { ...plain, ...whole };
      return /^[+?~]$/.test(rest)
        ? problem(base, 'misspelled', `is no mechanism; "${rest}all" is meant`)
        : problem(base, 'syntax', 'all takes nothing behind it');
    case 'ip4':
    case 'ip6':
      return parseNetwork(base, name, qualifier, rest);
    case 'include':
    case 'exists': {
      if (!rest.startsWith(':')) return problem(base, 'syntax', `${name} needs a colon and a name`);
      const spec = parseSpec(base, rest.slice(1));
      return 'kind' in spec ? spec : { ...plain, ...whole, spec };
    }
    case 'ptr': {
      if (rest === '') return { ...plain, ...whole };
      if (!rest.startsWith(':')) return problem(base, 'syntax', 'ptr takes a colon and a name, no prefix length');
      const spec = parseSpec(base, rest.slice(1));
      return 'kind' in spec ? spec : { ...plain, ...whole, spec };
    }
    default: {
      // §12 dual-cidr-length: `/24`, `//64` or `/24//64` at the end
      const cidr = /(?:\/([0-9]*))?(?:\/\/([0-9]*))?$/.exec(rest);
      const head = rest.slice(0, rest.length - (cidr?.[0].length ?? 0));
      const literal = addressProblem(base, head.slice(1));
      if (literal !== undefined) return literal;
      const prefixes = parsePrefixes(base, cidr?.[1], cidr?.[2]);
      if ('kind' in prefixes) return prefixes;
      if (head === '') return { ...plain, ...prefixes };
      if (!head.startsWith(':'))
        return problem(base, 'syntax', `${name} is followed by neither a colon nor a prefix length`);
      const spec = parseSpec(base, head.slice(1));
      return 'kind' in spec ? spec : { ...plain, ...prefixes, spec };
    }
  }
}

function parsePrefix(base: TermBase, digits: string | undefined, most: number): number | Problem {
  if (digits === undefined) return most;
  // §12: no leading zero, at most 32 or 128
  if (!/^(?:0|[1-9][0-9]{0,2})$/.test(digits)) {
    return problem(base, 'cidr', `prefix length ${JSON.stringify(`/${digits}`)} is no number without leading zeros`);
  }
  return Number(digits) <= most
    ? Number(digits)
    : problem(base, 'cidr', `prefix length /${digits} is above ${String(most)}`);
}

function parsePrefixes(
  base: TermBase,
  four: string | undefined,
  six: string | undefined,
): { prefix4: number; prefix6: number } | Problem {
  const prefix4 = parsePrefix(base, four, 32);
  if (typeof prefix4 !== 'number') return prefix4;
  const prefix6 = parsePrefix(base, six, 128);
  return typeof prefix6 === 'number' ? { prefix4, prefix6 } : prefix6;
}

function parseNetwork(base: TermBase, name: 'ip4' | 'ip6', qualifier: Qualifier, rest: string): Mechanism | Problem {
  const slash = rest.indexOf('/');
  const digits = slash < 0 ? undefined : rest.slice(slash + 1);
  const text = rest.slice(1, slash < 0 ? undefined : slash);
  const address = name === 'ip4' ? parseIpv4(text) : parseIpv6(text);
  if (!rest.startsWith(':') || address === undefined) {
    return problem(base, 'syntax', `${name} needs a colon and an IPv${name.slice(2)} address`);
  }
  const prefix = parsePrefix(base, digits, name === 'ip4' ? 32 : 128);
  if (typeof prefix !== 'number') return prefix;
  const prefixes = name === 'ip4' ? { prefix4: prefix, prefix6: 128 } : { prefix4: 32, prefix6: prefix };
  return { ...base, is: 'mechanism', name, qualifier, spec: undefined, address, ...prefixes };
}

/** domain-spec: macro-string ending in a top label or a macro (§7.1). */
function parseSpec(base: TermBase, text: string): DomainSpec | Problem {
  const { parts, problems } = parseMacros(text);
  if (problems[0] !== undefined) return problem(base, 'macro', problems[0]);
  const last = parts.at(-1);
  if (last === undefined) return problem(base, 'syntax', 'the name is missing');
  const spec = { text, parts, fixed: parts.some((part) => part.is === 'macro') ? undefined : literalName(parts) };
  if (last.is === 'macro') return spec;
  // a text that ends in %%, %_ or %- ends in a macro-expand, which domain-end allows
  if (/%[%_-]$/.test(text)) return spec;
  const labels = last.text.replace(/\.$/, '').split('.');
  const top = labels.at(-1) ?? '';
  const literal = parts.length === 1 ? addressProblem(base, last.text) : undefined;
  if (literal !== undefined) return literal;
  if (labels.length < 2 || !isTopLabel(top)) {
    return problem(base, 'syntax', 'the name does not end in a dot and a top label');
  }
  return spec;
}

/** §5.3: a name stands behind the colon; an address, in brackets or with the word of its own mechanism, is none. */
function addressProblem(base: TermBase, text: string): Problem | undefined {
  const [, address = '', prefix = ''] = /^([^/]*)(\/[0-9]{1,3})?$/.exec(text.replace(/^ip[46]:/i, '')) ?? [];
  const bare = /^\[(?:IPv6:)?(.*)\]$/i.exec(address)?.[1] ?? address;
  if (parseIpv4(bare) === undefined && parseIpv6(bare) === undefined) return undefined;
  const right = `${bare.includes(':') ? 'ip6:' : 'ip4:'}${bare}${prefix}`;
  return problem(base, 'ip', `is followed by an IP address; write it as ${right}`);
}

/** In the form in which names are asked: a macro-string may hold what stands for something else there (`@`, `;`, a backslash). */
function literalName(parts: readonly MacroPart[]): string {
  const text = parts.map((part) => (part.is === 'literal' ? part.text : '')).join('');
  return /[^A-Za-z0-9._-]/.test(text) ? text.split('.').map(escapeLabel).join('.') : text;
}

/** toplabel (§7.1): letters, digits and inner hyphens, not all digits. */
function isTopLabel(label: string): boolean {
  return (
    /^[A-Za-z0-9]/.test(label) && /[A-Za-z0-9]$/.test(label) && /^[A-Za-z0-9-]+$/.test(label) && /[A-Za-z-]/.test(label)
  );
}
