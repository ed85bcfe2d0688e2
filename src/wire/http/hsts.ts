/** Strict-Transport-Security by the grammar of RFC 6797 §6.1: what a browser accepts, as typed values or as errors. */
import { asciiLower, isToken, readQuoted, splitOutsideQuotes, trimOws } from './chars.ts';

export interface Hsts {
  readonly valid: boolean;
  /** Seconds, capped at 2^53-1; null where the header is not valid. */
  readonly maxAge: number | null;
  readonly includeSubDomains: boolean | null;
  readonly preload: boolean | null;
  /** Names of directives that RFC 6797 does not know; `preload` is none of them here. */
  readonly unknown: readonly string[];
  /** Why the header is not valid, as sentences. */
  readonly errors: readonly string[];
}

interface Directive {
  /** As written. */
  readonly name: string;
  readonly value: string | undefined;
}

/** Parses one header line's value. Total: every string has an answer, in linear time. */
export function parseHsts(value: string): Hsts {
  const errors: string[] = [];
  const directives = new Map<string, Directive>();
  for (const part of splitOutsideQuotes(value, ';')) {
    const text = trimOws(part);
    // RFC 6797 §6.1: [ directive ] *( ";" [ directive ] ): empty directives are fine
    if (text === '') continue;
    const directive = parseDirective(text);
    if (typeof directive === 'string') {
      errors.push(directive);
      continue;
    }
    const name = asciiLower(directive.name);
    // RFC 6797 §6.1 item 2: a directive must not appear more than once
    if (directives.has(name)) errors.push(`directive ${quote(directive.name)} occurs more than once`);
    else directives.set(name, directive);
  }

  const maxAge = maxAgeOf(directives.get('max-age'), errors);
  const subDomains = directives.get('includesubdomains');
  // RFC 6797 §6.1.2: the directive has no value
  if (subDomains?.value !== undefined) errors.push('includeSubDomains takes no value');

  const unknown = [...directives].filter(([name]) => !KNOWN.has(name)).map(([, directive]) => directive.name);
  if (errors.length > 0 || maxAge === undefined) {
    return { valid: false, maxAge: null, includeSubDomains: null, preload: null, unknown, errors };
  }
  return {
    valid: true,
    maxAge,
    includeSubDomains: subDomains !== undefined,
    preload: directives.has('preload'),
    unknown,
    errors,
  };
}

const KNOWN: ReadonlySet<string> = new Set(['max-age', 'includesubdomains', 'preload']);

/** `name`, `name = token` or `name = "quoted"`; else a sentence that says what is wrong. */
function parseDirective(text: string): Directive | string {
  const equals = nameEnd(text);
  const name = trimOws(text.slice(0, equals));
  if (name === '') return `directive ${quote(text)} has no name`;
  if (!isToken(name)) return `directive name ${quote(name)} is not a token`;
  if (equals === text.length) return { name, value: undefined };
  const rest = trimOws(text.slice(equals + 1));
  if (rest.startsWith('"')) {
    const quoted = readQuoted(rest, 0);
    if (quoted === undefined)
      return `value of ${quote(name)} is a quoted string that is not closed or holds control characters`;
    if (quoted.end !== rest.length) return `value of ${quote(name)} has text behind the closing quote`;
    return { name, value: quoted.text };
  }
  if (rest === '') return `directive ${quote(name)} has an equals sign and no value`;
  if (!isToken(rest)) return `value ${quote(rest)} of ${quote(name)} is neither a token nor a quoted string`;
  return { name, value: rest };
}

function nameEnd(text: string): number {
  const equals = text.indexOf('=');
  return equals === -1 ? text.length : equals;
}

function maxAgeOf(directive: Directive | undefined, errors: string[]): number | undefined {
  if (directive === undefined) {
    errors.push('max-age is missing');
    return undefined;
  }
  // RFC 6797 §6.1.1: delta-seconds is 1*DIGIT, quoted or not
  if (directive.value === undefined || !/^[0-9]+$/.test(directive.value)) {
    errors.push(
      `max-age is ${directive.value === undefined ? 'without a value' : quote(directive.value)}; expected digits`,
    );
    return undefined;
  }
  // digits of any length are valid; what does not fit stays comparable
  return Math.min(Number(directive.value), Number.MAX_SAFE_INTEGER);
}

/** A piece of the header in an error sentence: bounded, so that a hostile header cannot make a huge report. */
function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
