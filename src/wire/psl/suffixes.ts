/** The algorithm of the Public Suffix List: the longest matching rule, wildcards and exceptions, `*` where none matches. */
import { PSL_DATE, PSL_ICANN, PSL_PRIVATE } from './list.ts';

export interface SuffixList {
  /** The day as of which the list holds. */
  readonly date: string;
  /** Names as A-labels, `*.` and `!` before them as in the list. */
  readonly rules: ReadonlySet<string>;
}

/** Both readings of one list. */
export interface SuffixLists {
  /**
   * The section of the registries alone: what somebody sells below blogspot.com or uk.com is a boundary for cookies, not for the
   * organizational domain of a mail sender (facts/email §6).
   */
  readonly icann: SuffixList;
  /** With the private section: where a cookie may not be set. */
  readonly whole: SuffixList;
}

export function listsOf(date: string, icann: readonly string[], privately: readonly string[]): SuffixLists {
  return {
    icann: { date, rules: new Set(icann) },
    whole: { date, rules: new Set([...icann, ...privately]) },
  };
}

function rulesOf(section: string): string[] {
  return section.split('\n').filter((rule) => rule !== '');
}

let own: SuffixLists | undefined;

/** The list that comes with the program. */
export function builtInLists(): SuffixLists {
  own ??= listsOf(PSL_DATE, rulesOf(PSL_ICANN), rulesOf(PSL_PRIVATE));
  return own;
}

/** The public suffix of a name (lower case, A-labels, no final dot); the name itself may be one. */
export function publicSuffix({ rules }: SuffixList, name: string): string {
  let candidate = name;
  for (;;) {
    const dot = candidate.indexOf('.');
    const parent = dot === -1 ? '' : candidate.slice(dot + 1);
    // an exception rule makes the name below it a suffix no more
    if (rules.has(`!${candidate}`)) return parent;
    if (parent === '' || rules.has(candidate) || rules.has(`*.${parent}`)) return candidate;
    candidate = parent;
  }
}

/** The name that somebody registered: one label below the suffix; undefined where the name is the suffix itself. */
export function registrableUnder(suffix: string, name: string): string | undefined {
  if (!name.endsWith(`.${suffix}`)) return undefined;
  const above = name.slice(0, name.length - suffix.length - 1);
  return name.slice(above.lastIndexOf('.') + 1);
}
