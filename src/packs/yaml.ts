/** Reads one YAML document as JSON, with the line and column of everything in it (facts/engine §5). */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type Pair } from 'yaml';
import type { Json } from '../model/json.ts';
import { type Position, type Problem, refuse } from './problem.ts';

export const MAX_BYTES = 256 * 1024;
const MAX_DEPTH = 32;
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);
/** So many openers in a row are refused before parsing: they only cost time. */
const DEEP = /(?:[[{]\s{0,8}){64}|(?:[-?] {1,8}){64}/;

export type Path = readonly (string | number)[];

/** A YAML file that was read: its value, and where in the text each part of it stands. */
export interface YamlFile {
  readonly name: string;
  readonly value: Json;
  /** Where the value at a path begins; of a path that leads nowhere: the nearest place above it. */
  at(path: Path): Position;
  /** Where the key at the end of a path stands. */
  keyAt(path: Path): Position;
}

export type YamlReading =
  | { readonly is: 'read'; readonly file: YamlFile }
  | { readonly is: 'bad'; readonly problems: readonly Problem[] };

/** Reads a YAML text; throws a UsageError that lists all problems with their places. */
export function readYaml(text: string, name: string): YamlFile {
  const reading = tryYaml(text, name);
  return reading.is === 'read' ? reading.file : refuse(reading.problems);
}

/** As `readYaml`, with the problems as data. */
export function tryYaml(text: string, name: string): YamlReading {
  const bad = (message: string): YamlReading => ({
    is: 'bad',
    problems: [{ file: name, line: 1, column: 1, message }],
  });
  if (Buffer.byteLength(text) > MAX_BYTES) return bad(`the file is larger than ${String(MAX_BYTES / 1024)} KiB`);
  if (DEEP.test(text)) return bad(`nested deeper than ${String(MAX_DEPTH)} levels`);
  const lines = new LineCounter();
  const problems: Problem[] = [];
  const report = (offset: number, message: string): void => {
    const place = lines.linePos(offset);
    problems.push({ file: name, line: Math.max(place.line, 1), column: Math.max(place.col, 1), message });
  };
  try {
    const document = parseDocument(text, {
      version: '1.2',
      schema: 'core',
      merge: false,
      uniqueKeys: true,
      stringKeys: true,
      prettyErrors: false,
      // `silent` would let a second document pass
      logLevel: 'error',
      lineCounter: lines,
    });
    for (const error of [...document.errors, ...document.warnings]) report(error.pos[0], sentence(error));
    if (problems.length > 0) return { is: 'bad', problems };
    const root = document.contents;
    const value = toJson(root, 0, report);
    if (problems.length > 0) return { is: 'bad', problems };
    const place = (offset: number): Position => {
      const found = lines.linePos(offset);
      return { line: found.line, column: found.col };
    };
    return {
      is: 'read',
      file: {
        name,
        value,
        at: (path) => place(locate(root, path).value),
        keyAt: (path) => place(locate(root, path).key),
      },
    };
  } catch (error) {
    if (error instanceof RangeError) return bad('nested too deeply to be read');
    throw error;
  }
}

function sentence(error: { readonly code: string; readonly message: string }): string {
  if (error.code === 'MULTIPLE_DOCS') return 'one document a file: `---` begins a second one';
  if (error.code === 'DUPLICATE_KEY') return 'this key occurs twice';
  return error.message.replace(/\s+/g, ' ');
}

function toJson(node: unknown, depth: number, report: (offset: number, message: string) => void): Json {
  if (node === null || node === undefined) return null;
  if (isAlias(node)) {
    report(startOf(node), 'aliases (*name) are not allowed');
    return null;
  }
  if (depth > MAX_DEPTH) {
    report(startOf(node), `nested deeper than ${String(MAX_DEPTH)} levels`);
    return null;
  }
  if (isSeq(node)) return node.items.map((item) => toJson(item, depth + 1, report));
  if (isMap(node)) {
    const object: { [key: string]: Json } = {};
    for (const pair of node.items) {
      const key = keyOf(pair);
      if (FORBIDDEN.has(key)) report(startOf(pair.key), `the key "${key}" is not allowed`);
      else object[key] = toJson(pair.value, depth + 1, report);
    }
    return object;
  }
  if (!isScalar(node)) return null;
  const value = node.value;
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (
    typeof value === 'number' &&
    Number.isFinite(value) &&
    (!Number.isInteger(value) || Number.isSafeInteger(value))
  ) {
    return Object.is(value, -0) ? 0 : value;
  }
  report(startOf(node), 'this number cannot be held exactly; quote it if it is text');
  return null;
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : '';
}

function startOf(node: unknown): number {
  const range = (node as Partial<Node> | null)?.range;
  return range === null || range === undefined ? 0 : range[0];
}

/** Offsets of the key and the value at a path, or of the nearest place above. */
function locate(root: unknown, path: Path): { key: number; value: number } {
  let found = { key: startOf(root), value: startOf(root) };
  let node = root;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => keyOf(item) === String(step));
      if (pair === undefined) return found;
      const key = startOf(pair.key);
      found = { key, value: pair.value === null ? key : startOf(pair.value) };
      node = pair.value;
    } else if (isSeq(node)) {
      const item: unknown = node.items[Number(step)];
      if (item === undefined) return found;
      found = { key: startOf(item), value: startOf(item) };
      node = item;
    } else {
      return found;
    }
  }
  return found;
}
