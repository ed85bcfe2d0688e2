/** The algorithm of the Public Suffix List: the longest matching rule, wildcards and exceptions, `*` where none matches. */
import { PSL_DATE, PSL_ICANN, PSL_PRIVATE } from './list.ts';

export interface SuffixList {
  readonly date: string;
  readonly rules: ReadonlySet<string>;
}

function rulesOf(...sections: readonly string[]): ReadonlySet<string> {
  return new Set(sections.flatMap((section) => section.split('\n')).filter((rule) => rule !== ''));
}

let icann: SuffixList | undefined;

/**
 * The section of the registries alone: what somebody sells below blogspot.com or uk.com is a boundary for cookies, not for the
 * organizational domain of a mail sender (facts/email §6).
 */
export function icannList(): SuffixList {
  icann ??= { date: PSL_DATE, rules: rulesOf(PSL_ICANN) };
  return icann;
}

export function wholeList(): SuffixList {
  return { date: PSL_DATE, rules: rulesOf(PSL_ICANN, PSL_PRIVATE) };
}

/** The public suffix of a name (lower case, A-labels, no final dot); the name itself may be one. */
export function publicSuffix(list: SuffixList, name: string): string {
  const labels = name.split('.');
  for (let drop = 0; drop < labels.length; drop += 1) {
    const candidate = labels.slice(drop).join('.');
    const parent = labels.slice(drop + 1).join('.');
    // an exception rule makes the name below it a suffix no more
    if (list.rules.has(`!${candidate}`)) return parent;
    if (list.rules.has(candidate) || (parent !== '' && list.rules.has(`*.${parent}`))) return candidate;
  }
  return labels.at(-1) ?? name;
}
