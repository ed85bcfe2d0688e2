/** Asks AWS one question, or all pages of one, and writes answer or fault as the JSON that goes into evidence. */
import { rawFault, type RawFault } from '../../model/facts.ts';
import { FaultError } from '../../model/fault.ts';
import { isArray, isObject, own, type Json, type JsonObject } from '../../model/json.ts';
import { errorName, faultOf, type Asked } from './faults.ts';

/** More pages than any account has; a service that goes on for longer is broken or hostile. */
const MAX_PAGES = 2_000;
const MAX_ITEMS = 200_000;
const MAX_DEPTH = 24;

/** What a client answers: modelled members and the SDK's metadata. */
export type Answer = object;

/** On an answer that is JSON already: it was parsed here, from the wire. */
export const PLAIN: unique symbol = Symbol('plain');

/** What a client answers, as JSON. */
function plainOf(answer: Answer): Json {
  return Object.hasOwn(answer, PLAIN) ? (answer as JsonObject) : jsonOf(answer);
}

/** One value of the SDK as JSON: dates as RFC 3339, what cannot be told as null, no undefined. */
export function jsonOf(value: unknown, depth = 0): Json {
  if (value === null || value === undefined || depth > MAX_DEPTH) return null;
  switch (typeof value) {
    case 'string':
      return value.toWellFormed();
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : null;
    case 'bigint':
      return Number(value);
    case 'object':
      break;
    default:
      return null;
  }
  // An epoch out of range becomes an invalid Date in the SDK: null, which interpret reads as a bad response
  if (value instanceof Date) return Number.isFinite(value.getTime()) ? value.toISOString() : null;
  if (value instanceof Uint8Array) return null;
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => jsonOf(item, depth + 1));
  const members: [string, Json][] = [];
  for (const [key, member] of Object.entries(value)) {
    if (key !== '$metadata' && member !== undefined) members.push([key.toWellFormed(), jsonOf(member, depth + 1)]);
  }
  // fromEntries defines own properties, also one named __proto__
  return Object.fromEntries(members);
}

/**
 * The named members of an answer, each one there: what the answer lacks is null. So stored evidence tells "AWS did not send
 * it" (null) from "the evidence lost it" (no such member).
 */
export function pick(value: Json | undefined, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, own(value, name) ?? null]));
}

function requestId(answer: Answer): string {
  const id: unknown = Reflect.get(Object(Reflect.get(answer, '$metadata')), 'requestId');
  return typeof id === 'string' ? id.slice(0, 128).toWellFormed() : '';
}

function failed(error: unknown, asked: Asked): RawFault {
  return rawFault(faultOf(error, asked));
}

/** One question: what `keep` makes of the answer, with the request id, or the fault at its place. */
export async function ask(
  asked: Asked,
  question: () => Promise<Answer>,
  keep: (answer: Json) => JsonObject,
  answersByError: { readonly [name: string]: JsonObject } = {},
): Promise<JsonObject> {
  let answer: Answer;
  try {
    answer = await question();
  } catch (error) {
    const name = errorName(error);
    const meant = Object.hasOwn(answersByError, name) ? answersByError[name] : undefined;
    // Some errors are the answer: "there is no such configuration"
    return meant ?? failed(error, asked);
  }
  return { $request: requestId(answer), ...keep(plainOf(answer)) };
}

/** A list as read: the items of all pages, their request ids, and the fault of the page that failed. */
export interface RawList extends JsonObject {
  readonly requests: readonly string[];
  readonly items: readonly Json[];
}

export interface Paging {
  /** The member that holds the items of a page. */
  readonly items: string;
  /** The member that holds the marker of the next page. */
  readonly next: string;
  /** XML answers leave an empty list out; JSON answers never do. */
  readonly mayLack?: boolean;
}

/** All pages of one question. A page that fails leaves `rest`: the items before it are known, the others are not. */
export async function askAll(
  asked: Asked,
  paging: Paging,
  question: (marker: string | undefined) => Promise<Answer>,
  keep: (item: Json) => Json,
): Promise<RawList> {
  const items: Json[] = [];
  const requests: string[] = [];
  const seen = new Set<string>();
  let marker: string | undefined;
  const stop = (fault: FaultError): RawList => ({ requests, items, rest: failed(fault, asked) });
  for (;;) {
    let answer: Answer;
    try {
      answer = await question(marker);
    } catch (error) {
      return { requests, items, rest: failed(error, asked) };
    }
    requests.push(requestId(answer));
    const page = plainOf(answer);
    const found = own(page, paging.items) ?? (paging.mayLack === true ? [] : undefined);
    if (!isArray(found)) return stop(new FaultError('aws.bad-response', `the answer has no list ${paging.items}`));
    for (const item of found) items.push(keep(item));
    const next = own(page, paging.next);
    if (typeof next !== 'string' || next === '') return { requests, items };
    // A marker that comes again would loop for ever
    if (seen.has(next)) return stop(new FaultError('aws.bad-response', 'the marker of the next page repeats'));
    if (requests.length >= MAX_PAGES || items.length >= MAX_ITEMS) {
      return stop(new FaultError('net.limit', `the list is longer than ${String(items.length)} items`));
    }
    seen.add(next);
    marker = next;
  }
}

/** Runs `work` for every item, at most `width` at a time, in the order of the list; results keep that order. */
export async function each<T, R>(items: readonly T[], width: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  async function worker(): Promise<void> {
    while (next < items.length) {
      const index = next;
      next += 1;
      const item = items[index];
      if (item !== undefined) results[index] = await work(item);
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, () => worker()));
  return results;
}

/** The members of an answer that are objects: keeps `pick` chains short. */
export function inner(value: Json | undefined, key: string): JsonObject | undefined {
  const found = own(value, key);
  return isObject(found) ? found : undefined;
}
