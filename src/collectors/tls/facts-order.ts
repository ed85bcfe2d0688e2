/** Whose order decides among suites, and whether a weaker one stands above a stronger: read from single choices. Pure. */
import { type Suite, suiteOf } from '../../wire/tls/suites.ts';
import type { Offer } from './chain.ts';

/** Higher is better: what an ordered server should put first. AEAD ciphers of 128 bits and more are one quality. */
export function qualityOf(suite: Suite): number {
  if (suite.tls13) return suite.encryption === 'null' ? 0 : suite.mode === 'ccm8' ? 4 : 5;
  if (suite.encryption === 'null' || suite.authentication === 'anon' || suite.exportGrade) return 0;
  if (['rc4', 'rc2', 'des', 'idea', '3des'].includes(suite.encryption) || suite.mac === 'md5') return 1;
  const strong = suite.mac === 'aead' && suite.mode !== 'ccm8';
  if (suite.forwardSecret) return strong ? 5 : 4;
  return strong ? 3 : 2;
}

const quality = (code: number): number => qualityOf(suiteOf(code));

/** For each quality but the best and the worst: the suites of at most that quality. */
export function levelsBelow(suites: readonly number[]): readonly (readonly number[])[] {
  const levels = [...new Set(suites.map(quality))].sort((a, b) => b - a);
  return levels.slice(1, -1).map((level) => suites.filter((code) => quality(code) <= level));
}

/** A suite that was picked, and those that it was picked over. */
export interface Choice {
  readonly suite: number;
  readonly over: ReadonlySet<number>;
}

/** What the hello of a pick still had: all curves, some of those that the server supports, or maybe none of them. */
export type CurvesLeft = 'all' | 'some' | 'unknown';

/**
 * RFC 8422 §5.1: a server whose certificate has a curve that is not on the list cannot use it, and without any curve no
 * ECDHE suite. A pick says nothing of such suites.
 */
export function choiceOf({ version, suites }: Offer, suite: number, left: CurvesLeft): Choice {
  const isSure = (code: number): boolean => {
    const { authentication, keyExchange } = suiteOf(code);
    if (left === 'unknown' && keyExchange.startsWith('ecdhe')) return false;
    return authentication !== 'ecdsa' && keyExchange !== 'ecdh';
  };
  const whole = left === 'all' || version === 'TLSv1.3' || suiteOf(suite).authentication === 'ecdsa';
  return { suite, over: new Set(suites.filter((code) => code !== suite && (whole || isSure(code)))) };
}

/**
 * Whether a server that goes by its own order puts a weaker suite above a stronger one; undefined where the choices leave
 * a pair of them open.
 */
export function isWeakFirst(suites: readonly number[], choices: readonly Choice[]): boolean | undefined {
  const above = new Map<number, Set<number>>();
  for (const { suite, over } of choices) {
    const known = above.get(suite) ?? new Set();
    for (const code of suites) if (over.has(code)) known.add(code);
    above.set(suite, known);
  }
  const isAbove = (upper: number, lower: number): boolean => above.get(upper)?.has(lower) === true;
  const pairs = suites.flatMap((strong) =>
    suites.filter((weak) => quality(weak) < quality(strong)).map((weak) => ({ strong, weak })),
  );
  if (pairs.some(({ strong, weak }) => isAbove(weak, strong))) return true;
  const isShown = ({ strong, weak }: { readonly strong: number; readonly weak: number }): boolean =>
    isAbove(strong, weak) || suites.some((between) => isAbove(strong, between) && isAbove(between, weak));
  return pairs.every(isShown) ? false : undefined;
}
