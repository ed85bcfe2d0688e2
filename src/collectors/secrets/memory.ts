/** The file of `--state`: which objects of repositories were read, and in which something was found. No finding, no value, no key. */
import { isFaultCode, type FaultCode } from '../../model/fault.ts';
import type { KeptFile } from '../../model/io.ts';
import { isArray, own, type Json } from '../../model/json.ts';

/** An object in which something was found: it is read once more, so that a later run shows the same. */
export interface Holder {
  readonly object: string;
  /** Redacted. */
  readonly path: string;
  readonly commit?: string;
  /** The parts that were scanned; missing: all. */
  readonly regions?: readonly number[];
}

export interface Memory {
  /** What the refs pointed at. */
  readonly tips: readonly string[];
  readonly holders: readonly Holder[];
  /** What could not be read then, and so is not known now either. */
  readonly lost: readonly (readonly [code: FaultCode, path: string])[];
  readonly count: number;
  has(name: Uint8Array): boolean;
  /** Sorted. */
  readonly names: Names;
}

export const NOTHING: Memory = {
  tips: [],
  holders: [],
  lost: [],
  count: 0,
  has: () => false,
  names: { width: 0, bytes: Buffer.alloc(0) },
};

const SCHEMA = 'secrets-state/2';
const MAX_BYTES = 1024 * 1024 * 1024;

interface Head extends Pick<Memory, 'tips' | 'holders' | 'lost'> {
  /** What it holds for: the repository, the rules, the bounds. */
  readonly purpose: string;
  /** The repository alone: what is remembered of it anew takes the place of what was. */
  readonly place: string;
}

/** A section of the file: one line of JSON, then the names of objects as bytes, sorted. */
export function memoryBytes(head: Head, names: Names): Uint8Array {
  const { width } = names;
  const sorted = sortedNames(names);
  const line = JSON.stringify({ schema: SCHEMA, width, bytes: sorted.length, ...head });
  return Buffer.concat([Buffer.from(`${line}\n`), sorted]);
}

/** Writes a section, and keeps those of other repositories. */
export async function writeMemory(file: KeptFile, head: Head, names: Names): Promise<void> {
  const others = sectionsOf(await file.read(MAX_BYTES)).filter((section) => own(section.head, 'place') !== head.place);
  await file.write(Buffer.concat([...others.map((section) => section.all), memoryBytes(head, names)]));
}

interface Section {
  readonly head: Json | undefined;
  readonly width: number;
  readonly names: Buffer;
  /** The line and the names. */
  readonly all: Buffer;
}

/** As far as the file is whole. */
function sectionsOf(file: Uint8Array | undefined): readonly Section[] {
  if (file === undefined) return [];
  const all = Buffer.from(file.buffer, file.byteOffset, file.length);
  const sections: Section[] = [];
  for (let at = 0; at < all.length;) {
    const end = all.indexOf(0x0a, at);
    const head = parsed(all.toString('utf8', at, Math.max(at, end)));
    const [width, bytes] = [own(head, 'width'), own(head, 'bytes')];
    if (own(head, 'schema') !== SCHEMA || typeof bytes !== 'number' || !Number.isSafeInteger(bytes)) break;
    const next = end + 1 + bytes;
    if ((width !== 20 && width !== 32) || bytes < 0 || bytes % width !== 0 || next > all.length) break;
    sections.push({ head, width, names: all.subarray(end + 1, next), all: all.subarray(at, next) });
    at = next;
  }
  return sections;
}

/** Names of one length, one after the other. */
export interface Names {
  readonly width: number;
  readonly bytes: Buffer;
}

function sortedNames({ width, bytes }: Names): Buffer {
  const compare = (a: number, b: number): number =>
    bytes.compare(bytes, b * width, (b + 1) * width, a * width, (a + 1) * width);
  const order = Uint32Array.from({ length: bytes.length / width }, (_, i) => i).sort(compare);
  const sorted = Buffer.alloc(bytes.length);
  let length = 0;
  for (const [i, at] of order.entries()) {
    if (i > 0 && compare(at, order[i - 1] ?? 0) === 0) continue;
    bytes.copy(sorted, length, at * width, (at + 1) * width);
    length += width;
  }
  return sorted.subarray(0, length);
}

/** Undefined where there is no such file, or nothing of this purpose in it: then all is read. */
export async function readMemory(file: KeptFile | undefined, purpose: string): Promise<Memory | undefined> {
  const section = sectionsOf(await file?.read(MAX_BYTES)).find((one) => own(one.head, 'purpose') === purpose);
  if (section === undefined) return undefined;
  const { head, width, names } = section;
  const [tips, holders, lost] = [own(head, 'tips'), own(head, 'holders'), own(head, 'lost')];
  return {
    tips: listOf(tips, (tip) => (isName(tip) ? tip : undefined)),
    holders: listOf(holders, holderIn),
    lost: listOf(lost, lostIn),
    count: names.length / width,
    has: (name) => holds(names, width, name),
    names: { width, bytes: names },
  };
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function listOf<T>(list: Json | undefined, read: (item: Json) => T | undefined): T[] {
  if (!isArray(list)) return [];
  return list.map((item) => read(item)).filter((item) => item !== undefined);
}

function isName(value: Json | undefined): value is string {
  return typeof value === 'string' && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(value);
}

function holderIn(item: Json): Holder | undefined {
  const [object, path, commit, regions] = ['object', 'path', 'commit', 'regions'].map((key) => own(item, key));
  if (!isName(object) || typeof path !== 'string') return undefined;
  return {
    object,
    path,
    ...(isName(commit) ? { commit } : {}),
    ...(isArray(regions) && regions.every((at) => typeof at === 'number') ? { regions } : {}),
  };
}

function lostIn(item: Json): readonly [FaultCode, string] | undefined {
  if (!isArray(item)) return undefined;
  const [code, path] = item;
  return isFaultCode(code) && typeof path === 'string' ? [code, path] : undefined;
}

/** Binary search: the names are sorted. */
function holds(names: Buffer, width: number, name: Uint8Array): boolean {
  let [low, high] = [0, names.length / width];
  while (low < high) {
    const middle = (low + high) >> 1;
    const order = names.compare(name, 0, width, middle * width, (middle + 1) * width);
    if (order === 0) return true;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return false;
}
