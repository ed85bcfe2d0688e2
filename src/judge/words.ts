/** Values and paths in words for a person: bounded, control characters made visible, units named. */
import { isObject, type Json } from '../model/json.ts';
import { listParts } from './lookup.ts';
import { parseDuration } from './time.ts';

const MAX_ITEMS = 8;
const MAX_TEXT = 120;
export const MAX_MESSAGE = 300;

// Controls, formats (bidi, zero width, tags), lone surrogates, line ends, and what Unicode lets a renderer ignore
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const PLAIN = /^[\x20-\x7e]*$/;

/** Text from outside as one visible, well-formed line: ESC becomes `␛`, a bidi override `\u{202e}`. */
export function visible(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(INVISIBLE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    if (code === 0x7f) return '␡';
    return `\\u{${code.toString(16).padStart(4, '0')}}`;
  });
}

/** At most `max` characters, the rest marked by an ellipsis; never half a surrogate pair. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** A value as it is named in a message; the message as a whole is made visible at its end. */
export function shown(value: Json): string {
  switch (typeof value) {
    case 'string':
      return `"${value.length > MAX_TEXT ? cut(value, MAX_TEXT) : value}"`;
    case 'number':
    case 'boolean':
      return String(value);
    default:
      break;
  }
  if (value === null) return 'null';
  const parts = listParts(value);
  if (parts !== undefined) {
    if (parts.items.length === 0) return parts.rest === undefined ? 'empty' : 'a list that could not be read';
    return parts.rest === undefined ? atMost(parts.items) : `${atMost(parts.items)}, and more that could not be read`;
  }
  return isObject(value) ? 'an object' : 'a list';
}

/** Items in a row, at most eight of them: `a, b and 14 more`; of objects only how many. */
export function atMost(items: readonly Json[]): string {
  if (items.some((item) => typeof item === 'object'))
    return `${String(items.length)} item${items.length === 1 ? '' : 's'}`;
  const first = items.slice(0, MAX_ITEMS).map(shown);
  const more = items.length - first.length;
  return more > 0 ? `${first.join(', ')} and ${String(more)} more` : first.join(', ');
}

/** Items joined by a word: `a, b or c`. */
export function list(word: 'and' | 'or', items: readonly Json[]): string {
  if (items.length > MAX_ITEMS) return atMost(items);
  const texts = items.map(shown);
  const last = texts.at(-1) ?? '';
  return texts.length < 2 ? last : `${texts.slice(0, -1).join(', ')} ${word} ${last}`;
}

const DURATION_UNITS: { readonly [unit: string]: string } = {
  s: 'second',
  m: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
};

/** `365d` as `365 days`. */
export function durationWords(text: string): string {
  if (parseDuration(text) === undefined) return text;
  return plural(Number(text.slice(0, -1)), DURATION_UNITS[text.slice(-1)] ?? '');
}

function plural(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `hsts.maxAge` as `hsts max age`; what is in capitals stays. */
export function pathWords(path: string): string {
  return path
    .replaceAll('.', ' ')
    .replace(/([a-z0-9])([A-Z])(?![A-Z])/g, (_, before: string, letter: string) => `${before} ${letter.toLowerCase()}`)
    .replace(/([a-z])([A-Z]{2,})/g, '$1 $2');
}

export type Unit = 'seconds' | 'bytes' | undefined;

/** How a number at a path is to be read, by the last word of the path. */
export function unitOf(path: string): Unit {
  if (/(?:maxAge|max_age|ttl|[sS]econds|TTL)$/.test(path)) return 'seconds';
  return /(?:[bB]ytes|[oO]ctets)$/.test(path) ? 'bytes' : undefined;
}

/** A value with its unit, where it is a number that has one. */
export function withUnit(value: Json, unit: Unit): string {
  if (unit === undefined || typeof value !== 'number') return shown(value);
  if (unit === 'seconds') return `${String(value)} s${larger(value, SECONDS)}`;
  return `${String(value)} bytes${larger(value, BYTES)}`;
}

const SECONDS: readonly (readonly [size: number, noun: string])[] = [
  [86400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
];
const BYTES: readonly (readonly [size: number, noun: string])[] = [
  [2 ** 30, 'GiB'],
  [2 ** 20, 'MiB'],
  [2 ** 10, 'KiB'],
];

/** ` (5 minutes)` where the number is at least one of a larger unit. */
function larger(value: number, units: typeof SECONDS): string {
  const unit = units.find(([size]) => value >= size);
  if (unit === undefined) return '';
  const amount = Math.round((value / unit[0]) * 10) / 10;
  return units === BYTES ? ` (${String(amount)} ${unit[1]})` : ` (${plural(amount, unit[1])})`;
}
