/** What an operator is made of: the operand it takes, the test it becomes, the words it is told in. */
import type { FactType } from '../model/check.ts';
import type { Json } from '../model/json.ts';
import type { Truth } from './truth.ts';

/** A fact that is neither absent nor unknown: true, false, or unknown where its type does not fit. */
export type Test = (fact: Json) => Truth;

export interface OperandOptions {
  /** The run's asOf in milliseconds. */
  readonly asOf: number;
  readonly caseless?: boolean | undefined;
  readonly future?: boolean | undefined;
  /** What the facts schema declares. */
  readonly type?: readonly FactType[] | undefined;
  /** The fact's path: its last word tells the unit of a number. */
  readonly path?: string;
}

export interface Prepared {
  readonly test: Test;
  /** What was expected, in words: `at least 5`. */
  readonly words: string;
}

/** Prepares an operator for its operand; a string is the sentence that says what is wrong with the operand. */
export type Prepare = (value: Json, options: OperandOptions) => Prepared | string;

export type Scalar = string | number | boolean;

export function isScalar(value: Json | undefined): value is Scalar {
  return typeof value === 'string' || typeof value === 'boolean' || isFinite(value);
}

export function isFinite(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** An operand that was found to be text. */
export function text(value: Json): string {
  return typeof value === 'string' ? value : '';
}

/** ASCII lower case only: other letters keep their case (no locale). */
export function asciiLower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
