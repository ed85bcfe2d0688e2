/** Large JSON as text in pieces: neither the whole text nor a sorted copy of the whole value need ever be in memory. */
import { canonicalJson } from './canonical.ts';
import { isArray, isObject, type Json, type JsonObject } from './json.ts';

/** What has no more members than this, at any depth, is one piece. */
const MANY = 2048;

/** The pieces joined are `canonicalJson(value)`. Throws where that throws. */
export function* canonicalPieces(value: Json): Generator<string, void, undefined> {
  if (!isLarge(value)) {
    yield canonicalJson(value);
  } else if (isArray(value)) {
    let before = '[';
    for (const item of value) {
      yield before;
      yield* canonicalPieces(item);
      before = ',';
    }
    yield ']';
  } else if (isObject(value)) {
    let before = '{';
    // the default order of sort() is that of UTF-16 code units
    for (const key of Object.keys(value).sort()) {
      yield `${before}${canonicalJson(key)}:`;
      yield* canonicalPieces(memberOf(value, key));
      before = ',';
    }
    yield '}';
  }
}

/** The pieces joined are `JSON.stringify(value, null, 1)` of plain JSON. */
export function* indentedPieces(value: Json, depth = 0): Generator<string, void, undefined> {
  const inner = `\n${' '.repeat(depth + 1)}`;
  if (!isLarge(value)) {
    yield indented(value, depth);
  } else if (isArray(value)) {
    let before = '[';
    for (const item of value) {
      yield before + inner;
      yield* indentedPieces(item, depth + 1);
      before = ',';
    }
    yield `\n${' '.repeat(depth)}]`;
  } else if (isObject(value)) {
    let before = '{';
    for (const key of Object.keys(value)) {
      yield `${before}${inner}${JSON.stringify(key)}: `;
      yield* indentedPieces(memberOf(value, key), depth + 1);
      before = ',';
    }
    yield `\n${' '.repeat(depth)}}`;
  }
}

/** A value as it is printed so deep inside of others: within as many lists, whose brackets are then cut off. */
function indented(value: Json, depth: number): string {
  let wrapped = value;
  for (let level = 0; level < depth; level += 1) wrapped = [wrapped];
  const text = JSON.stringify(wrapped, null, 1);
  // the bracket, the end of its line and its blanks: 2 + 1, 2 + 2 … before, 2 + 0, 2 + 1 … behind
  const blanks = (depth * (depth + 1)) / 2;
  return text.slice(2 * depth + blanks, text.length - (2 * depth + blanks - depth));
}

function memberOf(object: JsonObject, key: string): Json {
  const member = object[key];
  if (member === undefined) throw new TypeError('JSON cannot hold undefined');
  return member;
}

function isLarge(value: Json): boolean {
  return membersLeft(value, MANY) < 0;
}

/** `left` less the members of a value, counted until there are too many. */
function membersLeft(value: Json, left: number): number {
  if (typeof value !== 'object' || value === null) return left;
  let rest = left;
  if (isArray(value)) {
    rest -= value.length;
    for (let at = 0; at < value.length && rest >= 0; at += 1) rest = membersLeft(value[at] ?? null, rest);
  } else {
    for (const key in value) {
      rest = membersLeft(value[key] ?? null, rest - 1);
      if (rest < 0) break;
    }
  }
  return rest;
}
