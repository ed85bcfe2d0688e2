/** What a rule says of a place in a file. Nothing of the file's text is in it but names, hosts and fixed words: no value can leak. */
import type { Severity } from '../../model/check.ts';
import type { RuleId } from './rules.ts';

export interface Hit {
  readonly rule: RuleId;
  /** Offset in the text of the file. */
  readonly at: number;
  /** What was seen, in a few words. */
  readonly seen: string;
  /** Where it differs from that of the check. */
  readonly severity?: Severity;
  /** Only a person can tell whether this breaks the rule. */
  readonly unsure?: true;
  /** A name of one label: local where it is a service of a compose file of this tree. */
  readonly service?: string;
  /** Counts only where the module's Go version is below 1.22, or not known. */
  readonly oldGo?: true;
}

export type Sink = (hit: Hit) => void;

/** A name of the file for a message: bounded, one line, no control characters. */
export function shown(name: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what is taken out
  const clean = name.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ').toWellFormed();
  return clean.length > 80 ? `${clean.slice(0, 79)}…` : clean;
}

/** How a host is shown, and its name where it may be a neighbour in a compose project. */
export function hostOf(host: string): { readonly service?: string } {
  return /^[a-z0-9_-]+$/i.test(host) && /[a-z]/i.test(host) ? { service: host } : {};
}
