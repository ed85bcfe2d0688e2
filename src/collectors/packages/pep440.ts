/** Python's versions (PEP 440): read as they are normalised, and put in order. */
import type { Order } from './osv.ts';

interface PythonVersion {
  readonly epoch: number;
  /** Without zeros at the end. */
  readonly release: readonly number[];
  /** What is compared after the release, least first: development, alpha, beta, candidate, none, post. */
  readonly rest: readonly number[];
}

const NUMBER = String.raw`[-_.]?(\d{0,15})`;
const VERSION = new RegExp(
  String.raw`^v?(?:(\d{1,15})!)?(\d{1,15}(?:\.\d{1,15}){0,30})(?:[-_.]?(a|alpha|b|beta|c|rc|pre|preview)${NUMBER})?` +
    String.raw`(?:-(\d{1,15})|[-_.]?(post|rev|r)${NUMBER})?(?:[-_.]?(dev)${NUMBER})?(?:\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?$`,
);
const PHASES: { readonly [name: string]: number } = { a: 1, alpha: 1, b: 2, beta: 2, c: 3, rc: 3, pre: 3, preview: 3 };
const [FINAL, NONE] = [4, Infinity];

function read(text: string): PythonVersion | undefined {
  const found = text.length > 300 ? null : VERSION.exec(text.trim().toLowerCase());
  if (found === null) return undefined;
  const [, epoch = '0', numbers = '', phase, phaseNumber, implicit, post, postNumber, dev, devNumber] = found;
  const release = numbers.split('.').map(Number);
  while (release.length > 1 && release.at(-1) === 0) release.pop();
  const posted = implicit ?? (post === undefined ? undefined : (postNumber ?? ''));
  const development = dev === undefined ? NONE : Number(devNumber);
  // PEP 440, "Summary of permitted suffixes and relative ordering": 1.dev1 comes before 1a1, and 1a1.dev1 before that
  const early = phase === undefined && posted === undefined && dev !== undefined;
  return {
    epoch: Number(epoch),
    release,
    rest: [
      early ? 0 : phase === undefined ? FINAL : (PHASES[phase] ?? FINAL),
      phase === undefined ? 0 : Number(phaseNumber),
      posted === undefined ? -1 : Number(posted),
      development,
    ],
  };
}

function compare(a: PythonVersion, b: PythonVersion): number {
  return a.epoch - b.epoch || inOrder(a.release, b.release) || inOrder(a.rest, b.rest);
}

function inOrder(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const [left, right] = [a[index] ?? 0, b[index] ?? 0];
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}

export const PEP440: Order<PythonVersion> = {
  read,
  compare,
  zero: { epoch: 0, release: [0], rest: [-1, 0, -1, 0] },
};
