/** The value that was found, as a reason shows it: the value itself, or the first 2 KiB of its JSON. */
import type { FaultCode } from '../model/fault.ts';
import { isArray, type Json } from '../model/json.ts';
import type { Reason } from '../model/result.ts';
import { type Fact, isUnknownFact, listParts } from './lookup.ts';

const MAX_BYTES = 2048;
const encoder = new TextEncoder();
const scratch = new Uint8Array(MAX_BYTES);

export type Actual = Pick<Reason, 'actual' | 'absent' | 'unknown' | 'truncated'>;

/** `actual` with `absent`, `unknown` and `truncated` beside it (CONTRACT §4). */
export function actualOf(fact: Fact, code: FaultCode | undefined): Actual {
  if (fact === undefined) return { actual: null, absent: true };
  const unknown = code === undefined ? {} : { unknown: code };
  if (isUnknownFact(fact) && typeof fact !== 'string') return { actual: null, ...unknown };
  return { ...bounded(listParts(fact)?.items ?? fact), ...unknown };
}

/** A value that is shown as it is, without a look at its size or its letters. */
export function isSmall(fact: Fact): boolean {
  if (typeof fact === 'string') return fact.length * 6 + 2 <= MAX_BYTES && fact.isWellFormed();
  return typeof fact === 'boolean' || (typeof fact === 'number' && Number.isFinite(fact));
}

function bounded(value: Json): Actual {
  if (isSmall(value)) return { actual: value };
  if (value === null) return { actual: value };
  if (typeof value === 'object' && roomLeft(value, MAX_BYTES) >= 0) return { actual: value };
  // What JSON cannot hold is shown as text
  if (typeof value === 'number') return { actual: String(value) };
  if (typeof value === 'string' && value.length * 6 + 2 <= MAX_BYTES) return { actual: value.toWellFormed() };
  // Of a long text only the beginning can be shown
  const json = JSON.stringify(typeof value === 'string' ? value.slice(0, MAX_BYTES) : value);
  const { read } = encoder.encodeInto(json, scratch);
  const isCut = typeof value === 'string' && value.length > MAX_BYTES;
  if (read < json.length || isCut) return { actual: json.slice(0, read), truncated: true };
  // JSON writes a lone surrogate as an escape; canonical JSON cannot hold one at all
  if (!/\\ud[89a-f]/i.test(json)) return { actual: value };
  return {
    actual: JSON.parse(json, (_, part: Json) => (typeof part === 'string' ? part.toWellFormed() : part)) as Json,
  };
}

/** Bytes that are left behind a value, counted at the most that JSON makes of it; below zero where it may not fit, or has to be looked at. */
function roomLeft(value: Json, room: number): number {
  if (typeof value === 'string') return value.isWellFormed() ? room - value.length * 6 - 3 : -1;
  if (typeof value !== 'object' || value === null) return room - 25;
  let left = room - 3;
  if (isArray(value)) {
    for (let at = 0; at < value.length && left >= 0; at += 1) left = roomLeft(value[at] ?? null, left);
  } else {
    for (const key in value) {
      left = roomLeft(value[key] ?? null, roomLeft(key, left));
      if (left < 0) break;
    }
  }
  return left;
}
