/** Which parts of a text are not in an earlier version of it: found by comparing memory, not by looking at bytes. */

/** Where two texts begin to differ is found in steps of so many bytes. */
const STEP = 2048;
/** Lines shorter than this stand anywhere: they do not show where the texts go on alike. */
const TELLING = 12;
/** After so many telling lines that the earlier text does not hold, all that is left counts as new. */
const PROBES = 12;
/** How far on in the earlier text a line is looked for, beside what was skipped in the later one. */
const REACH = 4096;
/** A rule may look back and ahead of a change so far. */
const BACK = 1024;
const AHEAD = 512;

/** How many bytes are equal from `at` and `from` on, at most `max`. */
function alike(one: Buffer, at: number, other: Buffer, from: number, max: number): number {
  let equal = 0;
  while (equal < max) {
    let length = Math.min(STEP, max - equal);
    if (same(one, at + equal, other, from + equal, length)) {
      equal += length;
      continue;
    }
    while (length > 1) {
      const half = length >> 1;
      if (same(one, at + equal, other, from + equal, half)) {
        equal += half;
        length -= half;
      } else length = half;
    }
    return equal;
  }
  return equal;
}

/** The same backwards: `at` and `from` are ends. */
function alikeBefore(one: Buffer, at: number, other: Buffer, from: number, max: number): number {
  let equal = 0;
  while (equal < max) {
    let length = Math.min(STEP, max - equal);
    if (same(one, at - equal - length, other, from - equal - length, length)) {
      equal += length;
      continue;
    }
    while (length > 1) {
      const half = length >> 1;
      if (same(one, at - equal - half, other, from - equal - half, half)) {
        equal += half;
        length -= half;
      } else length = half;
    }
    return equal;
  }
  return equal;
}

function same(one: Buffer, at: number, other: Buffer, from: number, length: number): boolean {
  return one.compare(other, from, from + length, at, at + length) === 0;
}

/** Offsets in `now`, two for each part that `before` does not hold, with what stands around it; in order, never overlapping. */
export function newRegions(before: Buffer, now: Buffer): number[] {
  const most = Math.min(before.length, now.length);
  const head = alike(now, 0, before, 0, most);
  if (head === now.length && head === before.length) return [];
  const tail = alikeBefore(now, now.length, before, before.length, most - head);
  const end = now.length - tail;
  const endBefore = before.length - tail;
  const regions: number[] = [];
  let [at, from] = [head, head];
  while (at < end) {
    const again = goOnAlike(before, from, endBefore, now, at, end);
    if (again === undefined) break;
    addRegion(regions, now.length, at, again.at);
    const equal = alike(now, again.at, before, again.from, Math.min(end - again.at, endBefore - again.from));
    [at, from] = [again.at + equal, again.from + equal];
  }
  // where something was only taken out, what stood apart stands together now
  if (at < end || regions.length === 0) addRegion(regions, now.length, at, end);
  return regions;
}

function addRegion(regions: number[], length: number, from: number, to: number): void {
  const start = Math.max(0, from - BACK);
  const end = Math.min(length, to + AHEAD);
  const last = regions.length - 1;
  if (last > 0 && start <= (regions[last] ?? 0)) regions[last] = Math.max(end, regions[last] ?? 0);
  else regions.push(start, end);
}

/** The next line of the later text that the earlier one holds too. */
function goOnAlike(
  before: Buffer,
  from: number,
  endBefore: number,
  now: Buffer,
  at: number,
  end: number,
): { readonly at: number; readonly from: number } | undefined {
  let line = now.indexOf(0x0a, at) + 1;
  for (let probes = 0; line > 0 && line < end && probes < PROBES;) {
    const next = now.indexOf(0x0a, line) + 1;
    if (next <= 0 || next > end) return undefined;
    if (next - line >= TELLING) {
      probes++;
      const limit = Math.min(endBefore, from + REACH + (line - at));
      const found = before.subarray(from, limit).indexOf(now.subarray(line, next));
      if (found >= 0) return { at: line, from: from + found };
    }
    line = next;
  }
  return undefined;
}
