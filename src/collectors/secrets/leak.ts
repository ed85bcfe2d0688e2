/** What a scan finds, before it is redacted. */
import type { Severity } from '../../model/check.ts';
import type { Matcher } from './compile.ts';

/** A finding that still knows its value: never leaves the thread that found it. */
export interface Leak {
  readonly matcher: Matcher;
  readonly start: number;
  readonly end: number;
  readonly value: string;
  readonly severity: Severity;
  readonly proven: boolean;
  readonly note?: string;
}
