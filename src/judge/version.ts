/** Versions: numeric by dots, a pre-release is lower; never compared as text (1.10 is above 1.9). */

export interface Version {
  readonly numbers: readonly number[];
  readonly pre: readonly string[];
}

const VERSION = /^(\d{1,9}(?:\.\d{1,9}){0,7})(?:-([0-9A-Za-z.-]{1,64}))?(?:\+[0-9A-Za-z.-]{1,64})?$/;

export function parseVersion(text: string): Version | undefined {
  const match = text.length > 200 ? null : VERSION.exec(text);
  if (match === null) return undefined;
  return { numbers: (match[1] ?? '').split('.').map(Number), pre: match[2] === undefined ? [] : match[2].split('.') };
}

/** Below, equal (0) or above. Missing numbers count as zero: 1.2 equals 1.2.0. */
export function compareVersions(a: Version, b: Version): number {
  for (let index = 0; index < Math.max(a.numbers.length, b.numbers.length); index += 1) {
    const difference = (a.numbers[index] ?? 0) - (b.numbers[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return comparePre(a.pre, b.pre);
}

// semver.org §11: a pre-release is below its release; numeric identifiers are below alphanumeric ones
function comparePre(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined) return 1;
    if (left === right) continue;
    const leftNumber = /^\d+$/.test(left);
    const rightNumber = /^\d+$/.test(right);
    if (leftNumber && rightNumber) return left.length - right.length || (left < right ? -1 : 1);
    if (leftNumber !== rightNumber) return leftNumber ? -1 : 1;
    return left < right ? -1 : 1;
  }
  return a.length - b.length;
}
