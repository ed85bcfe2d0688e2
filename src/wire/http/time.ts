/** Instants by grammar: RFC 3339 date-time and the cookie-date of RFC 6265bis; never Date.parse, which guesses. */

const RFC3339 =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))$/;

/** The instant in milliseconds since 1970; undefined where the text is not a date-time of RFC 3339 §5.6. */
export function parseRfc3339(text: string): number | undefined {
  if (text.length > 64) return undefined;
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  if (hour === undefined || minute === undefined || second === undefined) return undefined;
  const offsetHour = Number(match[9] ?? 0);
  const offsetMinute = Number(match[10] ?? 0);
  if (offsetHour > 23 || offsetMinute > 59 || hour > 23 || minute > 59 || second > 60) return undefined;
  const sign = match[8] === '-' ? -1 : 1;
  const midnight = dayInstant(year, month, day);
  if (midnight === undefined) return undefined;
  const minutes = hour * 60 + minute - sign * (offsetHour * 60 + offsetMinute);
  // RFC 3339 §5.7: second 60 only where a leap second can be, at the end of a UTC day
  if (second === 60 && ((minutes % 1440) + 1440) % 1440 !== 1439) return undefined;
  const milliseconds = Math.floor(Number(`0.${match[7] ?? '0'}`) * 1000);
  return midnight + minutes * 60_000 + second * 1000 + milliseconds;
}

function dayInstant(year: number, month: number, day: number): number | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day && date.getUTCFullYear() === year
    ? date.getTime()
    : undefined;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** RFC 6265bis §5.1.1: the cookie-date algorithm; undefined where it fails. */
export function parseCookieDate(text: string): number | undefined {
  let time: readonly number[] | undefined;
  let day: number | undefined;
  let month: number | undefined;
  let year: number | undefined;
  // delimiters: %x09 / %x20-2F / %x3B-40 / %x5B-60 / %x7B-7E
  for (const token of text.slice(0, 1024).split(/[\t\u0020-\u002f\u003b-\u0040\u005b-\u0060\u007b-\u007e]+/)) {
    const clock = time === undefined ? /^([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[^0-9]|$)/.exec(token) : null;
    if (clock !== null) {
      time = clock.slice(1, 4).map(Number);
      continue;
    }
    const dayMatch = day === undefined ? /^([0-9]{1,2})(?:[^0-9]|$)/.exec(token) : null;
    if (dayMatch !== null) {
      day = Number(dayMatch[1]);
      continue;
    }
    const monthIndex = month === undefined ? MONTHS.indexOf(token.slice(0, 3).toLowerCase()) : -1;
    if (monthIndex !== -1) {
      month = monthIndex;
      continue;
    }
    const yearMatch = year === undefined ? /^([0-9]{2,4})(?:[^0-9]|$)/.exec(token) : null;
    if (yearMatch !== null) year = Number(yearMatch[1]);
  }
  const [hour, minute, second] = time ?? [];
  if (hour === undefined || minute === undefined || second === undefined) return undefined;
  if (day === undefined || month === undefined || year === undefined) return undefined;
  const full = year >= 70 && year <= 99 ? year + 1900 : year <= 69 ? year + 2000 : year;
  if (full < 1601 || hour > 23 || minute > 59 || second > 59) return undefined;
  const midnight = dayInstant(full, month + 1, day);
  return midnight === undefined ? undefined : midnight + ((hour * 60 + minute) * 60 + second) * 1000;
}
