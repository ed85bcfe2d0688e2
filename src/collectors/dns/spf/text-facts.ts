/** The facts that the text of an SPF record alone decides. */
import type { ResourceRecord } from '../../../wire/dns/types.ts';
import type { Sheet } from '../sheet.ts';
import { usesLetter } from './explain.ts';
import { providerProblems } from './providers.ts';
import { isSpf, meantAs, parseSpf, type Mechanism, type Problem, type ProblemKind, type SpfRecord } from './record.ts';
import { placeOf, redirectOf, runnable } from './tree.ts';

/** Texts that were meant as SPF records and are read as none: what stands round or behind the version is wrong. */
export function meantTexts(texts: readonly string[]): string[] {
  return texts.filter((text) => !isSpf(text) && /^[^a-z0-9]{0,9}v\s{0,3}=\s{0,3}spf1?(?![a-z0-9.])/i.test(text));
}

/** Octets that no SPF record may hold, in the texts that they keep from being one. */
export function foreignOctets(texts: readonly string[]): string[] {
  return texts.flatMap((text) => {
    const bad = /[^\x20-\x7e]/.exec(text);
    return bad === null
      ? []
      : [
          `"${text.slice(0, 60)}" at column ${String(bad.index + 1)}: octet 0x${bad[0].charCodeAt(0).toString(16).padStart(2, '0')} is not visible ASCII`,
        ];
  });
}

export function shown(problem: Problem): string {
  return `"${problem.text}" at column ${String(problem.column)}: ${problem.why}`;
}

/** The size of the records in an answer: name pointer and fixed fields, then the strings. */
export function octetsOf(records: readonly ResourceRecord[]): number {
  let octets = 0;
  for (const { rdata } of records) {
    octets += 12;
    if (rdata.is === 'TXT') for (const string of rdata.strings) octets += string.length + 1;
  }
  return octets;
}

export interface Joined {
  /** Both words and what they became. */
  readonly said: string;
  readonly term: string;
  /** What they became could be meant: `include:spf.example.c` and `a` are also one name that was cut. */
  readonly open: boolean;
}

/** Words that a border between two character strings joins: RFC 7208 §3.3, the strings are joined without a space. */
export function joinedTerms(records: readonly ResourceRecord[]): Joined[] {
  const found: Joined[] = [];
  for (const { rdata } of records) {
    if (rdata.is !== 'TXT' || rdata.strings.length < 2) continue;
    const strings = rdata.strings.map((octets) => Buffer.from(octets).toString('latin1'));
    // a border behind the version makes it no record at all
    if (!/^v=spf1(?: |$)/i.test(strings.join('')) && !/^v=spf1$/i.test(strings[0] ?? '')) continue;
    for (const [index, string] of strings.entries()) {
      const next = strings[index + 1];
      const last = /[^ ]+$/.exec(string)?.[0];
      const first = next === undefined ? undefined : /^[^ ]+/.exec(next)?.[0];
      if (last === undefined || first === undefined || !isTerm(first)) continue;
      const isVersion = /^v=spf1$/i.test(last);
      // two words that are each a term, joined into one
      if (!isVersion && !isTerm(last)) continue;
      const term = `${last}${first}`;
      const open = !isVersion && BARE.test(first) && isTerm(term);
      found.push({ said: `"${last}" and "${first}" are joined to "${term}"`, term, open });
    }
  }
  return found;
}

const TERM_START = /^(?:[-+?~]?(?:all$|(?:include|ip4|ip6|exists):|(?:a|mx|ptr)(?:$|[:/])|(?:redirect|exp)=))/i;
/** Words that can be the end of a name. */
const BARE = /^[a-z]+$/i;

/** A whole term: half an address or a name that ends in a dot was cut, not joined. */
function isTerm(word: string): boolean {
  return TERM_START.test(word) && parseSpf(`v=spf1 ${word}`).problems.length === 0;
}

/** What the text of the record alone decides. */
export function recordFacts(sheet: Sheet, record: SpfRecord): void {
  const kinds = (...wanted: readonly ProblemKind[]) =>
    record.problems.filter((problem) => wanted.includes(problem.kind)).map(shown);
  const mechanisms = record.terms.filter((term) => term.is === 'mechanism');
  const modifiers = record.terms.filter((term) => term.is === 'modifier');
  sheet.set('record', record.text);
  sheet.set(
    'terms',
    record.terms.map((term) => term.text),
  );
  sheet.set('syntaxErrors', kinds('syntax', 'macro', 'cidr', 'ip', 'misspelled', 'nonascii'));
  sheet.set('macroErrors', kinds('macro'));
  sheet.set('cidrErrors', kinds('cidr'));
  sheet.set('ipTargets', kinds('ip'));
  sheet.set('nonAscii', kinds('nonascii'));
  sheet.set('duplicateModifiers', kinds('dup'));
  sheet.set('misspelled', [
    ...kinds('misspelled'),
    ...modifiers.flatMap((modifier) => {
      const meant = meantAs(modifier);
      return meant === undefined
        ? []
        : [`"${modifier.text}" at column ${String(modifier.column)} is ignored; ${meant} is meant`];
    }),
  ]);
  sheet.set('exact', /^v=spf1 +-all *$/i.test(record.text));
  const reached = runnable(record);
  sheet.set(
    'afterAll',
    mechanisms.filter((term) => !reached.includes(term)).map((term) => placeOf(term)),
  );
  const redirect = modifiers.find((modifier) => modifier.name === 'redirect');
  const dead = redirect !== undefined && redirectOf(record) === undefined;
  sheet.set('deadRedirect', dead ? [placeOf(redirect)] : []);
  sheet.set(
    'hostBits',
    mechanisms.filter(hasHostBits).map((term) => placeOf(term)),
  );
  sheet.set(
    'identityMacros',
    record.terms.filter((term) => usesLetter(term, 'ls')).map((term) => placeOf(term)),
  );
  sheet.set('upperCase', [...record.text.matchAll(/[^ ]+/g)].map((match) => match[0]).filter(isUpperTerm));
  sheet.set('octets', record.text.length);
  sheet.set('providers', providerProblems(mechanisms));
}

/** Upper case in what has a fixed spelling: version, mechanism and modifier names. */
function isUpperTerm(term: string, index: number): boolean {
  return /[A-Z]/.test(index === 0 ? term : (/^[^:=/%]*/.exec(term)?.[0] ?? ''));
}

function hasHostBits(term: Mechanism): boolean {
  const { address } = term;
  if (address === undefined) return false;
  const prefix = address.length === 4 ? term.prefix4 : term.prefix6;
  return address.some((octet, index) => (octet & (0xff >>> Math.min(8, Math.max(0, prefix - index * 8)))) !== 0);
}
