/** What hstspreload.org says of a header: a lenient parser with issue codes of its own, beside the browser's grammar. */
import { asciiLower } from './chars.ts';

export type Level = 'error' | 'warning';

export interface Issue {
  /** As hstspreload names it. */
  readonly code: string;
  readonly level: Level;
}

export interface PreloadHeader {
  readonly preload: boolean;
  readonly includeSubDomains: boolean;
  /** Seconds; undefined where the header has none that this parser takes. */
  readonly maxAge: number | undefined;
  readonly issues: readonly Issue[];
}

const YEAR = 31_536_000;
/** The programme for names that a registrar adds in bulk accepts 18 weeks. */
export const EIGHTEEN_WEEKS = 10_886_400;
const TEN_YEARS = 315_360_000;
/** Digits above this do not fit its 64-bit number. */
const MAX_UINT64 = 18_446_744_073_709_551_615n;

/** Directives are parted at every semicolon, quoted or not: leniency and strictness are those of the submission form. */
export function parsePreloadHeader(value: string): PreloadHeader {
  const issues = new Map<string, Issue>();
  const add = (code: string, level: Level = 'warning'): void => void issues.set(code, { code, level });
  const directives = value.split(';').map((directive) => directive.trim());
  if (directives.length === 1 && directives[0] === '') {
    return {
      preload: false,
      includeSubDomains: false,
      maxAge: undefined,
      issues: [{ code: 'header.parse.empty', level: 'warning' }],
    };
  }
  let preload = false;
  let includeSubDomains = false;
  let maxAge: number | undefined;
  for (const directive of directives.map(asciiLower)) {
    if (directive === 'preload') {
      if (preload) add('header.parse.repeated.preload');
      preload = true;
    } else if (directive.startsWith('preload')) add('header.parse.invalid.preload');
    else if (directive === 'includesubdomains') {
      if (includeSubDomains) add('header.parse.repeated.include_sub_domains');
      includeSubDomains = true;
    } else if (directive.startsWith('includesubdomains')) add('header.parse.invalid.include_sub_domains');
    else if (directive.startsWith('max-age=')) {
      const seconds = secondsOf(directive.slice(8), add);
      if (seconds === undefined) continue;
      if (maxAge === undefined) maxAge = seconds;
      else add('header.parse.repeated.max_age');
    } else if (directive.startsWith('max-age')) add('header.parse.invalid.max_age.no_value', 'error');
    else add(directive === '' ? 'header.parse.empty_directive' : 'header.parse.unknown_directive');
  }
  return { preload, includeSubDomains, maxAge, issues: [...issues.values()] };
}

function secondsOf(digits: string, add: (code: string, level?: Level) => void): number | undefined {
  if (digits === '') {
    add('header.parse.invalid.max_age.no_value', 'error');
    return undefined;
  }
  if (!/^[0-9]+$/.test(digits)) {
    add('header.parse.max_age.non_digit_characters', 'error');
    return undefined;
  }
  if (digits.length > 1 && digits.startsWith('0')) add('header.parse.max_age.leading_zero');
  if (digits.length > 5000 || BigInt(digits) > MAX_UINT64) {
    add('header.parse.max_age.parse_int_error', 'error');
    return undefined;
  }
  return Number(digits);
}

/** What keeps the header off the list. `bulk`: by the terms of the 18-week programme. */
export function preloadableIssues(header: PreloadHeader, bulk = false): Issue[] {
  const issues: Issue[] = [];
  const error = (code: string): void => void issues.push({ code, level: 'error' });
  if (!header.includeSubDomains) error('header.preloadable.include_sub_domains.missing');
  if (!header.preload) error('header.preloadable.preload.missing');
  if (header.maxAge === undefined) error('header.preloadable.max_age.missing');
  else if (header.maxAge === 0) error('header.preloadable.max_age.zero');
  else if (bulk && header.maxAge < EIGHTEEN_WEEKS) error('header.preloadable.max_age.below_18_weeks');
  else if (!bulk && header.maxAge < YEAR) error('header.preloadable.max_age.below_1_year');
  else if (header.maxAge > TEN_YEARS)
    issues.push({ code: 'header.preloadable.max_age.over_10_years', level: 'warning' });
  return issues;
}

/** What keeps the name from being taken off the list again. */
export function removableIssues(header: PreloadHeader): Issue[] {
  const issues: Issue[] = [];
  if (header.preload) issues.push({ code: 'header.removable.contains.preload', level: 'error' });
  if (header.maxAge === undefined) issues.push({ code: 'header.removable.missing.max_age', level: 'error' });
  return issues;
}
