/** Sets of IP addresses as sorted, disjoint ranges: union, difference and intersection, exactly. */
import { formatAddress } from '../../../wire/dns/address.ts';

export interface Range {
  readonly first: bigint;
  readonly last: bigint;
}

/** Sorted by `first`, neither overlapping nor adjacent. */
export type RangeSet = readonly Range[];

export interface AddressSet {
  readonly four: RangeSet;
  readonly six: RangeSet;
}

export const EMPTY: AddressSet = { four: [], six: [] };
export const EVERYTHING: AddressSet = {
  four: [{ first: 0n, last: (1n << 32n) - 1n }],
  six: [{ first: 0n, last: (1n << 128n) - 1n }],
};

function numberOf(octets: Uint8Array): bigint {
  let value = 0n;
  // six octets at a time: a number holds them exactly
  for (let at = 0; at < octets.length; at += 6) {
    let part = 0;
    const end = Math.min(octets.length, at + 6);
    for (let index = at; index < end; index += 1) part = part * 256 + (octets[index] ?? 0);
    value = (value << BigInt((end - at) * 8)) + BigInt(part);
  }
  return value;
}

/** The network that an address lies in. */
export function network(octets: Uint8Array, prefix: number): AddressSet {
  const bits = BigInt(octets.length * 8 - prefix);
  const first = (numberOf(octets) >> bits) << bits;
  const set = [{ first, last: first + (1n << bits) - 1n }];
  return octets.length === 4 ? { four: set, six: [] } : { four: [], six: set };
}

function normal(ranges: Range[]): RangeSet {
  if (ranges.length < 2) return ranges;
  const inOrder = ranges.every((range, index) => index === 0 || (ranges[index - 1] ?? range).first <= range.first);
  const sorted = inOrder ? ranges : ranges.sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  const merged: Range[] = [];
  for (const range of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && range.first <= last.last + 1n) {
      if (range.last > last.last) merged[merged.length - 1] = { first: last.first, last: range.last };
    } else merged.push(range);
  }
  return merged;
}

function minus(from: RangeSet, what: RangeSet): RangeSet {
  if (from.length === 0 || what.length === 0) return from;
  const left: Range[] = [];
  let at = 0;
  for (const range of from) {
    let { first } = range;
    while (at < what.length && (what[at]?.last ?? 0n) < first) at += 1;
    for (let index = at; index < what.length; index += 1) {
      const hole = what[index];
      if (hole === undefined || hole.first > range.last) break;
      if (hole.first > first) left.push({ first, last: hole.first - 1n });
      if (hole.last + 1n > first) first = hole.last + 1n;
    }
    if (first <= range.last) left.push({ first, last: range.last });
  }
  return left;
}

function common(a: RangeSet, b: RangeSet): RangeSet {
  const both: Range[] = [];
  for (let [one, other] = [0, 0]; one < a.length && other < b.length;) {
    const [left, right] = [a[one], b[other]];
    if (left === undefined || right === undefined) break;
    const first = left.first > right.first ? left.first : right.first;
    const last = left.last < right.last ? left.last : right.last;
    if (first <= last) both.push({ first, last });
    if (left.last < right.last) one += 1;
    else other += 1;
  }
  return both;
}

export function union(...sets: readonly AddressSet[]): AddressSet {
  let only: AddressSet | undefined;
  let count = 0;
  for (const set of sets) {
    if (isEmpty(set)) continue;
    only = set;
    count += 1;
  }
  if (count < 2) return only ?? EMPTY;
  const four: Range[] = [];
  const six: Range[] = [];
  for (const set of sets) {
    for (const range of set.four) four.push(range);
    for (const range of set.six) six.push(range);
  }
  return { four: normal(four), six: normal(six) };
}

export function difference(from: AddressSet, what: AddressSet): AddressSet {
  return { four: minus(from.four, what.four), six: minus(from.six, what.six) };
}

export function intersection(a: AddressSet, b: AddressSet): AddressSet {
  return { four: common(a.four, b.four), six: common(a.six, b.six) };
}

export function isEmpty(set: AddressSet): boolean {
  return set.four.length === 0 && set.six.length === 0;
}

export function sizeOf(range: Range): bigint {
  return range.last - range.first + 1n;
}

/** How many addresses; above 2^53 the number is not exact. */
export function countOf(set: RangeSet): number {
  let count = 0n;
  for (const range of set) count += sizeOf(range);
  return Number(count);
}

export function covers(set: RangeSet, range: Range): boolean {
  return set.some((one) => one.first <= range.first && one.last >= range.last);
}

/** How many binary digits a number has. */
function bitsOf(value: bigint): number {
  const digits = value.toString(16);
  return (digits.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(digits.charAt(0), 16)));
}

function addressText(value: bigint, octets: 4 | 16): string {
  const bytes = new Uint8Array(octets);
  let rest = value;
  for (let index = octets - 1; index >= 0; index -= 1) {
    bytes[index] = Number(rest & 255n);
    rest >>= 8n;
  }
  return formatAddress(bytes);
}

/** The fewest networks that make up a range: `192.0.2.0/24`; one address stands without prefix. */
export function networksOf(range: Range, octets: 4 | 16, most = Number.POSITIVE_INFINITY): string[] {
  if (octets === 4) return fourNetworksOf(Number(range.first), Number(range.last), most);
  const bits = 128;
  const networks: string[] = [];
  let { first } = range;
  while (first <= range.last && networks.length < most) {
    // as large as its first address is aligned, and as the range is long
    const aligned = first === 0n ? bits : bitsOf(first & -first) - 1;
    const size = Math.min(bits, aligned, bitsOf(range.last - first + 1n) - 1);
    networks.push(`${addressText(first, octets)}${size === 0 ? '' : `/${String(bits - size)}`}`);
    first += 1n << BigInt(size);
  }
  return networks;
}

/** The same for IPv4, whose addresses are small numbers. */
function fourNetworksOf(from: number, last: number, most: number): string[] {
  const networks: string[] = [];
  for (let first = from; first <= last && networks.length < most;) {
    const aligned = first === 0 ? 32 : 31 - Math.clz32((first | 0) & -(first | 0));
    const size = Math.min(aligned, Math.floor(Math.log2(last - first + 1)));
    const text = `${String(first >>> 24)}.${String((first >>> 16) & 255)}.${String((first >>> 8) & 255)}.${String(first & 255)}`;
    networks.push(size === 0 ? text : `${text}/${String(32 - size)}`);
    first += 2 ** size;
  }
  return networks;
}

/** A range for a person: one network, or from-to. */
export function rangeText(range: Range, octets: 4 | 16): string {
  const networks = networksOf(range, octets, 2);
  return networks.length === 1
    ? (networks[0] ?? '')
    : `${addressText(range.first, octets)}-${addressText(range.last, octets)}`;
}
