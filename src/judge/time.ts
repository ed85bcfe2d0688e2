/** Instants (RFC 3339, UTC) and durations by grammar: `Date.parse` accepts too much and differs by engine. */

const DURATION = /^(\d{1,9})([smhdw])$/;
const RELATIVE = /^now(?:([+-])(\d{1,9}[smhdw]))?$/;
const UNIT_MS: { readonly [unit: string]: number } = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 };

const FIXED: readonly (readonly [at: number, character: number])[] = [
  [4, 0x2d],
  [7, 0x2d],
  [10, 0x54],
  [13, 0x3a],
  [16, 0x3a],
];
const MONTH_DAYS: readonly number[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Milliseconds since 1970, or undefined where the text is no RFC 3339 instant in UTC: `2026-01-31T00:00:00.5Z`. */
export function parseInstant(text: string): number | undefined {
  const { length } = text;
  if (length < 20 || length > 30 || text.charCodeAt(length - 1) !== 0x5a) return undefined;
  for (const [at, character] of FIXED) if (text.charCodeAt(at) !== character) return undefined;
  const [year, month, day] = [digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10)];
  const [hour, minute, second] = [digits(text, 11, 13), digits(text, 14, 16), digits(text, 17, 19)];
  const fraction = fractionOf(text, length - 1);
  // RFC 3339 §5.7: a leap second is legal text; it counts as the second after it. A part that is no number is -1
  if (Math.min(year, month - 1, day - 1, hour, minute, second, fraction) < 0) return undefined;
  if (day > daysIn(year, month) || hour > 23 || minute > 59 || second > 60) return undefined;
  return ((dayNumber(year, month, day) * 24 + hour) * 60 + minute) * 60_000 + second * 1000 + fraction;
}

function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let index = from; index < to; index += 1) {
    const digit = text.charCodeAt(index) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** Milliseconds of `.5` between second and `Z`: none, or one to nine digits. */
function fractionOf(text: string, end: number): number {
  if (end === 19) return 0;
  const value = end > 20 && text.charCodeAt(19) === 0x2e ? digits(text, 20, end) : -1;
  return value < 0 ? -1 : Math.floor(value / 10 ** (end - 23));
}

function daysIn(year: number, month: number): number {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return (MONTH_DAYS[month - 1] ?? 0) + (leap ? 1 : 0);
}

/** Days since 1970-01-01 of a date of the Gregorian calendar, counted in years that begin in March. */
function dayNumber(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}

export function isDateTime(text: string): boolean {
  return parseInstant(text) !== undefined;
}

/** Milliseconds of `30s`, `15m` (minutes), `36h`, `365d`, `2w`. ISO 8601 periods are refused: months are ambiguous. */
export function parseDuration(text: string): number | undefined {
  const match = text.length > 12 ? null : DURATION.exec(text);
  return match === null ? undefined : Number(match[1]) * (UNIT_MS[match[2] ?? ''] ?? Number.NaN);
}

export function isDuration(text: string): boolean {
  return parseDuration(text) !== undefined;
}

/** An instant, or `now`, `now+30d`, `now-1h` counted from the run's asOf. */
export function parseMoment(text: string, asOf: number): number | undefined {
  const match = text.length > 16 ? null : RELATIVE.exec(text);
  if (match === null) return parseInstant(text);
  const offset = match[2] === undefined ? 0 : parseDuration(match[2]);
  return offset === undefined ? undefined : match[1] === '-' ? asOf - offset : asOf + offset;
}
