/** What random accounts are made of: a state with the verdicts that the rules as written give it, and instants near borders. */
import * as fc from 'fast-check';
import { AS_OF } from './aws.ts';

const DAY = 86_400_000;
const NOW = Date.parse(AS_OF);

/** Check to status: what a person who reads the tables would write. */
export type Expected = { readonly [check: string]: string };
export interface Variant<T> {
  readonly state: T;
  readonly expected: Expected;
}

export const ago = (days: number): string => new Date(NOW - days * DAY).toISOString();

/** Instants at both sides of a border, and far from it. */
export function around(days: number): fc.Arbitrary<number> {
  return fc.oneof(
    fc.constantFrom(days - 1 / 86_400, days, days + 1 / 86_400),
    fc.integer({ min: -400, max: 3000 }),
    fc.double({ min: 0, max: 2 * Math.abs(days), noNaN: true, noDefaultInfinity: true }),
  );
}
/** To the millisecond, as a date holds it. */
export const exact = (days: number): number => Math.round(days * DAY) / DAY;
