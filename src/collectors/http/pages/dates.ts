/** Dates as pages write them: "Last updated: March 3, 2024". */

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\\.?';
const DAY = '[0-9]{1,2}(?:st|nd|rd|th)?';
const DATE = [
  '(?:[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}',
  `${MONTH} ${DAY},? [0-9]{4}`,
  `(?:the )?${DAY}(?: of)? ${MONTH},? [0-9]{4}`,
  `${MONTH},? [0-9]{4}`,
  '[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4})',
].join('|');
const UPDATED = new RegExp(
  `\\b(?:last (?:updated|modified|revised|reviewed)|updated|revised|effective(?: date| as of)?|version(?: date)?|as of|date)(?: on| as of)?\\s{0,3}[:–—-]?\\s{0,3}(${DATE})`,
  'i',
);
const PERIOD_END = new RegExp(
  `\\b(?:${DATE}|[a-z]{3,9} [0-9]{1,2})\\s{0,3}(?:to|through|until|–|—|-)\\s{0,3}(${DATE})|\\b(?:period ending|period ended|as of|valid until|expires?(?: on)?|expiry(?: date)?)\\s{0,3}:?\\s{0,3}(${DATE})`,
  'i',
);

/** The day that a text names as its own, as an instant. */
export function updatedOn(text: string): string | undefined {
  return instantOf(UPDATED.exec(text)?.[1]);
}

/** The last day that a report or certificate speaks for. */
export function periodEnd(text: string): string | undefined {
  const match = PERIOD_END.exec(text);
  return instantOf(match?.[1] ?? match?.[2]);
}

/** A line that is a date and nothing more. */
const ALONE = new RegExp(`^\\W{0,3}(${DATE})\\W{0,3}$`, 'i');

export function dateAlone(text: string): string | undefined {
  return instantOf(ALONE.exec(text)?.[1]);
}

/** Midnight UTC of the day; the last day of the month where only that is named. */
export function instantOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const iso = /^([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})$/.exec(text);
  if (iso !== null) return instant(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const short = /^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})$/.exec(text);
  if (short !== null) {
    const [first, second, year] = [Number(short[1]), Number(short[2]), Number(short[3])];
    // day or month first is a matter of country: the one that is possible, else the earlier
    const found = [instant(year, first, second), instant(year, second, first)]
      .filter((day) => day !== undefined)
      .sort();
    return found[0];
  }
  const words = text.toLowerCase().replace(/([0-9])(?:st|nd|rd|th)\b/, '$1');
  const month = MONTHS.findIndex((name) => new RegExp(`\\b${name}`).test(words)) + 1;
  const year = Number(/[0-9]{4}/.exec(words)?.[0]);
  const day = /(?:^|[^0-9])([0-9]{1,2})(?:[^0-9]|$)/.exec(words)?.[1];
  if (month < 1 || Number.isNaN(year)) return undefined;
  return instant(year, month, day === undefined ? new Date(Date.UTC(year, month, 0)).getUTCDate() : Number(day));
}

function instant(year: number, month: number, day: number): string | undefined {
  if (month < 1 || month > 12 || year < 1990 || year > 2100) return undefined;
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return day < 1 || day > last ? undefined : new Date(Date.UTC(year, month - 1, day)).toISOString();
}
