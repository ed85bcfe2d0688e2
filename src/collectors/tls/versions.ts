/** What the answers to hellos of one version say about it: accepted, refused, or nothing clear. Pure. */
import type { FaultCode } from '../../model/fault.ts';
import { parseFlight } from '../../wire/tls/flight.ts';
import { VERSION_CODES, type Version } from '../../wire/tls/names.ts';
import { suiteOf } from '../../wire/tls/suites.ts';

export const PROBED = ['SSLv3', 'TLSv1.0', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
export type Probed = (typeof PROBED)[number];

/** How an answer reads: `foreign` is a clear answer of another protocol than TLS. */
export type Verdict = 'accepted' | 'lower' | 'refused' | 'closed' | 'foreign' | FaultCode;

export interface Attempt {
  readonly bytes: Uint8Array;
  readonly end: 'whole' | 'closed' | FaultCode;
}

/** RFC 8446 §6.2: the server does not do this version at all. */
const PROTOCOL_VERSION = 70;

export function verdictOf(attempt: Attempt, version: Version): Verdict {
  const flight = parseFlight(attempt.bytes);
  const hello = flight.serverHello;
  if (hello !== undefined) {
    if (hello.version === VERSION_CODES[version]) {
      // a suite of the other generation was never offered: the server breaks the protocol
      return suiteOf(hello.suite).tls13 === (version === 'TLSv1.3') ? 'accepted' : 'tls.malformed';
    }
    return hello.version < VERSION_CODES[version] ? 'lower' : 'tls.malformed';
  }
  if (flight.alerts.some(({ level }) => level === 2)) return 'refused';
  if (flight.alerts.length > 0) return attempt.end === 'whole' || attempt.end === 'closed' ? 'refused' : 'tls.unclear';
  if (flight.error !== undefined)
    return flight.length > 0 && flight.messages.length === 0 ? 'foreign' : 'tls.malformed';
  if (attempt.end === 'closed') return flight.length === 0 ? 'closed' : 'tls.unclear';
  return attempt.end === 'whole' ? 'tls.unclear' : attempt.end;
}

/** The clear "not this version" of the protocol itself; other refusals may be about suites, SNI or size. */
export function saysVersion(attempt: Attempt, version: Version): boolean {
  const flight = parseFlight(attempt.bytes);
  return (
    verdictOf(attempt, version) === 'lower' || flight.alerts.some(({ description }) => description === PROTOCOL_VERSION)
  );
}

/**
 * Whether a version is offered, from all attempts at it: one acceptance decides; else all must be refusals. A plain close
 * counts as one only where another version was answered (`alive`): a server that closes on everything says nothing.
 */
export function isOffered(attempts: readonly Attempt[], version: Version, alive: boolean): boolean | FaultCode {
  const verdicts = attempts.map((attempt) => verdictOf(attempt, version));
  if (verdicts.includes('accepted')) return true;
  let unclear: FaultCode | undefined = verdicts.length === 0 ? 'evidence.missing' : undefined;
  for (const verdict of verdicts) {
    if (verdict === 'refused' || verdict === 'lower' || verdict === 'foreign' || verdict === 'accepted') continue;
    if (verdict === 'closed') {
      if (!alive) unclear ??= 'net.closed';
      continue;
    }
    unclear ??= verdict;
  }
  return unclear ?? false;
}
