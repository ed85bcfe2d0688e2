/** Dates as pages write them: "Last updated: March 3, 2024". */

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\\.?';
const DATE = `(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|${MONTH} [0-9]{1,2}(?:st|nd|rd|th)?,? [0-9]{4}|[0-9]{1,2}(?:st|nd|rd|th)? ${MONTH},? [0-9]{4}|${MONTH},? [0-9]{4})`;
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

/** Midnight UTC of the day; the last day of the month where only that is named. */
export function instantOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const iso = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(text);
  const named = /[a-z]{3}/i.exec(text.replace(/[0-9]{1,2}(?:st|nd|rd|th)/i, (day) => day.slice(0, -2)));
  const year = Number(/[0-9]{4}/.exec(text)?.[0]);
  const month = iso === null ? MONTHS.indexOf(named?.[0].toLowerCase() ?? '') + 1 : Number(iso[2]);
  const written = iso === null ? /(?:^|\D)([0-9]{1,2})(?:st|nd|rd|th)?(?:\D|$)/i.exec(text)?.[1] : iso[3];
  if (month < 1 || month > 12 || year < 1990 || year > 2100) return undefined;
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const day = written === undefined ? last : Number(written);
  return day < 1 || day > last ? undefined : new Date(Date.UTC(year, month - 1, day)).toISOString();
}
