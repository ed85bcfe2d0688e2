/** How long a certificate lives, and what the Baseline Requirements allowed when it was issued (BR 6.3.2, SC-081v3). Pure. */
import type { JsonObject } from '../../model/json.ts';
import { boolean, dateTime, integer } from '../../model/schema.ts';
import type { Certificate } from '../../wire/x509/certificate.ts';
import { partly } from './partly.ts';

export const lifetimeSchema = partly({
  days: integer({ description: 'days begun, both ends included' }),
  daysOverLimit: integer({
    description: 'days above what was allowed at the date of issue; absent: nothing limited it then',
  }),
  daysOverAdvice: integer({ description: 'days above what was recommended at the date of issue; absent: nothing was' }),
  renewFrom: dateTime({
    description: 'from here on less than 30 days and less than a quarter of the lifetime are left',
  }),
  urgentFrom: dateTime({
    description: 'from here on less than 7 days and less than a twelfth of the lifetime are left',
  }),
  reversed: boolean({ description: 'notAfter is before notBefore' }),
  profiled: boolean({ description: 'both times are written as RFC 5280 §4.1.2.5 demands' }),
});

const DAY = 86_400;

/** Newest first: issued from, days allowed, days recommended. */
const LIMITS: readonly (readonly [from: string, days: number, advised: number | undefined])[] = [
  ['2029-03-15T00:00:00Z', 47, 46],
  ['2027-03-15T00:00:00Z', 100, 99],
  ['2026-03-15T00:00:00Z', 200, 199],
  ['2020-09-01T00:00:00Z', 398, 397],
  ['2018-03-02T00:00:00Z', 825, undefined],
];
const MONTHS_FROM = '2016-07-02T00:00:00Z';

function seconds(instant: string): number {
  return Date.parse(instant) / 1000;
}

/** The instant some seconds earlier. */
function earlier(instant: string, span: number): string {
  return new Date((seconds(instant) - Math.floor(span)) * 1000).toISOString().replace('.000Z', 'Z');
}

/** Days begun between two instants, both ends included. */
function daysBetween(from: string, until: string): number {
  return Math.ceil((seconds(until) - seconds(from) + 1) / DAY);
}

function monthsLater(instant: string, months: number): string {
  const date = new Date(instant);
  date.setUTCMonth(date.getUTCMonth() + months);
  return date.toISOString().replace('.000Z', 'Z');
}

/** That the last second counts, and that a limit holds for self-signed ones too, came with the limit of 398 days (SC31). */
const EXACT_FROM = '2020-09-01T00:00:00Z';

function daysOver(from: string, until: string, limit: number | undefined, selfSigned: boolean): number | undefined {
  if (from >= EXACT_FROM && limit !== undefined) return Math.max(0, daysBetween(from, until) - limit);
  if (selfSigned || from < MONTHS_FROM) return undefined;
  // the last moment of 39 months is one second before the same day and time
  if (limit === undefined) return Math.max(0, daysBetween(monthsLater(from, 39), until) - 1);
  return Math.max(0, Math.ceil((seconds(until) - seconds(from)) / DAY) - limit);
}

export function lifetimeFacts({ notBefore, notAfter }: Certificate, selfSigned: boolean): JsonObject {
  const from = notBefore.instant;
  const until = notAfter.instant;
  const span = Math.max(0, seconds(until) - seconds(from));
  const days = daysBetween(from, until);
  const limit = LIMITS.find(([issued]) => from >= issued);
  const over = daysOver(from, until, limit?.[1], selfSigned);
  const advised = limit?.[2];
  return {
    days,
    ...(over !== undefined && { daysOverLimit: over }),
    ...(advised !== undefined && { daysOverAdvice: Math.max(0, days - advised) }),
    renewFrom: earlier(until, Math.min(30 * DAY, span / 4)),
    urgentFrom: earlier(until, Math.min(7 * DAY, span / 12)),
    reversed: seconds(until) < seconds(from),
    profiled: notBefore.profiled && notAfter.profiled,
  };
}
