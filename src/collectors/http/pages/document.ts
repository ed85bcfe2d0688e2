/** What rules ask of the documents that a security page links: policies, agreements, lists, reports. */
import { dateAlone, periodEnd, updatedOn } from './dates.ts';
import type { PageText } from './text.ts';

/** GDPR 28(3): the words that a contract with a processor cannot do without. */
const CONTRACT: readonly (readonly [term: string, pattern: RegExp])[] = [
  ['instructions', /\binstructions?\b/i],
  ['confidentiality', /\bconfidential/i],
  ['sub-processors', /\bsub-?processors?\b|\bother processors?\b/i],
  ['deletion', /\bdelet(?:e|ed|es|ion)\b|\berase|\bdestroy|\breturn of\b/i],
];
const EMAIL = /[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}/;
/** GDPR 13(1)(a): who is responsible, and how to reach them. */
const CONTROLLER =
  /\b(?:data )?controller\b|\bdata protection officer\b|\bcontact us\b|\bcontact(?:ing)? (?:our|the)\b/i;
const HOURS: { readonly [unit: string]: number } = { hour: 1, day: 24 };
const WORDS: { readonly [word: string]: number } = {
  one: 1,
  two: 2,
  three: 3,
  five: 5,
  seven: 7,
  ten: 10,
  'twenty-four': 24,
  'forty-eight': 48,
  'seventy-two': 72,
  thirty: 30,
};

export interface DocumentFacts {
  /** The words that are looked for are English ones. */
  readonly english: boolean;
  readonly contact: boolean;
  readonly dated: string | undefined;
  readonly missingTerms: readonly string[];
  readonly breachHours: number | undefined;
  readonly rows: number;
  readonly periodEnd: string | undefined;
}

export function readDocument({ lines }: Pick<PageText, 'lines'>): DocumentFacts {
  const whole = lines.map(({ text }) => text).join('\n');
  return {
    contact: EMAIL.test(whole) || CONTROLLER.test(whole),
    dated: first(lines, updatedOn) ?? first(lines.slice(0, 15), dateAlone),
    english: isEnglish(whole),
    missingTerms: CONTRACT.filter(([, pattern]) => !pattern.test(whole)).map(([term]) => term),
    breachHours: breachHours(lines),
    rows: rowsOf(lines),
    periodEnd: first(lines, periodEnd),
  };
}

/** Every text of some length has one word in ten of these. */
function isEnglish(text: string): boolean {
  const words = text.toLowerCase().match(/[\p{L}]+/gu) ?? [];
  const common = words.filter((word) => COMMON.has(word)).length;
  return words.length > 0 && common / words.length > 0.06;
}

const COMMON = new Set([
  'the',
  'and',
  'of',
  'to',
  'in',
  'we',
  'our',
  'you',
  'your',
  'or',
  'is',
  'that',
  'for',
  'with',
  'what',
  'any',
]);

function first(lines: PageText['lines'], read: (text: string) => string | undefined): string | undefined {
  for (const { text } of lines) {
    const found = read(text.slice(0, 500));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The longest time that a text gives for telling of a breach, in hours. */
export function breachHours(lines: PageText['lines']): number | undefined {
  const found = lines.flatMap(({ text }) => {
    if (
      !/\b(?:breach|incident|vulnerab|compromis|affected)/i.test(text) ||
      !/\bnotif|\binform|\btell|\balert/i.test(text)
    )
      return [];
    const match =
      /\bwithin\s+([0-9]{1,3}|[a-z-]{3,12})\s*(?:\([0-9]{1,3}\)\s*)?(?:business |working |calendar )?(hour|day)s?\b/i.exec(
        text,
      );
    const amount = match?.[1] === undefined ? undefined : (WORDS[match[1].toLowerCase()] ?? Number(match[1]));
    return amount === undefined || Number.isNaN(amount) ? [] : [amount * (HOURS[match?.[2]?.toLowerCase() ?? ''] ?? 1)];
  });
  return found.length === 0 ? undefined : Math.max(...found);
}

const PURPOSES =
  /\b(?:hosting|cloud|infrastructure|storage|e-?mail|payment|support|analytics|monitoring|logging|messaging|data ?base|delivery|crm|customer|communications?|processing|security|search|machine learning|authentication)\b/i;
const PLACES =
  /\b(?:united states|usa|u\.s\.a?|us|germany|ireland|france|netherlands|united kingdom|uk|canada|india|australia|japan|singapore|sweden|belgium|spain|poland|switzerland|israel|brazil|eu|eea|europe(?:an union)?|worldwide|global)\b/i;

/** Lines that name somebody and what for or where: at most a row of a table each, or the cells of one one after the other. */
function rowsOf(lines: PageText['lines']): number {
  let rows = 0;
  for (const [index, { text }] of lines.entries()) {
    const rest =
      text.includes('|') || text.length > 40
        ? text
        : `${text} ${lines[index + 1]?.text ?? ''} ${lines[index + 2]?.text ?? ''}`;
    const named = /^\W{0,3}[A-Z][\w.&'-]{1,40}/.test(text);
    if (named && text.length < 400 && (PURPOSES.test(rest) || PLACES.test(rest))) rows += 1;
  }
  return rows;
}
