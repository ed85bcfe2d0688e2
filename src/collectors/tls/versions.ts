/** What the answers to hellos of one version say about it: accepted, refused, or nothing clear. Pure. */
import { type FaultCode, isFaultCode } from '../../model/fault.ts';
import { parseFlight } from '../../wire/tls/flight.ts';
import { VERSION_CODES, type Version } from '../../wire/tls/names.ts';
import { suiteOf } from '../../wire/tls/suites.ts';

export const PROBED = ['SSLv3', 'TLSv1.0', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
export type Probed = (typeof PROBED)[number];

export function isProbed(text: unknown): text is Probed {
  return PROBED.some((version) => version === text);
}

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

/** A hello of a higher version was answered with this one: it is spoken, whatever else was said to its own hellos. */
export function isSpoken(version: Version, attempts: readonly Attempt[]): boolean {
  return attempts.some(({ bytes }) => parseFlight(bytes).serverHello?.version === VERSION_CODES[version]);
}

/**
 * Whether a verdict is a "no". An alert is; a plain close only of a server that answers other questions (`alive`); a reset
 * only where besides no connection was lost by chance (`lossless`): it came four times out of four. Silence never is.
 */
export function saysNo(verdict: Verdict, alive: boolean, lossless: boolean): boolean {
  if (verdict === 'refused' || verdict === 'lower' || verdict === 'foreign') return true;
  if (verdict === 'closed' || verdict === 'net.closed') return alive;
  return verdict === 'net.reset' && alive && lossless;
}

/** Whether a version is offered, from all attempts at it: one acceptance decides; else all must say no. */
export function isOffered(
  attempts: readonly Attempt[],
  version: Version,
  alive: boolean,
  lossless: boolean,
): boolean | FaultCode {
  const verdicts = attempts.map((attempt) => verdictOf(attempt, version));
  if (verdicts.includes('accepted')) return true;
  if (verdicts.length === 0) return 'evidence.missing';
  const unclear = verdicts.find((verdict) => !saysNo(verdict, alive, lossless));
  if (unclear === undefined) return false;
  return isFaultCode(unclear) ? unclear : 'net.closed';
}
