/** ASN.1 times by grammar (RFC 5280 §4.1.2.5): the instant, and whether it is written as the profile demands. */
import { DerError, type Element, TAG } from './der.ts';

export interface Asn1Time {
  /** RFC 3339 in UTC, whole seconds. */
  readonly instant: string;
  /** Written as RFC 5280 §4.1.2.5.1-2 demands: Zulu, with seconds, no fraction, GeneralizedTime only from 2050. */
  readonly profiled: boolean;
}

const UTC = /^(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?(Z|[+-]\d{4})$/;
const GENERALIZED = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})?(\d{2})?([.,]\d{1,9})?(Z|[+-]\d{4})?$/;

function offsetMinutes(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3, 5));
  return zone.startsWith('-') ? -minutes : minutes;
}

/** Seconds since 1970 of civil fields; undefined where they name no instant (month 13, 30 February, hour 24). */
function instantOf(fields: readonly number[], zone: string | undefined): string | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = fields;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  const same =
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second;
  if (!same) return undefined;
  const shifted = new Date(date.getTime() - offsetMinutes(zone) * 60_000);
  const shiftedYear = shifted.getUTCFullYear();
  if (shiftedYear < 0 || shiftedYear > 9999) return undefined;
  return shifted.toISOString().replace('.000Z', 'Z');
}

export function timeOf(element: Element | undefined, what: string): Asn1Time {
  if (element === undefined) throw new DerError(`${what} is missing`);
  const text = Buffer.from(element.content.subarray(0, 40)).toString('latin1');
  if (element.tag === TAG.utcTime) {
    const match = UTC.exec(text);
    if (match === null) throw new DerError(`${what} is no UTCTime`);
    const short = Number(match[1]);
    // RFC 5280 §4.1.2.5.1: 50 and above is 19YY
    const fields = [short >= 50 ? 1900 + short : 2000 + short, ...match.slice(2, 7).map((part) => Number(part ?? 0))];
    const instant = instantOf(fields, match[7]);
    if (instant === undefined) throw new DerError(`${what} names no instant`);
    return { instant, profiled: match[6] !== undefined && match[7] === 'Z' };
  }
  if (element.tag === TAG.generalizedTime) {
    const match = GENERALIZED.exec(text);
    if (match === null) throw new DerError(`${what} is no GeneralizedTime`);
    const fields = match.slice(1, 7).map((part) => Number(part ?? 0));
    const instant = instantOf(fields, match[8]);
    if (instant === undefined) throw new DerError(`${what} names no instant`);
    const whole = match[5] !== undefined && match[6] !== undefined && match[7] === undefined;
    return { instant, profiled: whole && match[8] === 'Z' && (fields[0] ?? 0) >= 2050 };
  }
  throw new DerError(`${what} is neither UTCTime nor GeneralizedTime`);
}
