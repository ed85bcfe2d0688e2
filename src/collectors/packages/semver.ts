/** Semantic versions and npm's ranges: parsed, compared, satisfied. What is none gives undefined, never a guess. */

export interface Version {
  readonly numbers: readonly [major: number, minor: number, patch: number];
  readonly prerelease: readonly string[];
}

const VERSION = /^[v=\s]*(\d{1,15})\.(\d{1,15})\.(\d{1,15})(?:-([0-9A-Za-z.-]{1,200}))?(?:\+[0-9A-Za-z.-]{1,200})?$/;

export function versionOf(text: string): Version | undefined {
  const found = VERSION.exec(text.trim().slice(0, 300));
  if (found === null) return undefined;
  return {
    numbers: [Number(found[1]), Number(found[2]), Number(found[3])],
    prerelease: found[4] === undefined ? [] : found[4].split('.'),
  };
}

/** Semantic Versioning 2.0.0 §11. */
export function compareVersions(a: Version, b: Version): number {
  for (const index of [0, 1, 2] as const) {
    const order = a.numbers[index] - b.numbers[index];
    if (order !== 0) return Math.sign(order);
  }
  if (a.prerelease.length === 0 || b.prerelease.length === 0)
    return Math.sign(b.prerelease.length - a.prerelease.length);
  for (let index = 0; ; index++) {
    const [left, right] = [a.prerelease[index], b.prerelease[index]];
    if (left === undefined || right === undefined) return left === right ? 0 : left === undefined ? -1 : 1;
    if (left === right) continue;
    const [isNumber, isOther] = [/^\d+$/.test(left), /^\d+$/.test(right)];
    if (isNumber && isOther) return Math.sign(Number(left) - Number(right));
    if (isNumber !== isOther) return isNumber ? -1 : 1;
    return left < right ? -1 : 1;
  }
}

interface Bound {
  readonly op: '>=' | '>' | '<' | '<=' | '=';
  readonly version: Version;
}

const at = (major: number, minor: number, patch: number, prerelease: readonly string[] = []): Version => ({
  numbers: [major, minor, patch],
  prerelease,
});

/** Whether a version is in a range of npm's grammar; undefined where the range is none (a tag, an address). */
export function satisfies(version: Version, range: string): boolean | undefined {
  let known = false;
  for (const part of range.slice(0, 2000).split('||').slice(0, 50)) {
    const bounds = boundsOf(part.trim());
    if (bounds === undefined) return undefined;
    known = true;
    if (bounds.every((bound) => holds(version, bound)) && prereleaseAllowed(version, bounds)) return true;
  }
  return known ? false : undefined;
}

/** node-semver: a pre-release is in a range only where a bound names one of the same numbers. */
function prereleaseAllowed(version: Version, bounds: readonly Bound[]): boolean {
  if (version.prerelease.length === 0) return true;
  return bounds.some(
    (bound) =>
      bound.version.prerelease.length > 0 &&
      bound.version.numbers.every((part, index) => part === version.numbers[index]),
  );
}

function holds(version: Version, { op, version: bound }: Bound): boolean {
  const order = compareVersions(version, bound);
  return op === '='
    ? order === 0
    : op === '>'
      ? order > 0
      : op === '>='
        ? order >= 0
        : op === '<'
          ? order < 0
          : order <= 0;
}

const PARTIAL = String.raw`[v=\s]*(\d{1,15}|[xX*])(?:\.(\d{1,15}|[xX*])(?:\.(\d{1,15}|[xX*])(?:-([0-9A-Za-z.-]{1,200}))?(?:\+[0-9A-Za-z.-]{1,200})?)?)?`;
const HYPHEN = new RegExp(`^${PARTIAL}\\s+-\\s+${PARTIAL}$`);
const ONE = new RegExp(`^(>=|<=|>|<|=|\\^|~>?)?\\s*${PARTIAL}$`);

function boundsOf(part: string): readonly Bound[] | undefined {
  if (part === '' || /^[xX*]$/.test(part)) return [{ op: '>=', version: at(0, 0, 0) }];
  const hyphen = HYPHEN.exec(part);
  if (hyphen !== null) {
    const low = partial(hyphen.slice(1, 5));
    const high = partial(hyphen.slice(5, 9));
    const upper: Bound =
      high.patch === undefined ? { op: '<', version: next(high) } : { op: '<=', version: full(high) };
    return [{ op: '>=', version: full(low) }, ...(high.major === undefined ? [] : [upper])];
  }
  const bounds: Bound[] = [];
  for (const word of part
    .replaceAll(/([<>=^~]+)\s+/g, '$1')
    .split(/\s+/)
    .slice(0, 20)) {
    const found = ONE.exec(word);
    if (found === null) return undefined;
    bounds.push(...comparator(found[1] ?? '', partial(found.slice(2, 6))));
  }
  return bounds;
}

interface Partial {
  readonly major?: number;
  readonly minor?: number;
  readonly patch?: number;
  readonly prerelease: readonly string[];
}

function partial([major, minor, patch, prerelease]: readonly (string | undefined)[]): Partial {
  const number = (text: string | undefined): number | undefined =>
    text === undefined || /^[xX*]$/.test(text) ? undefined : Number(text);
  const [first, second, third] = [number(major), number(minor), number(patch)];
  return {
    ...(first === undefined ? {} : { major: first }),
    ...(first === undefined || second === undefined ? {} : { minor: second }),
    ...(first === undefined || second === undefined || third === undefined ? {} : { patch: third }),
    prerelease: prerelease === undefined ? [] : prerelease.split('.'),
  };
}

function full({ major = 0, minor = 0, patch = 0, prerelease }: Partial): Version {
  return at(major, minor, patch, prerelease);
}

/** The first version above all that a partial one covers. */
function next({ major = 0, minor, patch }: Partial): Version {
  if (minor === undefined) return at(major + 1, 0, 0, ['0']);
  return patch === undefined ? at(major, minor + 1, 0, ['0']) : at(major, minor, patch + 1, ['0']);
}

function comparator(op: string, of: Partial): readonly Bound[] {
  const { major, minor, patch } = of;
  const from: Bound = { op: '>=', version: full(of) };
  if (major === undefined) return op === '<' || op === '>' ? [{ op: '<', version: at(0, 0, 0, ['0']) }] : [from];
  switch (op) {
    case '^': {
      const upper =
        major > 0 || minor === undefined
          ? at(major + 1, 0, 0, ['0'])
          : minor > 0 || patch === undefined
            ? at(0, minor + 1, 0, ['0'])
            : at(0, 0, patch + 1, ['0']);
      return [from, { op: '<', version: upper }];
    }
    case '~':
    case '~>':
      return [
        from,
        { op: '<', version: minor === undefined ? at(major + 1, 0, 0, ['0']) : at(major, minor + 1, 0, ['0']) },
      ];
    case '>=':
      return [from];
    case '<':
      return [{ op: '<', version: patch === undefined ? at(major, minor ?? 0, 0, ['0']) : full(of) }];
    case '>':
      return [patch === undefined ? { op: '>=', version: next(of) } : { op: '>', version: full(of) }];
    case '<=':
      return [patch === undefined ? { op: '<', version: next(of) } : { op: '<=', version: full(of) }];
    default:
      return patch === undefined ? [from, { op: '<', version: next(of) }] : [{ op: '=', version: full(of) }];
  }
}
